package memory

import (
	"regexp"
	"time"
)

var (
	inMonth   = regexp.MustCompile(`\b(` + monthNames + `)[\s\x{00a0}]+((?:19|20)\d{2})\b`)
	beforeDay = regexp.MustCompile(`\b(avant|before|jusqu en|until)\b`)
	aText     = regexp.MustCompile(`\b(statuts?|reglements?|politiques?|charte|chartes|version|versions|bylaws?|policy|policies|rules?|convention|guide|procedure|regles?)\b`)
	theFirst  = regexp.MustCompile(`\b(premiers?|premieres?|originels?|d origine|initiaux|first|original)\b`)
)

// asOf is the day that a question asks about, when it asks what a text said then: « que disaient les statuts en juin
// 2023 ? » is the last day of June 2023. Zero when it asks about today.
func asOf(question string) time.Time {
	folded := foldText(question)
	if !aText.MatchString(folded) {
		return time.Time{}
	}
	before := beforeDay.MatchString(folded)
	if dates := datesIn(question); len(dates) > 0 {
		return dayOf(dates[0].when, before)
	}
	if m := inMonth.FindStringSubmatch(folded); m != nil {
		if when, ok := makeDate(m[2], m[1], "1"); ok {
			if before {
				return when.AddDate(0, 0, -1)
			}
			return when.AddDate(0, 1, -1)
		}
	}
	if years := yearsIn(question); len(years) > 0 {
		if when, ok := makeDate(years[0], "1", "1"); ok {
			if before {
				return when.AddDate(0, 0, -1)
			}
			return when.AddDate(1, 0, -1)
		}
	}
	if theFirst.MatchString(folded) {
		return time.Unix(0, 0).UTC() // before any edition: the first one
	}
	return time.Time{}
}

func dayOf(when time.Time, before bool) time.Time {
	if before {
		return when.AddDate(0, 0, -1)
	}
	return when
}
