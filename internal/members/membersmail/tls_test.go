package membersmail_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/members/membersmail"
)

// authority is a certificate authority that only these tests know.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         []byte
}

func newAuthority() (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "An authority for tests"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return authority{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	return authority{certificate, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}, err
}

// serves makes the certificate of a server.
func (a authority) serves(t *testing.T, address net.IP) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "mail"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{address}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// trusted is the authority that this process trusts; TestMain makes it before anything asks for the system's.
var trusted authority

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "authority")
	if err == nil {
		trusted, err = newAuthority()
	}
	file := filepath.Join(dir, "ca.pem")
	if err == nil {
		err = os.WriteFile(file, trusted.pem, 0o600)
	}
	if err == nil {
		err = os.Setenv("SSL_CERT_FILE", file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// guarded is an SMTP server that speaks TLS, at once or after STARTTLS, and takes letters from who signs in.
type guarded struct {
	listener net.Listener
	config   *tls.Config
	atOnce   bool
	password string

	taken chan string // letters
	clear chan string // lines that came before the encryption, but for greetings
}

func guard(t *testing.T, certificate tls.Certificate, atOnce bool) *guarded {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &guarded{listener: listener, config: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}, atOnce: atOnce,
		password: "un secret", taken: make(chan string, 10), clear: make(chan string, 100)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			g.talk(connection)
		}
	}()
	t.Cleanup(func() { listener.Close(); <-ended })
	return g
}

func (g *guarded) talk(connection net.Conn) {
	defer func() { connection.Close() }()
	encrypted := g.atOnce
	if g.atOnce {
		connection = tls.Server(connection, g.config)
	}
	in := bufio.NewReader(connection)
	say := func(line string) { fmt.Fprint(connection, line, "\r\n") }
	say("220 mail.example ESMTP")
	signedIn := false
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !encrypted && verb != "EHLO" && verb != "STARTTLS" && verb != "QUIT" {
			g.clear <- line
		}
		switch strings.ToUpper(verb) {
		case "EHLO":
			if encrypted {
				say("250-mail.example\r\n250 AUTH PLAIN")
			} else {
				say("250-mail.example\r\n250 STARTTLS")
			}
		case "STARTTLS":
			say("220 go on")
			connection, encrypted = tls.Server(connection, g.config), true
			in = bufio.NewReader(connection)
		case "AUTH":
			_, token, _ := strings.Cut(rest, " ")
			said, _ := base64.StdEncoding.DecodeString(token)
			if signedIn = string(said) == "\x00coop\x00"+g.password; signedIn {
				say("235 welcome")
			} else {
				say("535 wrong")
			}
		case "DATA":
			say("354 go on")
			letter := ""
			for line, err = in.ReadString('\n'); err == nil && line != ".\r\n"; line, err = in.ReadString('\n') {
				letter += line
			}
			g.taken <- letter
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			if !signedIn && (verb == "MAIL" || verb == "RCPT") {
				say("530 sign in first")
				continue
			}
			say("250 ok")
		}
	}
}

func (g *guarded) send(t *testing.T, security, password string) error {
	t.Helper()
	out, err := membersmail.New(membersmail.Config{Server: g.listener.Addr().String(), Security: security, User: "coop", Password: password, From: "coop@semailles.example"})
	if err != nil {
		t.Fatal(err)
	}
	return out.Send(t.Context(), members.Letter{To: "zoe@exemple.example", Name: "Zoé", Subject: "Accès", Text: "Bonjour"})
}

func TestLettersGoEncryptedToWhoProvesItsName(t *testing.T) {
	t.Parallel()
	stranger, err := newAuthority()
	if err != nil {
		t.Fatal(err)
	}
	here := net.IPv4(127, 0, 0, 1)
	for name, c := range map[string]struct {
		authority authority
		address   net.IP
		password  string
		arrives   bool
	}{
		"signed in":               {trusted, here, "un secret", true},
		"a wrong password":        {trusted, here, "un autre", false},
		"an authority unknown":    {stranger, here, "un secret", false},
		"a certificate of others": {trusted, net.IPv4(192, 0, 2, 1), "un secret", false},
	} {
		for _, security := range []string{"tls", "starttls"} {
			t.Run(name+", "+security, func(t *testing.T) {
				t.Parallel()
				g := guard(t, c.authority.serves(t, c.address), security == "tls")
				err := g.send(t, security, c.password)
				if (err == nil) != c.arrives || len(g.taken) > 0 != c.arrives {
					t.Errorf("%v, %d letters", err, len(g.taken))
				}
				if err != nil && (!core.Is(err, core.Unavailable) || strings.Contains(fmt.Sprint(err), c.password)) {
					t.Errorf("%v", err)
				}
				if len(g.clear) > 0 {
					t.Errorf("in clear: %q", <-g.clear)
				}
			})
		}
	}
}

// A server that is asked to encrypt and speaks in clear gets nothing, the password least of all.
func TestNothingIsSentWhereEncryptionFails(t *testing.T) {
	t.Parallel()
	g := guard(t, trusted.serves(t, net.IPv4(127, 0, 0, 1)), false)
	if err := g.send(t, "tls", "un secret"); !core.Is(err, core.Unavailable) || len(g.taken) > 0 {
		t.Errorf("%v", err)
	}
	for len(g.clear) > 0 {
		if line := <-g.clear; strings.Contains(line, "AUTH") {
			t.Errorf("in clear: %q", line)
		}
	}
}
