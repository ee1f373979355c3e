package memoryimap_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryimap"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
)

// post is a real IMAP server, over TLS, with its messages in memory.
type post struct {
	address string
	user    *imapmemserver.User
	trusted *tls.Config
}

func newPost(t *testing.T) post {
	t.Helper()
	authority := httptest.NewTLSServer(nil) // lends its certificate
	t.Cleanup(authority.Close)
	user := imapmemserver.NewUser("amelie", "mot de passe")
	for _, name := range []string{"INBOX", "Archives"} {
		if err := user.Create(name, nil); err != nil {
			t.Fatal(err)
		}
	}
	messages := imapmemserver.New()
	messages.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return messages.NewSession(), nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}},
		InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: authority.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-done })
	roots := x509.NewCertPool()
	roots.AddCert(authority.Certificate())
	return post{listener.Addr().String(), user, &tls.Config{RootCAs: roots}}
}

func (p post) deliver(t *testing.T, mailbox string, n int, subject, body string) {
	t.Helper()
	text := fmt.Sprintf("Message-ID: <%d@a.coop>\r\nDate: Thu, 12 Mar 2026 10:00:00 +0000\r\nSubject: %s\r\nFrom: a@a.coop\r\n\r\n%s", n, subject, body)
	if _, err := p.user.Append(mailbox, literal{bytes.NewReader([]byte(text))}, &imap.AppendOptions{}); err != nil {
		t.Fatal(err)
	}
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return int64(l.Len()) }

func (p post) connect(t *testing.T, settings map[string]string, password string) (memory.Origin, error) {
	t.Helper()
	given := map[string]string{"address": p.address, "user": "amelie"}
	for k, v := range settings {
		given[k] = v
	}
	o, err := memoryimap.New(p.trusted).Connect(t.Context(), memory.Connection{Settings: given, Secrets: map[string]string{"password": password}})
	if err == nil {
		t.Cleanup(func() { o.Close() })
	}
	return o, err
}

func TestMailboxesAreRead(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.deliver(t, "INBOX", 1, "=?utf-8?q?Assembl=C3=A9e_1/2?=", "Le quorum est de vingt membres.")
	p.deliver(t, "INBOX", 2, "", "Sans objet.")
	p.deliver(t, "Archives", 3, "../../etc/passwd", "Ancien.")
	o, err := p.connect(t, map[string]string{"mailboxes": "INBOX, Archives"}, "mot de passe")
	if err != nil {
		t.Fatal(err)
	}
	listed := memorytest.Listed(t, o)
	var names []string
	var assembly memory.SourceItem
	for _, item := range listed {
		names = append(names, item.Path)
		if strings.Contains(item.Path, "Assemblée") {
			assembly = item
		}
	}
	slices.Sort(names)
	want := []string{"Archives/2026-03-12 .. etc passwd (1).eml", "INBOX/2026-03-12 (2).eml", "INBOX/2026-03-12 Assemblée 1 2 (1).eml"}
	if !slices.Equal(names, want) {
		t.Errorf("listed %q", names)
	}
	if assembly.Identity == "" || assembly.Modified.Year() != 2026 || assembly.Size == 0 {
		t.Errorf("%+v", assembly)
	}
	text, _ := memorytest.Content(t, o, assembly)
	if !strings.HasPrefix(text, "Message-ID: <1@a.coop>") || !strings.Contains(text, "vingt membres") {
		t.Errorf("%q", text)
	}
	if again, err := o.Read(t.Context(), memory.SourceItem{Key: assembly.Key}, assembly.Fingerprint); err != nil || !again.Unchanged {
		t.Errorf("still there: %+v, %v", again, err)
	}
	parts := strings.SplitN(assembly.Key, ";", 3)
	for _, key := range []string{parts[0] + ";99;INBOX", "1" + assembly.Key, "x"} {
		if _, err := o.Read(t.Context(), memory.SourceItem{Key: key}, ""); !core.Is(err, core.NotFound) {
			t.Errorf("%s: %v", key, err)
		}
	}
	status, err := p.user.Status("INBOX", &imap.StatusOptions{NumUnseen: true})
	if err != nil || *status.NumUnseen != 2 {
		t.Errorf("reading marks messages as read: %+v, %v", status, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent.Close()
	for name, c := range map[string]struct {
		settings map[string]string
		password string
		want     string
	}{
		"another password": {nil, "hunter2", "errors.source_refused"},
		"no such mailbox":  {map[string]string{"mailboxes": "Absente"}, "mot de passe", "errors.source_not_found"},
		"nobody":           {map[string]string{"address": silent.Addr().String()}, "x", "errors.source_unreachable"},
		"not an address":   {map[string]string{"address": "a:b:c"}, "x", "errors.source_address"},
	} {
		if _, err := p.connect(t, c.settings, c.password); core.AsError(err).Key != c.want || strings.Contains(fmt.Sprint(err), "hunter2") {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	p.trusted = nil
	if _, err := p.connect(t, nil, "mot de passe"); core.AsError(err).Key != "errors.source_unreachable" {
		t.Errorf("a certificate that nobody vouches for: %v", err)
	}
}
