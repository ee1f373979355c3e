package memory

import (
	"sort"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Progress is how far the reading of one file has come. It lives in memory only: a crash leaves the
// old version or the new one, and nothing to tidy up.
type Progress struct {
	Organisation core.ID
	Name         string
	State        State // Waiting, Reading, or Indexed while vectors are being made
	Done, Total  int   // passages with their vectors; 0, 0 before they are known
}

// work is the set of files in hand.
type work struct {
	mu    sync.Mutex
	next  int
	items map[int]Progress
}

// begin announces a file and gives the functions that report on it and end it.
func (w *work) begin(organisation core.ID, name string) (report func(state State, done, total int), end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.items == nil {
		w.items = map[int]Progress{}
	}
	w.next++
	key := w.next
	w.items[key] = Progress{Organisation: organisation, Name: name, State: Waiting}
	report = func(state State, done, total int) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.items[key] = Progress{organisation, name, state, done, total}
	}
	end = func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.items, key)
	}
	return report, end
}

// Progress lists the files in hand, by organisation and name.
func (s *Service) Progress() []Progress {
	s.work.mu.Lock()
	defer s.work.mu.Unlock()
	out := make([]Progress, 0, len(s.work.items))
	for _, p := range s.work.items {
		out = append(out, p)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Organisation != out[j].Organisation {
			return out[i].Organisation < out[j].Organisation
		}
		return out[i].Name < out[j].Name
	})
	return out
}

// merge shows the files in hand among the documents: a known one changes state, a new one is added.
func (w *work) merge(organisation core.ID, docs []Document) []Document {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.items {
		if p.Organisation != organisation || p.State == Indexed {
			continue
		}
		at := sort.Search(len(docs), func(i int) bool { return docs[i].Name >= p.Name })
		if at < len(docs) && docs[at].Name == p.Name {
			docs[at].State, docs[at].Problem = p.State, nil
			continue
		}
		docs = append(docs, Document{})
		copy(docs[at+1:], docs[at:])
		docs[at] = Document{Organisation: organisation, Name: p.Name, Title: titleOf(p.Name), State: p.State}
	}
	return docs
}

// keyedLocks lets one file of one name be read at a time.
type keyedLocks struct {
	mu    sync.Mutex
	locks map[string]*countedLock
}

type countedLock struct {
	sync.Mutex
	users int
}

func (k *keyedLocks) lock(key string) (unlock func()) {
	k.mu.Lock()
	if k.locks == nil {
		k.locks = map[string]*countedLock{}
	}
	l := k.locks[key]
	if l == nil {
		l = &countedLock{}
		k.locks[key] = l
	}
	l.users++
	k.mu.Unlock()
	l.Lock()
	return func() {
		l.Unlock()
		k.mu.Lock()
		defer k.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(k.locks, key)
		}
	}
}
