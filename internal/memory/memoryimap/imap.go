// Package memoryimap reads the messages of a mailbox, each as one document in the form in which it was sent (EML).
//
// Promises: nothing is marked as read, moved or deleted; the password travels encrypted unless the operator
// says otherwise; a message that moves to another folder, or a server that numbers its messages anew, makes no
// second copy.
package memoryimap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

const (
	dialPatience = 15 * time.Second
	idlePatience = 2 * time.Minute // without a byte from the server
	fetchBatch   = 500
	maxMailboxes = 50
)

// Connector satisfies memory.Connector.
type Connector struct {
	roots *tls.Config // nil: the system's
}

var _ memory.Connector = Connector{}

// New makes the connector. A nil configuration trusts the system's authorities.
func New(config *tls.Config) Connector { return Connector{roots: config} }

// Kind names it.
func (Connector) Kind() memory.SourceKind { return memory.IMAP }

// Fields are its settings.
func (Connector) Fields() []memory.Field {
	return []memory.Field{
		{Name: "address", Kind: memory.TextField, Required: true, Example: "imap.exemple.coop:993"},
		{Name: "user", Kind: memory.TextField, Required: true},
		{Name: "password", Kind: memory.SecretField, Required: true},
		{Name: "mailboxes", Kind: memory.TextField, Example: "INBOX, Archives/Conseil"},
		{Name: "plain", Kind: memory.SwitchField},
	}
}

// Connect signs in and makes sure that every mailbox is there.
func (c Connector) Connect(ctx context.Context, given memory.Connection) (memory.Origin, error) {
	address := given.Value("address")
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port, address = address, "993", net.JoinHostPort(address, "993")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || host == "" || strings.Contains(host, ":") && net.ParseIP(host) == nil {
		return nil, core.E(core.Invalid, "errors.source_address", core.Args{"Example": "imap.exemple.coop:993"})
	}
	b := &box{mailboxes: names(given.Value("mailboxes"))}
	if err := b.dial(ctx, c.roots, address, host, port, given.Value("plain") == "true"); err != nil {
		return nil, err
	}
	if err := b.client.Login(given.Value("user"), given.Value("password")).Wait(); err != nil {
		b.Close()
		return nil, b.told(ctx, err, "errors.source_refused")
	}
	for _, name := range b.mailboxes {
		if _, err := b.open(ctx, name); err != nil {
			b.Close()
			return nil, err
		}
	}
	return b, nil
}

// names reads the list of mailboxes.
func names(list string) []string {
	var out []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" && len(out) < maxMailboxes {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		return []string{"INBOX"}
	}
	return out
}

// box is a connection to a server. One command at a time: a mailbox is selected for all.
type box struct {
	mailboxes []string
	client    *imapclient.Client
	conn      net.Conn
	mu        sync.Mutex
	selected  string
	validity  uint32
	count     uint32
}

func (b *box) dial(ctx context.Context, roots *tls.Config, address, host, port string, plain bool) error {
	raw, err := (&net.Dialer{Timeout: dialPatience}).DialContext(ctx, "tcp", address)
	if err != nil {
		return core.Wrap(err, core.Unavailable, "errors.source_unreachable", nil)
	}
	b.conn = &patient{raw}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if roots != nil {
		config = roots.Clone()
	}
	config.ServerName = host
	options := &imapclient.Options{TLSConfig: config}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	switch {
	case plain:
		b.client = imapclient.New(b.conn, options)
	case port == "143":
		if b.client, err = imapclient.NewStartTLS(b.conn, options); err != nil {
			raw.Close()
			return core.Wrap(err, core.Unavailable, "errors.source_unreachable", nil)
		}
	default:
		secure := tls.Client(b.conn, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			raw.Close()
			return core.Wrap(err, core.Unavailable, "errors.source_unreachable", nil)
		}
		b.client = imapclient.New(secure, options)
	}
	if err := b.client.WaitGreeting(); err != nil {
		b.Close()
		return core.Wrap(err, core.Unavailable, "errors.source_answer", nil)
	}
	return nil
}

// patient gives up on a server that says nothing.
type patient struct{ net.Conn }

// Read waits for a while.
func (p *patient) Read(data []byte) (int, error) {
	if err := p.SetReadDeadline(time.Now().Add(idlePatience)); err != nil {
		return 0, err
	}
	return p.Conn.Read(data)
}

// Close leaves, politely where the server listens.
func (b *box) Close() error {
	if b.client == nil {
		return b.conn.Close()
	}
	return b.client.Close()
}

// told says what a failure means: the server's own refusal, or a connection that broke.
func (b *box) told(ctx context.Context, err error, refused string) error {
	var said *imap.Error
	switch {
	case ctx.Err() != nil:
		return core.Wrap(err, core.Cancelled, "errors.cancelled", nil)
	case errors.As(err, &said) && said.Type != imap.StatusResponseTypeBye:
		return core.Wrap(err, core.Unavailable, refused, nil)
	}
	return core.Wrap(err, core.Unavailable, "errors.source_unreachable", nil)
}

// open selects a mailbox without changing anything in it.
func (b *box) open(ctx context.Context, name string) (validity uint32, err error) {
	if b.selected == name {
		return b.validity, nil
	}
	data, err := b.client.Select(name, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		b.selected = ""
		return 0, b.told(ctx, err, "errors.source_not_found")
	}
	b.selected, b.validity, b.count = name, data.UIDValidity, data.NumMessages
	return data.UIDValidity, nil
}

// List gives every message of the mailboxes.
func (b *box) List(ctx context.Context, found func(memory.SourceItem) error) error {
	defer context.AfterFunc(ctx, func() { b.conn.Close() })()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, name := range b.mailboxes {
		b.selected = "" // how many messages there are is told anew
		validity, err := b.open(ctx, name)
		if err != nil {
			return err
		}
		for from := uint32(1); from <= b.count; from += fetchBatch {
			var set imap.SeqSet
			set.AddRange(from, min(from+fetchBatch-1, b.count))
			list, err := b.client.Fetch(set, &imap.FetchOptions{UID: true, Envelope: true, RFC822Size: true, InternalDate: true}).Collect()
			if err != nil {
				return b.told(ctx, err, "errors.source_answer")
			}
			for _, m := range list {
				if err := found(item(name, validity, m)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// item is a message as a document. Its key never names another message, and its content never changes.
func item(mailbox string, validity uint32, m *imapclient.FetchMessageBuffer) memory.SourceItem {
	key := fmt.Sprintf("%d;%d;%s", validity, m.UID, mailbox)
	out := memory.SourceItem{Key: key, Fingerprint: key, Size: m.RFC822Size, Modified: m.InternalDate.UTC()}
	subject := ""
	if m.Envelope != nil {
		subject = m.Envelope.Subject
		if !m.Envelope.Date.IsZero() {
			out.Modified = m.Envelope.Date.UTC()
		}
		if id := m.Envelope.MessageID; id != "" && len(id) < 500 {
			out.Identity = "message:" + id
		}
	}
	words := strings.Fields(out.Modified.Format(time.DateOnly) + " " + plainSubject(subject))
	out.Path = fmt.Sprintf("%s/%s (%d).eml", mailbox, strings.Join(words, " "), m.UID)
	return out
}

// plainSubject is a subject as a part of a name.
func plainSubject(subject string) string {
	subject = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r < ' ' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(subject, ""))
	words := strings.Fields(subject)
	out := strings.Join(words, " ")
	for len(out) > 120 {
		words = words[:len(words)-1]
		if len(words) == 0 {
			return strings.ToValidUTF8(out[:100], "")
		}
		out = strings.Join(words, " ")
	}
	return strings.TrimLeft(out, ".")
}
