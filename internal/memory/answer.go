package memory

import (
	"context"
	"strings"
	"unicode/utf8"
)

// Shape of an answer.
const (
	maxQuotes    = 3
	nearestShown = 3
	maxQuote     = 700  // bytes of a quote with the neighbours it needs
	closeSecond  = 0.15 // a further quote is at least this likely, next to the best
	sameMatter   = 1.2  // a neighbour that is less likely by no more than this belongs to the quote
	fullQuote    = 350  // bytes below which a quote takes in the lines around it, as far as its section goes
)

// Answer returns the exact sentences that answer, or the nearest passages.
func (s *Service) Answer(ctx context.Context, q Query) (Answer, error) {
	out, err := s.answer(ctx, q)
	return out, orCancelled(ctx, err)
}

func (s *Service) answer(ctx context.Context, q Query) (Answer, error) {
	read, err := s.read(ctx, q)
	if err != nil {
		return Answer{}, err
	}
	hits, passages, err := s.retrieve(ctx, q.Organisation, read, max(limitOf(q), answerFetch))
	if err != nil {
		return Answer{}, err
	}
	times, hits, passages, err := s.timely(ctx, q.Organisation, read, hits, passages)
	if err != nil {
		return Answer{}, err
	}
	hits, passages = distinct(hits, passages, read.past)
	out := Answer{ByMeaning: read.vector != nil, Embedded: read.tokens}
	if len(hits) == 0 {
		return out, nil
	}
	c := constantsFor(read, hits)
	r := s.analyzer.ranked(read, c, hits, passages)
	if len(r.candidates) == 0 || !c.accepts(r.candidates[0].features) {
		out.Nearest = nearest(r.hits, r.passages)
		return out, nil
	}
	out.Found = true
	out.Quotes = compose(read, r)
	out.Passages = around(out.Quotes, r.hits, r.passages)
	return out, times.tell(ctx, out.Quotes)
}

func nearest(hits []hit, passages []StoredPassage) []Quote {
	var out []Quote
	for i, p := range passages[:min(len(passages), nearestShown)] {
		out = append(out, p.whole(hits[i].score))
	}
	return out
}

// compose quotes the best sentence with its neighbours that say as much, and others nearly as likely that say something
// else.
func compose(q *question, r ranked) []Quote {
	var out []Quote
	said := map[string]bool{}
	scores := r.scores()
	for _, c := range r.candidates {
		chance := logistic(c.score-r.candidates[0].score) * 2 // 1 for the best
		if len(out) == maxQuotes || (len(out) > 0 && chance < closeSecond) {
			break
		}
		p := r.passages[c.passage]
		start, end := p.understandable(c.sentence)
		fact := p.factBeside(q, c.sentence)
		start, end = min(start, p.Sentences[fact].Start), max(end, p.Sentences[fact].End)
		start, end = p.withNeighbours(c.sentence, start, end, scores[c.passage])
		start, end = p.filled(c.sentence, start, end)
		quote := p.quote(start, end, chance)
		key := strings.Join(strings.Fields(fold(quote.Text)), " ")
		if said[key] || overlapsQuote(out, quote) {
			continue
		}
		said[key] = true
		at := p.Sentences[fact].Start - start
		from, to := p.askedCell(q, fact)
		quote.Highlight = q.highlight(quote.Text, at+from, at+to)
		out = append(out, quote)
	}
	return out
}

// scores gives what each sentence of each weighed passage got.
func (r ranked) scores() map[int][]float64 {
	out := map[int][]float64{}
	for _, c := range r.candidates {
		if out[c.passage] == nil {
			out[c.passage] = make([]float64, len(r.passages[c.passage].Sentences))
		}
		out[c.passage][c.sentence] = c.score
	}
	return out
}

// withNeighbours widens a quote by the sentences around it that are nearly as likely: people ask for what two sentences
// say together.
func (p StoredPassage) withNeighbours(i, start, end int, scores []float64) (int, int) {
	for j := i - 1; j >= 0 && scores[j] >= scores[i]-sameMatter && end-p.Sentences[j].Start <= maxQuote; j-- {
		start = min(start, p.Sentences[j].Start)
	}
	for j := i + 1; j < len(scores) && scores[j] >= scores[i]-sameMatter && p.Sentences[j].End-start <= maxQuote; j++ {
		end = max(end, p.Sentences[j].End)
	}
	return start, end
}

// filled widens a short quote by what follows it in its section, then by what goes before: a reader of one line of a list or of
// minutes does not know what it is about, and what a line leaves open the next one often says.
func (p StoredPassage) filled(i, start, end int) (int, int) {
	if p.Sentences[i].Kind == Row {
		return start, end
	}
	for j := i + 1; j < len(p.Sentences) && end-start < fullQuote && p.Sentences[j].Kind != Heading; j++ {
		if p.Sentences[j].End-start <= maxQuote {
			end = max(end, p.Sentences[j].End)
		}
	}
	for j := i - 1; j >= 0 && end-start < fullQuote && p.Sentences[j].Kind != Heading && end-p.Sentences[j].Start <= maxQuote; j-- {
		start = min(start, p.Sentences[j].Start)
	}
	return start, end
}

func overlapsQuote(quotes []Quote, q Quote) bool {
	for _, o := range quotes {
		if o.Version == q.Version && o.Start < q.End && q.Start < o.End {
			return true
		}
	}
	return false
}

// understandable widens a sentence by what it needs to be understood: the sentence before when it
// begins by pointing back, the line that introduces its list, the list that it introduces, what a heading stands above.
func (p StoredPassage) understandable(i int) (start, end int) {
	s := p.Sentences[i]
	start, end = s.Start, s.End
	switch {
	case p.opensList(i):
		end = p.listEnd(i)
	case s.Kind == Heading && i+1 < len(p.Sentences) && p.Sentences[i+1].End-start <= maxQuote:
		end = p.Sentences[i+1].End
	case s.Kind == Row:
		if first := p.tableStart(i); first >= 0 && end-p.Sentences[first].Start <= maxQuote {
			start = p.Sentences[first].Start
		}
	case p.inList(i):
		if lead := p.leadOf(i); lead >= 0 && end-p.Sentences[lead].Start <= maxQuote {
			start = p.Sentences[lead].Start
		}
	case s.Kind == Prose && i > 0 && p.Sentences[i-1].Kind == Prose && pointsBack(p.textOf(s)):
		if end-p.Sentences[i-1].Start <= maxQuote {
			start = p.Sentences[i-1].Start
		}
	}
	return start, end
}

// factBeside gives the sentence that holds what is asked for: i itself, or the next or last one when
// only that one does, as « la résolution est adoptée par 71 voix » after the sentence that tells its matter.
func (p StoredPassage) factBeside(q *question, i int) int {
	if q.asked == askedAnything || q.exactFact(p.textOf(p.Sentences[i])) {
		return i
	}
	for _, j := range []int{i + 1, i - 1} {
		if j < 0 || j >= len(p.Sentences) || p.Sentences[j].Kind != Prose || p.Sentences[i].Kind != Prose {
			continue
		}
		near := p.Sentences[max(i, j)].End-p.Sentences[min(i, j)].Start <= maxQuote
		if near && q.exactFact(p.textOf(p.Sentences[j])) {
			return j
		}
	}
	return i
}

func (q *question) exactFact(sentence string) bool {
	for _, f := range q.newFacts(sentence) {
		if f.exact {
			return true
		}
	}
	return false
}

// opensList tells a line that introduces what follows: it ends with a colon.
func (p StoredPassage) opensList(i int) bool {
	return i+1 < len(p.Sentences) && strings.HasSuffix(p.textOf(p.Sentences[i]), ":")
}

// inList tells a part of a list: an item, or a line after one that ends with a semicolon or a colon,
// as lists look in formats that lose their bullets.
func (p StoredPassage) inList(i int) bool {
	if p.Sentences[i].Kind == Item || i == 0 {
		return p.Sentences[i].Kind == Item
	}
	before := p.textOf(p.Sentences[i-1])
	return p.Sentences[i].Kind == Prose && (strings.HasSuffix(before, ";") || strings.HasSuffix(before, ":"))
}

// leadOf finds the line that introduces the list of a sentence, -1 when there is none.
func (p StoredPassage) leadOf(i int) int {
	for j := i - 1; j >= 0; j-- {
		if p.opensList(j) {
			return j
		}
		if !p.inList(j) {
			return -1
		}
	}
	return -1
}

// listEnd gives the end of the list that a sentence introduces, as far as a quote may go.
func (p StoredPassage) listEnd(i int) int {
	end := p.Sentences[i].End
	for j := i + 1; j < len(p.Sentences); j++ {
		s := p.Sentences[j]
		if (s.Kind != Row && !p.inList(j)) || s.End-p.Sentences[i].Start > maxQuote {
			break
		}
		end = s.End
	}
	return end
}

// pointsBack tells a sentence that makes no sense without the one before.
func pointsBack(sentence string) bool {
	first, rest, _ := strings.Cut(strings.TrimLeft(sentence, "« \"“\u00a0\u202f"), " ")
	second, _, _ := strings.Cut(rest, " ")
	first = fold(strings.TrimRight(first, ",.;:"))
	switch first {
	case "il", "elle", "ils", "elles", "celui-ci", "celle-ci", "ceux-ci", "celles-ci", "cela", "ceci", "ce", "cet",
		"cette", "ces", "toutefois", "cependant", "neanmoins", "sinon", "dans", "son", "sa", "ses", "leur", "leurs",
		"it", "they", "this", "these", "that", "those", "however", "otherwise", "its", "their", "he", "she":
		return first != "dans" || fold(second) == "ce" || fold(second) == "cette" || fold(second) == "ces"
	}
	return false
}

// around gives the whole passages that the quotes come from, then the next best ones.
func around(quotes []Quote, hits []hit, passages []StoredPassage) []Quote {
	var out []Quote
	taken := map[int64]bool{}
	add := func(i int) {
		if !taken[passages[i].ID] && len(out) < writerDepth {
			taken[passages[i].ID] = true
			out = append(out, passages[i].whole(hits[i].score))
		}
	}
	for _, q := range quotes {
		for i, p := range passages {
			if p.Version == q.Version && p.Document == q.Document && p.Start <= q.Start && q.End <= p.End {
				add(i)
			}
		}
	}
	for i := range passages {
		add(i)
	}
	return out
}

// highlight finds the span of the sentence at [from,to) of text that answers most directly: the
// exact fact nearest to the question's own words. Equal ends when there is none.
func (q *question) highlight(text string, from, to int) [2]int {
	sentence := text[from:to]
	bestAt, bestCost := -1, 0
	facts := q.newFacts(sentence)
	for i, f := range facts {
		cost := q.distance(sentence, f)
		if !f.exact {
			cost += 10_000
		}
		if bestAt < 0 || cost < bestCost {
			bestAt, bestCost = i, cost
		}
	}
	if bestAt < 0 {
		return [2]int{}
	}
	return [2]int{from + facts[bestAt].start, from + facts[bestAt].end}
}

// distance counts the characters between a fact and the nearest word of the question.
func (q *question) distance(sentence string, f fact) int {
	words := map[string]bool{}
	for _, t := range tokens(q.text) {
		if !isStopWord(q.lang, t.word) {
			words[stemPrefix(t.word)] = true
		}
	}
	near := len(sentence)
	for _, t := range tokens(sentence) {
		if !words[stemPrefix(t.word)] || (t.start < f.end && f.start < t.end) {
			continue
		}
		if t.end <= f.start {
			near = min(near, f.start-t.end)
		} else {
			near = min(near, t.start-f.end)
		}
	}
	return near
}

// stemPrefix is a rough stem that needs no language: enough to find the question's words nearby.
func stemPrefix(word string) string {
	if utf8.RuneCountInString(word) <= 5 {
		return strings.TrimSuffix(word, "s")
	}
	return string([]rune(word)[:5])
}
