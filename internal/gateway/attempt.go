package gateway

import (
	"cmp"
	"context"
	"io"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// maxAttempts bounds how often engines are asked for one answer. Nothing is asked twice at the same time.
const maxAttempts = 3

// retryPause is the wait before the same engine is asked again: long enough for one that restarts to listen.
const retryPause = 250 * time.Millisecond

// candidates lists who may serve a model, the model itself first.
func (s *Service) candidates(ctx context.Context, model models.Model, name string) []models.Model {
	if s.Others == nil || name == "" {
		return []models.Model{model}
	}
	all, err := s.Others.Candidates(ctx, name)
	if err != nil || len(all) == 0 { // it was just found: the one that was is enough
		return []models.Model{model}
	}
	return all
}

// attempt has do ask an engine, and the next candidate when that one fails before a word of the answer: only those
// that the charter allows, each decided on anew. Where nobody else is left, an engine that was out of reach for a moment is
// asked once more. What the caller caused, or a caller who left, ends it. Every failure stands in the record.
func (s *Service) attempt(ctx context.Context, actor core.Actor, t *transit, do func(model models.Model) error) error {
	var told error // what the caller hears when all fail
	again := true
	for n := 1; ; n++ {
		err := do(*t.model)
		if err == nil || ctx.Err() != nil {
			return err
		}
		if !enginesFault(err) {
			return err
		}
		told = sooner(told, err)
		if n == maxAttempts {
			return told
		}
		failed := audit.Try{Node: t.record.Node, Model: t.model.Name, Error: core.AsError(err).Key}
		switch {
		case t.next(ctx, actor):
		case again && passing(err):
			again = false
			if !pause(ctx, retryPause) {
				return err
			}
		default:
			return told
		}
		t.record.Tried = append(t.record.Tried, failed)
		t.tried = append(t.tried, Failure{Model: failed.Model, Node: failed.Node, Error: string(core.CodeOf(err))})
		s.Observer.EngineError(failed.Model, string(core.CodeOf(err)))
	}
}

// next goes on to the next candidate that the charter allows.
func (t *transit) next(ctx context.Context, actor core.Actor) bool {
	for len(t.others) > 0 {
		model := t.others[0]
		t.others = t.others[1:]
		decision, err := t.s.Charter.Decide(ctx, t.question(actor, charter.Action(t.record.Action), &model))
		if err == nil && decision.Allow {
			t.use(model, decision)
			return true
		}
	}
	return false
}

// use makes the model the one that answers.
func (t *transit) use(model models.Model, decision charter.Decision) {
	t.model, t.decision = &model, decision
	t.maxOutput = smaller(t.asked, decision.Obligations.MaxOutputTokens)
	t.record.Model, t.record.ModelDigest, t.record.Node = model.Name, model.Digest, node(&model)
	t.record.Articles = decision.Articles
	if t.auto != nil {
		t.auto.weight = model.Weight()
	}
}

// enginesFault tells a failure of an engine, which another one may not share, from one of the request.
func enginesFault(err error) bool {
	switch core.CodeOf(err) {
	case core.Unavailable, core.Interrupted:
		return true
	case core.Exhausted:
		key := core.AsError(err).Key
		return key == "errors.engine_busy" || key == "errors.backend_paused"
	}
	return false
}

// passing tells an engine that was gone for a moment from one that answered that it will not.
func passing(err error) bool {
	switch core.AsError(err).Key {
	case "errors.engine_unreachable", "errors.engine_died", "errors.engine_interrupted":
		return true
	}
	return false
}

// sooner keeps the failure after which trying again makes sense first, the last one where none says.
func sooner(a, b error) error {
	if wait := retryAfter(a); wait > 0 && wait <= cmp.Or(retryAfter(b), wait) {
		return a
	}
	return b
}

// retryAfter is the wait that an error tells, in seconds; 0 when it tells none.
func retryAfter(err error) int {
	if err == nil {
		return 0
	}
	text, _ := core.AsError(err).Args["RetryAfter"].(string)
	seconds, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return max(seconds, 0)
}

// pause waits; false when the caller left first.
func pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// begun reads a reply up to the first event that says something, so that until then another engine can be asked. The
// reply that it returns starts from the beginning.
func begun(reply Reply) (Reply, error) {
	held := 0
	b := &begunReply{Reply: reply}
	for {
		event, err := reply.Next()
		if err == io.EOF { // and nothing else: a broken stream may be caused by one
			b.end = err
			return b, nil
		}
		if err != nil {
			reply.Close()
			return nil, err
		}
		if held += len(event.Data); !event.Empty || held > maxAnnouncement {
			b.ahead = append(b.ahead, event) // valid until the next call, and that is after it was handed on
			return b, nil
		}
		event.Data, event.More = append([]byte(nil), event.Data...), true
		b.ahead = append(b.ahead, event)
	}
}

// maxAnnouncement bounds what is kept of a reply that has not said anything yet.
const maxAnnouncement = 64 << 10

// begunReply gives what was read ahead, then the rest.
type begunReply struct {
	Reply
	ahead []Event
	end   error
}

// Next implements Reply.
func (b *begunReply) Next() (Event, error) {
	if len(b.ahead) > 0 {
		event := b.ahead[0]
		b.ahead = b.ahead[1:]
		return event, nil
	}
	if b.end != nil {
		return Event{}, b.end
	}
	return b.Reply.Next()
}
