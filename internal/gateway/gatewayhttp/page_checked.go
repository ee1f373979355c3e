package gatewayhttp

import (
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// checkView says what became of a written answer when it was held against its passages.
type checkView struct {
	Unsupported int
	Unverified  int // in another language than their passages
	Dropped     string
	Faults      []faultView
}

// faultView is one sentence without support, and why.
type faultView struct {
	Sentence string
	Missing  string // figures, dates, names or words that no passage holds; "" when all are there
	Negated  bool   // but for a negation
}

// Marks of our own in a text, from the private use area, that pass through Markdown and come out as elements.
const (
	markOpen   = '\ue000' // a sentence without support begins
	markClose  = '\ue001' // it ends
	markAlone  = '\ue002' // it ends, and could not be marked from its beginning
	citeOpen   = '\ue003'
	citeClose  = '\ue004'
	ourMarks   = "\ue000\ue001\ue002\ue003\ue004"
	mayBeMarks = "*_`[]<>|~#\\" // of Markdown: what begins inside a sentence may end outside
)

var (
	blockStart   = regexp.MustCompile(`^\s*(?:[-*+]\s+|\d+[.)]\s+|#+\s+|>\s+)*`)
	numbered     = regexp.MustCompile(`\[(\d{1,3}(?:[ ]?[,;][ ]?\d{1,3})*)\]`)
	citationMark = regexp.MustCompile(string(citeOpen) + `(\d{1,3})` + string(citeClose))
)

// checked shows a written answer with its unsupported sentences marked and its citations as links.
func (p *Pages) checked(l *i18n.Localizer, ask gateway.AskResult, view *answerView) {
	c := ask.Checked
	check := &checkView{Unsupported: c.Unsupported()}
	var dropped []string
	for _, n := range c.Dropped() {
		dropped = append(dropped, fmt.Sprintf("[%d]", n))
	}
	check.Dropped = strings.Join(dropped, " ")
	var b strings.Builder
	cited := map[int]bool{}
	at := 0
	for _, s := range c.Sentences {
		b.WriteString(cites(c.Text[at:s.Start]))
		at = s.End
		b.WriteString(marked(c.Text[s.Start:s.End], s))
		for _, n := range append(s.Cited, s.Found...) {
			cited[n] = true
		}
		switch s.Support {
		case memory.Unverified:
			check.Unverified++
		case memory.Unsupported:
			check.Faults = append(check.Faults, faultView{strings.TrimSpace(c.Text[s.Start:s.End]), strings.Join(s.Missing, ", "), s.Negated})
		}
	}
	b.WriteString(cites(c.Text[at:]))
	view.Check = check
	view.Sources = nil
	for i, passage := range ask.Answer.Passages {
		if cited[i+1] {
			view.Sources = append(view.Sources, source(passage, i+1))
		}
	}
	view.Written = p.elements(l, string(p.markdown.HTML(b.String())), ask.Answer.Passages)
}

// marked puts our marks around a sentence without support.
func marked(sentence string, s memory.CheckedSentence) string {
	if s.Support != memory.Unsupported {
		return cites(sentence)
	}
	begin := len(blockStart.FindString(sentence))
	if strings.ContainsAny(sentence[begin:], mayBeMarks) {
		return cites(sentence) + string(markAlone)
	}
	return sentence[:begin] + string(markOpen) + strip(sentence[begin:]) + string(markClose)
}

// strip takes out of a text what would read as a mark of ours.
func strip(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(ourMarks, r) {
			return -1
		}
		return r
	}, text)
}

// cites puts our marks in place of « [1, 2] ».
func cites(text string) string {
	return numbered.ReplaceAllStringFunc(strip(text), func(group string) string {
		var b strings.Builder
		for _, n := range strings.FieldsFunc(strings.Trim(group, "[]"), func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
			b.WriteString(string(citeOpen) + n + string(citeClose))
		}
		return b.String()
	})
}

// elements turns our marks into elements, once the rest is harmless.
func (p *Pages) elements(l *i18n.Localizer, html string, passages []memory.Quote) template.HTML {
	html = citationMark.ReplaceAllStringFunc(html, func(mark string) string {
		digits := citationMark.FindStringSubmatch(mark)[1]
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 || n > len(passages) {
			return "[" + digits + "]"
		}
		cited := source(passages[n-1], n)
		return fmt.Sprintf(` <sup><a class="cite" href="%s" aria-label="%s">%d</a></sup>`, template.HTMLEscapeString(cited.Href),
			template.HTMLEscapeString(l.T("questions.cite", core.Args{"Number": n, "Title": cited.Title})), n)
	})
	label := ` <span class="unsupported-mark">` + template.HTMLEscapeString(l.T("questions.checked.mark")) + `</span>`
	html = strings.NewReplacer(string(markOpen), `<span class="unsupported">`, string(markClose), `</span>`+label, string(markAlone), label,
		string(citeOpen), "", string(citeClose), "").Replace(html)
	return template.HTML(html) //nolint:gosec // sanitised before our own elements were put in
}
