package memorymarkdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// inline gives the readable text of a block, one string per hard line.
func (r reader) inline(n ast.Node) []string {
	var out strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		return r.piece(&out, n), nil
	})
	var lines []string
	for l := range strings.SplitSeq(out.String(), "\n") {
		if l = strings.TrimSpace(joinSoft(l)); l != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

// joinSoft joins the lines of a paragraph, and mends a word cut between two of them.
func joinSoft(s string) string {
	var lines []string
	for l := range strings.SplitSeq(s, "\r") {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	return memory.Join(lines...)
}

func (r reader) piece(out *strings.Builder, n ast.Node) ast.WalkStatus {
	switch n := n.(type) {
	case *ast.Text:
		value := n.Segment.Value(r.source)
		if _, code := n.Parent().(*ast.CodeSpan); !code {
			value = util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(value)))
		}
		out.WriteString(strings.ReplaceAll(string(value), "\n", " "))
		switch {
		case n.HardLineBreak():
			out.WriteByte('\n')
		case n.SoftLineBreak():
			out.WriteByte('\r') // joined below
		}
	case *ast.String:
		out.Write(n.Value)
	case *ast.AutoLink:
		out.Write(n.Label(r.source))
	case *ast.RawHTML:
		if strings.HasPrefix(strings.ToLower(string(n.Segments.Value(r.source))), "<br") {
			out.WriteByte('\n')
		}
	case *east.TaskCheckBox:
		if n.IsChecked {
			out.WriteString("☑ ")
		} else {
			out.WriteString("☐ ")
		}
	case *east.FootnoteLink, *east.FootnoteBacklink:
		return ast.WalkSkipChildren
	}
	return ast.WalkContinue
}

// stripTags takes tags and comments out of a block of HTML; blocks become lines.
func stripTags(s string) string {
	var out strings.Builder
	for {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(s[:open])
		s = s[open:]
		end := strings.IndexByte(s, '>')
		if strings.HasPrefix(s, "<!--") {
			if end = strings.Index(s, "-->"); end < 0 {
				return out.String()
			}
			end += 2
		}
		if end < 0 {
			return out.String()
		}
		out.WriteByte(' ')
		if tag := strings.ToLower(s[:min(len(s), 5)]); strings.HasPrefix(tag, "<br") || strings.HasPrefix(tag, "<p") || strings.HasPrefix(tag, "<li") || strings.HasPrefix(tag, "<tr") {
			out.WriteByte('\n')
		}
		s = s[end+1:]
	}
}
