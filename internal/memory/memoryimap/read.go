package memoryimap

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Read fetches a message whole, and leaves it unread.
func (b *box) Read(ctx context.Context, item memory.SourceItem, known string) (memory.Content, error) {
	if known == item.Key {
		item.Size = 0 // only whether it is still there is asked
	}
	validity, uid, mailbox, err := parseKey(item.Key)
	if err != nil {
		return memory.Content{}, err
	}
	if item.Size > memory.MaxFileBytes {
		return memory.Content{}, core.E(core.TooLarge, "errors.memory_file_large", core.Args{"Size": memory.MaxFileBytes})
	}
	defer context.AfterFunc(ctx, func() { b.conn.Close() })()
	b.mu.Lock()
	defer b.mu.Unlock()
	now, err := b.open(ctx, mailbox)
	if err != nil {
		return memory.Content{}, err
	}
	if now != validity { // the server numbers its messages anew: no message has this key any more
		return memory.Content{}, core.E(core.NotFound, "errors.source_item_gone", nil)
	}
	options := &imap.FetchOptions{UID: true}
	if known != item.Key {
		options.BodySection = []*imap.FetchItemBodySection{{Peek: true}}
	}
	data, there, err := b.fetch(ctx, uid, options)
	switch {
	case err != nil:
		return memory.Content{}, err
	case !there:
		return memory.Content{}, core.E(core.NotFound, "errors.source_item_gone", nil)
	case known == item.Key:
		return memory.Content{Unchanged: true}, nil
	}
	return memory.Content{Body: io.NopCloser(bytes.NewReader(data))}, nil
}

func parseKey(key string) (validity uint32, uid imap.UID, mailbox string, err error) {
	parts := strings.SplitN(key, ";", 3)
	if len(parts) == 3 {
		v, errV := strconv.ParseUint(parts[0], 10, 32)
		u, errU := strconv.ParseUint(parts[1], 10, 32)
		if errV == nil && errU == nil {
			return uint32(v), imap.UID(u), parts[2], nil
		}
	}
	return 0, 0, "", core.E(core.NotFound, "errors.source_item_gone", nil)
}

// fetch reads one message, up to one byte more than a file may have.
func (b *box) fetch(ctx context.Context, uid imap.UID, options *imap.FetchOptions) (data []byte, there bool, err error) {
	command := b.client.Fetch(imap.UIDSetNum(uid), options)
	for {
		message := command.Next()
		if message == nil {
			break
		}
		there = true
		for part := message.Next(); part != nil; part = message.Next() {
			section, ok := part.(imapclient.FetchItemDataBodySection)
			if !ok || section.Literal == nil {
				continue
			}
			if data, err = io.ReadAll(io.LimitReader(section.Literal, memory.MaxFileBytes+1)); err != nil {
				command.Close()
				return nil, false, b.told(ctx, err, "errors.source_answer")
			}
		}
	}
	if err := command.Close(); err != nil {
		return nil, false, b.told(ctx, err, "errors.source_answer")
	}
	return data, there, nil
}
