package dlp

import "github.com/solidaire-coop/solidaire/internal/core"

// Classes lists what Scan can find.
func Classes() []core.DataClass {
	return []core.DataClass{core.DataSIN, core.DataCreditCard}
}

// Key is the translation key of the words for a class, with their article: « un numéro d’assurance
// sociale ».
func Key(class core.DataClass) string {
	switch class {
	case core.DataSIN:
		return "dlp.class.canadian_sin"
	case core.DataCreditCard:
		return "dlp.class.credit_card"
	}
	return "dlp.class.other"
}
