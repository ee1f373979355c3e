package memory

import "strings"

// tableStart gives the first row of the table that a row belongs to, -1 for what is no row or is
// that first row itself.
func (p StoredPassage) tableStart(i int) int {
	if p.Sentences[i].Kind != Row {
		return -1
	}
	first := i
	for first > 0 && p.Sentences[first-1].Kind == Row {
		first--
	}
	if first == i {
		return -1
	}
	return first
}

// goesOnFrom gives the sentence that a sentence goes on from: for a row the one that names its columns, else the one before.
func (p StoredPassage) goesOnFrom(i int) int {
	if first := p.tableStart(i); first >= 0 {
		return first
	}
	return i - 1
}

// announces tells the first row of a table with others under it: it names columns, as a heading names a section.
func (p StoredPassage) announces(i int) bool {
	return p.Sentences[i].Kind == Row && p.tableStart(i) < 0 && i+1 < len(p.Sentences) && p.Sentences[i+1].Kind == Row
}

// askedCell narrows a row to the cell whose column the question names, as a byte range of the row.
// Without such a column the range is the whole row.
func (p StoredPassage) askedCell(q *question, i int) (from, to int) {
	row := p.textOf(p.Sentences[i])
	first := p.tableStart(i)
	if first < 0 {
		return 0, len(row)
	}
	asked := pairWords(q.text)
	bestColumn, most := -1, 0
	for column, cell := range strings.Split(p.textOf(p.Sentences[first]), RowSeparator) {
		common := 0
		for word := range pairWords(cell) {
			if asked[word] {
				common++
			}
		}
		if common > most {
			bestColumn, most = column, common
		}
	}
	at := 0
	for column, cell := range strings.Split(row, RowSeparator) {
		if column == bestColumn && column > 0 {
			return at, at + len(cell)
		}
		at += len(cell) + len(RowSeparator)
	}
	return 0, len(row)
}

// pairWords are the words of a text by their rough stems, small words left out.
func pairWords(text string) map[string]bool {
	out := map[string]bool{}
	lang := LanguageOf(text)
	for _, t := range tokens(text) {
		if !isStopWord(lang, t.word) {
			out[stemPrefix(t.word)] = true
		}
	}
	return out
}
