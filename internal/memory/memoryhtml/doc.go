// Package memoryhtml reads web pages (HTML) into the memory.
//
// Promises: what a person reads comes out, in order: headings, paragraphs, lists with their numbers, data
// tables as rows; a layout made of tables reads as text. Menus, banners, forms, scripts and what is hidden stay
// out; where the page names its main content, only that is read. The encoding is the one that the page
// declares, or the one that its bytes show. Nothing is fetched.
package memoryhtml

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorycharset"
)

// Media is the media type of what is read here.
const Media = "text/html"

// maxBytes bounds a page: its tree takes many times its size.
const maxBytes = 16 << 20

// Extractor satisfies memory.Extractor. It holds no state.
type Extractor struct{}

var _ memory.Extractor = Extractor{}

// New makes the extractor.
func New() Extractor { return Extractor{} }

// Extract reads the file.
func (Extractor) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	var b memory.TextBuilder
	if err := Write(ctx, &b, Decode(file), false); err != nil {
		return memory.Extracted{}, err
	}
	out, err := b.Extracted()
	out.Media = Media
	return out, err
}

// Decode gives the page as UTF-8, by what it declares or by its bytes.
func Decode(file []byte) string {
	head := file[:min(len(file), 1024)]
	if declared, _, certain := charset.DetermineEncoding(head, ""); certain || declaresCharset(head) {
		if out, err := declared.NewDecoder().Bytes(file); err == nil {
			return string(out)
		}
	}
	text, _ := memorycharset.Decode(file)
	return text
}

var charsetMeta = regexp.MustCompile(`(?i)<meta[^>]+charset|<\?xml[^>]+encoding`)

func declaresCharset(head []byte) bool { return charsetMeta.Match(head) }

// Write adds a page to a text: its main content, or the whole of it.
func Write(ctx context.Context, b *memory.TextBuilder, page string, whole bool) error {
	if len(page) > maxBytes {
		return core.E(core.TooLarge, "errors.memory_text_large", core.Args{"Size": maxBytes})
	}
	root, err := html.Parse(strings.NewReader(closeEmpty(page)))
	if err != nil {
		return core.Wrap(err, core.Corrupt, "errors.memory_file_damaged", nil)
	}
	content := find(root, func(n *html.Node) bool { return n.DataAtom == atom.Body })
	if content == nil {
		content = root
	}
	if !whole {
		content = mainContent(content)
	}
	r := reader{ctx: ctx, b: b}
	r.children(content)
	r.flush()
	if err := ctx.Err(); err != nil {
		return core.Wrap(err, core.Cancelled, "errors.cancelled", nil)
	}
	if !whole {
		describe(b, root)
	}
	return nil
}

var emptied = regexp.MustCompile(`(?i)<(title|script|style|textarea|iframe|noscript)\b([^<>]*)/>`)

// closeEmpty writes the empty elements of XHTML in full: a parser of HTML takes them for open ones.
func closeEmpty(page string) string { return emptied.ReplaceAllString(page, "<$1$2></$1>") }

// describe takes the title and the date from the head of the page.
func describe(b *memory.TextBuilder, root *html.Node) {
	if h1 := find(root, func(n *html.Node) bool { return n.DataAtom == atom.H1 }); h1 == nil {
		if title := find(root, func(n *html.Node) bool { return n.DataAtom == atom.Title }); title != nil {
			b.Title(textOf(title))
		}
	}
	dates := map[string]time.Time{}
	find(root, func(n *html.Node) bool {
		if n.DataAtom == atom.Meta {
			name := strings.ToLower(attr(n, "property") + attr(n, "name") + attr(n, "itemprop"))
			if value := strings.TrimSpace(attr(n, "content")); len(value) >= len(time.DateOnly) {
				if at, err := time.Parse(time.DateOnly, value[:len(time.DateOnly)]); err == nil {
					dates[name] = at
				}
			}
		}
		return false
	})
	for _, name := range []string{"article:modified_time", "dcterms.modified", "datemodified", "last-modified", "article:published_time", "dcterms.date", "dc.date", "datepublished", "date"} {
		if at, ok := dates[name]; ok {
			b.Dated(at)
			return
		}
	}
}

// find gives the first node that satisfies ok, in order of the page. Trees are as deep as the parser lets
// them be, which is bounded.
func find(n *html.Node, ok func(*html.Node) bool) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && ok(d) {
			return d
		}
	}
	return nil
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// textOf gives all words below a node.
func textOf(n *html.Node) string {
	var out bytes.Buffer
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		}
	}
	return out.String()
}
