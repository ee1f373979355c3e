package members

import (
	"net/mail"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

const (
	maxKey    = 40
	maxNumber = 40
	maxEmail  = 254 // RFC 5321
	maxNote   = 200

	maxClasses = 50
	maxBodies  = 200
)

// checkKey accepts what policies and rules can name without a doubt.
func checkKey(key string) error {
	ok := key != "" && len(key) <= maxKey
	for _, c := range []byte(key) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
	}
	if !ok {
		return core.E(core.Invalid, "errors.key_shape", core.Args{"Max": maxKey})
	}
	return nil
}

func cleanText(t core.Text) (core.Text, error) {
	fr, err := cleanName(t.FR)
	if err != nil {
		return core.Text{}, err
	}
	en, err := cleanName(t.EN)
	return core.Text{FR: fr, EN: en}, err
}

// cleanEmail trims an address and puts it in lower case; none is allowed.
func cleanEmail(email string) (string, error) {
	email, err := cleanLine(strings.ToLower(email), maxEmail)
	if err != nil || email == "" {
		return "", err
	}
	if read, err := mail.ParseAddress(email); err != nil || read.Address != email {
		return "", core.E(core.Invalid, "errors.email_shape", nil)
	}
	return email, nil
}

// checkDate refuses years that nobody means.
func checkDate(at time.Time) error {
	if year := at.UTC().Year(); year < 1850 || year > 2200 {
		return core.E(core.Invalid, "errors.date_strange", nil)
	}
	return nil
}
