package auditlog

import (
	"sync"

	"github.com/solidaire-coop/solidaire/internal/audit"
)

// handoffMost bounds the records held here. What does not fit is read back from its bytes.
const handoffMost = 4096

// handoff lends the background the records that were just appended, so that it need not parse their bytes.
// They are known by their key, which is fresh for each append.
type handoff struct {
	mu      sync.Mutex
	records map[audit.Key]audit.Record
}

func newHandoff() *handoff { return &handoff{records: make(map[audit.Key]audit.Record)} }

func (h *handoff) put(key audit.Key, r audit.Record) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.records) < handoffMost {
		h.records[key] = r
	}
}

// drop forgets a record whose append failed. If it was saved anyway, its bytes are read.
func (h *handoff) drop(key audit.Key) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.records, key)
}

// take returns the record that was sealed with the key.
func (h *handoff) take(s audit.Sealed) (audit.Record, error) {
	h.mu.Lock()
	r, ok := h.records[s.Key]
	delete(h.records, s.Key)
	h.mu.Unlock()
	if ok {
		return r, nil
	}
	return audit.ParseRecord(s.Record)
}
