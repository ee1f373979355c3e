package gatewayapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// Governance is what the surface needs of the room where members decide; governance.Service satisfies it.
type Governance interface {
	Motions(ctx context.Context, a core.Actor) ([]governance.Motion, error)
	Show(ctx context.Context, a core.Actor, motion core.ID) (governance.Detail, error)
}

// Proposals shows programs what members propose and decide. Programs read: people vote.
type Proposals struct {
	room   Governance
	replay Replay
	keys   gatewayopenai.Authenticator
	errors *gatewayopenai.ErrorWriter
}

// Replay tells what a charter would have decided otherwise of the requests of the past.
type Replay func(ctx context.Context, proposed charter.Document) (charter.Effect, error)

// NewProposals makes it.
func NewProposals(room Governance, replay Replay, keys gatewayopenai.Authenticator, errors *gatewayopenai.ErrorWriter) *Proposals {
	return &Proposals{room: room, replay: replay, keys: keys, errors: errors}
}

// Routes adds it to mux.
func (p *Proposals) Routes(mux *http.ServeMux) {
	mux.Handle("GET /api/proposals", as(p.errors, p.keys, core.RoleMember, p.list))
	mux.Handle("GET /api/proposals/{id}", as(p.errors, p.keys, core.RoleMember, p.show))
	mux.Handle("GET /api/proposals/{id}/effect", as(p.errors, p.keys, core.RoleMember, p.effect))
}

// Proposal is one line of the list.
type Proposal struct {
	ID       core.ID          `json:"id"`
	Title    core.Text        `json:"title"`
	Kind     governance.Kind  `json:"kind"`
	Body     string           `json:"body"`
	State    governance.State `json:"state"`
	Version  int              `json:"version"`
	Proposal string           `json:"proposal"` // SHA-256 of the bytes that are voted, hex
	Ballot   string           `json:"ballot,omitempty"`
	Created  time.Time        `json:"created"`
	Updated  time.Time        `json:"updated"`
	Due      *time.Time       `json:"due,omitempty"` // when the state changes by itself
}

// ProposalDetail is one proposal, as far as it went.
type ProposalDetail struct {
	Proposal
	Reasons     core.Text          `json:"reasons"`
	Options     []core.Text        `json:"options"`
	Parent      string             `json:"parent"`
	Charter     string             `json:"charter,omitempty"`
	Rules       string             `json:"rules"`
	CoSigners   int                `json:"co_signers"`
	Canonical   []byte             `json:"canonical"`          // base64
	Document    []byte             `json:"document,omitempty"` // canonical bytes of the next charter or rules, base64
	Called      *governance.Ballot `json:"called,omitempty"`
	Turnout     int                `json:"turnout"`
	Certificate json.RawMessage    `json:"certificate,omitempty"`
	Signed      string             `json:"signed,omitempty"` // the certificate as a C2SP signed note
	Contested   int                `json:"contested"`
}

func (p *Proposals) list(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	all, err := p.room.Motions(r.Context(), actor)
	if err != nil {
		return err
	}
	lines := make([]Proposal, len(all))
	for i, m := range all {
		lines[i] = proposalLine(m)
	}
	return writeJSON(w, lines)
}

func proposalLine(m governance.Motion) Proposal {
	line := Proposal{ID: m.ID, Title: m.Title, Kind: m.Kind, Body: m.Body, State: m.State, Version: m.Version, Proposal: m.Proposal,
		Ballot: m.Ballot, Created: m.Created, Updated: m.Updated}
	if !m.Due.IsZero() {
		line.Due = &m.Due
	}
	return line
}

// detail finds the proposal that the address names.
func (p *Proposals) detail(r *http.Request, actor core.Actor) (governance.Detail, error) {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return governance.Detail{}, core.E(core.NotFound, "errors.governance_unknown", nil)
	}
	return p.room.Show(r.Context(), actor, id)
}

// effect is the dry run of a proposed charter: counts of what it would have decided otherwise, and nobody's requests.
func (p *Proposals) effect(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	d, err := p.detail(r, actor)
	if err != nil {
		return err
	}
	if d.Text.Proposal.Kind != governance.KindCharter {
		return core.E(core.Invalid, "errors.proposal_no_charter", nil)
	}
	proposed, err := charter.Parse(d.Text.Document)
	if err != nil {
		return err
	}
	effect, err := p.replay(r.Context(), proposed)
	if err != nil {
		return err
	}
	return writeJSON(w, effect)
}

func (p *Proposals) show(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	d, err := p.detail(r, actor)
	if err != nil {
		return err
	}
	text := d.Text.Proposal
	canonical, err := text.Canonical()
	if err != nil {
		return err
	}
	answer := ProposalDetail{
		Proposal: proposalLine(d.Motion), Reasons: text.Reasons, Options: text.Options, Parent: text.Parent, Charter: text.Charter,
		Rules: text.Rules, CoSigners: len(d.Signatures), Canonical: canonical, Document: d.Text.Document, Turnout: d.Turnout,
		Certificate: d.Result.Certificate, Signed: string(d.Result.Signed), Contested: len(d.Contests),
	}
	if d.Call != nil {
		answer.Called = &d.Call.Ballot
	}
	return writeJSON(w, answer)
}
