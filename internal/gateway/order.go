package gateway

import (
	"slices"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// bySize puts the smallest model first: it answers first. Unknown sizes come last.
func bySize(list []models.Model) {
	slices.SortStableFunc(list, func(a, b models.Model) int {
		switch {
		case a.Bytes == b.Bytes:
			return 0
		case a.Bytes == 0:
			return 1
		case b.Bytes == 0 || a.Bytes < b.Bytes:
			return -1
		}
		return 1
	})
}

// smaller returns the smaller of two caps, where zero means none.
func smaller(a, b int) int {
	if a == 0 || (b != 0 && b < a) {
		return b
	}
	return a
}

func mergeClasses(a, b []core.DataClass) []core.DataClass {
	merged := slices.Concat(a, b)
	slices.Sort(merged)
	return slices.Compact(merged)
}

func firstArticle(d charter.Decision) int {
	if len(d.Articles) == 0 {
		return 0
	}
	return d.Articles[0]
}
