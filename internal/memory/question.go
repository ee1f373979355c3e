package memory

import (
	"regexp"
	"strings"
)

// asked says what kind of thing a question wants to hear.
type asked byte

const (
	askedAnything asked = iota
	askedDate
	askedTime // of the day
	askedDuration
	askedMoney
	askedShare // a percentage or a fraction
	askedNumber
	askedVote
	askedPerson
	askedPlace
)

var (
	asksWhen     = regexp.MustCompile(`\b(quand|quelle date|quelles dates|quel jour|quelle annee|quel mois|when|what date|which date|what day|which day|what year|which year|date limite|echeance|deadline)\b`)
	asksTime     = regexp.MustCompile(`\b(quelle heure|quelles heures|what time)\b`)
	asksLong     = regexp.MustCompile(`\b(combien de (temps|jours?|mois|annees?|ans|semaines?|heures?|minutes?)|quel(le)? (est )?(la |le )?(delai|duree|preavis|periode)|delai|duree|preavis|how long|how many (days|weeks|months|years|hours|minutes)|notice period|how often|quelle frequence|frequence)\b`)
	asksMoney    = regexp.MustCompile(`\b(combien (coute|coutent|faut il payer|paie|paye|payer|gagne|recoit|verse|rapporte)|quel(le)?s? (est |etait |sont |sera )?(l |la |le |les |du |de )?(montants?|prix|couts?|budget|cotisation|tarif|salaire|loyer|somme|excedent|surplus|deficit|solde|frais|don|subvention|depenses?|recettes?|revenus?|tresorerie)|montant|prix|cout|cotisation|tarif|how much|what (is|was|are) the (\w+ )?(amount|price|cost|fee|fees|budget|salary|rate|rent|surplus|deposit|balance))\b`)
	asksShare    = regexp.MustCompile(`\b(quorum|pourcentage|pour cent|quel taux|quelle proportion|quelle part|quelle majorite|majorite|percentage|what percent|what share|what majority|what proportion)\b`)
	asksVote     = regexp.MustCompile(`\b((resultats?|issue) d(u|es) votes?|quel (a ete|est|fut) le (vote|resultat)|par quel vote|combien de voix|result of the vote|how many votes|(what|how) was the vote)\b`)
	asksNumber   = regexp.MustCompile(`\b(combien|nombre|temperature|how many|how much|number of|quel(le)? (est )?(l |la |le )?(age|numero|limite|plafond|seuil|taille|surface|superficie|maximum|minimum)|what (is|was) the (\w+ )?(number|limit|maximum|minimum|age|size))\b`)
	asksWho      = regexp.MustCompile(`\b(qui|quelle personne|quelles personnes|quel nom|quels membres|quel membre|who|whom|whose|which person|which people)\b`)
	asksWhere    = regexp.MustCompile(`(^ou |\b(a quel endroit|quel endroit|quel lieu|quelle adresse|quelle ville|quelle salle|quel pays|where|what address|which city|what city|which room|d ou)\b)`)
	whereAccent  = regexp.MustCompile(`(?i)(^|[\s,])où\b|(^|[\s,])où[\s-]`)
	asksYesOrHow = regexp.MustCompile(`^(comment|pourquoi|how (do|does|can|should|is|are|to)|why)\b`)
)

// whatIsAsked reads the question's words: quand → a date, combien → a number, qui → a person …
func whatIsAsked(question string) asked {
	q := strings.Map(func(r rune) rune {
		if isApostrophe(r) || r == '-' {
			return ' '
		}
		return r
	}, question)
	q = foldText(q)
	switch {
	case asksVote.MatchString(q):
		return askedVote
	case asksYesOrHow.MatchString(q):
		return askedAnything
	case asksTime.MatchString(q):
		return askedTime
	case asksLong.MatchString(q):
		return askedDuration
	case asksWhen.MatchString(q):
		return askedDate
	case asksShare.MatchString(q):
		return askedShare
	case asksMoney.MatchString(q):
		return askedMoney
	case asksNumber.MatchString(q):
		return askedNumber
	case asksWhere.MatchString(q) || whereAccent.MatchString(question):
		return askedPlace
	case asksWho.MatchString(q) && !strings.Contains(q, "ce qui"):
		return askedPerson
	}
	return askedAnything
}

var counted = regexp.MustCompile(`\b(?:combien d[e ]+|nombre d[e ]+|how many |number of )(?:l |la |les |the )?([a-z]{3,})`)

// countedNoun is the thing whose number is asked: « combien de membres » → "membre", roughly stemmed.
func countedNoun(question string) string {
	q := foldText(strings.Map(func(r rune) rune {
		if isApostrophe(r) {
			return ' '
		}
		return r
	}, question))
	if m := counted.FindStringSubmatch(q); m != nil {
		return stemPrefix(m[1])
	}
	return ""
}

var indirect = regexp.MustCompile(`\b(combien|comment|pourquoi|a quel(le)?s?|quel(le)?s? est|qui peut|how (long|much|many|often)|at what|who may|what happens|when to|where to)\b`)

// asksIndirectly tells a sentence that announces an answer without giving it: « cette politique dit combien de temps … ».
func asksIndirectly(sentence string) bool { return indirect.MatchString(foldText(sentence)) }
