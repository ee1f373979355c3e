package auditwal

import "cmp"

// Position is a place between two frames. The zero Position is before all of them.
type Position struct {
	Segment uint64
	Offset  int64
}

// Reaches reports whether p is at q or after it.
func (p Position) Reaches(q Position) bool { return compare(p, q) >= 0 }

func compare(p, q Position) int {
	return cmp.Or(cmp.Compare(p.Segment, q.Segment), cmp.Compare(p.Offset, q.Offset))
}
