package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/ledger"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// intent is what somebody wants, before anything is decided.
type intent struct {
	action    charter.Action
	text      []byte         // all that would be sent: labelled, hashed, never kept
	model     *models.Model  // nil: no model
	others    []models.Model // who else may serve, in order
	maxOutput int            // asked by the caller; 0: not said
	auto      *choice        // how the model was chosen; nil: it was named
	classes   []core.DataClass
	scanned   bool // classes are those of the text already
}

// labels are the data classes of the text, scanned once.
func (in intent) labels(scan func([]byte) []core.DataClass) []core.DataClass {
	if in.scanned {
		return in.classes
	}
	return scan(in.text)
}

// transit is one request that the charter has allowed. It ends in exactly one settle.
type transit struct {
	s           *Service
	began       time.Time
	decision    charter.Decision
	record      audit.Record
	reservation ledger.Reservation
	span        energy.Span
	model       *models.Model
	others      []models.Model // not yet asked
	tried       []Failure      // those that failed
	asked       int            // the caller's cap; 0: none
	auto        *choice        // how the model was chosen; nil: it was named
	maxOutput   int            // cap to obey: the caller's or the charter's, the smaller; 0: none
	busy        time.Time
	inside      bool          // counted among what is under way
	first       time.Duration // from arrival to the first token
}

// admit takes a request through label, decide and reserve. What is refused gets its leaf and comes
// back as an error; nothing has left the gateway by then.
func (s *Service) admit(ctx context.Context, actor core.Actor, in intent) (*transit, error) {
	if err := s.traffic.enter(); err != nil {
		return nil, err
	}
	t, err := s.allowed(ctx, actor, in)
	if err != nil {
		s.traffic.leave()
		return nil, err
	}
	t.inside = true
	return t, nil
}

func (s *Service) allowed(ctx context.Context, actor core.Actor, in intent) (*transit, error) {
	now := s.Clock.Now()
	t := &transit{s: s, began: now, model: in.model, others: in.others, asked: in.maxOutput, auto: in.auto}
	t.record = audit.Record{
		ID: core.NewID(now), Organisation: actor.Organisation, Person: actor.Person, Credential: actor.Credential,
		Time: now.Truncate(time.Millisecond), Action: string(in.action), Node: node(in.model),
		DataClasses: in.labels(s.Scan), PromptSHA256: digest(in.text), Energy: core.UnknownEnergy(),
	}
	if in.model != nil {
		t.record.Model, t.record.ModelDigest = in.model.Name, in.model.Digest
	}
	if in.auto != nil {
		t.record.Auto = &in.auto.Auto
	}
	if in.model != nil && actor.DeclinesAI {
		return nil, t.declined(ctx)
	}
	if err := t.decide(ctx, actor, in.action); err != nil {
		return nil, err
	}
	t.maxOutput = smaller(in.maxOutput, t.decision.Obligations.MaxOutputTokens)
	if err := t.reserve(ctx, len(in.text)); err != nil {
		return nil, err
	}
	t.span, t.busy = s.Meter.Begin(), time.Now()
	return t, nil
}

// declined refuses to send anything to a model for somebody who wants none. It is their own choice, not a rule: no article
// is cited, and no charter can allow it.
func (t *transit) declined(ctx context.Context) error {
	why := core.E(core.Forbidden, "errors.ai_declined", nil)
	t.record.Charter, t.record.Decision = t.s.Charter.InForce().Hash, audit.Refused
	if t.record.Charter == "" { // no charter can be read: nothing is allowed, and nothing can be cited
		return why
	}
	return t.stop(ctx, why)
}

// decide asks the charter about the data classes found so far.
func (t *transit) decide(ctx context.Context, actor core.Actor, action charter.Action) error {
	q := t.question(actor, action, t.model)
	decision, err := t.s.Charter.Decide(ctx, q)
	if err != nil {
		return err
	}
	t.decision = decision
	t.record.Charter, t.record.Articles, t.record.Decision = decision.Charter, decision.Articles, audit.Allowed
	if decision.Allow || t.next(ctx, actor) {
		return nil
	}
	t.record.Decision = audit.Refused
	refused := core.E(core.Refused, "", core.Args{"Article": firstArticle(decision), "Charter": decision.Charter, "Receipt": t.record.ID})
	if over := decision.Restriction; over != nil {
		t.record.Restriction = over.Chain
		problem := over.Problem()
		refused.Key = problem.Key
		maps.Copy(refused.Args, problem.Args)
	} else {
		refused.Key = t.refusalKey(ctx, q, decision.Ground)
	}
	return t.stop(ctx, refused)
}

// question is what the charter is asked about a model.
func (t *transit) question(actor core.Actor, action charter.Action, model *models.Model) charter.Question {
	return charter.Question{Actor: actor, Action: action, DataClasses: t.record.DataClasses, Model: facts(model)}
}

// refusalKey names the reason in the reader's words: that nothing permits it, that the model was not adopted, or a data class, when without it the charter would have allowed.
func (t *transit) refusalKey(ctx context.Context, q charter.Question, ground charter.Ground) string {
	switch ground {
	case charter.GroundSilent:
		return "errors.charter_silent"
	case charter.GroundUnspoken:
		return "errors.charter_unspoken"
	case charter.GroundNotAdopted:
		return "errors.charter_not_adopted"
	}
	if len(q.DataClasses) > 0 {
		class := q.DataClasses[0]
		q.DataClasses = nil
		if without, err := t.s.Charter.Decide(ctx, q); err == nil && without.Allow {
			switch class {
			case core.DataSIN:
				return "errors.charter_refused_sin"
			case core.DataCreditCard:
				return "errors.charter_refused_card"
			}
		}
	}
	return "errors.charter_refused"
}

// relabel adds what was found in text that joined the request later, such as passages of documents, and
// asks the charter again when that changes anything.
func (t *transit) relabel(ctx context.Context, actor core.Actor, text []byte) error {
	merged := mergeClasses(t.record.DataClasses, t.s.Scan(text))
	if len(merged) == len(t.record.DataClasses) {
		return nil
	}
	t.record.DataClasses = merged
	return t.decide(ctx, actor, charter.Action(t.record.Action))
}

// reserve sets tokens and energy aside. bytes/2 bounds the tokens of ordinary text from above.
func (t *transit) reserve(ctx context.Context, bytes int) error {
	settings := t.s.Charter.InForce().Document.Settings
	limits := ledger.Limits{Tokens: settings.DailyTokensPerMember, Millijoules: settings.DailyJoulesPerMember * 1000}
	amounts := ledger.Amounts{}
	if t.model != nil {
		amounts.Tokens = int64(bytes/2 + max(t.maxOutput, 0))
	}
	reservation, err := t.s.Budgets.Reserve(ctx, t.record.Organisation, t.record.Person, amounts, limits)
	if err != nil {
		t.s.Observer.BudgetRefused(assetOf(err))
		return t.stop(ctx, err)
	}
	t.reservation = reservation
	return nil
}

func assetOf(err error) string {
	if core.AsError(err).Key == "errors.energy_budget_exhausted" {
		return "energy"
	}
	return "tokens"
}

// stop records a request that goes no further and returns why.
func (t *transit) stop(ctx context.Context, why error) error {
	if t.reservation != nil {
		t.reservation.Release()
	}
	if t.span != nil {
		t.record.Energy = t.span.End(t.work())
	}
	t.record.Outcome, t.record.ErrorKey = audit.Blocked, core.AsError(why).Key
	t.tell(ctx, why)
	if err := t.append(ctx); err != nil {
		return err
	}
	return why
}

// settle ends the request: energy, budget, leaf. When it returns nil the receipt is permanent.
func (t *transit) settle(ctx context.Context, outcome audit.Outcome, why error) error {
	t.record.Outcome = outcome
	if why != nil {
		t.record.ErrorKey = core.AsError(why).Key
	}
	t.record.Energy = t.span.End(t.work())
	if t.auto != nil && outcome == audit.Completed {
		t.auto.account(t.record.Energy)
	}
	t.reservation.Settle(ledger.AmountsOf(t.record))
	if t.model != nil {
		t.s.Observer.Tokens(t.model.Name, t.record.PromptTokens, t.record.OutputTokens)
		if outcome == audit.Failed || outcome == audit.Interrupted {
			t.s.Observer.EngineError(t.model.Name, string(core.CodeOf(why)))
		}
	}
	t.tell(ctx, why)
	return t.append(ctx)
}

func (t *transit) append(ctx context.Context) error {
	if t.inside {
		t.inside = false
		if t.first > 0 {
			t.s.traffic.answering.Add(-1)
		}
		defer t.s.traffic.leave()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	t.s.Observer.Request(t.record.Action, string(t.record.Outcome), t.s.Clock.Now().Sub(t.began))
	return t.s.Audit.Append(ctx, t.record)
}

func (t *transit) work() energy.Work {
	w := energy.Work{
		Local: t.record.Node == LocalNode, Busy: time.Since(t.busy),
		PromptTokens: t.record.PromptTokens, OutputTokens: t.record.OutputTokens,
	}
	if t.model != nil {
		w.Parameters = t.model.Parameters
		if t.model.Parameters > 0 && t.model.Bytes > 0 {
			w.BitsPerWeight = float64(t.model.Bytes) * 8 / float64(t.model.Parameters)
		}
	}
	return w
}

func (t *transit) result() Result {
	r := Result{
		Receipt: t.record.ID, Decision: t.decision, Node: t.record.Node,
		Energy: t.record.Energy, Outcome: t.record.Outcome, Auto: t.record.Auto, Tried: t.record.Tried,
		Carbon: t.s.Grid.Of(t.record.Energy, t.record.Node == LocalNode),
	}
	if t.model != nil && t.model.Kind == models.Chat {
		r.Model, r.Trial = t.model.Name, t.model.Trial
	}
	return r
}

// LocalNode names this machine in records.
const LocalNode = "local"

// NodeOf names what serves a model, as receipts do.
func NodeOf(m models.Model) string { return node(&m) }

func node(m *models.Model) string {
	switch {
	case m == nil || m.Path != "":
		return LocalNode
	case m.Backend != "":
		return m.Backend
	}
	return m.Origin
}

// Facts is what the charter is told of a model.
func Facts(m models.Model) charter.ModelFacts { return facts(&m) }

func facts(m *models.Model) charter.ModelFacts {
	if m == nil {
		return charter.ModelFacts{Local: true}
	}
	return charter.ModelFacts{Name: m.Name, Digest: m.Digest, Kind: string(m.Kind), Trial: m.Trial, Local: m.Path != "", Node: node(m)}
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
