package membershttp

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// entryForm is a member as a form shows them, kept as typed.
type entryForm struct {
	Name, Number, Email, Class, Lang, Joined, Voices string
	Voting                                           bool
}

// entry reads the form of a member.
func (p *Pages) entry(r *http.Request) (entryForm, members.Entry, error) {
	form, err := web.Form(r)
	if err != nil {
		return entryForm{}, members.Entry{}, err
	}
	f := entryForm{Name: form.Get("name"), Number: form.Get("number"), Email: form.Get("email"), Class: form.Get("class"),
		Lang: form.Get("lang"), Joined: form.Get("joined"), Voting: form.Get("voting") != "", Voices: form.Get("voices")}
	e := members.Entry{Name: f.Name, Number: f.Number, Email: f.Email, Class: f.Class, Lang: core.Lang(f.Lang), Voting: f.Voting}
	if e.Voices, err = strconv.Atoi(cmp.Or(f.Voices, "1")); err != nil || e.Voices == 0 {
		e.Voices, err = -1, nil // the register says what it takes
	}
	e.Joined, err = p.date(f.Joined)
	return f, e, err
}

// date reads a day as the instant when it begins. Today is now: what begins today has begun.
func (p *Pages) date(text string) (time.Time, error) {
	if text == p.today() {
		return p.Clock.Now(), nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, p.Zone)
	if err != nil {
		return at, core.E(core.Invalid, "errors.roster_date", nil)
	}
	return at, nil
}

// optionalDate is the same, where none may be given.
func (p *Pages) optionalDate(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return p.date(text)
}
