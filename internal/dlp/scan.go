package dlp

import "github.com/solidaire-coop/solidaire/internal/core"

// The bounds of what can be a number.
const (
	maxDigits = 19 // of the longest card number
	maxGroups = 5  // of the longest way to write one
	maxGap    = 3  // separators between two groups, as in "046 - 454 - 286"
)

// Scan returns the classes of sensitive data in the text, each once, sorted by name; nil when there is
// none. The text is plain, or the raw bytes of a JSON document.
func Scan(text []byte) []core.DataClass {
	s := scanner{text: text}
	for i := 0; i < len(text) && !(s.sin && s.card); {
		// 0xEF starts the full-width digits in UTF-8.
		if c := text[i]; c-'0' > 9 && c != '\\' && c != 0xEF {
			i++
			continue
		}
		g := glyphAt(text, i)
		if g.kind == digit {
			i = s.run(i)
			continue
		}
		i += g.size
		s.escapeEnd, s.escapeKind = i, g.kind
	}
	return s.classes()
}

// scanner goes through a text once, from one run of digit groups to the next.
type scanner struct {
	text       []byte
	sin, card  bool
	escapeEnd  int // where the last escape or wide character ended, and what it stood for
	escapeKind kind
	current    run // kept here so that it is not cleared for every number of a long text
}

func (s *scanner) classes() []core.DataClass {
	switch {
	case s.sin && s.card:
		return []core.DataClass{core.DataSIN, core.DataCreditCard}
	case s.sin:
		return []core.DataClass{core.DataSIN}
	case s.card:
		return []core.DataClass{core.DataCreditCard}
	}
	return nil
}

// group is an unbroken row of digits.
type group struct {
	start, end int
	n          int             // how many digits; only the first maxDigits are kept
	digits     [maxDigits]byte // their values
}

// run is a row of groups with nothing but separators between them, of which the last few are kept.
type run struct {
	groups  [32]group // room for several, so that few are moved
	kept    int
	dropped int
	glued   bool // a letter or a decimal point touches the first digit
	plus    bool // a plus sign does: a phone number
}

// run reads the groups that start at offset i, looks for numbers in them, and returns where they end.
func (s *scanner) run(i int) int {
	if end, ok := ibanEnd(s.text, i); ok {
		return end
	}
	r := &s.current
	r.kept, r.dropped = 0, 0
	r.glued, r.plus = s.before(i)
	for {
		g := r.push()
		s.read(g, i)
		if !gluedAfter(s.text, g.end) {
			s.look(r)
		}
		next, ok := s.gap(g.end)
		if !ok {
			return g.end
		}
		i = next
	}
}

// push makes room for one more group and returns it.
func (r *run) push() *group {
	if r.kept == len(r.groups) {
		const keep = maxGroups + 1 // one more, for what stands before a number
		r.dropped += r.kept - keep
		r.kept = copy(r.groups[:], r.groups[r.kept-keep:])
	}
	r.kept++
	return &r.groups[r.kept-1]
}

// read fills the group with the digits at offset i.
func (s *scanner) read(g *group, i int) {
	g.start, g.n = i, 0
	for i < len(s.text) {
		value, size := s.text[i]-'0', 1
		if value > 9 {
			c := glyphAt(s.text, i)
			if c.kind != digit {
				break
			}
			value, size = digitValue(c.r), c.size
		}
		if g.n < maxDigits {
			g.digits[g.n] = value
		}
		g.n++
		i += size
	}
	g.end = i
}

// gap skips the separators at offset i and returns where the next group starts, if one does.
func (s *scanner) gap(i int) (next int, ok bool) {
	for n := 0; i < len(s.text); n++ {
		if s.text[i]-'0' <= 9 {
			return i, true
		}
		g := glyphAt(s.text, i)
		if g.kind == digit {
			return i, true
		}
		if g.kind != separator || n == maxGap {
			return 0, false
		}
		i += g.size
	}
	return 0, false
}

// before looks at the character that precedes offset i.
func (s *scanner) before(i int) (glued, plus bool) {
	if i == 0 {
		return false, false
	}
	if i == s.escapeEnd {
		return s.escapeKind == letter, false
	}
	switch c := s.text[i-1]; {
	case kindOf(rune(c)) == letter:
		return true, false
	case c == '.':
		return i > 1 && s.text[i-2]-'0' <= 9, false
	default:
		return false, c == '+'
	}
}

// gluedAfter reports whether what follows offset i makes the digits before it part of something else: a
// word, a code, a decimal figure.
func gluedAfter(text []byte, i int) bool {
	if i >= len(text) {
		return false
	}
	if text[i] == '.' {
		return i+1 < len(text) && text[i+1]-'0' <= 9
	}
	return glyphAt(text, i).kind == letter
}

// look tries every number that ends with the last group.
func (s *scanner) look(r *run) {
	total := 0
	for first := r.kept - 1; first >= 0 && r.kept-first <= maxGroups; first-- {
		total += r.groups[first].n
		if total > maxDigits {
			return
		}
		if r.glued && r.dropped+first == 0 {
			return
		}
		w := window{text: s.text, run: r, first: first, total: total}
		s.sin = s.sin || w.isSIN()
		s.card = s.card || w.isCard()
	}
}
