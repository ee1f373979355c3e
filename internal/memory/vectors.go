package memory

import (
	"context"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// vectorIndex holds the passage vectors of each organisation that asked, for one model, as one
// matrix: an exact scan loses no result under any filter. It follows the store by its revision, so
// that what another process adds is found and what it removes is gone.
type vectorIndex struct {
	store   Store
	resized func() // called after what it holds has changed
	mu      sync.Mutex
	spaces  map[core.ID]*space
}

// space is one organisation's matrix. Its lock is held while it is brought up to date, and shared by those who scan it.
type space struct {
	bytes  atomic.Int64 // that it holds, about
	mu     sync.RWMutex
	model  string
	loaded Revision
	rows   map[int64]int
	ids    []int64
	width  int
	blocks [][]float32 // of blockRows rows each: a matrix that grows is never copied
}

const blockRows = 1024

// scored is a passage and how near it is.
type scored struct {
	id    int64
	score float64
}

func newVectorIndex(store Store, resized func()) *vectorIndex {
	return &vectorIndex{store: store, resized: resized, spaces: map[core.ID]*space{}}
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

// held tells how many bytes the matrices take, about.
func (x *vectorIndex) held() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	all := 0
	for _, s := range x.spaces {
		all += int(s.bytes.Load())
	}
	return all
}

// forget drops an organisation's matrix, so that no erased vector stays in memory.
func (x *vectorIndex) forget(organisation core.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.spaces, organisation)
}

// erase takes passages out at once.
func (x *vectorIndex) erase(organisation core.ID, passages []int64) {
	x.mu.Lock()
	s := x.spaces[organisation]
	x.mu.Unlock()
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(passages)
	s.weigh()
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
	now, err := x.store.Revision(ctx, organisation)
	if err != nil {
		return nil, nil, 0, err
	}
	s.mu.RLock()
	if s.rows != nil && s.model == model && s.loaded == now {
		defer s.mu.RUnlock()
		near, exact, known = s.scan(query, in)
		return near, exact, known, nil
	}
	s.mu.RUnlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := x.follow(ctx, s, organisation, model); err != nil {
		return nil, nil, 0, err
	}
	near, exact, known = s.scan(query, in)
	return near, exact, known, nil
}

func (s *space) scan(query []float32, in scope) (near []scored, exact map[int64]float64, known int) {
	if s.width != len(query) {
		return nil, nil, 0
	}
	exact = make(map[int64]float64, len(in.also))
	for _, id := range in.also {
		if row, ok := s.rows[id]; ok {
			exact[id] = s.cosine(query, row)
		}
	}
	top := topScored{limit: in.limit}
	if in.only == nil {
		for _, part := range s.scanAll(query, in.limit) {
			for _, one := range part.heap {
				top.offer(one)
			}
		}
		return top.sorted(), exact, len(s.ids)
	}
	for _, id := range in.only {
		if row, ok := s.rows[id]; ok {
			top.offer(scored{id, s.cosine(query, row)})
		}
	}
	return top.sorted(), exact, len(s.ids)
}

// scanAll compares the query with every row, as many blocks at a time as there are processors: what is read from memory is more than
// one processor is given of it.
func (s *space) scanAll(query []float32, limit int) []topScored {
	parts := make([]topScored, min(len(s.blocks), runtime.GOMAXPROCS(0)))
	var next atomic.Int64
	var working sync.WaitGroup
	for i := range parts {
		parts[i].limit = limit
		working.Go(func() {
			top := topScored{limit: limit}
			for n := int(next.Add(1)) - 1; n < len(s.blocks); n = int(next.Add(1)) - 1 {
				block, ids := s.blocks[n], s.ids[n*blockRows:]
				for row := 0; len(block) > 0; row++ {
					top.offer(scored{ids[row], float64(dot(query, block[:s.width]))})
					block = block[s.width:]
				}
			}
			parts[i] = top
		})
	}
	working.Wait()
	return parts
}

func (s *space) cosine(query []float32, row int) float64 { return float64(dot(query, s.vector(row))) }

func (s *space) vector(row int) []float32 {
	at := row % blockRows * s.width
	return s.blocks[row/blockRows][at : at+s.width]
}

// follow brings the matrix up to the store's revision: what went is taken out, what is new is added.
func (x *vectorIndex) follow(ctx context.Context, s *space, organisation core.ID, model string) error {
	now, err := x.store.Revision(ctx, organisation)
	if err != nil {
		return err
	}
	if s.rows == nil || s.model != model || now.Change < s.loaded.Change {
		s.model, s.loaded = model, Revision{}
		s.rows, s.ids, s.width, s.blocks = map[int64]int{}, nil, 0, nil
	}
	if s.loaded == now {
		return nil
	}
	if now.Removal > s.loaded.Change {
		gone, err := goneOf(ctx, x.store, organisation, s.ids)
		if err != nil {
			return err
		}
		s.drop(gone)
	}
	defer x.resized()
	err = x.store.Vectors(ctx, organisation, model, s.loaded.Change, func(id int64, vector []float32) error {
		if s.put(id, vector); len(s.ids)%blockRows == 0 { // a long load makes much garbage: the heap's pace follows it
			s.weigh()
			x.resized()
		}
		return nil
	})
	if err != nil {
		s.rows = nil // half loaded: start again next time
		return err
	}
	s.loaded = now
	s.weigh()
	return nil
}

func (s *space) weigh() { s.bytes.Store(int64(len(s.ids)) * int64(s.width*4+vectorRow)) }

// vectorRow is what a row takes beside its vector.
const vectorRow = 48

// drop takes vectors out and leaves nothing of them: the last row takes the place of one that goes.
func (s *space) drop(ids []int64) {
	for _, id := range ids {
		row, ok := s.rows[id]
		if !ok {
			continue
		}
		last := len(s.ids) - 1
		moved := s.ids[last]
		copy(s.vector(row), s.vector(last))
		clear(s.vector(last))
		s.ids[row], s.rows[moved] = moved, row
		s.ids = s.ids[:last]
		delete(s.rows, id)
		block := &s.blocks[len(s.blocks)-1]
		if *block = (*block)[:len(*block)-s.width]; len(s.ids)%blockRows == 0 {
			s.blocks = s.blocks[:len(s.blocks)-1]
		}
	}
}

// put adds or replaces one vector. One of another width than the first is left out.
func (s *space) put(id int64, vector []float32) {
	if s.width == 0 {
		s.width = len(vector)
	}
	if len(vector) != s.width {
		return
	}
	if row, ok := s.rows[id]; ok {
		copy(s.vector(row), vector)
		return
	}
	s.rows[id] = len(s.ids)
	if len(s.ids)%blockRows == 0 {
		room := 0 // the first block grows with what a small memory holds
		if len(s.blocks) > 0 {
			room = blockRows * s.width
		}
		s.blocks = append(s.blocks, make([]float32, 0, room))
	}
	s.ids = append(s.ids, id)
	last := &s.blocks[len(s.blocks)-1]
	*last = append(*last, vector...)
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
