package memory

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const monthNames = `janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre|` +
	`january|february|march|april|may|june|july|august|september|october|november|december`

var (
	dayMonthYear = regexp.MustCompile(`(?i)\b(1er|\d{1,2})(?:st|nd|rd|th)?[\s\x{00a0}\x{202f}]+(?:of[\s]+)?(` + monthNames + `)(?:,)?[\s\x{00a0}\x{202f}]+(\d{4})\b`)
	monthDayYear = regexp.MustCompile(`(?i)\b(` + monthNames + `)[\s\x{00a0}]+(\d{1,2})(?:st|nd|rd|th)?,?[\s\x{00a0}]+(\d{4})\b`)
	isoDate      = regexp.MustCompile(`\b((?:19|20)\d{2})-(\d{2})-(\d{2})\b`)
)

// monthPairs are the months in French and English, folded.
func monthPairs() []string {
	return []string{"janvier january", "fevrier february", "mars march", "avril april", "mai may", "juin june", "juillet july",
		"aout august", "septembre september", "octobre october", "novembre november", "decembre december"}
}

// monthOf gives the number of a month's name in French or English, 0 for another word.
func monthOf(name string) time.Month {
	name = fold(name)
	for i, pair := range monthPairs() {
		if fr, en, _ := strings.Cut(pair, " "); name == fr || name == en {
			return time.Month(i + 1)
		}
	}
	return 0
}

// aDate is a complete date found in a text.
type aDate struct {
	when       time.Time
	start, end int
}

// datesIn finds the complete dates of a text, in the order of their place.
func datesIn(text string) []aDate {
	var out []aDate
	add := func(re *regexp.Regexp, day, month, year int) {
		for _, m := range re.FindAllStringSubmatchIndex(text, 200) {
			part := func(i int) string { return text[m[2*i]:m[2*i+1]] }
			if when, ok := makeDate(part(year), part(month), part(day)); ok {
				out = append(out, aDate{when, m[0], m[1]})
			}
		}
	}
	add(dayMonthYear, 1, 2, 3)
	add(monthDayYear, 2, 1, 3)
	add(isoDate, 3, 2, 1)
	sortByStart(out)
	return out
}

func sortByStart(ds []aDate) {
	for i := range ds {
		for j := i; j > 0 && ds[j].start < ds[j-1].start; j-- {
			ds[j], ds[j-1] = ds[j-1], ds[j]
		}
	}
}

func makeDate(year, month, day string) (time.Time, bool) {
	y, _ := strconv.Atoi(year)
	m := monthOf(month)
	if n, err := strconv.Atoi(month); err == nil {
		m = time.Month(n)
	}
	d, _ := strconv.Atoi(strings.TrimSuffix(strings.ToLower(day), "er"))
	when := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return when, y >= 1500 && when.Day() == d && when.Month() == m
}

// statedWords announce the date that a document gives itself, strongest first.
func statedWords() []string {
	return []string{"en vigueur", "in force", "in effect", "effective", "mis a jour", "mise a jour", "updated",
		"modifie", "amended", "revise", "revised", "adopte", "adopted", "approuve", "approved", "tenue le", "tenu le",
		"held on", "date", "fait a", "signe", "signed"}
}

// StatedDate finds the date that a document states for itself near its beginning or its end:
// « adopté le 12 mars 2025 », "Effective January 1, 2025", or a date alone among its first lines.
// Zero when it states none. Of several dates announced by the same word the latest holds.
func StatedDate(text string) time.Time {
	head := text[:min(len(text), 3000)]
	tail := ""
	if len(text) > 4500 {
		tail = strings.ToValidUTF8(text[len(text)-1500:], " ")
	}
	atHead, atTail := introduced(head), introduced(tail)
	for _, word := range statedWords() {
		if when := announced(atHead, word); !when.IsZero() {
			return when
		}
		if when := announced(atTail, word); !when.IsZero() {
			return when
		}
	}
	for _, d := range datesIn(head[:min(len(head), 600)]) {
		if !ofALaw(head, d) {
			return d.when
		}
	}
	return time.Time{}
}

var lawBefore = regexp.MustCompile(`\b(loi|lois|decret|ordonnance|arrete|directive|reglement \(ue\)|act|law|code)\b[^.;]{0,60}$`)

// ofALaw tells the date of a law that a text rests on: « association régie par la loi du 1er juillet 1901 ».
func ofALaw(text string, d aDate) bool {
	return lawBefore.MatchString(foldText(text[max(0, d.start-80):d.start]))
}

var compactDate = regexp.MustCompile(`(?:^|\D)((?:19|20)\d{2})[-_.]?(\d{2})[-_.]?(\d{2})(?:\D|$)`)

// NamedDate finds the date in a file's name: « statuts-2015-04-11.md », "20240414.md". Zero when there is none.
func NamedDate(name string) time.Time {
	base := path.Base(name)
	if dates := datesIn(base); len(dates) > 0 {
		return dates[0].when
	}
	if m := compactDate.FindStringSubmatch(base); m != nil {
		if when, ok := makeDate(m[1], m[2], m[3]); ok {
			return when
		}
	}
	return time.Time{}
}

// introduction is a date and what stands before it in the same sentence, folded.
type introduction struct {
	when   time.Time
	before string
}

func introduced(text string) []introduction {
	var out []introduction
	for _, d := range datesIn(text) {
		before := text[max(0, d.start-80):d.start]
		if cut := strings.LastIndexAny(before, ".;\n|"); cut >= 0 {
			before = before[cut+1:]
		}
		out = append(out, introduction{d.when, foldText(before)})
	}
	return out
}

// announced gives the latest date that follows the word.
func announced(dates []introduction, word string) time.Time {
	var latest time.Time
	for _, d := range dates {
		if strings.Contains(d.before, word) && d.when.After(latest) {
			latest = d.when
		}
	}
	return latest
}

// foldText folds a whole phrase, keeping its spaces.
func foldText(s string) string { return fold(strings.Join(strings.Fields(s), " ")) }

// dateWords writes a date as the words by which people ask for it, in both languages; "" for none.
func dateWords(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.Itoa(t.Day()) + " " + monthPairs()[t.Month()-1] + " " + strconv.Itoa(t.Year())
}
