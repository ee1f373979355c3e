package memory

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A fact is a span of a sentence that can answer one kind of question.
type fact struct {
	start, end int
	exact      bool // of the very kind asked, not a neighbour of it
}

const (
	digits   = `\d{1,3}(?:[\x{00a0}\x{202f} .,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?`
	frNumber = `deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt(?:[ -](?:et[ -])?\p{L}+)?|trente|quarante|cinquante|soixante|cent|mille`
	enNumber = `two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|twenty|thirty|forty|fifty|sixty|hundred|thousand`
	oneWord  = `un seul|une seule|une|un|one|a single`
	units    = `jours?|semaines?|mois|ans?|années?|heures?|minutes?|trimestres?|days?|weeks?|months?|years?|hours?|minutes?|quarters?`
	gap      = `[ \x{00a0}\x{202f}]*`
	gap1     = `[ \x{00a0}\x{202f}-]`
)

var (
	someDate = pattern{Regexp: regexp.MustCompile(`(?i)\b(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday|thursday|friday|saturday|sunday),? (?:le )?)?` +
		`(?:(?:1er|\d{1,2})(?:st|nd|rd|th)? (?:of )?(?:` + monthNames + `)\b(?:,? \d{4}\b)?|(?:` + monthNames + `) \d{1,2}(?:st|nd|rd|th)?\b(?:,? \d{4}\b)?|(?:` + monthNames + `) \d{4}\b|(?:19|20)\d{2}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4})`), one: hasDigit, other: hasMonth | hasDateSign}
	someYear     = pattern{Regexp: regexp.MustCompile(`\b(?:1[0-9]\d{2}|20\d{2})\b`), alone: hasDigit}
	someRhythm   = pattern{Regexp: regexp.MustCompile(`(?i)\b(?:chaque (?:année|mois|semaine|jour|printemps|automne|été|hiver|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|tous les (?:\p{L}+ )?(?:` + units + `|lundis|mardis|mercredis|jeudis|vendredis|samedis|dimanches)|every (?:\p{L}+ )?\p{L}+|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|mensuel\p{L}*|annuel\p{L}*|trimestriel\p{L}*|hebdomadaire\p{L}*|monthly|annually|weekly|quarterly|once a \p{L}+|une fois par \p{L}+)\b|(?:` + frNumber + `) fois par \p{L}+)`), alone: hasRhythm}
	someTime     = pattern{Regexp: regexp.MustCompile(`(?i)\b(?:\d{1,2}` + gap + `h(?:` + gap + `\d{2})?\b|\d{1,2}:\d{2}(?:` + gap + `[ap]\.?m\.?)?|\d{1,2}` + gap + `[ap]\.?m\.?|midi|minuit|noon|midnight)`), alone: hasDigit | hasNoon}
	someDuration = pattern{Regexp: regexp.MustCompile(`(?i)\b(?:(?:` + digits + `)|` + frNumber + `|` + enNumber + `|` + oneWord + `)(?:` + gap1 + `\(\d+\))?` + gap1 + `(?:` + units + `)\b`), one: hasDigit | hasNumber | hasOne, other: hasUnit}
	someMoney    = pattern{Regexp: regexp.MustCompile(`(?i)(?:(?:` + digits + `)` + gap + `(?:M|k)?` + gap + `(?:\$|€|(?:dollars?|euros?|cents)\b)|(?:CA)?[$€]` + gap + `(?:` + digits + `)|(?:` + frNumber + `|` + enNumber + `) (?:dollars?|euros?))`), one: hasDigit | hasNumber, other: hasMoney}
	someShare    = pattern{Regexp: regexp.MustCompile(`(?i)(?:(?:` + digits + `)` + gap + `(?:%|pour cent|percent|per cent)|\b(?:(?:les |la |le |un |une |a |one |two |three )?(?:deux[ -]tiers|trois[ -]quarts|tiers|quart|moitié|two[- ]thirds|three[- ]quarters|third|quarter|half)\b(?: plus une?)?|majorité (?:simple|absolue|des deux tiers|qualifiée)|simple majority|absolute majority|unanimité|unanimity|unanimously))`), alone: hasShare}
	someNumber   = pattern{Regexp: regexp.MustCompile(`(?i)(?:` + digits + `|\b(?:` + frNumber + `|` + enNumber + `|un seul|une seule|aucune?|only one)\b)`), alone: hasDigit | hasNumber | hasOnly}
	someVote     = pattern{Regexp: regexp.MustCompile(`(?i)\b(?:\d+|` + frNumber + `|` + enNumber + `|une?) (?:(?:voix|votes?|membres?|members?|in) )?(?:pour|contre|abstentions?|favou?r|against)\b|(?:à l[’'])?unanimité|unanimously`), alone: hasUnanimity, one: hasDigit | hasNumber | hasOne, other: hasBallot}
	someRole     = pattern{Regexp: regexp.MustCompile(`(?i)\b(?:(?:vice-)?président(?:e)?(?:-?adjoint)?|trésori(?:er|ère)|secrétaire(?: général)?|direct(?:eur|rice)(?: générale?)?|coordonnat(?:eur|rice)|coordinat(?:eur|rice)|administrat(?:eur|rice)s?|responsable(?: (?:des?|du|d’|d') ?(?:la |l’|l')?\p{L}+)?|conseil d[’']administration|assemblée générale|comité(?: (?:des?|du) \p{L}+| \p{L}+)?|gérante?|trésorerie|president|chair(?:person)?|treasurer|secretary|(?:executive |general )?director|board of directors|the board|coordinator|manager|committee|bookkeeper|members?|membres?)\b`), alone: hasRole}
	somePlace    = pattern{Regexp: regexp.MustCompile(`(?:\b\d{1,5},? (?:rue|avenue|boulevard|boul\.|chemin|route|rang|place|impasse|allée) [\p{L}’'. -]{2,40}|\b\d{1,5} \p{Lu}\p{L}+ (?:Street|Avenue|Road|St\.|Ave\.|Rd\.)|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b|\b(?:salle|hangar|grange|local|entrepôt|bureau|serre|kiosque|gymnase|café|centre)\b(?: [\p{L}’'-]+){1,4})`), alone: hasDigit | hasRoom}
	placeWords   = regexp.MustCompile(`(?:(?:^|[\s(])(?:à|À|au|aux|en|dans|chez|sur|in|at|from|near|to)|[àA] l[’']|[dD]ans l[’']) ?((?:la |le |les |l[’']|the )?\p{Lu}[\p{L}’'-]+(?:[ -](?:(?:de|du|des|la|le|sur|of|the|d[’'])[ -]?)*\p{Lu}[\p{L}’'-]+)*)`)
	someName     = regexp.MustCompile(`\p{Lu}[\p{Ll}’'-]+(?:[ -](?:(?:de|du|des|la|le|van|von|d[’']) ?)?(?:\p{Lu}\.|\p{Lu}[\p{L}’'-]+))+|\p{Lu}\p{Ll}+`)
)

// factsFor finds the spans of a sentence that can answer what is asked, in the order of trust.
func factsFor(what asked, sentence string) []fact {
	switch what {
	case askedDate:
		return collect(sentence, someDate, someRhythm, someYear, someDuration)
	case askedTime:
		return collect(sentence, someTime)
	case askedDuration:
		return collect(sentence, someDuration, someRhythm, someDate)
	case askedMoney:
		return collect(sentence, someMoney, someShare, someNumber)
	case askedShare:
		return collect(sentence, someShare, someNumber)
	case askedNumber:
		return outside(collect(sentence, someNumber, someShare), collect(sentence, someDate, someTime))
	case askedVote:
		return collect(sentence, someVote, someShare)
	case askedPerson:
		return append(namesIn(sentence), near(collect(sentence, someRole))...)
	case askedPlace:
		return append(collect(sentence, somePlace), groups(sentence, placeWords)...)
	}
	return nil
}

// collect gathers the matches of each pattern; the first pattern's are exact. A later pattern's
// match inside an earlier one is dropped.
func collect(s string, patterns ...pattern) []fact {
	var out []fact
	hints := hintsOf(s)
	for i, p := range patterns {
		if !p.may(hints) {
			continue
		}
		for _, m := range p.FindAllStringIndex(s, 50) {
			if m[1] > m[0] && !overlaps(out, m[0], m[1]) {
				out = append(out, fact{m[0], m[1], i == 0})
			}
		}
	}
	return out
}

var someOne = pattern{Regexp: regexp.MustCompile(`(?i)\b(?:` + oneWord + `)\b`), alone: hasOne}

// onesOf finds « un » and « une », which count only where the question says what is counted: « plus d’une procuration ».
func onesOf(s string) []fact { return collect(s, someOne) }

// outside drops the facts that stand inside others: the 12 of « 12 mars » counts nothing.
func outside(fs, others []fact) []fact {
	return slices.DeleteFunc(fs, func(f fact) bool { return overlaps(others, f.start, f.end) })
}

// near marks facts as neighbours of what is asked: a role names a person less well than a name does.
func near(fs []fact) []fact {
	for i := range fs {
		fs[i].exact = false
	}
	return fs
}

func groups(s string, re *regexp.Regexp) []fact {
	var out []fact
	for _, m := range re.FindAllStringSubmatchIndex(s, 50) {
		out = append(out, fact{m[2], m[3], true})
	}
	return out
}

func overlaps(fs []fact, start, end int) bool {
	for _, f := range fs {
		if start < f.end && f.start < end {
			return true
		}
	}
	return false
}

// namesIn finds proper names: two capitalised words in a row anywhere, one alone only inside a
// sentence, where a capital means something.
func namesIn(s string) []fact {
	var out []fact
	for _, m := range someName.FindAllStringIndex(s, 50) {
		start, end := m[0], m[1]
		if isStopWordAnywhere(fold(firstWord(s[start:end]))) {
			next := strings.IndexAny(s[start:end], " -")
			if next < 0 {
				continue
			}
			start += next + 1
		}
		first, _ := utf8.DecodeRuneInString(s[start:])
		alone := !strings.ContainsAny(s[start:end], " -")
		if !unicode.IsUpper(first) || (alone && opensSentence(s, start)) {
			continue
		}
		out = append(out, fact{start, end, true})
	}
	return out
}

func isStopWordAnywhere(word string) bool { return isFrenchStop(word) || isEnglishStop(word) }

func firstWord(s string) string {
	if i := strings.IndexAny(s, " -"); i >= 0 {
		return s[:i]
	}
	return s
}

// opensSentence tells whether only marks stand before a place in the sentence.
func opensSentence(s string, at int) bool {
	return strings.TrimFunc(s[:at], func(r rune) bool { return !unicode.IsLetter(r) && !isDigit(r) }) == ""
}
