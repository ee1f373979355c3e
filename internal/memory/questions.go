package memory

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// TestQuestion is a question with what a right answer to it is: one line of a question set.
type TestQuestion struct {
	ID       string   `json:"id"`
	Question string   `json:"question"`
	Lang     string   `json:"lang,omitempty"`
	Answer   string   `json:"answer,omitempty"` // in the asker's own words; for people
	File     string   `json:"file"`             // the document that answers; "" when none does
	Quote    string   `json:"quote,omitempty"`  // its exact words; "" when only the document is known
	Kind     string   `json:"kind,omitempty"`
	Also     []string `json:"also,omitempty"` // other documents that say the same
}

// Answerable tells whether some document answers.
func (q TestQuestion) Answerable() bool { return q.File != "" }

// Bounds of a question set.
const (
	MaxTestQuestions = 10_000
	maxQuestionLine  = 64 << 10
)

// ReadQuestions reads a question set, one JSON object a line. Fields that it does not know are passed over; blank
// lines too.
func ReadQuestions(r io.Reader) ([]TestQuestion, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxQuestionLine)
	var out []TestQuestion
	number := 0
	for lines.Scan() {
		number++
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\uFEFF"))
		if text == "" {
			continue
		}
		var q TestQuestion
		if err := json.Unmarshal([]byte(text), &q); err != nil {
			return nil, core.Wrap(err, core.Invalid, "errors.memory_questions_line", core.Args{"Line": number})
		}
		if q.Question = strings.TrimSpace(clean(q.Question)); q.Question == "" || len(q.Question) > maxQuestion {
			return nil, core.E(core.Invalid, "errors.memory_questions_line", core.Args{"Line": number})
		}
		if len(out) == MaxTestQuestions {
			return nil, core.E(core.TooLarge, "errors.memory_questions_many", core.Args{"Max": MaxTestQuestions})
		}
		out = append(out, q)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, core.Wrap(err, core.Invalid, "errors.memory_questions_line", core.Args{"Line": number + 1})
	case err != nil:
		return nil, core.Wrap(err, core.Unavailable, "errors.memory_file_unreadable", nil)
	case len(out) == 0:
		return nil, core.E(core.Invalid, "errors.memory_questions_none", nil)
	}
	return out, nil
}

// from tells whether a quote comes from a document that answers. Folders before the path do not matter: a set names
// documents as they lie in their own folder, which may have been added from above or from within.
func (q TestQuestion) from(name string) bool {
	if samePath(name, q.File) {
		return true
	}
	for _, also := range q.Also {
		if samePath(name, also) {
			return true
		}
	}
	return false
}

func samePath(a, b string) bool {
	a, b = path.Clean(strings.ReplaceAll(a, `\`, "/")), path.Clean(strings.ReplaceAll(b, `\`, "/"))
	return a == b || strings.HasSuffix(a, "/"+b) || strings.HasSuffix(b, "/"+a)
}

// holds tells whether words stand in a text, white space, case, marks of Markdown and its links folded.
func holds(text, words string) bool {
	return strings.Contains(plainWords(text), plainWords(words))
}

func plainWords(s string) string {
	s = dropLinkTargets(s)
	s = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "*", "", "_", "", "[", "", "]", "", "`", "", "’", "'", "|", " ").Replace(s)
	return strings.ToLower(strings.Join(strings.Fields(s), " "))
}

// dropLinkTargets takes the address out of « [words](address) ».
func dropLinkTargets(s string) string {
	var b strings.Builder
	for {
		open := strings.Index(s, "](")
		if open < 0 {
			return b.String() + s
		}
		end := strings.IndexAny(s[open:], ")\n")
		if end < 0 || s[open+end] == '\n' {
			b.WriteString(s[:open+2])
			s = s[open+2:]
			continue
		}
		b.WriteString(s[:open+1])
		s = s[open+end+1:]
	}
}
