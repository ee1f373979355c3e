package members

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
)

const (
	maxName   = 120 // characters
	maxVoices = 10_000

	// sessionLife is how long a session lasts after its last use, give or take sessionStep: its end moves
	// at most that often, to write little.
	sessionLife = 30 * 24 * time.Hour
	sessionStep = time.Hour

	maxLinkLife = 7 * 24 * time.Hour
)

// cleanName trims a name and refuses none, and what cannot be shown safely on one line.
func cleanName(name string) (string, error) {
	name, err := cleanLine(name, maxName)
	if err == nil && name == "" {
		return "", core.E(core.Invalid, "errors.name_empty", nil)
	}
	return name, err
}

// cleanLine trims a text and refuses what cannot be shown safely on one line.
func cleanLine(name string, limit int) (string, error) {
	name = strings.TrimSpace(name)
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > limit {
		return "", core.E(core.Invalid, "errors.name_too_long", core.Args{"Max": limit})
	}
	for _, r := range name {
		// Controls, and invisible formatting that can reorder or hide text.
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return "", core.E(core.Invalid, "errors.name_characters", nil)
		}
	}
	return name, nil
}

// checkLang accepts the languages of the interface, and "" where orNone.
func checkLang(lang core.Lang, orNone bool) error {
	if lang == "" && orNone || slices.Contains(core.Langs(), lang) {
		return nil
	}
	return core.E(core.Invalid, "errors.lang_unknown", nil)
}

// cleanRoles sorts the roles, each once, and refuses none and unknown ones.
func cleanRoles(roles []core.Role) ([]core.Role, error) {
	for _, r := range roles {
		if r != core.RoleMember && r != core.RoleOperator {
			return nil, core.E(core.Invalid, "errors.role_unknown", nil)
		}
	}
	if len(roles) == 0 {
		return nil, core.E(core.Invalid, "errors.role_unknown", nil)
	}
	roles = slices.Clone(roles)
	slices.Sort(roles)
	return slices.Compact(roles), nil
}

// inForce reports whether a credential that was not ended still holds at the time: nobody's does once they have left.
func (h Holder) inForce(now time.Time) bool {
	left := h.Standing.End
	return (h.Expires.IsZero() || now.Before(h.Expires)) && (left.IsZero() || now.Before(left))
}

// extended returns the new end of a session used now, and whether it is worth writing.
func extended(expires, now time.Time) (time.Time, bool) {
	end := now.Add(sessionLife)
	return end, end.Sub(expires) >= sessionStep
}

// chooseKey finds the one key in force that which means: by id, by prefix, or by name.
func chooseKey(keys []APIKey, which string) (APIKey, error) {
	tests := []func(k APIKey) bool{
		func(k APIKey) bool { return string(k.ID) == strings.ToLower(which) },
		func(k APIKey) bool { return k.Prefix == which },
		func(k APIKey) bool { return k.Name == which },
	}
	for _, means := range tests {
		var found []APIKey
		for _, k := range keys {
			if k.Revoked.IsZero() && means(k) {
				found = append(found, k)
			}
		}
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return APIKey{}, core.E(core.Conflict, "errors.key_ambiguous", core.Args{"Count": len(found)})
		}
	}
	return APIKey{}, core.E(core.NotFound, "errors.key_not_found", nil)
}

// choosePerson finds the one person that which means: by id, or by name whatever its case.
func choosePerson(people []Person, which string) (Person, error) {
	which = strings.TrimSpace(which)
	var found []Person
	for _, p := range people {
		if string(p.ID) == strings.ToLower(which) {
			return p, nil
		}
		if strings.EqualFold(p.Name, which) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		return Person{}, core.E(core.NotFound, "errors.person_not_found", nil)
	case 1:
		return found[0], nil
	}
	return Person{}, core.E(core.Conflict, "errors.person_ambiguous", core.Args{"Count": len(found)})
}
