package gateway

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Done is what may be told of a request that has ended: who answered, how long it took and what it used. It holds no content,
// no person and no receipt.
type Done struct {
	Action  string
	Outcome string
	Error   string // code of the failure; "" for none
	Model   string // "" when none was involved
	Dialect string // of the model's engine; "" is OpenAI's
	Node    string
	Auto    bool      // the model was chosen
	Tried   []Failure // engines that failed before, in order
	Began   time.Time
	Took    time.Duration
	First   time.Duration // from arrival to the first token; 0: there was none
	Prompt  int           // tokens
	Output  int
	Energy  core.Energy
}

// Failure is an engine that failed before another one was asked.
type Failure struct {
	Model, Node string
	Error       string // code
}

// tell hands on what may be told, where somebody listens.
func (t *transit) tell(ctx context.Context, why error) {
	if t.s.Told == nil {
		return
	}
	d := Done{
		Action: t.record.Action, Outcome: string(t.record.Outcome), Model: t.record.Model, Node: t.record.Node,
		Auto: t.auto != nil, Tried: t.tried, Began: t.began, Took: t.s.Clock.Now().Sub(t.began), First: t.first,
		Prompt: t.record.PromptTokens, Output: t.record.OutputTokens, Energy: t.record.Energy,
	}
	if t.model != nil {
		d.Dialect = string(t.model.Dialect)
	}
	if why != nil {
		d.Error = string(core.CodeOf(why))
	}
	t.s.Told(ctx, d)
}

// answers notes the first token.
func (t *transit) answers() {
	if t.first == 0 && t.inside {
		t.first = max(t.s.Clock.Now().Sub(t.began), 1)
		t.s.traffic.answering.Add(1)
	}
}

// Load tells how many requests wait for their first token, and how many are being answered.
func (s *Service) Load() (waiting, answering int) {
	answering = int(s.traffic.answering.Load())
	return max(0, s.UnderWay()-answering), answering
}
