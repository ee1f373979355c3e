package gatewayapi

import (
	"context"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
)

// Charters is what the surface needs of the charter; charter.Keeper satisfies it.
type Charters interface {
	// InForce returns the version that decides now.
	InForce() charter.Version
	// History returns the enacted versions, newest first.
	History(ctx context.Context) ([]charter.Version, error)
}

// Charter shows programs the voted rules.
type Charter struct {
	charters Charters
	keys     gatewayopenai.Authenticator
	errors   *gatewayopenai.ErrorWriter
}

// NewCharter makes it.
func NewCharter(charters Charters, keys gatewayopenai.Authenticator, errors *gatewayopenai.ErrorWriter) *Charter {
	return &Charter{charters: charters, keys: keys, errors: errors}
}

// Routes adds it to mux.
func (c *Charter) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/charter", as(c.errors, c.keys, core.RoleMember, c.inForce))
	mux.Handle("GET /api/charter/{hash}", as(c.errors, c.keys, core.RoleMember, c.version))
}

// CharterVersion is the answer: one version, and by what right it is one.
type CharterVersion struct {
	Number      int               `json:"number"`
	Hash        string            `json:"hash"` // SHA-256 of Canonical, hex
	Parent      string            `json:"parent,omitempty"`
	Status      charter.Status    `json:"status"`
	Effective   time.Time         `json:"effective"`
	InForce     bool              `json:"in_force"`
	Title       core.Text         `json:"title"`
	Preamble    core.Text         `json:"preamble"`
	Articles    []charter.Article `json:"articles"`
	Settings    charter.Settings  `json:"settings"`
	Canonical   []byte            `json:"canonical"`             // the bytes that were voted, base64
	Certificate string            `json:"certificate,omitempty"` // a C2SP signed note; none for a provisional charter
}

func (c *Charter) inForce(w http.ResponseWriter, _ *http.Request, _ core.Actor) error {
	v := c.charters.InForce()
	if v.Number == 0 { // nothing can be trusted, so nothing is in force
		return core.E(core.NotFound, "errors.charterpages_unknown", nil)
	}
	return writeJSON(w, versionAnswer(v, true))
}

func (c *Charter) version(w http.ResponseWriter, r *http.Request, _ core.Actor) error {
	history, err := c.charters.History(r.Context())
	if err != nil {
		return err
	}
	v, ok := charter.Find(history, r.PathValue("hash"))
	if !ok {
		return core.E(core.NotFound, "errors.charterpages_unknown", nil)
	}
	return writeJSON(w, versionAnswer(v, v.Number == c.charters.InForce().Number))
}

func versionAnswer(v charter.Version, inForce bool) CharterVersion {
	d := v.Document
	return CharterVersion{
		Number: v.Number, Hash: v.Hash, Parent: v.Parent, Status: v.Status, Effective: v.Effective, InForce: inForce,
		Title: d.Title, Preamble: d.Preamble, Articles: d.Articles, Settings: d.Settings,
		Canonical: v.Bytes, Certificate: string(v.Certificate),
	}
}
