package memory

import (
	"strings"
	"unicode"
)

// A Passage is the unit that is searched: a byte range of a version that holds one matter, with
// its sentences and with the headings above it.
type Passage struct {
	Start, End int
	// Context is the title and the headings above the range, and the first row of its table: what
	// a reader of the range alone would miss.
	Context   string
	Marks     []Mark // the page and headings in force at Start, then those inside the range
	Sentences []Sentence
}

// Sizes in words. A passage holds one article or a few paragraphs of one section, and fits the 512
// tokens that small embedding models read.
const (
	passageFull  = 160 // from here on a paragraph's end closes the passage
	passageMax   = 230 // a paragraph that would go beyond starts the next one
	passageSmall = 30  // a section shorter than this joins the next one
)

// CutPassages cuts a text on its headings, articles and resolutions, then on paragraphs, then on
// sentences when a paragraph alone is too long. Every non-blank line is in exactly one passage.
func CutPassages(title, text string, marks []Mark) []Passage {
	c := cutter{text: text, title: title, marks: marks}
	for _, l := range lines(text, marks) {
		for _, piece := range c.pieces(l) {
			c.add(piece)
		}
	}
	c.flush()
	c.flush() // headings that nothing follows
	return c.out
}

type cutter struct {
	text, title string
	marks       []Mark
	out         []Passage
	current     []line
	body        int    // words of current that are not headings
	header      string // first row of the table that current is in
	carried     string // header of the table that was cut, for the next passage
}

// pieces cuts a line that is too long for one passage between its sentences.
func (c *cutter) pieces(l line) []line {
	if countWords(c.text[l.start:l.end]) <= passageMax {
		return []line{l}
	}
	var out []line
	words := 0
	for _, s := range sentencesOf(c.text, []line{l}) {
		n := countWords(c.text[s.Start:s.End])
		if len(out) == 0 || words+n > passageFull {
			out = append(out, line{start: s.Start, end: s.End, kind: l.kind, section: l.section && len(out) == 0})
			words = n
			continue
		}
		out[len(out)-1].end = s.End
		words += n
	}
	return out
}

func (c *cutter) add(l line) {
	words := countWords(c.text[l.start:l.end])
	switch {
	case l.section && c.body >= passageSmall:
		c.flush()
	case c.body >= passageFull && l.kind != rowLine:
		c.flush()
	case c.body > 0 && c.body+words > passageMax:
		c.flush()
	}
	if l.kind != rowLine {
		c.header = ""
	} else if c.header == "" {
		c.header = c.text[l.start:l.end]
	}
	c.current = append(c.current, l)
	if l.kind != headingLine {
		c.body += words
	}
}

// flush closes the current passage. Headings at its end belong to what follows.
func (c *cutter) flush() {
	keep := len(c.current)
	for keep > 0 && c.current[keep-1].kind == headingLine && c.body > 0 {
		keep--
	}
	taken, rest := c.current[:keep], c.current[keep:]
	if len(taken) > 0 {
		c.out = append(c.out, c.passage(taken))
	}
	c.carried = ""
	if len(rest) == 0 {
		c.carried = c.header
	}
	c.current, c.body = append([]line(nil), rest...), 0
}

func (c *cutter) passage(ls []line) Passage {
	p := Passage{Start: ls[0].start, End: ls[len(ls)-1].end, Sentences: sentencesOf(c.text, ls)}
	p.Marks = marksOf(c.marks, p.Start, p.End)
	parts := []string{c.title}
	for _, m := range p.Marks {
		if m.Kind == MarkHeading && m.Start < p.Start && m.Label != c.title {
			parts = append(parts, m.Label)
		}
	}
	if ls[0].kind == rowLine && c.carried != "" && c.carried != c.text[ls[0].start:ls[0].end] {
		parts = append(parts, c.carried)
	}
	p.Context = cutContext(strings.Join(parts, contextSeparator))
	return p
}

// contextSeparator stands between the title and the headings of a context.
const contextSeparator = " › "

// maxContextBytes keeps headings from crowding the passage out of the embedding.
const maxContextBytes = 400

func cutContext(s string) string {
	if len(s) > maxContextBytes {
		return strings.ToValidUTF8(s[:maxContextBytes], "")
	}
	return s
}

// marksOf gives the marks that place a range: the page and the chain of headings in force at its
// start, then every mark inside it.
func marksOf(marks []Mark, start, end int) []Mark {
	var page *Mark
	var chain []Mark
	var inside []Mark
	for i, m := range marks {
		switch {
		case m.Start >= end:
		case m.Start >= start:
			inside = append(inside, m)
		case m.IsPage():
			page = &marks[i]
		case m.Kind == MarkHeading:
			chain = append(cutChain(chain, m.Level), m)
		}
	}
	for _, m := range inside {
		if m.Kind == MarkHeading && m.Start == start {
			chain = cutChain(chain, m.Level)
		}
	}
	var out []Mark
	if page != nil {
		out = append(out, *page)
	}
	return append(append(out, chain...), inside...)
}

// cutChain drops the headings that one of this level replaces.
func cutChain(chain []Mark, level int) []Mark {
	for len(chain) > 0 && chain[len(chain)-1].Level >= level {
		chain = chain[:len(chain)-1]
	}
	return chain
}

// Place gives the page and the nearest heading of the passage's beginning; "" when there is none.
func (p Passage) Place() (page, heading string) { return place(p.Marks, p.Start) }

// place finds the page and the nearest heading of a byte offset among a passage's marks.
func place(marks []Mark, at int) (page, heading string) {
	for _, m := range marks {
		if m.Start > at {
			break
		}
		if m.IsPage() {
			page = m.Label
		} else {
			heading = m.Label
		}
	}
	return page, heading
}

// onSlide reports whether a byte offset stands on a slide.
func onSlide(marks []Mark, at int) bool {
	slide := false
	for _, m := range marks {
		if m.Start <= at && m.IsPage() {
			slide = m.Kind == MarkSlide
		}
	}
	return slide
}

func countWords(s string) int {
	words, in := 0, false
	for _, r := range s {
		if letter := unicode.IsLetter(r) || unicode.IsDigit(r); letter != in {
			in = letter
			if in {
				words++
			}
		}
	}
	return words
}
