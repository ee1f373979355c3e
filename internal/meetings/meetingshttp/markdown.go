package meetingshttp

import (
	"strings"
)

// escapes keep what people wrote from becoming marks of Markdown.
var marks = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "#", `\#`, "|", `\|`, "~", `\~`)

func escaped(s string) string { return marks.Replace(s) }

// Markdown writes the document as a text that any editor reads.
func (d document) Markdown() string {
	var b strings.Builder
	b.WriteString("# " + escaped(d.Title) + "\n\n" + escaped(d.Over) + "\n")
	for _, s := range d.Sections {
		s.markdown(&b)
	}
	return b.String()
}

func (s section) markdown(b *strings.Builder) {
	if s.Heading != "" {
		level := "## "
		if s.Deep {
			level = "### "
		}
		b.WriteString("\n" + level + escaped(s.Heading) + "\n")
	}
	if s.Mark != "" {
		b.WriteString("\n_" + escaped(s.Mark) + "_\n")
	}
	if len(s.Facts) > 0 {
		b.WriteString("\n")
	}
	for _, f := range s.Facts {
		b.WriteString("- **" + escaped(f.Label) + "** " + escaped(f.Value) + "\n")
	}
	for _, text := range s.Text {
		b.WriteString("\n" + escaped(text) + "\n")
	}
	if len(s.List) > 0 {
		b.WriteString("\n")
	}
	for _, line := range s.List {
		b.WriteString("1. " + escaped(line) + "\n")
	}
	if len(s.Rows) == 0 {
		return
	}
	b.WriteString("\n")
	row := func(cells []string) {
		for _, c := range cells {
			b.WriteString("| " + escaped(c) + " ")
		}
		b.WriteString("|\n")
	}
	row(s.Columns)
	b.WriteString(strings.Repeat("| --- ", len(s.Columns)) + "|\n")
	for _, cells := range s.Rows {
		row(cells)
	}
}
