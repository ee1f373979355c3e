package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	g "github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/models/enginetest"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// assembly is a program with twelve members, of whom two sit on the board, and an engine that plays a script.
type assembly struct {
	*testing.T
	app    *App
	engine *enginetest.Engine
	config config.Config
	people []core.ID
	keys   []string
}

func must[V any](t *testing.T) func(V, error) V {
	return func(v V, err error) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func convene(t *testing.T, configure ...func(*config.Config)) *assembly {
	t.Helper()
	engine := enginetest.Start(t)
	engine.Usually(enginetest.Script{Pieces: []string{"Bonjour"}})
	c := config.Default()
	c.Data, c.Addr, c.Engine.URL = filepath.Join(audittest.Dir(t), "data"), "127.0.0.1:0", engine.URL
	c.Governance.Rules = g.Demonstration
	for _, change := range configure {
		change(&c)
	}
	h := &assembly{T: t, config: c, engine: engine}
	h.open()
	ctx := t.Context()
	for n := range 11 { // and whoever installed the program
		r := must[members.Record](t)(h.app.members.Enrol(ctx, h.app.organisation.ID, members.Entry{
			Name: fmt.Sprintf("Membre %d", n), Number: fmt.Sprint(n), Voting: true, Joined: time.Now().AddDate(-1, 0, 0),
		}))
		h.people = append(h.people, r.Person.ID)
	}
	h.people = append(h.people, h.app.person.Person)
	for _, person := range h.people {
		_, secret, err := h.app.members.CreateKey(ctx, person, "essai")
		if err != nil {
			t.Fatal(err)
		}
		h.keys = append(h.keys, secret)
	}
	if _, err := h.app.members.AddBody(ctx, h.app.organisation.ID, "board", members.KindBoard, core.Text{FR: "Conseil d’administration", EN: "Board"}); err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		must[members.Mandate](t)(h.app.members.Appoint(ctx, h.app.organisation.ID, members.Appointment{
			Body: "board", Person: h.people[n], Office: members.OfficeMember, Start: time.Now(), End: time.Now().AddDate(2, 0, 0), By: "AGA",
		}))
	}
	return h
}

// open starts the program on the directory.
func (h *assembly) open() {
	h.Helper()
	h.app = must[*App](h.T)(New(h.Context(), Options{Config: h.config, Log: slog.New(slog.DiscardHandler), Version: "test"}))
	h.Cleanup(func() { h.app.Close() })
}

func (h *assembly) actor(n int) core.Actor {
	h.Helper()
	return must[core.Actor](h.T)(h.app.members.PersonActor(h.Context(), h.people[n]))
}

// chat sends a message as a member, and tells the status and the receipt.
func (h *assembly) chat(n int) (status int, receipt string) {
	h.Helper()
	request, err := http.NewRequestWithContext(h.Context(), http.MethodPost, "/v1/chat/completions",
		bytes.NewReader([]byte(`{"model":"fake-chat","messages":[{"role":"user","content":"Bonjour"}]}`)))
	if err != nil {
		h.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+h.keys[n])
	answer := httptest.NewRecorder()
	h.app.handler.ServeHTTP(answer, request)
	return answer.Code, answer.Header().Get("X-Solidaire-Receipt")
}

// boardOnly is the charter in force, with models for the board only.
func (h *assembly) boardOnly(tokens int64) *charter.Document {
	d := h.app.charter.InForce().Document
	d.Articles = append([]charter.Article(nil), d.Articles...)
	for i, a := range d.Articles {
		if strings.HasPrefix(a.Policy, "permit") && strings.Contains(a.Policy, "resource is Model") {
			a.Text = core.Text{FR: "Seul le conseil d’administration écrit à ces modèles.", EN: "Only the board writes to these models."}
			a.Policy = strings.Replace(a.Policy, "principal,", "principal in Body::\"board\",", 1)
			d.Articles[i] = a
		}
	}
	d.Settings.DailyTokensPerMember = tokens
	return &d
}

// adopt brings a charter from a draft to its enactment: an amendment, two co-signers, twelve votes.
func (h *assembly) adopt() g.Motion {
	h.Helper()
	ctx, room := h.Context(), h.app.governance
	word := core.Text{FR: "Réserver les grands modèles au conseil", EN: "Keep large models for the board"}
	sketch := func(tokens int64) g.Sketch {
		return g.Sketch{Kind: g.KindCharter, Title: word, Reasons: word, Charter: h.boardOnly(tokens)}
	}
	m := must[g.Motion](h.T)(room.Draft(ctx, h.actor(2), sketch(1_000_000)))
	m = must[g.Motion](h.T)(room.Publish(ctx, h.actor(2), m.ID))
	if err := room.Amend(ctx, h.actor(3), m.ID, sketch(2_000_000), "Un million de jetons ne suffit pas."); err != nil {
		h.Fatal(err)
	}
	amendments := must[g.Detail](h.T)(room.Show(ctx, h.actor(2), m.ID)).Amendments
	if err := room.AnswerAmendment(ctx, h.actor(2), m.ID, amendments[0].ID, true); err != nil {
		h.Fatal(err)
	}
	m = must[g.Motion](h.T)(room.Motion(ctx, h.actor(2), m.ID))
	for n := 3; n < 5; n++ {
		if err := room.CoSign(ctx, h.actor(n), m.ID, m.Proposal); err != nil {
			h.Fatal(err)
		}
	}
	now := h.app.clock.Now()
	m = must[g.Motion](h.T)(room.Call(ctx, h.actor(2), m.ID, g.YesNoAbstain, now, now.Add(2*time.Hour)))
	for n := range h.people {
		answer := g.Yes
		if n > 8 {
			answer = g.No
		}
		if _, err := room.Vote(ctx, h.actor(n), m.ID, g.Choice{Answer: answer}, ""); err != nil {
			h.Fatal(err)
		}
	}
	for range 2 { // the ballot is closed and certified, then the charter enacted
		must[time.Duration](h.T)(room.Settle(ctx))
	}
	return must[g.Motion](h.T)(room.Motion(ctx, h.actor(2), m.ID))
}

func TestWhatMembersVotedIsWhatTheGatewayObeys(t *testing.T) {
	t.Parallel()
	h := convene(t)
	if status, _ := h.chat(5); status != http.StatusOK {
		t.Fatalf("before the vote: %d", status)
	}
	effect := must[charter.Effect](t)(h.app.replay(t.Context(), *h.boardOnly(2_000_000)))
	if effect.NewlyRefused != 1 || effect.NewlyAllowed != 0 {
		t.Errorf("dry run: %+v", effect)
	}
	if m := h.adopt(); m.State != g.Enacted {
		t.Fatalf("the proposal is %s", m.State)
	}
	h.obeys()
	h.app.Close()

	// The chain is proved from the files, and obeyed again after a restart.
	proof := must[CharterProof](t)(VerifyCharter(t.Context(), h.config, ""))
	if len(proof.Chain) != 2 || proof.Chain[1].Document.Settings.DailyTokensPerMember != 2_000_000 {
		t.Errorf("%d versions", len(proof.Chain))
	}
	h.open()
	h.obeys()
}

// obeys checks that the voted charter is in force: the board is answered, others are refused by the voted article, and the receipt of
// a refusal leads to the certificate.
func (h *assembly) obeys() {
	h.Helper()
	version := h.app.charter.InForce()
	if version.Number != 2 || version.Status != charter.Voted || h.app.charter.Trouble() != nil {
		h.Fatalf("version %d is in force, %v", version.Number, h.app.charter.Trouble())
	}
	if status, _ := h.chat(0); status != http.StatusOK {
		h.Errorf("a member of the board: %d", status)
	}
	status, id := h.chat(5)
	if status != http.StatusForbidden || id == "" {
		h.Fatalf("another member: %d, receipt %q", status, id)
	}
	receipt, err := h.app.audit.Receipt(h.Context(), h.app.organisation.ID, core.ID(id))
	if err != nil {
		h.Fatal(err)
	}
	verified := must[audittlog.Verified](h.T)(audittlog.VerifyReceipt(receipt, audittlog.Options{}))
	if verified.Record.Charter != version.Hash || verified.Record.Articles[0] != 3 {
		h.Errorf("refused by article %v of %s", verified.Record.Articles, verified.Record.Charter)
	}
	certificate, _, err := g.ReadCertificate(keyOf(receipt.Verifier), version.Certificate)
	if err != nil || certificate.Charter != version.Hash || certificate.Votes != 12 || certificate.Decision != g.Adopted {
		text, _ := json.Marshal(certificate)
		h.Errorf("certificate %s, %v", text, err)
	}
}

func TestAVotedCharterWhoseVotesWereEditedIsRefused(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"a vote removed":          "DELETE FROM governance_votes WHERE number = 12",
		"the certificate removed": "UPDATE charter_versions SET certificate = NULL WHERE number = 2",
		"the charter taken back":  "DELETE FROM charter_versions WHERE number = 2",
		"a name on the roll":      "DELETE FROM governance_rolls WHERE person = (SELECT MIN(person) FROM governance_rolls)",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := convene(t)
			if m := h.adopt(); m.State != g.Enacted {
				t.Fatalf("the proposal is %s", m.State)
			}
			err := h.app.db.WithTx(t.Context(), func(tx *sqldb.Tx) error {
				_, err := tx.ExecContext(t.Context(), statement)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			h.app.charter.Check(t.Context())
			if h.app.charter.InForce().Number != 2 {
				t.Error("the running program obeys another charter")
			}
			h.app.Close()
			if _, err := VerifyCharter(t.Context(), h.config, ""); !core.Is(err, core.Corrupt) {
				t.Errorf("verify: %v", err)
			}
			h.open()
			if status, _ := h.chat(0); status == http.StatusOK || h.app.charter.Trouble() == nil {
				t.Errorf("after the restart: %d, trouble %v", status, h.app.charter.Trouble())
			}
		})
	}
}
