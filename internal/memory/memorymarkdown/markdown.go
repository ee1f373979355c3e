package memorymarkdown

import (
	"html"
	"strconv"
	"strings"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Bounds inside which Markdown is parsed as such.
const (
	maxMarkdownBytes = 4 << 20
	maxLineBytes     = 64 << 10
	maxNesting       = 24
)

// tame tells text that a Markdown parser reads in proportionate time and depth.
func tame(s string) bool {
	if len(s) > maxMarkdownBytes {
		return false
	}
	for l := range strings.Lines(s) {
		if len(l) > maxLineBytes || nesting(l) > maxNesting || strings.Count(l, "[") > 2000 || strings.Count(l, "*")+strings.Count(l, "_") > 4000 {
			return false
		}
	}
	return true
}

// nesting counts the quote and list marks that a line opens with, and its indent.
func nesting(l string) int {
	marks, spaces := 0, 0
	for _, r := range l {
		switch {
		case r == '>' || r == '-' || r == '*' || r == '+':
			marks++
		case r == '\t':
			spaces += 4
		case r == ' ':
			spaces++
		case '0' <= r && r <= '9', r == '.', r == ')':
		default:
			return marks + spaces/8
		}
	}
	return 0 // a rule or a blank line
}

func readMarkdown(b *memory.TextBuilder, s string) {
	s = frontMatter(b, s)
	source := []byte(s)
	parser := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Footnote)).Parser()
	r := reader{b: b, source: source}
	r.blocks(parser.Parse(text.NewReader(source)), 0)
}

// frontMatter takes a YAML head off and keeps its title and date.
func frontMatter(b *memory.TextBuilder, s string) string {
	body, ok := strings.CutPrefix(strings.ReplaceAll(s, "\r\n", "\n"), "---\n")
	if !ok {
		return s
	}
	head, rest, ok := strings.Cut(body, "\n---\n")
	if !ok || len(head) > 16<<10 || !strings.Contains(head, ":") || strings.Contains(head, "\n\n") {
		return s
	}
	for l := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(l, ":")
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "title", "titre":
			b.Title(value)
		case "date":
			if t, err := time.Parse(time.DateOnly, value[:min(len(value), 10)]); err == nil {
				b.Dated(t)
			}
		}
	}
	return rest
}

type reader struct {
	b      *memory.TextBuilder
	source []byte
}

func (r reader) blocks(parent ast.Node, depth int) {
	for n := parent.FirstChild(); n != nil && !r.b.Over(); n = n.NextSibling() {
		r.block(n, depth)
	}
}

func (r reader) block(n ast.Node, depth int) {
	switch n := n.(type) {
	case *ast.Heading:
		r.b.Heading(n.Level, strings.Join(r.inline(n), " "))
	case *ast.List:
		r.list(n, depth)
		r.b.Gap()
	case *east.Table:
		r.table(n)
		r.b.Gap()
	case *ast.CodeBlock: // most often a paragraph that was indented too far
		readBlock(r.b, strings.FieldsFunc(r.raw(n), func(c rune) bool { return c == '\n' }))
	case *ast.FencedCodeBlock:
		for l := range strings.SplitSeq(r.raw(n), "\n") {
			r.b.Paragraph(l)
		}
	case *ast.HTMLBlock:
		for l := range strings.SplitSeq(stripTags(r.raw(n)), "\n") {
			r.b.Paragraph(html.UnescapeString(l))
		}
	case *ast.Paragraph, *ast.TextBlock:
		for _, l := range r.inline(n) {
			r.b.Paragraph(strings.TrimPrefix(l, "| ")) // a custom block's bar
		}
	case *ast.ThematicBreak:
	default:
		r.blocks(n, depth)
	}
}

func (r reader) list(l *ast.List, depth int) {
	number := l.Start
	for item := l.FirstChild(); item != nil && !r.b.Over(); item = item.NextSibling() {
		marker := "-"
		if l.IsOrdered() {
			marker = strconv.Itoa(number) + "."
			number++
		}
		r.item(item, depth, marker)
	}
}

// item writes an item's first paragraph after its marker; what follows in it is indented beneath.
func (r reader) item(item ast.Node, depth int, marker string) {
	for n := item.FirstChild(); n != nil; n = n.NextSibling() {
		switch n.(type) {
		case *ast.Paragraph, *ast.TextBlock:
			for _, l := range r.inline(n) {
				if marker == "" {
					r.b.Paragraph(l)
					continue
				}
				r.b.Item(depth, marker, l)
				marker = ""
			}
		case *ast.List:
			r.list(n.(*ast.List), depth+1)
		default:
			r.block(n, depth+1)
		}
	}
}

func (r reader) table(t *east.Table) {
	for row := t.FirstChild(); row != nil && !r.b.Over(); row = row.NextSibling() {
		var cells []string
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			cells = append(cells, strings.Join(r.inline(c), " "))
		}
		r.b.Row(cells)
	}
}

func (r reader) raw(n ast.Node) string {
	var out strings.Builder
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		out.Write(segment.Value(r.source))
	}
	return out.String()
}
