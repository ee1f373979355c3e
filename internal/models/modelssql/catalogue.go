// Package modelssql keeps the catalogue of installed models in the database and answers from memory.
//
// Promises: List, Find and Default never touch the disk; a change made here shows at once, one made
// by another process within a second while Run runs; a name always means the bytes of its digest
// until someone puts other bytes under it on purpose.
package modelssql

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// lookEvery is how often Run looks for changes by others.
const lookEvery = 500 * time.Millisecond

// Catalogue is the catalogue in the database. It is safe for concurrent use.
type Catalogue struct {
	db      *sqldb.DB
	dataDir string
	log     *slog.Logger

	reading  sync.Mutex // one load at a time, so that an older list never replaces a newer one
	revision int64      // of view; guarded by reading
	view     atomic.Pointer[models.Snapshot]
}

// New reads the catalogue. Paths of models are kept relative to dataDir, so that the folder may move.
func New(ctx context.Context, db *sqldb.DB, dataDir string, log *slog.Logger) (*Catalogue, error) {
	dataDir, err := filepath.Abs(dataDir)
	if err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.models_catalogue", nil)
	}
	c := &Catalogue{db: db, dataDir: dataDir, log: log, revision: -1}
	if err := c.refresh(ctx); err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.models_catalogue", nil)
	}
	return c, nil
}

// Run looks for changes by other processes until ctx ends. It returns nil.
func (c *Catalogue) Run(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		err := c.refresh(ctx)
		if err != nil && ctx.Err() == nil && !failing {
			c.log.Warn("the models' catalogue cannot be read; the last one stays", "error", err)
		}
		failing = err != nil
	}
}

// refresh reads the catalogue again when its revision changed.
func (c *Catalogue) refresh(ctx context.Context) error {
	c.reading.Lock()
	defer c.reading.Unlock()
	var revision int64
	if err := c.db.Reader().QueryRowContext(ctx, "SELECT revision FROM models_revision WHERE one = 1").Scan(&revision); err != nil {
		return fmt.Errorf("read the catalogue's revision: %w", err)
	}
	if revision == c.revision {
		return nil
	}
	// Should a change fall between the two readings, the revision kept is the older one and the next
	// look reads again.
	list, err := c.load(ctx)
	if err != nil {
		return err
	}
	c.view.Store(models.NewSnapshot(list))
	c.revision = revision
	return nil
}

const columns = `name, kind, digest, path, bytes, parameters, context, quantised, licence, trial, writes_from, origin, added,
	tools, images, thinking, languages, score_answerable, score_right, score_unanswerable, score_honest`

func (c *Catalogue) load(ctx context.Context) (list []models.Model, err error) {
	rows, err := c.db.Reader().QueryContext(ctx, "SELECT "+columns+" FROM models ORDER BY added, name")
	if err != nil {
		return nil, fmt.Errorf("list models: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var m models.Model
		var added int64
		var trial, writes int
		if err := rows.Scan(&m.Name, &m.Kind, &m.Digest, &m.Path, &m.Bytes, &m.Parameters, &m.Context,
			&m.Quantised, &m.Licence, &trial, &writes, &m.Origin, &added, &m.Tools, &m.Images, &m.Thinking, &m.Languages,
			&m.Score.Answerable, &m.Score.Right, &m.Score.Unanswerable, &m.Score.Honest); err != nil {
			return nil, fmt.Errorf("read a model: %w", err)
		}
		m.Trial, m.WritesFrom, m.Added = trial == 1, writes == 1, sqldb.Time(added)
		m.Path = filepath.Join(c.dataDir, filepath.FromSlash(m.Path))
		list = append(list, m)
	}
	return list, rows.Err()
}

// List returns the installed models by name.
func (c *Catalogue) List(context.Context) ([]models.Model, error) { return c.view.Load().List(), nil }

// Find returns the model that bears the name; core.NotFound, telling the installed names, otherwise.
func (c *Catalogue) Find(_ context.Context, name string) (models.Model, error) {
	return c.view.Load().Find(name)
}

// Default returns the model to use for a kind: the first that was installed, a trial model only when
// there is no other; core.Unavailable when there is none.
func (c *Catalogue) Default(_ context.Context, kind models.Kind) (models.Model, error) {
	return c.view.Load().Default(kind)
}

// Add installs a model whose file lies in the data directory. The same name with the same bytes is
// brought up to date; with other bytes it is core.Conflict.
func (c *Catalogue) Add(ctx context.Context, m models.Model) error { return c.put(ctx, m, false) }

// Put is Add that may set other bytes under a name, as an upgrade of the product does.
func (c *Catalogue) Put(ctx context.Context, m models.Model) error { return c.put(ctx, m, true) }

func (c *Catalogue) put(ctx context.Context, m models.Model, replace bool) error {
	if err := models.CheckName(m.Name); err != nil {
		return err
	}
	path, err := filepath.Rel(c.dataDir, m.Path)
	if err != nil || !filepath.IsLocal(path) {
		return core.Wrap(err, core.Invalid, "errors.model_outside", nil)
	}
	err = c.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		// Raising the revision first makes writers of the catalogue wait for each other.
		if _, err := tx.ExecContext(ctx, "UPDATE models_revision SET revision = revision + 1 WHERE one = 1"); err != nil {
			return err
		}
		var others int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM models WHERE name = $1 AND digest <> $2", m.Name, m.Digest).Scan(&others); err != nil {
			return err
		}
		if others > 0 && !replace {
			return core.E(core.Conflict, "errors.model_name_taken", core.Args{"Name": m.Name})
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO models (`+columns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
			ON CONFLICT (name) DO UPDATE SET kind = $2, digest = $3, path = $4, bytes = $5, parameters = $6,
				context = $7, quantised = $8, licence = $9, trial = $10, writes_from = $11, origin = $12,
				tools = $14, images = $15, thinking = $16, languages = $17,
				score_answerable = $18, score_right = $19, score_unanswerable = $20, score_honest = $21`,
			m.Name, string(m.Kind), m.Digest, filepath.ToSlash(path), m.Bytes, m.Parameters, m.Context,
			m.Quantised, m.Licence, number(m.Trial), number(m.WritesFrom), m.Origin, sqldb.Millis(tx.Now),
			int(m.Tools), int(m.Images), int(m.Thinking), m.Languages,
			m.Score.Answerable, m.Score.Right, m.Score.Unanswerable, m.Score.Honest)
		return err
	})
	return c.after(ctx, err)
}

// Remove takes a model off the catalogue; its file stays. core.NotFound when the name is not there.
func (c *Catalogue) Remove(ctx context.Context, name string) error {
	err := c.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE models_revision SET revision = revision + 1 WHERE one = 1"); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, "DELETE FROM models WHERE name = $1", name)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			_, missing := c.view.Load().Find("")
			return errors.Join(err, missing)
		}
		return nil
	})
	return c.after(ctx, err)
}

// after shows a change at once, and gives a failure the house's shape.
func (c *Catalogue) after(ctx context.Context, err error) error {
	if err == nil {
		err = c.refresh(ctx)
	}
	var told *core.Error
	if err == nil || errors.As(err, &told) {
		return err
	}
	return core.Wrap(err, core.Unavailable, "errors.models_catalogue", nil)
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
