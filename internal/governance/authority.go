package governance

import (
	"context"
	"errors"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// Authority tells the charter room by what right a charter follows another: a certificate that was signed with the
// log's key, that adopts these bytes to follow that parent, whose time for contestation was over, and that counting the
// votes again gives byte for byte.
type Authority struct {
	store    Store
	verifier Verifier
}

// Verifier checks what was signed with the key of the log.
type Verifier interface {
	Verify(purpose string, signed []byte) (text string, err error)
}

// NewAuthority returns it.
func NewAuthority(store Store, verifier Verifier) *Authority {
	return &Authority{store: store, verifier: verifier}
}

var _ charter.Authority = (*Authority)(nil)

// Authorises implements charter.Authority.
func (a *Authority) Authorises(organisation core.ID, parent, next charter.Version) error {
	c, canonical, err := a.Open(next.Certificate)
	if err != nil {
		return err
	}
	switch {
	case c.Organisation != organisation:
		return wrongCertificate("of another organisation")
	case c.Kind != KindCharter || c.Decision != Adopted:
		return wrongCertificate("adopts no charter")
	case c.Parent != parent.Hash:
		return wrongCertificate("follows another charter")
	case c.Charter != next.Hash:
		return wrongCertificate("adopts another charter")
	case next.Effective.Before(c.ContestUntil):
		return wrongCertificate("may still be contested")
	}
	h, _, err := load(context.Background(), a.store, organisation, c.Proposal, c.Ballot)
	if core.Is(err, core.NotFound) {
		return core.Wrap(err, core.Corrupt, "errors.governance_certificate", nil)
	}
	if err != nil {
		return err
	}
	return Check(canonical, h)
}

// Open reads a signed certificate.
func (a *Authority) Open(signed []byte) (Certificate, []byte, error) {
	return ReadCertificate(a.verifier, signed)
}

// ReadCertificate reads a signed certificate, and its canonical bytes. It believes the signature alone: who has the votes
// counts them again with Check. core.Corrupt when it is not what was signed.
func ReadCertificate(v Verifier, signed []byte) (Certificate, []byte, error) {
	if len(signed) == 0 {
		return Certificate{}, nil, core.E(core.Corrupt, "errors.charter_right", nil)
	}
	text, err := v.Verify(certificatePurpose, signed)
	if err != nil {
		return Certificate{}, nil, err
	}
	canonical := []byte(strings.TrimSuffix(text, "\n"))
	c, err := ParseCertificate(canonical)
	if err != nil {
		return Certificate{}, nil, core.Wrap(err, core.Corrupt, "errors.governance_certificate", nil)
	}
	return c, canonical, nil
}

func wrongCertificate(why string) error {
	return core.Wrap(errors.New("the certificate "+why), core.Corrupt, "errors.governance_certificate", nil)
}
