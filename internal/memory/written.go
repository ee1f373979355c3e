package memory

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Support says what the passages say of a sentence that a model wrote.
type Support string

// The verdicts on a sentence.
const (
	Supported   Support = "supported"
	Unsupported Support = "unsupported" // no passage holds what it says
	Unverified  Support = "unverified"  // in another language than its passages: its figures, dates and names are there, its words cannot be compared
	Silent      Support = "silent"      // it says that the passages do not tell
	Empty       Support = "empty"       // it claims nothing: « Voici les conditions : »
)

// CheckedSentence is one sentence of a written answer with what was found of it in the passages.
type CheckedSentence struct {
	Start   int      `json:"start"` // bytes of CheckedAnswer.Text, citations included
	End     int      `json:"end"`
	Support Support  `json:"support"`
	Cited   []int    `json:"cited,omitempty"`   // passages that it cites and that support it, from 1
	Dropped []int    `json:"dropped,omitempty"` // passages that it cited and that do not
	Found   []int    `json:"found,omitempty"`   // a passage that supports it and that it did not cite
	Missing []string `json:"missing,omitempty"` // its figures, dates, names or words that no passage holds
	Negated bool     `json:"negated,omitempty"` // the passage says the same with, or without, a negation
}

// CheckedAnswer is a written answer held against the passages that it was written from.
type CheckedAnswer struct {
	// Text is what the model wrote, without the citations that support nothing, and with those that were found.
	Text      string            `json:"text"`
	Sentences []CheckedSentence `json:"sentences"`
}

// Unsupported counts the sentences that no passage supports.
func (c CheckedAnswer) Unsupported() int {
	n := 0
	for _, s := range c.Sentences {
		if s.Support == Unsupported {
			n++
		}
	}
	return n
}

// Dropped lists the citations that were taken out, each once.
func (c CheckedAnswer) Dropped() []int {
	var out []int
	for _, s := range c.Sentences {
		out = append(out, s.Dropped...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var (
	citation  = regexp.MustCompile(`[ \x{00a0}\x{202f}]?\[\d{1,3}(?:[ ]?[,;][ ]?\d{1,3})*\]`)
	leading   = regexp.MustCompile(`^(?:[ \x{00a0}\x{202f}]*\[\d{1,3}(?:[ ]?[,;][ ]?\d{1,3})*\])+[.]?`)
	oneNumber = regexp.MustCompile(`\d+`)
)

// CheckWritten holds each sentence of a written answer against the passages, numbered from 1: its figures, dates, names,
// most of its words and its negations. It cannot tell whether the sentence follows from what they say; it tells what in it
// they do not say.
func CheckWritten(written string, passages []Quote) CheckedAnswer {
	var b strings.Builder
	var out CheckedAnswer
	witnesses := make([]witness, len(passages))
	for i, p := range passages {
		witnesses[i] = witnessOf(p)
	}
	at := 0
	for _, s := range writtenSentences(written) {
		b.WriteString(written[at:s.Start])
		at = s.End
		checked, text := checkSentence(written[s.Start:s.End], witnesses)
		checked.Start = b.Len()
		b.WriteString(text)
		checked.End = b.Len()
		out.Sentences = append(out.Sentences, checked)
	}
	b.WriteString(written[at:])
	out.Text = b.String()
	return out
}

// writtenSentences cuts what a model wrote, line by line. Citations after a full stop belong to the sentence before it.
func writtenSentences(text string) []Sentence {
	var out []Sentence
	for _, l := range lines(text, nil) {
		first := len(out)
		for _, s := range proseSentences(text, l, Prose) {
			size := len(leading.FindString(text[s.Start:s.End]))
			if size > 0 && len(out) > first {
				out[len(out)-1].End = s.Start + size
				s.Start = skipSpace(text[:s.End], s.Start+size)
			}
			if s.Start < s.End {
				out = append(out, s)
			}
		}
	}
	return out
}

// checkSentence gives the verdict on a sentence, and the sentence with the citations that hold.
func checkSentence(sentence string, witnesses []witness) (CheckedSentence, string) {
	cited := citedIn(sentence)
	body := citation.ReplaceAllString(sentence, "")
	c := claimOf(body)
	var out CheckedSentence
	if c.nothing() {
		out.Support = Empty
		out.Cited, out.Dropped = known(cited, len(witnesses))
		return out, redo(sentence, out)
	}
	inRange, beyond := known(cited, len(witnesses))
	out.judge(c, body, inRange, witnesses)
	out.Dropped = append(out.Dropped, beyond...)
	slices.Sort(out.Dropped)
	return out, redo(sentence, out)
}

// judge tells which of the cited passages support a claim; when they do not, whether another passage does.
func (out *CheckedSentence) judge(c claim, body string, cited []int, witnesses []witness) {
	all := make([]witness, 0, len(cited))
	for _, n := range cited {
		all = append(all, witnesses[n-1])
	}
	if len(all) > 0 {
		if out.Support = c.by(all...); out.Support == Supported || out.Support == Unverified {
			for _, n := range cited {
				if c.partlyBy(witnesses[n-1]) {
					out.Cited = append(out.Cited, n)
				} else {
					out.Dropped = append(out.Dropped, n)
				}
			}
			return
		}
	}
	if AdmitsSilence(body) && len(c.missingFacts(witnesses...)) == 0 {
		out.Support, out.Dropped = Silent, cited
		return
	}
	out.Dropped = cited
	for i, w := range witnesses {
		if !slices.Contains(cited, i+1) && c.by(w) == Supported {
			out.Support, out.Found = Supported, []int{i + 1}
			return
		}
	}
	out.Support = Unsupported
	out.Missing, out.Negated = c.missing(witnesses...)
}

// known parts citations of passages that exist from those that do not.
func known(cited []int, passages int) (inRange, beyond []int) {
	for _, n := range cited {
		if n >= 1 && n <= passages {
			inRange = append(inRange, n)
		} else {
			beyond = append(beyond, n)
		}
	}
	return inRange, beyond
}

// citedIn lists the passages that a sentence cites, in order, each once.
func citedIn(sentence string) []int {
	var out []int
	for _, group := range citation.FindAllString(sentence, -1) {
		for _, digits := range oneNumber.FindAllString(group, -1) {
			if n, _ := strconv.Atoi(digits); !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// redo takes out the citations that were dropped, and adds those that were found.
func redo(sentence string, c CheckedSentence) string {
	text := sentence
	if len(c.Dropped) > 0 {
		text = citation.ReplaceAllStringFunc(sentence, func(group string) string {
			var kept []string
			for _, digits := range oneNumber.FindAllString(group, -1) {
				if n, _ := strconv.Atoi(digits); !slices.Contains(c.Dropped, n) {
					kept = append(kept, digits)
				}
			}
			if len(kept) == 0 {
				return ""
			}
			return group[:strings.IndexByte(group, '[')+1] + strings.Join(kept, ", ") + "]"
		})
	}
	for _, n := range c.Found {
		text += fmt.Sprintf(" [%d]", n)
	}
	return text
}

// AdmitsSilence recognises « the passages do not say », in both languages. It is a list of turns of phrase: an answer that
// says it otherwise is not recognised.
func AdmitsSilence(text string) bool {
	text = strings.ToLower(strings.ReplaceAll(text, "’", "'"))
	for _, part := range []string{
		"ne répond", "ne mentionn", "ne précis", "n'indiqu", "ne dit", "ne disent", "ne contien", "ne donn", "ne permet",
		"pas mentionné", "pas indiqué", "pas précisé", "aucune information", "aucun passage", "pas d'information",
		"do not answer", "does not answer", "do not say", "does not say", "not mention", "not specif", "not provide", "not contain",
		"not state", "no information", "no passage", "not given",
	} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
