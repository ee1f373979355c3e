package memoryhttp

import (
	"context"
	"slices"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// imageKey names an image of a page.
type imageKey struct {
	organisation core.ID
	version      string
	page, width  int
}

// images keeps the images that were drawn last, since people turn pages back and forth. It is bounded in number and
// in bytes, and forgets all of them when a document is erased.
type images struct {
	mu   sync.Mutex
	kept []keptImage // the one used last is last
	size int
}

type keptImage struct {
	key   imageKey
	image []byte
}

// Bounds of what is kept.
const (
	maxImages     = 32
	maxImageBytes = 24 << 20
)

// get gives a kept image, or draws it.
func (c *images) get(ctx context.Context, key imageKey, draw func(context.Context) ([]byte, error)) ([]byte, error) {
	if image := c.find(key); image != nil {
		return image, nil
	}
	image, err := draw(ctx)
	if err != nil {
		return nil, err
	}
	c.keep(key, image)
	return image, nil
}

func (c *images) find(key imageKey) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.IndexFunc(c.kept, func(k keptImage) bool { return k.key == key })
	if at < 0 {
		return nil
	}
	found := c.kept[at]
	c.kept = append(slices.Delete(c.kept, at, at+1), found)
	return found.image
}

func (c *images) keep(key imageKey, image []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = append(c.kept, keptImage{key, image})
	c.size += len(image)
	for len(c.kept) > maxImages || c.size > maxImageBytes {
		c.size -= len(c.kept[0].image)
		c.kept = slices.Delete(c.kept, 0, 1)
	}
}

// forget lets go of everything.
func (c *images) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept, c.size = nil, 0
}
