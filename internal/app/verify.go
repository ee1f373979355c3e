package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittessera"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/charter/chartercedar"
	"github.com/solidaire-coop/solidaire/internal/charter/chartersql"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/governance/governancesql"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/members/memberssql"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// CharterProof is what VerifyCharter found to hold.
type CharterProof struct {
	Chain       []charter.Version // oldest first; the last one is in force
	Origin      string            // of the log
	Size        uint64            // of the log that was read, in leaves
	Fingerprint string            // of the log's key
	Pinned      bool              // the key was given by whoever asks, and not taken from the directory
}

// How long a version that was enacted a moment ago may take to be published in the log.
const (
	publishPatience = 5 * time.Second
	publishBeat     = 200 * time.Millisecond
)

// VerifyCharter checks the whole chain of a data directory from its genesis: every version by its hash, its seal and its
// certificate, and the log leaf by leaf against its signed head. It changes nothing and runs beside the process that holds
// the directory, or without one. pin is the verifier key that the reader knows to be the log's; "" takes the directory's.
// core.Corrupt when anything was changed outside a vote.
func VerifyCharter(ctx context.Context, c config.Config, pin string) (CharterProof, error) {
	organisation, db, done, err := openChain(ctx, c)
	if err != nil {
		return CharterProof{}, err
	}
	defer done()
	dir := DataDir(c.Data)
	key, err := audittlog.LoadKey(filepath.Join(dir.Secrets(), "log.key"))
	if err != nil {
		return CharterProof{}, err
	}
	if pin != "" && pin != key.Verifier {
		return CharterProof{}, core.E(core.Corrupt, "errors.audit_verifier_unexpected", core.Args{"Fingerprint": audittlog.Fingerprint(key.Verifier)})
	}
	verifier, err := note.NewVerifier(key.Verifier)
	if err != nil {
		return CharterProof{}, core.Wrap(err, core.Corrupt, "errors.audit_verifier_malformed", nil)
	}
	deadline := time.Now().Add(publishPatience)
	for {
		proof, err := proveChain(ctx, dir, verifier, organisation, db, keyOf(key.Verifier))
		if err == nil {
			proof.Fingerprint, proof.Pinned = audittlog.Fingerprint(key.Verifier), pin != ""
			return proof, nil
		}
		why := core.AsError(err).Key // what is signed is published a moment later
		if why != "errors.charter_unstated" && why != "errors.audit_log_older" || time.Now().After(deadline) {
			return CharterProof{}, err
		}
		select {
		case <-ctx.Done():
			return CharterProof{}, err
		case <-time.After(publishBeat):
		}
	}
}

// openChain opens the database of a directory that has one.
func openChain(ctx context.Context, c config.Config) (core.ID, *sqldb.DB, func() error, error) {
	if address, err := c.Database(); err == nil && address == "" {
		if _, err := os.Stat(DataDir(c.Data).Database()); errors.Is(err, fs.ErrNotExist) {
			return "", nil, nil, core.Wrap(err, core.NotFound, "errors.charter_missing", nil)
		}
	}
	db, err := openDatabase(ctx, c, core.SystemClock{})
	if err != nil {
		return "", nil, nil, err
	}
	service := members.NewService(memberssql.New(db), core.SystemClock{}, slog.New(slog.DiscardHandler))
	close := func() error { return errors.Join(service.Close(), db.Close()) }
	organisations, err := service.Organisations(ctx)
	if err == nil && len(organisations) == 0 {
		err = core.E(core.NotFound, "errors.charter_missing", nil)
	}
	if err != nil {
		return "", nil, nil, errors.Join(err, close())
	}
	id := organisations[0].ID
	return id, db, close, nil
}

// proveChain holds the chain that is kept against the log.
func proveChain(ctx context.Context, dir DataDir, verifier note.Verifier, organisation core.ID, db *sqldb.DB, signed keyOf) (CharterProof, error) {
	chain, err := chartersql.New(db, core.SystemClock{}, organisation).Load(ctx)
	if err != nil {
		return CharterProof{}, err
	}
	enacted := charter.NewEnacted(organisation)
	head, err := audittessera.ScanFiles(ctx, filepath.Join(dir.Audit(), "log"), verifier, func(_ uint64, leaf []byte) error {
		if !audit.IsStatement(leaf) {
			return nil
		}
		s, err := audit.ParseStatement(leaf)
		if err != nil {
			return err
		}
		return enacted.Note(s)
	})
	if err == nil {
		err = audittessera.CheckHead(filepath.Join(dir.Secrets(), "log.head"), head)
	}
	if err != nil {
		return CharterProof{}, err
	}
	if err := charter.VerifyEnacted(organisation, chain, enacted, governance.NewAuthority(governancesql.New(db), signed)); err != nil {
		return CharterProof{}, err
	}
	if _, err := chartercedar.New(chain[len(chain)-1]); err != nil {
		return CharterProof{}, err
	}
	return CharterProof{Chain: chain, Origin: head.Origin, Size: head.Size}, nil
}

// keyOf checks what was signed with the log's key.
type keyOf string

// Verify implements governance.Verifier.
func (k keyOf) Verify(purpose string, signed []byte) (string, error) {
	return audittlog.VerifyText(string(k), purpose, signed)
}
