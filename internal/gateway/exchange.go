package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Completion is a chat request in the engines' dialect.
type Completion struct {
	Model     string
	Text      []byte // all text of the request, unescaped: what is labelled
	MaxOutput int    // asked by the caller; 0: not said
	// Body writes the engine's body in OpenAI's dialect, with the given cap on output (0: none), unknown fields kept.
	Body func(maxOutput int) []byte
	// Whole writes the body for an engine that is asked for the answer at one go; nil when the client wants a stream, or its
	// surface reads pieces only.
	Whole func(maxOutput int) []byte
	// Dialect is the client's own, and Native writes the body in it; nil when that is OpenAI's.
	Dialect    models.Dialect
	Native     func(maxOutput int) []byte
	NativePath string // see Call
	Prompt     bool   // Body is a legacy completion: see Call
}

// Exchange is a chat request under way. Read it with Next to the end, and always Close it.
type Exchange struct {
	ctx      context.Context
	cancel   context.CancelCauseFunc
	transit  *transit
	reply    Reply
	native   bool
	watching sync.Mutex
	watch    *time.Timer       // looks at the right again; guarded by watching
	asked    *charter.Question // of whom; guarded by watching
	answer   hash.Hash
	pieces   int
	held     []Event // the last events, kept back until the leaf is acknowledged
	heldSize int
	ended    error // io.EOF or why it broke off, once settled
	closing  sync.Once
	textSize int
}

// Complete admits a chat request and opens the engine's reply.
func (s *Service) Complete(ctx context.Context, actor core.Actor, req Completion) (*Exchange, error) {
	in, err := s.aim(ctx, actor, req)
	if err != nil {
		return nil, err
	}
	t, err := s.admit(ctx, actor, in)
	if err != nil {
		return nil, err
	}
	return s.open(ctx, actor, t, req.call, len(req.Text))
}

func (s *Service) chatModel(ctx context.Context, name string) (models.Model, error) {
	if name == "" || name == AutoModel {
		return s.Catalogue.Default(ctx, models.Chat)
	}
	model, err := s.Catalogue.Find(ctx, name)
	if err == nil && model.Kind != models.Chat {
		err = core.E(core.Invalid, "errors.model_not_for_chat", core.Args{"Model": name})
	}
	return model, err
}

// open calls the engine for an admitted request, and another one while none has said a word. From here on the exchange
// owns the transit.
func (s *Service) open(ctx context.Context, actor core.Actor, t *transit, call func(models.Model, int) Call, textSize int) (*Exchange, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	x := &Exchange{ctx: ctx, cancel: cancel, transit: t, answer: sha256.New(), textSize: textSize}
	x.watchRight(actor)
	err := s.attempt(ctx, actor, t, func(model models.Model) error {
		x.ask(t.question(actor, charter.Action(t.record.Action), &model))
		sent := call(model, t.maxOutput)
		reply, err := s.Engine.Chat(ctx, model, sent)
		if err == nil {
			reply, err = begun(reply)
		}
		if err == nil {
			x.reply, x.native = reply, sent.Dialect != models.OpenAI
		}
		return err
	})
	if err != nil {
		err = x.end(err)
		x.Close()
		return nil, err
	}
	return x, nil
}

// watchRight looks again later whether the answer may go on.
func (x *Exchange) watchRight(actor core.Actor) {
	x.watching.Lock()
	defer x.watching.Unlock()
	x.watch = time.AfterFunc(rightCheck, func() { x.checkRight(actor) })
}

// checkRight ends the exchange when its key or session has been revoked meanwhile, or an emergency restriction refuses it now.
// What the operating system vouches for (the local socket) has no credential that could be revoked.
func (x *Exchange) checkRight(actor core.Actor) {
	if x.ctx.Err() != nil {
		return
	}
	if actor.Credential != "" {
		holds, err := x.transit.s.Holder.Holds(x.ctx, actor.Credential)
		if err == nil && !holds {
			x.cancel(core.E(core.Unauthenticated, "errors.credential_revoked", nil))
			return
		}
	}
	if over := x.restricted(); over != nil {
		x.cancel(over.Problem())
		return
	}
	x.watchRight(actor)
}

// restricted returns the emergency restriction that came over the question since it was allowed. Another charter does not
// end what is under way.
func (x *Exchange) restricted() *charter.Restriction {
	x.watching.Lock()
	asked := x.asked
	x.watching.Unlock()
	if asked == nil {
		return nil
	}
	decision, err := x.transit.s.Charter.Decide(x.ctx, *asked)
	if err != nil {
		return nil
	}
	return decision.Restriction
}

// ask notes what is asked of which model, for restricted.
func (x *Exchange) ask(q charter.Question) {
	x.watching.Lock()
	defer x.watching.Unlock()
	x.asked = &q
}

// Next returns the next event. Events that would make the answer look finished come only after the
// receipt is permanent. io.EOF ends a finished answer; any other error means it is not one.
func (x *Exchange) Next() (Event, error) {
	for x.ended == nil {
		event, err := x.reply.Next()
		if err != nil {
			if err = x.end(err); err != io.EOF {
				return Event{}, err
			}
			break
		}
		x.observe(event)
		if !event.Finished && len(x.held) == 0 {
			return event, nil
		}
		if !x.hold(event) {
			return Event{}, x.end(core.E(core.Interrupted, "errors.engine_interrupted", nil))
		}
	}
	if x.ended == io.EOF && len(x.held) > 0 {
		event := x.held[0]
		x.held = x.held[1:]
		event.More = true // at least the end
		return event, nil
	}
	return Event{}, x.ended
}

// maxHeld bounds the bytes that are held back. An engine that answers several choices one after the other goes on after
// the first has finished.
const maxHeld = 8 << 20

func (x *Exchange) hold(event Event) bool {
	event.Data = append([]byte(nil), event.Data...)
	x.held = append(x.held, event)
	x.heldSize += len(event.Data)
	return x.heldSize <= maxHeld
}

func (x *Exchange) observe(event Event) {
	record := &x.transit.record
	if event.Usage != nil {
		record.PromptTokens, record.OutputTokens, record.UsageEstimated = event.Usage.Prompt, event.Usage.Output, false
	}
	if event.Text == "" {
		return
	}
	if event.Whole { // nobody knows when its first token came
		x.pieces = max(1, len(event.Text)/4)
	} else if x.pieces++; x.pieces == 1 {
		s := x.transit.s
		x.transit.answers()
		s.Observer.FirstToken(x.transit.model.Name, s.Clock.Now().Sub(x.transit.began))
	}
	io.WriteString(x.answer, event.Text)
}

// end settles the exchange once and returns how it ended: io.EOF for a finished and recorded answer.
func (x *Exchange) end(err error) error {
	if x.ended != nil {
		return x.ended
	}
	outcome, why := x.judge(err)
	record := &x.transit.record
	record.AnswerSHA256 = hex.EncodeToString(x.answer.Sum(nil))
	if x.reply != nil && record.PromptTokens == 0 && record.OutputTokens == 0 {
		// The engine did not count: one piece is about one token, four bytes about one.
		record.PromptTokens, record.OutputTokens, record.UsageEstimated = x.textSize/4, x.pieces, true
	}
	if why == nil {
		why = io.EOF
	}
	failure := why
	if failure == io.EOF {
		failure = nil
	}
	x.ended = why
	if serr := x.transit.settle(x.ctx, outcome, failure); serr != nil {
		x.ended = serr
	}
	return x.ended
}

// judge says what an end means. A cause of our own (a revoked key) goes before what the engine said; a
// caller that has left goes before an engine that broke off because of it.
func (x *Exchange) judge(err error) (audit.Outcome, error) {
	if err == io.EOF {
		return audit.Completed, nil
	}
	if x.ctx.Err() != nil {
		var ours *core.Error
		if cause := context.Cause(x.ctx); errors.As(cause, &ours) {
			return audit.Interrupted, ours
		}
		return audit.Cancelled, core.Wrap(context.Cause(x.ctx), core.Cancelled, "errors.cancelled", nil)
	}
	if x.pieces > 0 || core.Is(err, core.Interrupted) {
		return audit.Interrupted, err
	}
	return audit.Failed, err
}

// Close releases the engine. An exchange that was not read to its end is recorded as cancelled.
func (x *Exchange) Close() {
	x.closing.Do(func() {
		x.cancel(context.Canceled)
		x.watching.Lock()
		if x.watch != nil {
			x.watch.Stop()
		}
		x.watching.Unlock()
		if x.reply != nil {
			x.reply.Close()
		}
		if x.ended == nil {
			x.end(context.Canceled)
		}
	})
}

// Receipt is the id of the record to be, known from the start.
func (x *Exchange) Receipt() core.ID { return x.transit.record.ID }

// Model is the model that answers.
func (x *Exchange) Model() models.Model { return *x.transit.model }

// Result is complete once Next has returned an error or Close has returned.
func (x *Exchange) Result() Result { return x.transit.result() }

// Usage is the token count so far, and whether it is our own estimate.
func (x *Exchange) Usage() (usage Usage, estimated bool) {
	r := x.transit.record
	return Usage{Prompt: r.PromptTokens, Output: r.OutputTokens}, r.UsageEstimated
}
