package memory

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Opinion is what a member says of an answer.
type Opinion string

// The opinions.
const (
	Useful        Opinion = "useful"
	NotUseful     Opinion = "not_useful"
	MissingSource Opinion = "missing_source"
)

// Opinions lists them, in the order to offer.
func Opinions() []Opinion { return []Opinion{Useful, NotUseful, MissingSource} }

// Feedback is what a member says of an answer. It names nobody, and holds no text of a document.
type Feedback struct {
	ID           core.ID // of the answer
	Organisation core.ID
	Given        time.Time
	Opinion      Opinion
	Words        string // optional
	Question     string
	Found        bool
	Model        string // that wrote the answer; "" when it is quoted
	Cited        []Cited
	Made         string // id of the question that was made of it; "" for none
}

// Cited is a range that an answer quoted.
type Cited struct {
	Name       string
	Version    string
	Start, End int
}

// MaxFeedbackWords bounds what may be written beside an opinion, in characters.
const MaxFeedbackWords = 1000

// Check holds what a member gave to its bounds.
func (f *Feedback) Check() error {
	f.Words = strings.TrimSpace(clean(f.Words))
	switch f.Opinion {
	case Useful, NotUseful, MissingSource:
	default:
		return core.E(core.Invalid, "errors.memory_feedback_opinion", nil)
	}
	if utf8.RuneCountInString(f.Words) > MaxFeedbackWords {
		return core.E(core.TooLarge, "errors.memory_feedback_long", core.Args{"Max": MaxFeedbackWords})
	}
	return nil
}

// questionOf makes a question of what a member said. A useful answer tells what is right: its first citation, or that no
// document answers. Of any other answer somebody must still say it: the question is a draft.
func questionOf(f Feedback, quote string) KeptQuestion {
	q := KeptQuestion{TestQuestion: TestQuestion{Question: f.Question, Lang: string(LanguageOf(f.Question)), Answer: f.Words,
		ID: "avis-" + strings.ToLower(string(f.ID[max(0, len(f.ID)-6):]))}}
	switch {
	case f.Opinion == Useful && !f.Found:
		q.Kind = "none"
	case f.Opinion == Useful && len(f.Cited) > 0 && quote != "":
		q.File, q.Quote = f.Cited[0].Name, quote
	default:
		q.Draft = true
	}
	return q
}
