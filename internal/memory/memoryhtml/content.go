package memoryhtml

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mainContent chooses what a person came to read: what the page names so, or its article, or the body
// without what surrounds it.
func mainContent(body *html.Node) *html.Node {
	all := letters(body)
	named := find(body, func(n *html.Node) bool { return n.DataAtom == atom.Main || attr(n, "role") == "main" })
	if named != nil && letters(named)*5 >= all {
		return named
	}
	var articles []*html.Node
	find(body, func(n *html.Node) bool {
		if n.DataAtom == atom.Article {
			articles = append(articles, n)
		}
		return false
	})
	if len(articles) == 1 && letters(articles[0])*2 >= all {
		return articles[0]
	}
	strip(body, all)
	return body
}

var surroundings = regexp.MustCompile(`(?i)(?:^|[-_ ])(?:nav|navbar|navigation|menu|sidebar|footer|cookies?|consent|breadcrumbs?|share|social|newsletter|advert|ads|skip-?link|pagination)(?:$|[-_ ])`)

// strip takes out what surrounds the content; never what holds most of the page's words.
func strip(body *html.Node, all int) {
	var gone []*html.Node
	for n := range body.Descendants() {
		if n.Type == html.ElementNode && surrounds(n) && letters(n)*2 < all {
			gone = append(gone, n)
		}
	}
	for _, n := range gone {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
}

func surrounds(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Nav, atom.Footer, atom.Aside:
		return true
	case atom.Header:
		return find(n, func(h *html.Node) bool { return h.DataAtom == atom.H1 }) == nil
	case atom.Div, atom.Section, atom.Ul, atom.P:
		switch attr(n, "role") {
		case "navigation", "banner", "contentinfo", "complementary", "search":
			return true
		}
		return surroundings.MatchString(attr(n, "class")) || surroundings.MatchString(attr(n, "id")) || isMenu(n)
	}
	return false
}

// isMenu tells a list whose items are nothing but links.
func isMenu(n *html.Node) bool {
	if n.DataAtom != atom.Ul {
		return false
	}
	links, linked := 0, 0
	find(n, func(a *html.Node) bool {
		if a.DataAtom == atom.A {
			links++
			linked += letters(a)
		}
		return false
	})
	return links >= 5 && linked*10 >= letters(n)*9 && linked < links*40
}

// letters counts the bytes of words that a node shows.
func letters(n *html.Node) int {
	sum := 0
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent != nil && !silent(d.Parent) {
			sum += len(strings.TrimSpace(d.Data))
		}
	}
	return sum
}

var unseen = regexp.MustCompile(`(?i)(?:display\s*:\s*none|visibility\s*:\s*hidden)`)

// silent tells elements whose content nobody reads on the page.
func silent(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Iframe, atom.Object, atom.Select, atom.Textarea,
		atom.Button, atom.Input, atom.Audio, atom.Video, atom.Canvas, atom.Head, atom.Del, atom.Dialog, atom.Map:
		return true
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "aria-hidden":
			if a.Val == "true" {
				return true
			}
		case "style":
			if unseen.MatchString(a.Val) {
				return true
			}
		}
	}
	return false
}
