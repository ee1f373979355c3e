// Package membersmail sends the letters of the members' room over SMTP (wneessen/go-mail): invitations and answers to those
// who wish to join.
//
// Promises: the connection is encrypted unless the configuration says "none"; a password never travels in clear; a letter
// is plain text to one address, whose headers nobody can add to; sending is bounded in time, and an error holds neither the
// letter nor the password.
package membersmail

import (
	"context"
	"crypto/tls"
	"net"
	netmail "net/mail"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// timeout bounds the sending of one letter.
const timeout = 30 * time.Second

// Config says through whom letters go.
type Config struct {
	Server   string // host:port
	Security string // "starttls", "tls" or "none"
	User     string // "" needs no sign-in
	Password string
	From     string // address, with a name or without: « Coop <coop@exemple.org> »
}

// Sender implements members.Post.
type Sender struct {
	host    string
	options []mail.Option
	encrypt bool // from the first byte
	from    string
}

var _ members.Post = (*Sender)(nil)

// New prepares a sender; nothing is sent, and no server asked, before the first letter.
func New(c Config) (*Sender, error) {
	host, text, err := net.SplitHostPort(c.Server)
	if err != nil {
		return nil, broken(err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil, broken(err)
	}
	options := []mail.Option{mail.WithPort(port), mail.WithTimeout(timeout)}
	switch c.Security {
	case "tls":
		options = append(options, mail.WithSSL())
	case "none":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if c.User != "" {
		signIn := mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover)
		if c.Security == "tls" { // the library does not see that the connection that deliver opens is encrypted
			signIn = mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256PLUS, mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlain, mail.SMTPAuthLogin)
		}
		options = append(options, signIn, mail.WithUsername(c.User), mail.WithPassword(c.Password))
	}
	if _, err := mail.NewClient(host, options...); err != nil {
		return nil, broken(err)
	}
	if err := mail.NewMsg().From(c.From); err != nil {
		return nil, broken(err)
	}
	return &Sender{host: host, options: options, encrypt: c.Security == "tls", from: c.From}, nil
}

// Send implements members.Post.
func (s *Sender) Send(ctx context.Context, l members.Letter) error {
	letter := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := letter.From(s.from); err != nil {
		return broken(err)
	}
	if err := letter.To((&netmail.Address{Name: l.Name, Address: l.To}).String()); err != nil {
		return core.Wrap(err, core.Invalid, "errors.email_shape", nil)
	}
	letter.Subject(l.Subject)
	letter.SetBodyString(mail.TypeTextPlain, l.Text)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := s.deliver(ctx, letter); err != nil {
		return core.Wrap(err, core.Unavailable, "errors.mail_failed", nil)
	}
	return nil
}

// deliver opens a connection for one letter and closes it whatever happens: the library leaves it open when the server and
// we do not agree on encryption.
func (s *Sender) deliver(ctx context.Context, letter *mail.Msg) error {
	var opened net.Conn
	dial := func(ctx context.Context, network, address string) (connection net.Conn, err error) {
		if s.encrypt {
			connection, err = (&tls.Dialer{Config: &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}}).DialContext(ctx, network, address)
		} else {
			connection, err = new(net.Dialer).DialContext(ctx, network, address)
		}
		opened = connection
		return connection, err
	}
	client, err := mail.NewClient(s.host, append(s.options[:len(s.options):len(s.options)], mail.WithDialContextFunc(dial))...)
	if err != nil {
		return err
	}
	defer func() {
		if opened != nil {
			opened.Close()
		}
	}()
	return client.DialAndSendWithContext(ctx, letter)
}

func broken(err error) error { return core.Wrap(err, core.Invalid, "errors.mail_config", nil) }
