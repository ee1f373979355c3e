package i18n

import "strings"

// The two spaces that hold words together.
const (
	nbsp  = "\u00a0" // no-break space
	nnbsp = "\u202f" // narrow no-break space
)

// canadianTypography turns French typography into the Canadian one: no space before ; ! ? and a
// full no-break space inside « ».
func canadianTypography(s string) string {
	if !strings.Contains(s, nnbsp) {
		return s
	}
	return strings.NewReplacer(
		nnbsp+";", ";", nnbsp+"!", "!", nnbsp+"?", "?",
		"«"+nnbsp, "«"+nbsp, nnbsp+"»", nbsp+"»", nnbsp+"%", nbsp+"%",
	).Replace(s)
}
