package charter

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Format names the canonical form.
const Format = "solidaire-charter/1"

// The bounds of a document.
const (
	MaxBytes    = 1 << 20 // canonical
	maxArticles = 100
	maxTitle    = 200  // characters
	maxText     = 8000 // characters
	maxPolicy   = 16 << 10
	maxModels   = 1000
	maxAmount   = 1_000_000_000 // tokens or joules a day
	maxOutput   = 1_000_000     // tokens
	maxDays     = 36_500
	minWatts    = 100
	maxWatts    = 5000
)

// Validate reports the first thing wrong with the document, policies excepted: parsing them is the
// evaluator's business.
func (d Document) Validate() error {
	if d.Format != Format {
		return core.E(core.Invalid, "errors.charter_format", core.Args{"Want": Format})
	}
	if !validTemplateID(d.Template) {
		return core.E(core.Invalid, "errors.charter_template_unknown", core.Args{"Templates": templateList()})
	}
	if err := validText(0, "title", d.Title, maxTitle); err != nil {
		return err
	}
	if err := validText(0, "preamble", d.Preamble, maxText); err != nil {
		return err
	}
	if n := len(d.Articles); n == 0 || n > maxArticles {
		return core.E(core.Invalid, "errors.charter_articles", core.Args{"Max": maxArticles})
	}
	for i, a := range d.Articles {
		if a.Number != i+1 {
			return core.E(core.Invalid, "errors.charter_numbering", core.Args{"Article": i + 1})
		}
		if err := a.validate(); err != nil {
			return err
		}
	}
	return d.Settings.validate()
}

func (a Article) validate() error {
	if err := validText(a.Number, "title", a.Title, maxTitle); err != nil {
		return err
	}
	if err := validText(a.Number, "text", a.Text, maxText); err != nil {
		return err
	}
	if err := validText(a.Number, "remedy", a.Remedy, maxText); err != nil {
		return err
	}
	if !tidy(a.Policy) || len(a.Policy) > maxPolicy {
		return core.E(core.Invalid, "errors.charter_policy", core.Args{"Article": a.Number})
	}
	if r, found := strangeInPolicy(a.Policy); found {
		return core.E(core.Invalid, "errors.charter_characters", core.Args{"Article": a.Number, "Field": "policy", "Character": fmt.Sprintf("U+%04X", r)})
	}
	return nil
}

// validText checks both languages. Article 0 stands for the document.
func validText(article int, field string, text core.Text, limit int) error {
	for i, s := range []string{text.FR, text.EN} {
		args := core.Args{"Article": article, "Field": field + []string{".fr", ".en"}[i]}
		if !tidy(s) {
			return core.E(core.Invalid, "errors.charter_text_missing", args)
		}
		if utf8.RuneCountInString(s) > limit {
			args["Max"] = limit
			return core.E(core.Invalid, "errors.charter_text_long", args)
		}
		if r, found := strange(s); found {
			args["Character"] = fmt.Sprintf("U+%04X", r)
			return core.E(core.Invalid, "errors.charter_characters", args)
		}
	}
	return nil
}

func (s Settings) validate() error {
	for _, bound := range []struct {
		name       string
		value, max int64
	}{
		{"daily_tokens_per_member", s.DailyTokensPerMember, maxAmount},
		{"daily_joules_per_member", s.DailyJoulesPerMember, maxAmount},
		{"max_output_tokens", int64(s.MaxOutputTokens), maxOutput},
		{"conversation_days", int64(s.ConversationDays), maxDays},
		{"receipt_days", int64(s.ReceiptDays), maxDays},
		{"microwave_watts", int64(s.MicrowaveWatts), maxWatts},
	} {
		if bound.value < 0 || bound.value > bound.max {
			return core.E(core.Invalid, "errors.charter_setting", core.Args{"Setting": bound.name, "Max": bound.max})
		}
	}
	if s.MicrowaveWatts != 0 && s.MicrowaveWatts < minWatts {
		return core.E(core.Invalid, "errors.charter_setting", core.Args{"Setting": "microwave_watts", "Max": int64(maxWatts)})
	}
	// Sorted and without repetition, so that one list has one hash.
	if len(s.Models) > maxModels || !slices.IsSorted(s.Models) || len(slices.Compact(slices.Clone(s.Models))) != len(s.Models) {
		return core.E(core.Invalid, "errors.charter_models", core.Args{"Max": maxModels})
	}
	for _, digest := range s.Models {
		if !validDigest(digest) {
			return core.E(core.Invalid, "errors.charter_models", core.Args{"Max": maxModels})
		}
	}
	return nil
}

// validDigest accepts "sha256:" and 64 lower-case hex digits.
func validDigest(digest string) bool {
	const prefix = "sha256:"
	return len(digest) == len(prefix)+hashDigits && digest[:len(prefix)] == prefix && validHash(digest[len(prefix):])
}

const hashDigits = 64

func validHash(hash string) bool {
	if len(hash) != hashDigits {
		return false
	}
	for _, c := range []byte(hash) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Adopts reports whether the settings let the model answer. A list of digests excludes what has none.
func (s Settings) Adopts(digest string) bool {
	return len(s.Models) == 0 || slices.Contains(s.Models, digest)
}
