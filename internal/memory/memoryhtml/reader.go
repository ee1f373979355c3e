package memoryhtml

import (
	"context"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// reader writes the blocks of a page.
type reader struct {
	ctx    context.Context
	b      *memory.TextBuilder
	inline strings.Builder // of the block being read
	marker string          // of the item whose first words are still to come
	depth  int             // of lists
	pre    bool
	nodes  int
}

// children reads what a node holds.
func (r *reader) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if r.nodes++; r.nodes%1024 == 0 && r.ctx.Err() != nil || r.b.Over() {
			return
		}
		switch c.Type {
		case html.TextNode:
			r.words(c.Data)
		case html.ElementNode:
			if !silent(c) {
				r.element(c)
			}
		}
	}
}

func (r *reader) words(s string) {
	if r.pre {
		r.inline.WriteString(s)
		return
	}
	r.inline.WriteString(strings.Map(func(c rune) rune {
		if c == '\n' || c == '\r' {
			return ' '
		}
		return c
	}, s))
}

func (r *reader) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Br:
		r.inline.WriteByte('\n')
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		r.flush()
		r.b.Heading(int(n.Data[1]-'0'), composed(r.line(n)))
	case atom.Ul, atom.Ol, atom.Menu:
		r.list(n)
	case atom.Table:
		r.flush()
		r.table(n)
	case atom.Pre:
		r.flush()
		r.pre = true
		r.children(n)
		r.flush()
		r.pre = false
	default:
		if !isBlock(n.DataAtom) {
			r.children(n)
			return
		}
		r.flush()
		r.children(n)
		r.flush()
	}
}

func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer, atom.Aside, atom.Nav, atom.Address, atom.Blockquote,
		atom.Figure, atom.Figcaption, atom.Form, atom.Fieldset, atom.Legend, atom.Details, atom.Summary, atom.Dl, atom.Dt, atom.Dd, atom.Hr,
		atom.Li, atom.Center, atom.Caption, atom.Tr, atom.Td, atom.Th, atom.Tbody, atom.Thead, atom.Tfoot, atom.Body, atom.Html, atom.Option:
		return true
	}
	return false
}

// list writes items with their markers; a list inside an item is indented.
func (r *reader) list(n *html.Node) {
	r.flush()
	number := 1
	if start, err := strconv.Atoi(attr(n, "start")); err == nil {
		number = start
	}
	r.depth++
	for c := n.FirstChild; c != nil && !r.b.Over(); c = c.NextSibling {
		switch {
		case c.Type != html.ElementNode || silent(c):
		case c.DataAtom != atom.Li:
			r.element(c)
		default:
			r.marker = "-"
			if n.DataAtom == atom.Ol {
				if value, err := strconv.Atoi(attr(c, "value")); err == nil {
					number = value
				}
				r.marker = strconv.Itoa(number) + "."
				number++
			}
			r.children(c)
			r.flush()
			r.marker = ""
		}
	}
	if r.depth--; r.depth == 0 {
		r.b.Gap()
	}
}

// table writes a table of data row by row; one that only arranges the page is read cell by cell.
func (r *reader) table(n *html.Node) {
	rows := rowsOf(n)
	if !isData(n, rows) {
		r.children(n)
		r.flush()
		return
	}
	if c := find(n, func(c *html.Node) bool { return c.DataAtom == atom.Caption }); c != nil {
		r.b.Paragraph(composed(textOf(c)))
	}
	for _, row := range rows {
		var cells []string
		for _, c := range row {
			cells = append(cells, composed(r.line(c)))
		}
		r.b.Row(cells)
	}
	r.b.Gap()
}

// line gives the words of a cell or a heading as one line.
func (r *reader) line(n *html.Node) string {
	inner := reader{ctx: r.ctx, b: &memory.TextBuilder{}}
	inner.children(n)
	inner.flush()
	text, err := inner.b.Extracted()
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(strings.ReplaceAll(text.Text, "\n- ", "\n"), "\n", " ")
}

// rowsOf lists the cells of the table's own rows.
func rowsOf(table *html.Node) [][]*html.Node {
	var rows [][]*html.Node
	for part := table.FirstChild; part != nil; part = part.NextSibling {
		switch part.DataAtom {
		case atom.Tbody, atom.Thead, atom.Tfoot:
			for tr := part.FirstChild; tr != nil; tr = tr.NextSibling {
				var cells []*html.Node
				for c := tr.FirstChild; c != nil; c = c.NextSibling {
					if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
						cells = append(cells, c)
					}
				}
				if len(cells) > 0 {
					rows = append(rows, cells)
				}
			}
		}
	}
	return rows
}

// longCell is the length in bytes from which a cell is taken for a column of a page.
const longCell = 600

// isData tells a table of data from one that arranges the page.
func isData(table *html.Node, rows [][]*html.Node) bool {
	if attr(table, "role") == "presentation" {
		return false
	}
	wide := 0
	for _, row := range rows {
		for _, c := range row {
			if find(c, func(n *html.Node) bool { return n.DataAtom == atom.Table }) != nil || letters(c) > longCell {
				return false
			}
		}
		if len(row) > 1 {
			wide++
		}
	}
	headed := find(table, func(n *html.Node) bool { return n.DataAtom == atom.Th }) != nil
	return headed || wide > 1
}

// flush writes the block gathered so far: one line for each break in it.
func (r *reader) flush() {
	text := r.inline.String()
	r.inline.Reset()
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if r.marker != "" {
			r.b.Item(r.depth-1, r.marker, composed(line))
			r.marker = ""
			continue
		}
		r.b.Paragraph(composed(line))
	}
}

func composed(s string) string { return norm.NFC.String(s) }
