package memory

import (
	"regexp"
	"strings"
)

// Some questions are answered by a turn of phrase rather than by a name or a figure: « pourquoi » by « afin de »,
// « comment » by « grâce à ».
var (
	asksWhy  = regexp.MustCompile(`\b(pourquoi|pour quelles? raisons?|quelles? (est|sont|etait|etaient|fut) (la |les )?(raisons?|causes?|motifs?)|why|what (is|was) the reason)\b`)
	asksAim  = regexp.MustCompile(`\b(a quoi (sert|servent|servait)|dans quel but|quel(le)? (est|etait|fut) (le but|l objectif|la fonction|le role|la mission)|what is the (purpose|role|aim))\b`)
	asksThen = regexp.MustCompile(`\b(consequences?|effets?|que se passe|qu arrive|what happens|effects?)\b`)
	asksHow  = regexp.MustCompile(`^(comment|de quelle (maniere|facon)|how (do|does|did|can|is|are|was|were))\b`)
	asksWhat = regexp.MustCompile(`\b(qu est ce qu(e|) (un|une|l|le|la|les)|que signifie|que designe|definition|what is an?|what does)\b`)

	cueWhy  = regexp.MustCompile(`\b(parce qu|car\b|puisqu|afin d|afin qu|pour (qu|[a-z]+(er|ir|re)\b)|en raison|a cause|grace a|du fait|etant donne|suite a|du a|due a|dus a|because|since\b|in order to|due to|so that)`)
	cueAim  = regexp.MustCompile(`\b(sert|servent|servait|permet|permettent|afin d|pour\b|but\b|objectif|fonction|role|mission|vise|used to|purpose|aims?\b)`)
	cueThen = regexp.MustCompile(`\b(entrain|provoq|condui|caus|permet|ainsi|donc\b|alors\b|des lors|a la suite|resulte|aboutit|vaut|leads?|therefore|then\b)`)
	cueHow  = regexp.MustCompile(`\b(en [a-z]+ant\b|par (le|la|les|un|une|l)\b|grace a|a l.aide|au moyen|via\b|avec\b|by\b|through\b|using\b|must\b|doit\b|doivent\b)`)
	cueWhat = regexp.MustCompile(`\b(est un|est une|sont des|est le|est la|designe|signifie|definit|appele|nomme|c.est[ -]a[ -]dire|is an?\b|are\b|means)`)
)

// cueOf gives the turns of phrase that answer a question, nil when it asks for none in particular.
func cueOf(question string) *regexp.Regexp {
	q := foldText(strings.Map(func(r rune) rune {
		if isApostrophe(r) || r == '-' {
			return ' '
		}
		return r
	}, question))
	switch {
	case asksWhy.MatchString(q):
		return cueWhy
	case asksAim.MatchString(q):
		return cueAim
	case asksThen.MatchString(q):
		return cueThen
	case asksHow.MatchString(q):
		return cueHow
	case asksWhat.MatchString(q):
		return cueWhat
	}
	return nil
}
