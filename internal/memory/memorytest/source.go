package memorytest

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Place is a source in memory that misbehaves on demand.
type Place struct {
	mu    sync.Mutex
	files map[string]string
	ids   map[string]string // identity by key
	Fault func(step, key string) error
	reads int
}

// NewPlace makes a source of keys and contents.
func NewPlace(pairs ...string) *Place {
	p := &Place{files: map[string]string{}, ids: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		p.files[pairs[i]] = pairs[i+1]
	}
	return p
}

// Put writes a file; "" removes it.
func (p *Place) Put(key, content string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if content == "" {
		delete(p.files, key)
		return
	}
	p.files[key] = content
}

// Identify gives a file an identity that it keeps.
func (p *Place) Identify(key, identity string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ids[key] = identity
}

// Move renames a file.
func (p *Place) Move(from, to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[to], p.ids[to] = p.files[from], p.ids[from]
	delete(p.files, from)
	delete(p.ids, from)
}

// SetFault makes steps fail: "connect", "list", "read"; nil lets them pass.
func (p *Place) SetFault(fault func(step, key string) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Fault = fault
}

// Reads counts the files read.
func (p *Place) Reads() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reads
}

func (p *Place) fault(step, key string) error {
	p.mu.Lock()
	fault := p.Fault
	p.mu.Unlock()
	if fault == nil {
		return nil
	}
	return fault(step, key)
}

// Kind names it.
func (p *Place) Kind() memory.SourceKind { return memory.Folder }

// Fields are its settings.
func (p *Place) Fields() []memory.Field {
	return []memory.Field{{Name: "path", Kind: memory.TextField, Required: true}, {Name: "password", Kind: memory.SecretField}}
}

// Connect always reaches it, unless it is to fail.
func (p *Place) Connect(context.Context, memory.Connection) (memory.Origin, error) {
	return p, p.fault("connect", "")
}

// Close does nothing.
func (p *Place) Close() error { return nil }

// List gives the files in order.
func (p *Place) List(_ context.Context, found func(memory.SourceItem) error) error {
	p.mu.Lock()
	var items []memory.SourceItem
	for key, content := range p.files {
		items = append(items, memory.SourceItem{Key: key, Path: key, Fingerprint: "f" + content[:min(20, len(content))] + content[max(0, len(content)-20):], Identity: p.ids[key]})
	}
	p.mu.Unlock()
	slices.SortFunc(items, func(a, b memory.SourceItem) int { return strings.Compare(a.Key, b.Key) })
	for _, item := range items {
		if err := p.fault("list", item.Key); err != nil {
			return err
		}
		if err := found(item); err != nil {
			return err
		}
	}
	return nil
}

// Read gives a file.
func (p *Place) Read(_ context.Context, item memory.SourceItem, known string) (memory.Content, error) {
	if err := p.fault("read", item.Key); err != nil {
		return memory.Content{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	content, there := p.files[item.Key]
	if !there {
		return memory.Content{}, core.E(core.NotFound, "errors.source_item_gone", nil)
	}
	p.reads++
	return memory.Content{Body: io.NopCloser(strings.NewReader(content))}, nil
}

// Listed gives what a source lists, by key.
func Listed(t testing.TB, o memory.Origin) map[string]memory.SourceItem {
	t.Helper()
	out := map[string]memory.SourceItem{}
	err := o.List(t.Context(), func(item memory.SourceItem) error {
		out[item.Key] = item
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Content reads an item of a source whole.
func Content(t testing.TB, o memory.Origin, item memory.SourceItem) (string, memory.Content) {
	t.Helper()
	content, err := o.Read(t.Context(), item, "")
	if err != nil {
		t.Fatal(err)
	}
	defer content.Body.Close()
	data, err := io.ReadAll(content.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), content
}
