package memory

import (
	"context"
	"sort"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// vectorIndex holds the passage vectors of each organisation that asked, for one model, as one
// matrix: an exact scan loses no result under any filter. It follows the store by its revision, so
// that what another process adds is found and what it removes is gone.
type vectorIndex struct {
	store  Store
	mu     sync.Mutex
	spaces map[core.ID]*space
}

// space is one organisation's matrix. Its lock is held while it is brought up to date or scanned.
type space struct {
	mu     sync.Mutex
	model  string
	loaded Revision
	rows   map[int64]int
	ids    []int64
	width  int
	matrix []float32
}

// scored is a passage and how near it is.
type scored struct {
	id    int64
	score float64
}

func newVectorIndex(store Store) *vectorIndex {
	return &vectorIndex{store: store, spaces: map[core.ID]*space{}}
}

func (x *vectorIndex) space(organisation core.ID) *space {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.spaces[organisation]
	if s == nil {
		s = &space{}
		x.spaces[organisation] = s
	}
	return s
}

// forget drops an organisation's matrix, so that no erased vector stays in memory.
func (x *vectorIndex) forget(organisation core.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.spaces, organisation)
}

// scope says what a scan is for.
type scope struct {
	limit int
	also  []int64 // whose exact cosine is wanted whatever their rank
	only  []int64 // the passages to look at; nil: all
}

// nearest scans the organisation's matrix, or the part of it that the scope leaves: the best by cosine, best first, then
// the exact cosine of the passages in also, and how many passages have vectors. What a filter leaves out is never
// compared, so that no filter loses a result.
func (x *vectorIndex) nearest(ctx context.Context, organisation core.ID, model string, query []float32, in scope) (near []scored, exact map[int64]float64, known int, err error) {
	s := x.space(organisation)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.follow(ctx, x.store, organisation, model); err != nil {
		return nil, nil, 0, err
	}
	if s.width != len(query) {
		return nil, nil, 0, nil
	}
	exact = make(map[int64]float64, len(in.also))
	for _, id := range in.also {
		if row, ok := s.rows[id]; ok {
			exact[id] = s.cosine(query, row)
		}
	}
	top := topScored{limit: in.limit}
	if in.only == nil {
		for row, id := range s.ids {
			top.offer(scored{id, s.cosine(query, row)})
		}
		return top.sorted(), exact, len(s.ids), nil
	}
	for _, id := range in.only {
		if row, ok := s.rows[id]; ok {
			top.offer(scored{id, s.cosine(query, row)})
		}
	}
	return top.sorted(), exact, len(s.ids), nil
}

func (s *space) cosine(query []float32, row int) float64 {
	return float64(dot(query, s.matrix[row*s.width:(row+1)*s.width]))
}

// follow brings the matrix up to the store's revision: by what is new, or whole after a removal.
func (s *space) follow(ctx context.Context, store Store, organisation core.ID, model string) error {
	now, err := store.Revision(ctx, organisation)
	if err != nil {
		return err
	}
	if s.rows == nil || s.model != model || now.Removal > s.loaded.Change || now.Change < s.loaded.Change {
		s.model, s.loaded = model, Revision{}
		s.rows, s.ids, s.width, s.matrix = map[int64]int{}, nil, 0, nil
	}
	if s.loaded == now {
		return nil
	}
	if err := store.Vectors(ctx, organisation, model, s.loaded.Change, s.put); err != nil {
		s.rows = nil // half loaded: start again next time
		return err
	}
	s.loaded = now
	return nil
}

// put adds or replaces one vector. One of another width than the first is left out.
func (s *space) put(id int64, vector []float32) error {
	if s.width == 0 {
		s.width = len(vector)
	}
	if len(vector) != s.width {
		return nil
	}
	if row, ok := s.rows[id]; ok {
		copy(s.matrix[row*s.width:], vector)
		return nil
	}
	s.rows[id] = len(s.ids)
	s.ids = append(s.ids, id)
	s.matrix = append(s.matrix, vector...)
	return nil
}

// dot multiplies two vectors of one length; four sums let the processor work ahead.
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

// topScored keeps the limit highest of all that it is offered: a heap with the least on top. Sorting a hundred thousand
// scores to keep a hundred took longer than comparing the vectors.
type topScored struct {
	limit int
	heap  []scored
}

// above orders by score, equals by their ids.
func (a scored) above(b scored) bool {
	if a.score != b.score {
		return a.score > b.score
	}
	return a.id < b.id
}

func (t *topScored) offer(one scored) {
	if len(t.heap) < t.limit {
		t.heap = append(t.heap, one)
		for i := len(t.heap) - 1; i > 0 && t.heap[(i-1)/2].above(t.heap[i]); i = (i - 1) / 2 {
			t.heap[i], t.heap[(i-1)/2] = t.heap[(i-1)/2], t.heap[i]
		}
		return
	}
	if t.limit == 0 || !one.above(t.heap[0]) {
		return
	}
	t.heap[0] = one
	for i := 0; ; {
		least := i
		for _, child := range []int{2*i + 1, 2*i + 2} {
			if child < len(t.heap) && t.heap[least].above(t.heap[child]) {
				least = child
			}
		}
		if least == i {
			return
		}
		t.heap[i], t.heap[least] = t.heap[least], t.heap[i]
		i = least
	}
}

// sorted gives what was kept, best first.
func (t *topScored) sorted() []scored {
	sort.Slice(t.heap, func(i, j int) bool { return t.heap[i].above(t.heap[j]) })
	return t.heap
}

// best gives the limit highest, best first.
func best(all []scored, limit int) []scored {
	top := topScored{limit: limit}
	for _, one := range all {
		top.offer(one)
	}
	return top.sorted()
}
