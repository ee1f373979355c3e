package memory

import "strings"

// leadsTo lists the sentences that say what a sentence is about: the one before, the opening of its
// article, the first row of its table, the items that its item stands under.
func (p StoredPassage) leadsTo(i int) []int {
	out := make([]int, 0, 4)
	if i > 0 {
		out = append(out, i-1)
	}
	if opening := p.openingOf(i); opening >= 0 && opening != i-1 {
		out = append(out, opening)
	}
	if first := p.tableStart(i); first >= 0 {
		out = append(out, first)
	}
	for parent := p.parentOf(i); parent >= 0 && len(out) < 8; parent = p.parentOf(parent) {
		out = append(out, parent)
	}
	return out
}

// openingOf finds the sentence that opens the section of a sentence: the first after a heading, or
// the one that begins with « Article 16. ». -1 when the sentence is that one.
func (p StoredPassage) openingOf(i int) int {
	for j := i - 1; j >= 0; j-- {
		opens := j == 0 || p.Sentences[j-1].Kind == Heading || startsArticle(p.textOf(p.Sentences[j]))
		if p.Sentences[j].Kind == Heading {
			return -1
		}
		if opens {
			return j
		}
	}
	return -1
}

// parentOf finds the item under which an item stands, -1 when there is none.
func (p StoredPassage) parentOf(i int) int {
	if p.Sentences[i].Kind != Item {
		return -1
	}
	indent := p.indentOf(i)
	for j := i - 1; j >= 0 && indent > 0; j-- {
		if p.Sentences[j].Kind != Item {
			return j
		}
		if p.indentOf(j) < indent {
			return j
		}
	}
	return -1
}

// indentOf counts the spaces before the line of a sentence.
func (p StoredPassage) indentOf(i int) int {
	at := p.Sentences[i].Start - p.Start
	line := p.Text[strings.LastIndexByte(p.Text[:at], '\n')+1:]
	return len(line) - len(strings.TrimLeft(line, " "))
}
