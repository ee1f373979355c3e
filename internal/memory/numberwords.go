package memory

import (
	"strconv"
	"strings"
	"sync"
)

// spelledNumbers finds the numbers from two to ninety-nine that a text writes in words, in French or in English. One is left out:
// it is an article too.
func spelledNumbers(text string) []token {
	values := numberNames()
	words := tokens(text)
	var out []token
	for i := 0; i < len(words); {
		size, value := longestNumber(values, words[i:])
		if size == 0 {
			i++
			continue
		}
		out = append(out, token{word: strconv.Itoa(value), start: words[i].start, end: words[i+size-1].end, number: true})
		i += size
	}
	return out
}

// maxNumberWords is how many words a number is written in: « quatre vingt dix neuf ».
const maxNumberWords = 4

func longestNumber(values map[string]int, words []token) (size, value int) {
	var name strings.Builder
	for n, t := range words[:min(len(words), maxNumberWords)] {
		if t.number {
			break
		}
		name.WriteString(" " + t.word)
		if v, ok := values[name.String()[1:]]; ok {
			size, value = n+1, v
		}
	}
	return size, value
}

// numberNames gives the numbers by their names, folded, parts between spaces. It is made once and never changed.
var numberNames = sync.OnceValue(func() map[string]int {
	out := map[string]int{}
	small := strings.Fields("zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix_sept dix_huit dix_neuf")
	for n := 2; n < 20; n++ {
		out[strings.ReplaceAll(small[n], "_", " ")] = n
	}
	for i, ten := range strings.Fields("vingt trente quarante cinquante soixante") {
		out[ten] = 10 * (i + 2)
		for n := 1; n < 10; n++ {
			out[ten+" "+small[n]] = 10*(i+2) + n
		}
		out[ten+" et un"], out[ten+" et une"] = 10*(i+2)+1, 10*(i+2)+1
	}
	for n := 10; n < 20; n++ {
		out["soixante "+strings.ReplaceAll(small[n], "_", " ")] = 60 + n
		out["quatre vingt "+strings.ReplaceAll(small[n], "_", " ")] = 80 + n
	}
	for n := 1; n < 10; n++ {
		out["quatre vingt "+small[n]] = 80 + n
	}
	out["soixante et onze"], out["quatre vingt"], out["quatre vingts"] = 71, 80, 80

	english := strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	for n := 2; n < 20; n++ {
		out[english[n]] = n
	}
	for i, ten := range strings.Fields("twenty thirty forty fifty sixty seventy eighty ninety") {
		out[ten] = 10 * (i + 2)
		for n := 1; n < 10; n++ {
			out[ten+" "+english[n]] = 10*(i+2) + n
		}
	}
	return out
})
