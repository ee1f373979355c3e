package memory

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// JoinWrapped joins the lines of a block that a page's width has cut, for formats that keep lines
// and not paragraphs. width measures a line. A line goes on in the next when it is nearly as wide as
// the widest and the next opens neither a list item nor an article. A word cut by a hyphen is mended.
func JoinWrapped(lines []string, width func(string) int) []string {
	widest := 0
	for _, l := range lines {
		widest = max(widest, width(l))
	}
	var out, block []string
	full := false // the line before was cut by the width
	for i, l := range lines {
		opens := i == 0 || itemMarker(l) > 0 || startsArticle(l)
		if opens || !(full || continuesLine(lines[i-1], l)) {
			out = appendJoined(out, block)
			block = block[:0]
		}
		block = append(block, l)
		full = widest >= wrapWidth && width(l)*10 >= widest*7
	}
	return appendJoined(out, block)
}

func appendJoined(out, block []string) []string {
	if len(block) == 0 {
		return out
	}
	return append(out, Join(block...))
}

// wrapWidth is the least width at which lines are taken for cut ones.
const wrapWidth = 45

// continuesLine tells by words alone that a line is the end of the one before.
func continuesLine(before, l string) bool {
	first, _ := utf8.DecodeRuneInString(l)
	last, _ := utf8.DecodeLastRuneInString(before)
	return unicode.IsLower(first) && (unicode.IsLower(last) || last == ',' || last == '-' || last == '\u00ad')
}

// Join puts lines together as one, and mends the words that were cut between them.
func Join(lines ...string) string {
	var b strings.Builder
	before := ""
	for i, l := range lines {
		if i > 0 {
			kept, between := joint(before, l)
			b.WriteString(kept + between)
		}
		before = l
	}
	b.WriteString(before)
	return b.String()
}

// joint gives what stays of a line before its continuation, and what stands between them.
func joint(before, after string) (kept, between string) {
	if stem, ok := strings.CutSuffix(before, "\u00ad"); ok {
		return stem, ""
	}
	for _, hyphen := range []string{"-", "‐"} {
		stem, ok := strings.CutSuffix(before, hyphen)
		last, _ := utf8.DecodeLastRuneInString(stem)
		first, _ := utf8.DecodeRuneInString(after)
		switch {
		case !ok || !unicode.IsLetter(last) || !unicode.IsLetter(first):
		case unicode.IsUpper(first) || keepsHyphen(stem, after):
			return stem, "-"
		default:
			return stem, ""
		}
	}
	return before, " "
}

// keepsHyphen knows the French inversions and compounds that keep theirs: « peut-être », « doit-elle ».
func keepsHyphen(stem, after string) bool {
	last := fold(stem[strings.LastIndexAny(stem, " \u00a0'’(")+1:])
	first := fold(strings.TrimRight(strings.SplitN(after, " ", 2)[0], ".,;:!?"))
	switch first {
	case "il", "ils", "elle", "elles", "on", "je", "tu", "nous", "vous", "ce", "ci", "la", "meme", "memes", "t", "y", "en", "etre":
		return true
	}
	switch last {
	case "vice", "non", "sous", "mi", "demi", "ex", "contre", "au", "par", "rendez", "compte", "comptes", "proces", "self", "co", "well", "long", "short":
		return true
	}
	return strings.ContainsAny(last, "-/@") // so do addresses
}
