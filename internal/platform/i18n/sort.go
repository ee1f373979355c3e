package i18n

import (
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Sort puts items in the order of their names as the language sorts: accents and case decide last,
// and numbers by value.
func Sort[T any](l *Localizer, items []T, name func(T) string) {
	order := collate.New(language.Make(string(l.lang)), collate.Numeric)
	slices.SortStableFunc(items, func(a, b T) int { return order.CompareString(name(a), name(b)) })
}
