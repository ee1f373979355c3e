package memory

import (
	"sort"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// A wording is the words of a sentence, or of what stands above it, taken apart once for a question.
type wording struct {
	tokens []token
	terms  map[string]bool // as full text compares them
	roots  map[string]bool // first letters, small words left out
}

func newWording() wording { return wording{terms: map[string]bool{}, roots: map[string]bool{}} }

func (w *wording) add(t token, term string) {
	w.terms[term] = true
	w.roots[stemPrefix(t.word)] = true
}

// takeApart finds the words of the passage and their language: everything that ranks it looks at them.
func (p *StoredPassage) takeApart() {
	p.words = tokens(p.Text)
	p.spoken = languageOf(p.words)
}

// wordings gives the words of each sentence of a passage. Their stems were found when the passage was indexed, and stand in
// its shadow in the same order.
func (a Analyzer) wordings(p StoredPassage) []wording {
	out := make([]wording, len(p.Sentences))
	for i, s := range p.Sentences {
		out[i] = newWording()
		out[i].tokens = p.wordsOf(s)
	}
	stems := p.shadowed()
	for i := range out {
		for _, t := range out[i].tokens {
			if isStopWord(p.spoken, t.word) {
				continue
			}
			term, known := stems[t.start]
			if !known {
				term = a.stem(p.spoken, t)
			}
			out[i].add(t, term)
		}
	}
	return out
}

// wordsOf gives the words of a sentence.
func (p StoredPassage) wordsOf(s Sentence) []token {
	from := sort.Search(len(p.words), func(i int) bool { return p.words[i].start >= s.Start-p.Start })
	to := sort.Search(len(p.words), func(i int) bool { return p.words[i].start >= s.End-p.Start })
	return p.words[from:to]
}

// shadowed gives the stems of the passage's words by the byte where each begins; none when the shadow is not of these words.
func (p StoredPassage) shadowed() map[int]string {
	out := make(map[int]string, len(p.words))
	rest := p.Shadow
	for _, t := range p.words {
		if isStopWord(p.spoken, t.word) {
			continue
		}
		stem, more, _ := strings.Cut(rest, " ")
		if stem == "" {
			return nil
		}
		out[t.start], rest = stem, more
	}
	if rest != "" {
		return nil
	}
	return out
}

// termSet gives the terms of a short text.
func (a Analyzer) termSet(lang core.Lang, text string) map[string]bool {
	out := map[string]bool{}
	for _, t := range tokens(text) {
		if !isStopWord(lang, t.word) {
			out[a.stem(lang, t)] = true
		}
	}
	return out
}
