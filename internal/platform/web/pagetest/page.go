package pagetest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Page is what came back.
type Page struct {
	Status int
	Header http.Header
	root   *html.Node
}

// Element is one element of a page.
type Element struct{ node *html.Node }

// All returns the elements whose tag and attributes match; "" matches any tag. A class is matched when it is
// among those of the element; other attributes whole.
func (p *Page) All(tag string, attributes ...string) []Element {
	var out []Element
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && (tag == "" || n.Data == tag) && matches(n, attributes) {
			out = append(out, Element{n})
		}
	}
	return out
}

// One returns the only element that matches; it fails the test when there is none, or several.
func (p *Page) One(t testing.TB, tag string, attributes ...string) Element {
	t.Helper()
	found := p.All(tag, attributes...)
	if len(found) != 1 {
		t.Fatalf("%d elements <%s %s>, want one", len(found), tag, strings.Join(attributes, " "))
	}
	return found[0]
}

// Text is what the content of the page says, blanks folded.
func (p *Page) Text() string {
	if main := p.All("main"); len(main) == 1 {
		return main[0].Text()
	}
	return Element{p.root}.Text()
}

// Says fails the test for each text that the page does not say. No-break spaces count as spaces.
func (p *Page) Says(t testing.TB, texts ...string) {
	t.Helper()
	said := p.Text()
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("the page does not say %q:\n%s", text, said)
		}
	}
}

// NeverSays fails the test for each text that the page says.
func (p *Page) NeverSays(t testing.TB, texts ...string) {
	t.Helper()
	said := p.Text()
	for _, text := range texts {
		if strings.Contains(said, text) {
			t.Errorf("the page says %q:\n%s", text, said)
		}
	}
}

// LinksTo reports whether a link leads exactly there.
func (p *Page) LinksTo(href string) bool { return len(p.All("a", "href="+href)) > 0 }

// Text is what the element says, blanks folded and no-break spaces made plain.
func (e Element) Text() string {
	var b strings.Builder
	for n := range e.node.Descendants() {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.Type == html.ElementNode && !slices.Contains(inline(), n.Data):
			b.WriteByte(' ')
		}
	}
	plain := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(b.String())
	return strings.Join(strings.Fields(plain), " ")
}

// inline lists the elements that do not part words.
func inline() []string { return []string{"a", "b", "mark", "sup", "svg", "path", "time", "code"} }

// Raw is the element's own text, to the byte.
func (e Element) Raw() string {
	var b strings.Builder
	for n := range e.node.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

// Attribute returns an attribute's value, "" when there is none.
func (e Element) Attribute(name string) string { return attribute(e.node, name) }

// Form reads the fields of the form that is sent to a path, as a browser would send them untouched.
func (p *Page) Form(t testing.TB, action string) url.Values {
	t.Helper()
	fields := url.Values{}
	for f := range p.One(t, "form", "action="+action).node.Descendants() {
		name, kind := attribute(f, "name"), attribute(f, "type")
		switch {
		case name == "" || f.Data == "button":
		case f.Data == "input" && (kind == "checkbox" || kind == "radio"):
			if has(f, "checked") {
				fields.Add(name, attribute(f, "value"))
			}
		case f.Data == "input":
			fields.Add(name, attribute(f, "value"))
		case f.Data == "textarea":
			fields.Add(name, Element{f}.Raw())
		case f.Data == "select":
			fields.Add(name, picked(f))
		}
	}
	return fields
}

// picked is the value that a list sends: the one that is selected, or the first.
func picked(list *html.Node) string {
	first, found := "", false
	for o := range list.Descendants() {
		if o.Data != "option" {
			continue
		}
		value := attribute(o, "value")
		if !has(o, "value") {
			value = Element{o}.Raw()
		}
		if has(o, "selected") {
			return value
		}
		if !found {
			first, found = value, true
		}
	}
	return first
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// Field returns the value of a form's field that is not seen, "" when there is none.
func (e Element) Field(name string) string {
	for n := range e.node.Descendants() {
		if n.Data == "input" && attribute(n, "name") == name {
			return attribute(n, "value")
		}
	}
	return ""
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func matches(n *html.Node, attributes []string) bool {
	for _, want := range attributes {
		name, value, _ := strings.Cut(want, "=")
		got := attribute(n, name)
		if name == "class" && !slices.Contains(strings.Fields(got), value) || name != "class" && got != value {
			return false
		}
	}
	return true
}
