package web

import (
	"bytes"
	"html/template"
	"regexp"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// Markdown turns texts that a model or a document wrote into harmless HTML. Links and pictures become their
// words, since they could carry what was read to another host; headings become strong paragraphs, since the
// page has its own. Safe for concurrent use.
type Markdown struct {
	convert goldmark.Markdown
	policy  *bluemonday.Policy
}

// NewMarkdown prepares the conversion.
func NewMarkdown() *Markdown {
	policy := bluemonday.NewPolicy()
	policy.AllowElements("p", "br", "strong", "em", "del", "ul", "ol", "li", "code", "pre", "blockquote", "hr",
		"table", "thead", "tbody", "tr", "th", "td")
	return &Markdown{goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough)), policy}
}

var (
	headingOpens  = regexp.MustCompile(`<h[1-6]( [^>]*)?>`)
	headingCloses = regexp.MustCompile(`</h[1-6]>`)
)

// HTML converts a text. What cannot be converted is shown as it is.
func (m *Markdown) HTML(text string) template.HTML {
	var out bytes.Buffer
	if err := m.convert.Convert([]byte(text), &out); err != nil {
		return template.HTML("<p>" + template.HTMLEscapeString(text) + "</p>") //nolint:gosec // escaped
	}
	plain := headingOpens.ReplaceAll(out.Bytes(), []byte("<p><strong>"))
	plain = headingCloses.ReplaceAll(plain, []byte("</strong></p>"))
	return template.HTML(m.policy.SanitizeBytes(plain)) //nolint:gosec // sanitised
}
