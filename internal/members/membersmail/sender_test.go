package membersmail_test

import (
	"bufio"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/members/membersmail"
)

// sink is an SMTP server that keeps what it is given. It offers no encryption.
type sink struct {
	listener net.Listener
	letters  chan string
	refuses  bool
}

func newSink(t *testing.T) *sink {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{listener: listener, letters: make(chan string, 10)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			s.talk(connection)
		}
	}()
	t.Cleanup(func() { listener.Close(); <-ended })
	return s
}

func (s *sink) talk(connection net.Conn) {
	defer connection.Close()
	in := bufio.NewReader(connection)
	say := func(line string) { fmt.Fprint(connection, line, "\r\n") }
	say("220 sink.example ESMTP")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
		case "EHLO":
			say("250-sink.example")
			say("250 8BITMIME")
		case "RCPT":
			if s.refuses {
				say("550 no such mailbox")
				continue
			}
			say("250 ok")
		case "DATA":
			say("354 go on")
			var letter strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				letter.WriteString(strings.TrimPrefix(line, "."))
			}
			s.letters <- letter.String()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func sender(t *testing.T, s *sink, security string) *membersmail.Sender {
	t.Helper()
	out, err := membersmail.New(membersmail.Config{Server: s.listener.Addr().String(), Security: security, From: "Coop Les Semailles <coop@semailles.example>"})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestALetterArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := newSink(t)
	text := "Bonjour Zoé,\n\nVotre lien :\nhttp://coop.example/signin/soll_abc\n.\nFin"
	letter := members.Letter{To: "zoe@exemple.example", Name: "Zoé \"Zo\" Roy, dite Zo", Subject: "Votre accès : Coop", Text: text}
	if err := sender(t, s, "none").Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	read, err := mail.ReadMessage(strings.NewReader(<-s.letters))
	if err != nil {
		t.Fatal(err)
	}
	to, err := read.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != letter.To || to[0].Name != letter.Name {
		t.Errorf("to %v, %v", to, err)
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject")); err != nil || subject != letter.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(read.Body))
	if err != nil || strings.TrimSpace(strings.ReplaceAll(string(body), "\r\n", "\n")) != text {
		t.Errorf("body %q, %v", body, err)
	}
}

func TestNobodyAddsHeaders(t *testing.T) {
	t.Parallel()
	s := newSink(t)
	letter := members.Letter{To: "zoe@exemple.example", Name: "Zoé\r\nBcc: autre@exemple.example", Subject: "a\r\nX-Added: yes\r\n\r\nbody", Text: "x"}
	if err := sender(t, s, "none").Send(t.Context(), letter); err != nil {
		return // refused
	}
	read, err := mail.ReadMessage(strings.NewReader(<-s.letters))
	if err != nil || read.Header.Get("Bcc") != "" || read.Header.Get("X-Added") != "" {
		t.Errorf("%v, %v", read.Header, err)
	}
}

func TestWhatCannotBeSentSaysSo(t *testing.T) {
	t.Parallel()
	open := newSink(t)
	if err := sender(t, open, "starttls").Send(t.Context(), members.Letter{To: "a@b.example"}); core.AsError(err).Key != "errors.mail_failed" {
		t.Errorf("a server without encryption: %v", err)
	}
	refusing := newSink(t)
	refusing.refuses = true
	if err := sender(t, refusing, "none").Send(t.Context(), members.Letter{To: "a@b.example"}); core.AsError(err).Key != "errors.mail_failed" {
		t.Errorf("a server that refuses: %v", err)
	}
	closed := newSink(t)
	closed.listener.Close()
	if err := sender(t, closed, "tls").Send(t.Context(), members.Letter{To: "a@b.example"}); !core.Is(err, core.Unavailable) {
		t.Errorf("no server: %v", err)
	}
	if err := sender(t, open, "none").Send(t.Context(), members.Letter{To: "no address"}); !core.Is(err, core.Invalid) {
		t.Errorf("no address: %v", err)
	}
	for _, bad := range []membersmail.Config{{}, {Server: "x"}, {Server: "x:y", From: "a@b.example"}, {Server: "x:25", From: "nobody"}} {
		if _, err := membersmail.New(bad); core.AsError(err).Key != "errors.mail_config" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
