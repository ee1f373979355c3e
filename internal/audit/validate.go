package audit

import (
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Bounds of a record. They are far above what the gateway writes.
const (
	maxWord    = 512 // bytes of any text field but a document's name
	maxName    = 1024
	maxSources = 64
	maxNumbers = 256 // articles, data classes
	maxTries   = 16
	maxWhy     = 32
)

// validate refuses what is not a whole record.
func (r *Record) validate() error {
	if id, err := core.ParseID(string(r.ID)); err != nil || id != r.ID {
		return invalidRecord("id")
	}
	switch {
	case r.Organisation == "":
		return invalidRecord("organisation")
	case r.Person == "":
		return invalidRecord("person")
	case !plausible(r.Time):
		return invalidRecord("time")
	case !isSHA256(r.Charter):
		return invalidRecord("charter")
	case r.Restriction != "" && !isSHA256(r.Restriction):
		return invalidRecord("restriction")
	case r.Decision != Allowed && r.Decision != Refused:
		return invalidRecord("decision")
	case !r.Outcome.known():
		return invalidRecord("outcome")
	case !isSHA256(r.PromptSHA256):
		return invalidRecord("prompt_sha256")
	case r.AnswerSHA256 != "" && !isSHA256(r.AnswerSHA256):
		return invalidRecord("answer_sha256")
	case len(r.Articles) > maxNumbers || len(r.DataClasses) > maxNumbers || len(r.Sources) > maxSources:
		return invalidRecord("lists")
	case r.PromptTokens < 0 || r.OutputTokens < 0:
		return invalidRecord("tokens")
	}
	if err := r.validateRoute(); err != nil {
		return err
	}
	return r.validateTexts()
}

// validateRoute looks at how the engine was found.
func (r *Record) validateRoute() error {
	if len(r.Tried) > maxTries {
		return invalidRecord("tried")
	}
	for _, try := range r.Tried {
		if len(try.Node) > maxWord || len(try.Model) > maxWord || len(try.Error) > maxWord {
			return invalidRecord("tried")
		}
	}
	a := r.Auto
	if a == nil {
		return nil
	}
	if len(a.Why) > maxWhy {
		return invalidRecord("auto")
	}
	for _, s := range append([]string{a.Task, a.Bigger, a.Instead, a.Biggest}, a.Why...) {
		if len(s) > maxWord {
			return invalidRecord("auto")
		}
	}
	return nil
}

func (r *Record) validateTexts() error {
	for _, s := range [...]string{
		string(r.Organisation), string(r.Person), string(r.Credential), r.Action, r.Model, r.ModelDigest, r.Node,
		r.Mode, string(r.Energy.Label), r.Energy.Scope, r.Energy.Method, r.ErrorKey,
	} {
		if len(s) > maxWord {
			return invalidRecord("text")
		}
	}
	for _, class := range r.DataClasses {
		if len(class) > maxWord {
			return invalidRecord("data_classes")
		}
	}
	for _, s := range r.Sources {
		if len(s.Document) > maxName || !isSHA256(s.Version) || !isSHA256(s.SHA256) || s.Start < 0 || s.End < s.Start {
			return invalidRecord("sources")
		}
	}
	return nil
}

func (o Outcome) known() bool {
	switch o {
	case Completed, NotFound, Interrupted, Cancelled, Failed, Blocked:
		return true
	}
	return false
}

// isSHA256 accepts 64 lower-case hexadecimal digits.
func isSHA256(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// invalidRecord is a mistake of the program, not of a person: the field is named for the log.
func invalidRecord(field string) error {
	return core.E(core.Internal, "errors.audit_record_invalid", core.Args{"Field": field})
}

// plausible bounds the year, which the canonical form writes with four digits.
func plausible(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 1970 && year <= 9999
}
