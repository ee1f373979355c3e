package memory

import (
	"context"
	"maps"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// wordIndex keeps the passages of each organisation that asks by their terms, in memory: a search by the words of a hundred
// thousand passages then costs a few milliseconds, where the full text of a database takes tens. It is drawn from the store and
// follows it by its revision, so that nothing is lost with it. A search brings it up to date itself where little is missing;
// otherwise the background does (Intake.Run, or Service.Prepare), and until it has, the store's full text answers.
type wordIndex struct {
	store   Store
	most    int           // bytes of memory, about, for all organisations together
	wake    chan struct{} // something is wanted
	resized func()        // called after what it holds has changed

	mu     sync.Mutex
	kept   map[core.ID]*wordSpace
	wanted map[core.ID]bool // to be brought up to date in the background
	turn   int              // counts searches
}

// wordSpace is one organisation's index.
type wordSpace struct {
	following sync.Mutex   // held by the one who brings it up to date
	bytes     atomic.Int64 // that it holds, about
	used      int          // turn of the last search; under the index's lock

	mu       sync.RWMutex // over what follows
	terms    *inverted
	loaded   Revision // that it holds all of
	purged   int64    // change up to which what went has been taken out
	tooLarge bool     // for the memory that it may take: the store answers
}

// WordBytes is what the terms of passages may take in memory where nothing else is said.
const WordBytes = 256 << 20

const (
	wordPage    = 500  // passages read from the store at a time
	wordsAtOnce = 1000 // passages that a search adds, or looks after, itself
	wordRounds  = 4    // times that a search passes over passages that went
)

func newWordIndex(store Store, most int, resized func()) *wordIndex {
	return &wordIndex{store: store, most: most, resized: resized, wake: make(chan struct{}, 1), kept: map[core.ID]*wordSpace{}, wanted: map[core.ID]bool{}}
}

func (x *wordIndex) space(organisation core.ID) *wordSpace {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.kept[organisation]
	if s == nil {
		s = &wordSpace{terms: newInverted()}
		x.kept[organisation] = s
	}
	x.turn++
	s.used = x.turn
	return s
}

// forget drops an organisation's index, so that no erased word stays in memory.
func (x *wordIndex) forget(organisation core.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.kept, organisation)
}

// erase takes passages out at once.
func (x *wordIndex) erase(organisation core.ID, passages []int64) {
	x.mu.Lock()
	s := x.kept[organisation]
	x.mu.Unlock()
	if s == nil {
		return
	}
	if !s.following.TryLock() { // somebody is adding passages just now, these perhaps
		x.forget(organisation)
		return
	}
	defer s.following.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.terms.drop(passages)
	s.bytes.Store(int64(s.terms.size))
}

// want asks the background to bring an organisation's index up to date.
func (x *wordIndex) want(organisation core.ID) {
	x.mu.Lock()
	x.wanted[organisation] = true
	x.mu.Unlock()
	wake(x.wake)
}

// prepareWanted brings up to date what searches asked for. What fails stays wanted.
func (x *wordIndex) prepareWanted(ctx context.Context) error {
	x.mu.Lock()
	wanted := slices.Sorted(maps.Keys(x.wanted))
	x.mu.Unlock()
	for _, organisation := range wanted {
		if err := x.prepare(ctx, organisation); err != nil {
			return err
		}
	}
	return nil
}

// prepare brings an organisation's index up to date, however long it takes.
func (x *wordIndex) prepare(ctx context.Context, organisation core.ID) error {
	x.mu.Lock()
	delete(x.wanted, organisation)
	x.mu.Unlock()
	s := x.space(organisation)
	s.following.Lock()
	defer s.following.Unlock()
	now, err := x.store.Revision(ctx, organisation)
	if err == nil {
		err = x.follow(ctx, organisation, s, now, math.MaxInt)
	}
	if err != nil {
		x.mu.Lock()
		x.wanted[organisation] = true
		x.mu.Unlock()
	}
	return err
}

// follow takes out what went and adds what came, at most so many passages of each; it goes on the next time where it stopped. The
// caller holds following.
func (x *wordIndex) follow(ctx context.Context, organisation core.ID, s *wordSpace, now Revision, most int) error {
	s.mu.RLock()
	loaded, purged, tooLarge, ids, after := s.loaded, s.purged, s.tooLarge, s.terms.ids, s.terms.last()
	s.mu.RUnlock()
	if tooLarge || (loaded == now && now.Removal <= purged) {
		return nil
	}
	defer x.resized()
	if now.Removal > purged && len(ids) <= most {
		gone, err := goneOf(ctx, x.store, organisation, ids)
		if err != nil {
			return err
		}
		s.purge(gone, now.Change)
	}
	for read := 0; read < most; read += wordPage {
		page, err := x.store.Shadows(ctx, organisation, after, wordPage)
		if err != nil {
			return err
		}
		if s.add(page) > x.most {
			s.giveUp()
			return nil
		}
		if len(page) < wordPage {
			s.reached(now)
			x.makeRoom(s)
			return nil
		}
		after = page[len(page)-1].ID
	}
	return nil
}

// add takes passages in and tells how many bytes the index holds.
func (s *wordSpace) add(page []Candidate) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range page {
		s.terms.add(c)
	}
	s.bytes.Store(int64(s.terms.size))
	return s.terms.size
}

func (s *wordSpace) purge(gone []int64, change int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.terms.drop(gone)
	s.bytes.Store(int64(s.terms.size))
	s.purged = change
}

// reached notes that all is here that the store had at that revision.
func (s *wordSpace) reached(now Revision) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded = now
}

// giveUp leaves an organisation to the store.
func (s *wordSpace) giveUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tooLarge, s.terms = true, newInverted()
	s.bytes.Store(0)
}

// goneOf tells which passages the store no longer has.
func goneOf(ctx context.Context, store Store, organisation core.ID, ids []int64) ([]int64, error) {
	var out []int64
	for chunk := range slices.Chunk(ids, wordPage) {
		living, err := store.Living(ctx, organisation, chunk)
		if err != nil {
			return nil, err
		}
		there := make(map[int64]bool, len(living))
		for _, id := range living {
			there[id] = true
		}
		for _, id := range chunk {
			if !there[id] {
				out = append(out, id)
			}
		}
	}
	return out, nil
}

// held tells how many bytes the index holds, about.
func (x *wordIndex) held() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	all := 0
	for _, s := range x.kept {
		all += int(s.bytes.Load())
	}
	return all
}

// makeRoom forgets the organisations that have not asked for longest, when all together hold too much.
func (x *wordIndex) makeRoom(but *wordSpace) {
	x.mu.Lock()
	defer x.mu.Unlock()
	all, sizes := 0, map[core.ID]int{}
	for organisation, s := range x.kept {
		sizes[organisation] = int(s.bytes.Load())
		all += sizes[organisation]
	}
	for all > x.most {
		var oldest core.ID
		for organisation, s := range x.kept {
			if s != but && (oldest == "" || s.used < x.kept[oldest].used) {
				oldest = organisation
			}
		}
		if oldest == "" {
			return
		}
		all -= sizes[oldest]
		delete(x.kept, oldest)
	}
}

// best gives the limit passages that score highest for a question, best first: of all, or of those in only. ready is false when the
// store has to answer instead.
func (x *wordIndex) best(ctx context.Context, organisation core.ID, q *question, only []int64, limit int) (top []scored, ready bool, err error) {
	now, err := x.store.Revision(ctx, organisation)
	if err != nil {
		return nil, false, err
	}
	s := x.space(organisation)
	certain, ready, err := x.current(ctx, organisation, s, now)
	if err != nil || !ready {
		return nil, false, err
	}
	without := map[int64]bool{}
	for range wordRounds {
		top = s.best(q, only, without, limit)
		if certain {
			return top, true, nil
		}
		gone, err := goneOf(ctx, x.store, organisation, idsOf(top))
		if err != nil {
			return nil, false, err
		}
		if len(gone) == 0 {
			return top, true, nil
		}
		for _, id := range gone {
			without[id] = true
		}
	}
	return nil, false, nil
}

func (s *wordSpace) best(q *question, only []int64, without map[int64]bool, limit int) []scored {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.terms.best(q.stats, q.sought, only, without, limit)
}

// current tells whether the index holds all that the store had at that revision, and whether it is certain to hold nothing that went
// before. Little that is missing it adds at once; where another search is adding it, the store answers.
func (x *wordIndex) current(ctx context.Context, organisation core.ID, s *wordSpace, now Revision) (certain, ready bool, err error) {
	certain, ready, missing := s.stands(now)
	if certain && ready {
		return true, true, nil
	}
	if missing <= wordsAtOnce && s.following.TryLock() {
		err := x.follow(ctx, organisation, s, now, wordsAtOnce)
		s.following.Unlock()
		if err != nil {
			return false, false, err
		}
		certain, ready, missing = s.stands(now)
	}
	if (!certain || !ready) && missing != never {
		x.want(organisation)
	}
	return certain, ready, nil
}

// never says that the passages of an organisation will not all be in the index.
const never = math.MaxInt

// stands compares the index with a revision of the store: how many passages are missing, about.
func (s *wordSpace) stands(now Revision) (certain, ready bool, missing int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.tooLarge {
		return false, false, never
	}
	return now.Removal <= s.purged, s.loaded == now, int(now.Passages) - len(s.terms.ids)
}

func idsOf(all []scored) []int64 {
	out := make([]int64, len(all))
	for i, one := range all {
		out[i] = one.id
	}
	return out
}
