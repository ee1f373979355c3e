package memoryodf

import (
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/memory/memoryzipxml"
)

// level is one level of a list or of the outline.
type level struct {
	format         string // "" for a bullet
	prefix, suffix string
	start          int
	shown          int // how many levels a number shows
}

const maxLevel = 10

// styles are what the document says of its lists, and what it hides.
type styles struct {
	lists   map[string][]level
	outline []level
	hidden  map[string]bool // styles of hidden text and hidden sheets
	bold    map[string]bool
	listOf  map[string]string // paragraph style → list style
	parent  map[string]string

	style string // being read
	list  string
}

func newStyles() *styles {
	return &styles{lists: map[string][]level{}, hidden: map[string]bool{}, bold: map[string]bool{}, listOf: map[string]string{}, parent: map[string]string{}}
}

// outlineStyle names the numbering of headings among the lists.
const outlineStyle = "\x00outline"

func (s *styles) start(_ *memoryzipxml.Walker, e xml.StartElement) error {
	switch e.Name.Local {
	case "default-style":
		s.style = ""
	case "style":
		s.style = attr(e, "name")
		s.parent[s.style] = attr(e, "parent-style-name")
		if list := attr(e, "list-style-name"); list != "" {
			s.listOf[s.style] = list
		}
	case "text-properties", "table-properties":
		if display := attr(e, "display"); display == "none" || display == "false" {
			s.hidden[s.style] = true
		}
		if attr(e, "font-weight") == "bold" {
			s.bold[s.style] = true
		}
	case "list-style":
		s.style, s.list = "", attr(e, "name")
		s.lists[s.list] = make([]level, maxLevel)
	case "outline-style":
		s.style, s.list = "", outlineStyle
		s.lists[s.list] = make([]level, maxLevel)
	case "list-level-style-number", "outline-level-style":
		s.level(e)
	}
	return nil
}

// level reads one numbered level; those that are not read are bullets.
func (s *styles) level(e xml.StartElement) {
	at, err := strconv.Atoi(attr(e, "level"))
	if err != nil || at < 1 || at > maxLevel || s.lists[s.list] == nil {
		return
	}
	l := level{format: attr(e, "num-format"), prefix: attr(e, "num-prefix"), suffix: attr(e, "num-suffix"), start: 1, shown: 1}
	if n, err := strconv.Atoi(attr(e, "start-value")); err == nil {
		l.start = n
	}
	if n, err := strconv.Atoi(attr(e, "display-levels")); err == nil {
		l.shown = min(max(n, 1), maxLevel)
	}
	s.lists[s.list][at-1] = l
}

// counter numbers the items of one list.
type counter struct {
	levels []level
	counts []int
}

// next counts an item of a level from 0, and gives what is printed before it: "" for a level that prints
// nothing, "-" for a bullet.
func (c *counter) next(at int, bullets bool) string {
	if at < 0 || at >= len(c.levels) {
		return "-"
	}
	l := c.levels[at]
	for len(c.counts) <= at {
		c.counts = append(c.counts, c.levels[len(c.counts)].start-1)
	}
	c.counts = c.counts[:at+1]
	c.counts[at]++
	switch {
	case l.format == "" && bullets:
		return "-"
	case l.format == "":
		return ""
	}
	var numbers []string
	for i := max(0, at-l.shown+1); i <= at; i++ {
		if n := numeral(c.levels[i].format, c.counts[i]); n != "" {
			numbers = append(numbers, n)
		}
	}
	return strings.TrimSpace(l.prefix + strings.Join(numbers, ".") + l.suffix)
}

// numeral writes a number in a format of ODF.
func numeral(format string, n int) string {
	switch format {
	case "":
		return ""
	case "a":
		return memoryzipxml.Numeral("lowerLetter", n)
	case "A":
		return memoryzipxml.Numeral("upperLetter", n)
	case "i":
		return memoryzipxml.Numeral("lowerRoman", n)
	case "I":
		return memoryzipxml.Numeral("upperRoman", n)
	}
	return strconv.Itoa(n)
}

func attr(e xml.StartElement, name string) string { return memoryzipxml.Attr(e, name) }
