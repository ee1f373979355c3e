package governancehttp

import (
	"encoding/json"
	"math/big"
	"net/http"
	"strconv"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// choiceOf is who voted how, where the rules show it.
type choiceOf struct {
	Name   string
	By     string // who held the proxy
	Choice governance.Choice
}

type resultView struct {
	showView
	Hash       string // of the certificate
	Contesting []contest
	CanContest bool
	Needed     int64 // contestations that stop the enactment
	Choices    []choiceOf
	HasProof   bool
	Ranking    []place
}

// Share is who agreed, for reading: the certificate has it exactly.
func (v resultView) Share() float64 {
	exact, ok := new(big.Rat).SetString(v.Certificate.Threshold.Share)
	if !ok {
		return 0
	}
	share, _ := exact.Float64()
	return share
}

type contest struct {
	governance.Contest
	Name string
}

// place is one rank of the result.
type place struct {
	Number int
	Names  []core.Text
	Grade  int // -1: the method has none
}

// result is the certificate, readable.
func (p *Pages) result(w http.ResponseWriter, r *http.Request) error {
	detail, err := p.detail(r)
	if err != nil {
		return err
	}
	if detail.Certificate == nil {
		return core.E(core.NotFound, "errors.governance_no_result", nil)
	}
	v := resultView{showView: detail, Hash: charter.HashOf(detail.Result.Certificate)}
	names, err := p.names(r)
	if err != nil {
		return err
	}
	for _, c := range v.Contests {
		v.Contesting = append(v.Contesting, contest{c, names[c.Person]})
	}
	v.CanContest = v.Motion.State == governance.Standing && v.OnRoll && p.Clock.Now().Before(v.Motion.Due)
	v.Needed = v.Decision.ContestNeeded(v.Certificate.RollSize)
	v.HasProof = v.Voted
	v.rank()
	if v.Certificate.Decision != governance.Invalid {
		if v.Choices, err = p.choices(r, v.Motion, names); err != nil {
			return err
		}
	}
	return p.templates.Render(w, r, "result.html", v)
}

func (p *Pages) choices(r *http.Request, m governance.Motion, names map[core.ID]string) ([]choiceOf, error) {
	votes, err := p.Room.Recorded(r.Context(), actorOf(r), m.ID)
	var out []choiceOf
	for _, vote := range votes {
		line := choiceOf{Name: names[vote.Voice()], Choice: vote.Choice}
		if vote.ProxyFor != "" {
			line.By = names[vote.Person]
		}
		out = append(out, line)
	}
	return out, err
}

// classes finds the names of classes by their keys; one that is gone keeps its key.
func (p *Pages) classes(r *http.Request) (map[string]core.Text, error) {
	list, err := p.People.Classes(r.Context(), actorOf(r).Organisation)
	names := make(map[string]core.Text, len(list))
	for _, c := range list {
		names[c.Key] = c.Name
	}
	return names, err
}

func (v *resultView) rank() {
	number := 1
	for _, group := range v.Certificate.Tally.Ranking {
		at := place{Number: number, Grade: -1}
		for _, option := range group {
			at.Names = append(at.Names, v.Text.Proposal.Options[option])
			if medians := v.Certificate.Tally.Medians; option < len(medians) {
				at.Grade = medians[option]
			}
		}
		v.Ranking = append(v.Ranking, at)
		number += len(group)
	}
}

// certificate gives the signed note.
func (p *Pages) certificate(w http.ResponseWriter, r *http.Request) error {
	id, err := motionOf(r)
	if err != nil {
		return err
	}
	d, err := p.Room.Show(r.Context(), actorOf(r), id)
	if err != nil {
		return err
	}
	if d.Certificate == nil {
		return core.E(core.NotFound, "errors.governance_no_result", nil)
	}
	send(w, "text/plain; charset=utf-8", "solidaire-certificate-"+d.Motion.Proposal[:8]+".txt", d.Result.Signed)
	return nil
}

// proof gives the reader's own.
func (p *Pages) proof(w http.ResponseWriter, r *http.Request) error {
	id, err := motionOf(r)
	if err != nil {
		return err
	}
	proof, err := p.Room.Proof(r.Context(), actorOf(r), id)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(proof, "", " ")
	if err != nil {
		return err
	}
	send(w, "application/json", "solidaire-vote-"+proof.Ballot[:8]+".json", text)
	return nil
}

func send(w http.ResponseWriter, kind, name string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.Write(body) //nolint:errcheck // the reader left
}
