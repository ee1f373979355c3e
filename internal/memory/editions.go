package memory

import (
	"context"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Edition is a version as far as its place in time needs to be known.
type Edition struct {
	Document core.ID
	Name     string
	Title    string
	Version  string // hash
	Media    string
	Source   string // kind of the source that the document comes from
	Dated    time.Time
	Seen     time.Time
	Newest   bool // of its document
}

// from is the day from which an edition holds: the one that it states, else the one on which it was seen.
func (e Edition) from() time.Time {
	if !e.Dated.IsZero() {
		return e.Dated
	}
	return e.Seen
}

// series is what a document is called, whatever its date, its format and its folder: « statuts-2015-04-11.md » and
// « statuts.pdf » are both « statuts ».
func (e Edition) series() string {
	base := path.Base(e.Name)
	base = strings.TrimSuffix(base, path.Ext(base))
	var kept []string
	for _, t := range tokens(base) {
		if t.number || isVersionWord(t.word) || monthOf(t.word) != 0 || strings.Trim(t.word, "v0123456789") == "" {
			continue
		}
		kept = append(kept, t.word)
	}
	if len(kept) == 0 {
		return e.Name // nothing but a date: like no other
	}
	return strings.Join(kept, " ")
}

// isVersionWord tells what people add to a name to tell one state of a text from another.
func isVersionWord(word string) bool {
	switch word {
	case "version", "versions", "ancien", "ancienne", "anciens", "anciennes", "old", "new", "nouveau", "nouvelle", "nouveaux",
		"final", "finale", "rev", "revise", "revisee", "revised", "maj", "copie", "copy", "consolide", "consolidee", "signe",
		"signee", "archive", "en", "vigueur", "du", "au", "le", "of", "as":
		return true
	}
	return false
}

// calendar knows which texts followed each other in one organisation. Safe for concurrent use.
type calendar struct {
	editions []Edition
	bySeries map[string][]int
	byHash   map[string]int
	texts    func(ctx context.Context, hash string) (string, error)

	mu    sync.Mutex
	share map[[2]string]float64 // of sentences in common
}

// calendars keeps each organisation's calendar while its documents stay as they are.
type calendars struct {
	mu    sync.Mutex
	known map[core.ID]datedCalendar
}

type datedCalendar struct {
	of Revision
	*calendar
}

func (s *Service) calendar(ctx context.Context, organisation core.ID) (*calendar, error) {
	now, err := s.store.Revision(ctx, organisation)
	if err != nil {
		return nil, err
	}
	s.calendars.mu.Lock()
	kept, ok := s.calendars.known[organisation]
	s.calendars.mu.Unlock()
	if ok && kept.of == now {
		return kept.calendar, nil
	}
	editions, err := s.store.Editions(ctx, organisation)
	if err != nil {
		return nil, err
	}
	c := newCalendar(editions, func(ctx context.Context, hash string) (string, error) {
		v, err := s.store.Version(ctx, organisation, hash)
		return v.Text, err
	})
	s.calendars.mu.Lock()
	defer s.calendars.mu.Unlock()
	if s.calendars.known == nil {
		s.calendars.known = map[core.ID]datedCalendar{}
	}
	s.calendars.known[organisation] = datedCalendar{now, c}
	return c, nil
}

func newCalendar(editions []Edition, texts func(context.Context, string) (string, error)) *calendar {
	c := &calendar{editions: editions, texts: texts, bySeries: map[string][]int{}, byHash: map[string]int{}, share: map[[2]string]float64{}}
	for i, e := range editions {
		c.bySeries[e.series()] = append(c.bySeries[e.series()], i)
		c.byHash[e.Version] = i
	}
	return c
}

// relatives are the editions that are states of the same text: the other versions of its document, and documents of the
// same name, dates apart, that have a good part of their sentences in common.
func (c *calendar) relatives(ctx context.Context, hash string) ([]Edition, error) {
	at, ok := c.byHash[hash]
	if !ok {
		return nil, nil
	}
	self := c.editions[at]
	var out []Edition
	alike := c.bySeries[self.series()]
	for _, i := range alike {
		if e := c.editions[i]; e.Document == self.Document && i != at {
			out = append(out, e)
		}
	}
	if len(alike) > mostStates {
		return out, nil
	}
	for _, i := range alike {
		e := c.editions[i]
		if e.Document == self.Document {
			continue
		}
		share, err := c.inCommon(ctx, self.Version, e.Version)
		if err != nil {
			return nil, err
		}
		if share >= leastInCommon {
			out = append(out, e)
		}
	}
	return out, nil
}

// Two states of one text keep at least this share of the shorter one's sentences; minutes of two meetings do not. From
// sameText on they are the same text in two formats.
const (
	leastInCommon = 0.2
	sameText      = 0.9
	mostStates    = 16 // more documents of one name are a series, as minutes are, and no states of one text
)

// inCommon is the share of the shorter text's sentences that stand in the other one too.
func (c *calendar) inCommon(ctx context.Context, a, b string) (float64, error) {
	if b < a {
		a, b = b, a
	}
	c.mu.Lock()
	known, ok := c.share[[2]string{a, b}]
	c.mu.Unlock()
	if ok {
		return known, nil
	}
	first, err := c.texts(ctx, a)
	if err != nil {
		return 0, err
	}
	second, err := c.texts(ctx, b)
	if err != nil {
		return 0, err
	}
	share := sentencesInCommon(first, second)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.share[[2]string{a, b}] = share
	return share, nil
}

func sentencesInCommon(a, b string) float64 {
	one, two := sentenceSet(a), sentenceSet(b)
	if len(one) > len(two) {
		one, two = two, one
	}
	if len(one) == 0 {
		return 0
	}
	both := 0
	for s := range one {
		if two[s] {
			both++
		}
	}
	return float64(both) / float64(len(one))
}

// sentenceSet holds the sentences of a text with at least four words, folded to their words.
func sentenceSet(text string) map[string]bool {
	out := map[string]bool{}
	for _, s := range sentencesOf(text, lines(text, nil)) {
		if key := wordsOnly(text[s.Start:s.End]); strings.Count(key, " ") >= 3 {
			out[key] = true
		}
	}
	return out
}

func wordsOnly(text string) string { return joined(tokens(text)) }

func joined(words []token) string {
	var b strings.Builder
	for i, t := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.word)
	}
	return b.String()
}

// successor is the state of the text that holds today, when it is another and later one; nil when this one does.
func (c *calendar) successor(ctx context.Context, hash string) (*Edition, error) {
	return c.inForce(ctx, hash, time.Time{})
}

// inForce gives the edition that held on a day instead of the one of that hash; nil when that one did. A zero day is
// today. Before the first edition none held: then the first is as good as any.
func (c *calendar) inForce(ctx context.Context, hash string, on time.Time) (*Edition, error) {
	at, ok := c.byHash[hash]
	if !ok {
		return nil, nil
	}
	relatives, err := c.relatives(ctx, hash)
	if err != nil || len(relatives) == 0 {
		return nil, err
	}
	self := c.editions[at]
	best := self
	for _, e := range relatives {
		if after(e, best, on) {
			best = e
		}
	}
	if best.Version == self.Version || best.from().Equal(self.from()) {
		return nil, nil
	}
	if share, err := c.inCommon(ctx, self.Version, best.Version); err != nil || (share >= sameText && best.Document != self.Document) {
		return nil, err
	}
	return &best, nil
}

// after tells whether e held on that day rather than best.
func after(e, best Edition, on time.Time) bool {
	if e.Document == best.Document && e.Newest != best.Newest && e.from().Equal(best.from()) {
		return e.Newest
	}
	if on.IsZero() {
		return e.from().After(best.from())
	}
	eIn, bestIn := !e.from().After(on), !best.from().After(on)
	switch {
	case eIn && bestIn:
		return e.from().After(best.from())
	case !eIn && !bestIn:
		return e.from().Before(best.from())
	}
	return eIn
}

// Later is what took the place of a quoted text.
type Later struct {
	Name    string
	Title   string
	Version string
	Dated   time.Time
	Same    bool   // the quoted words still stand there
	Text    string // what it says on the matter instead, word for word; "" when it says nothing like it
	Start   int
	End     int
}

// later compares a quote with the edition that holds today.
func (c *calendar) later(ctx context.Context, q Quote) (*Later, error) {
	e, err := c.successor(ctx, q.Version)
	if err != nil || e == nil {
		return nil, err
	}
	text, err := c.texts(ctx, e.Version)
	if err != nil {
		return nil, err
	}
	out := &Later{Name: e.Name, Title: e.Title, Version: e.Version, Dated: e.Dated}
	if strings.Contains(wordsOnly(text), wordsOnly(q.Text)) {
		out.Same = true
		return out, nil
	}
	out.Start, out.End = nearestSentence(text, q.Text)
	out.Text = text[out.Start:out.End]
	return out, nil
}

// leastWords keeps a sentence of two words from being near everything.
const leastWords = 4

// nearestSentence finds the sentence that has most words in common with another one, two fifths of the smaller at least.
func nearestSentence(text, like string) (start, end int) {
	wanted := pairWords(like)
	best := 0.4
	for _, s := range sentencesOf(text, lines(text, nil)) {
		words := pairWords(text[s.Start:s.End])
		both := 0
		for w := range words {
			if wanted[w] {
				both++
			}
		}
		if share := float64(both) / float64(max(leastWords, min(len(words), len(wanted)))); share > best {
			start, end, best = s.Start, s.End, share
		}
	}
	return start, end
}

// placeInTime tells each passage that another edition holds instead of it, today or on the day that the question names.
func (c *calendar) placeInTime(ctx context.Context, passages []StoredPassage, on time.Time) error {
	known := map[string]bool{}
	for i := range passages {
		superseded, ok := known[passages[i].Version]
		if !ok {
			e, err := c.inForce(ctx, passages[i].Version, on)
			if err != nil {
				return err
			}
			superseded = e != nil
			known[passages[i].Version] = superseded
		}
		passages[i].Superseded = superseded
	}
	return nil
}

// tell adds to each quote what took its place.
func (c *calendar) tell(ctx context.Context, quotes []Quote) error {
	for i := range quotes {
		later, err := c.later(ctx, quotes[i])
		if err != nil {
			return err
		}
		quotes[i].Later, quotes[i].Newer = later, later != nil
	}
	return nil
}
