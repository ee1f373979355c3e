package memory

import (
	"maps"
	"strings"
	"time"
)

// Two documents often say the same thing because one took the place of the other. The newest speaks,
// unless the question asks for an older one.

// agingYears is the difference of age that counts fully.
const agingYears = 8

// newest is the latest date of the passages, zero when none has one.
func newest(passages []StoredPassage) time.Time {
	var latest time.Time
	for _, p := range passages {
		if p.Dated.After(latest) {
			latest = p.Dated
		}
	}
	return latest
}

// recency is 1 for the newest document and falls to 0 with age; unknown dates stand in the middle.
func (p StoredPassage) recency(latest time.Time) float64 {
	if p.Dated.IsZero() || latest.IsZero() {
		return 0.5
	}
	return max(0, 1-latest.Sub(p.Dated).Hours()/(24*365*agingYears))
}

// archived tells a document that another one took the place of, or that lies in a folder for what no longer holds.
func (p StoredPassage) archived() bool {
	if p.Superseded {
		return true
	}
	for _, word := range tokens(p.Name) {
		switch word.word {
		case "ancien", "anciens", "ancienne", "anciennes", "archive", "archives", "archived", "old", "obsolete", "obsoletes",
			"superseded", "abroge", "abroges", "perime", "perimes":
			return true
		}
	}
	return false
}

// asksThePast tells a question about what held before: it names a year or says so.
func asksThePast(question string) bool {
	for _, t := range tokens(question) {
		switch t.word {
		case "ancien", "anciens", "ancienne", "anciennes", "premier", "premiers", "premiere", "premieres", "avant", "autrefois",
			"jadis", "historique", "origine", "old", "former", "first", "previous", "previously", "before", "original":
			return true
		}
	}
	return len(yearsIn(question)) > 0
}

// yearsIn lists the years that a text names.
func yearsIn(text string) []string {
	var out []string
	for _, t := range tokens(text) {
		if t.number && len(t.word) == 4 && (strings.HasPrefix(t.word, "19") || strings.HasPrefix(t.word, "20")) {
			out = append(out, t.word)
		}
	}
	return out
}

// ofYear is 1 when the passage, its headings, its name or its date holds a year of the question.
func (p StoredPassage) ofYear(years []string) float64 {
	for _, y := range years {
		if strings.Contains(p.Text, y) || strings.Contains(p.Context, y) || strings.Contains(p.Name, y) ||
			(!p.Dated.IsZero() && p.Dated.Format("2006") == y) {
			return 1
		}
	}
	return 0
}

// distinct drops passages that say the same as one before them: of two with nearly the same words and the same figures the better
// ranked keeps its place and, unless the question is about the past, the more current its text; and a passage whose sentences
// were nearly all said is dropped, however differently two formats of a text were cut.
func distinct(hits []hit, passages []StoredPassage, past bool) ([]hit, []StoredPassage) {
	var keptHits []hit
	var kept []StoredPassage
	var sets []map[string]bool
	said := map[string]bool{}
next:
	for i, p := range passages {
		set := wordSet(p.words)
		for j := range kept {
			if !alike(set, sets[j]) {
				continue
			}
			if !past && p.supersedes(kept[j]) {
				kept[j], sets[j] = p, set
			}
			continue next
		}
		sentences := p.sayings()
		if saidAlready(sentences, said) {
			continue
		}
		maps.Copy(said, sentences)
		keptHits, kept, sets = append(keptHits, hits[i]), append(kept, p), append(sets, set)
	}
	return keptHits, kept
}

func (p StoredPassage) supersedes(o StoredPassage) bool {
	if p.archived() != o.archived() {
		return o.archived()
	}
	return p.Dated.After(o.Dated)
}

// sayings are the sentences of at least four words, folded to their words.
func (p StoredPassage) sayings() map[string]bool {
	out := map[string]bool{}
	for _, s := range p.Sentences {
		if words := p.wordsOf(s); len(words) >= 4 {
			out[joined(words)] = true
		}
	}
	return out
}

// wordSet holds words and numbers.
func wordSet(words []token) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, t := range words {
		out[t.word] = true
	}
	return out
}

// alike tells two sets of words of which nine in ten are common, and every number: « 10 € » and « 25 € » are not the same matter.
func alike(a, b map[string]bool) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a)*10 < len(b)*9 || len(a) < 5 {
		return false
	}
	common, missed := 0, 0
	for w := range a {
		switch {
		case b[w]:
			common++
		case isDigit(rune(w[0])):
			return false
		default:
			if missed++; (len(a)-missed)*10 < len(b)*9 {
				return false
			}
		}
	}
	for w := range b {
		if !a[w] && isDigit(rune(w[0])) {
			return false
		}
	}
	return common*10 >= len(b)*9
}

// saidAlready tells a passage of several sentences of which nine in ten were said.
func saidAlready(sentences, said map[string]bool) bool {
	again := 0
	for s := range sentences {
		if said[s] {
			again++
		}
	}
	return len(sentences) > 1 && again*10 >= len(sentences)*9
}
