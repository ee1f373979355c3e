package memory

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Looking for facts is most of what weighing a sentence costs, and most sentences have none of the kind that is asked. A look at the
// words of a sentence tells which patterns may find something in it; only those are tried.

// hint tells what kinds of words and signs a sentence has.
type hint uint32

const (
	hasDigit    hint = 1 << iota
	hasNumber        // a number in words
	hasOne           // un, une, one, single
	hasOnly          // aucun, seul, only
	hasMonth         // its name
	hasDateSign      // - or /
	hasUnit          // of time
	hasRhythm        // what returns: days of the week, chaque, mensuel
	hasNoon          // midi, minuit
	hasMoney         // its sign or its name
	hasShare         // %, cent, tiers, majorité
	hasBallot        // pour, contre, abstention
	hasUnanimity
	hasRole
	hasRoom // salle, hangar
)

// pattern is a regular expression with what a sentence needs for it to match: alone, or one and another one.
type pattern struct {
	*regexp.Regexp
	alone, one, other hint
}

func (p pattern) may(h hint) bool { return h&p.alone != 0 || (h&p.one != 0 && h&p.other != 0) }

// hintWords are the words behind each hint, folded. A word that stands for two has both.
func hintWords(h hint) string {
	switch h {
	case hasNumber:
		return `deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante soixante cent mille
			two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen twenty thirty forty fifty sixty hundred thousand`
	case hasOne:
		return `un une one single`
	case hasOnly:
		return `aucun aucune seul seule only`
	case hasMonth:
		return strings.Join(monthPairs(), " ")
	case hasUnit:
		return `jour jours semaine semaines mois an ans annee annees heure heures minute minutes trimestre trimestres
			day days week weeks month months year years hour hours quarter quarters`
	case hasRhythm:
		return `chaque tous every fois once lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday thursday friday saturday sunday
			mondays tuesdays wednesdays thursdays fridays saturdays sundays monthly annually weekly quarterly mensuel annuel trimestriel hebdomadaire`
	case hasNoon:
		return `midi minuit noon midnight`
	case hasMoney:
		return `dollar dollars euro euros cents kdollars keuros mdollars meuros`
	case hasShare:
		return `cent percent tiers quart quarts moitie third thirds quarter quarters half majorite majority unanimite unanimity unanimously`
	case hasBallot:
		return `pour contre abstention abstentions favor favour against`
	case hasUnanimity:
		return `unanimite unanimously`
	case hasRole:
		return `president presidente presidentadjoint presidenteadjoint tresorier tresoriere tresorerie secretaire directeur directrice coordonnateur
			coordonnatrice coordinateur coordinatrice administrateur administratrice administrateurs administratrices responsable conseil assemblee comite
			gerant gerante chair chairperson treasurer secretary director board coordinator manager committee bookkeeper member members membre membres`
	case hasRoom:
		return `salle hangar grange local entrepot bureau serre kiosque gymnase cafe centre`
	}
	return ""
}

// hinting gives the hints of words.
var hinting = sync.OnceValue(func() map[string]hint {
	out := map[string]hint{}
	for h := hasDigit; h <= hasRoom; h <<= 1 {
		for word := range strings.FieldsSeq(hintWords(h)) {
			out[word] |= h
		}
	}
	return out
})

// hintsOf looks at the words and signs of a sentence. It tells too much rather than too little.
func hintsOf(s string) hint {
	var all hint
	known := hinting()
	var room [24]byte
	word := room[:0]
	end := func() {
		all |= known[string(word)]
		for _, stem := range [...]string{"annuel", "hebdomadaire", "mensuel", "trimestriel"} { // « annuellement »
			if len(word) > len(stem) && string(word[:len(stem)]) == stem {
				all |= hasRhythm
			}
		}
		word = room[:0]
	}
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && (r|0x20 < 'a' || r|0x20 > 'z'):
			all |= signHint(r)
			end()
		case !unicode.IsLetter(r):
			all |= signHint(r)
			end()
		case len(word) < len(room):
			word = append(word, plainLetter(r))
		}
	}
	end()
	return all
}

func signHint(r rune) hint {
	switch {
	case isDigit(r):
		return hasDigit
	case r == '-' || r == '/':
		return hasDateSign
	case r == '$' || r == '€':
		return hasMoney
	case r == '%':
		return hasShare
	}
	return 0
}

// plainLetter gives the small letter without its accent; of what French and English do not write, anything.
func plainLetter(r rune) byte {
	if r < utf8.RuneSelf {
		return byte(r | 0x20)
	}
	switch unicode.ToLower(r) {
	case 'à', 'â', 'ä':
		return 'a'
	case 'ç':
		return 'c'
	case 'é', 'è', 'ê', 'ë':
		return 'e'
	case 'î', 'ï':
		return 'i'
	case 'ô', 'ö':
		return 'o'
	case 'ù', 'û', 'ü':
		return 'u'
	}
	return '?'
}
