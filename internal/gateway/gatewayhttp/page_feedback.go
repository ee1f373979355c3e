package gatewayhttp

import (
	"context"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// Feedback keeps what members say of answers, under the id of the turn and nobody's name.
type Feedback interface {
	PutFeedback(ctx context.Context, f memory.Feedback) error
	Feedback(ctx context.Context, organisation core.ID, ids ...core.ID) ([]memory.Feedback, error)
	RemoveFeedback(ctx context.Context, organisation core.ID, ids ...core.ID) error
}

// feedbackView is what the reader said of an answer, and what they may say.
type feedbackView struct {
	Action   string
	Given    *memory.Feedback // nil: nothing yet
	Opinions []memory.Opinion
	MaxWords int
}

// ownTurn finds a turn of one of the reader's own conversations that answers from the memory.
func (p *Pages) ownTurn(r *http.Request) (conversation core.ID, turn gateway.Turn, err error) {
	if conversation, err = core.ParseID(r.PathValue("id")); err != nil {
		return "", turn, err
	}
	_, turns, err := p.Conversations.Turns(r.Context(), actor(r), conversation)
	if err != nil {
		return "", turn, err
	}
	for _, t := range turns {
		if string(t.ID) == r.PathValue("turn") && t.Ask != nil {
			return conversation, t, nil
		}
	}
	return "", turn, core.E(core.NotFound, "errors.page_not_found", nil)
}

// giveFeedback notes an opinion, or words beside the one that was given.
func (p *Pages) giveFeedback(w http.ResponseWriter, r *http.Request) error {
	conversation, turn, err := p.ownTurn(r)
	if err != nil {
		return err
	}
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f := memory.Feedback{ID: turn.ID, Organisation: actor(r).Organisation, Given: p.Clock.Now(), Opinion: memory.Opinion(form.Get("opinion")), Words: form.Get("words"),
		Question: turn.Question, Found: turn.Ask.Answer.Found}
	if turn.Ask.Written != "" {
		f.Model = turn.Ask.Model
	}
	for _, q := range turn.Ask.Answer.Quotes {
		f.Cited = append(f.Cited, memory.Cited{Name: q.Name, Version: q.Version, Start: q.Start, End: q.End})
	}
	if err := f.Check(); err != nil {
		return err
	}
	before, err := p.Feedback.Feedback(r.Context(), f.Organisation, f.ID)
	if err != nil {
		return err
	}
	if len(before) > 0 {
		f.Made = before[0].Made
	}
	if err := p.Feedback.PutFeedback(r.Context(), f); err != nil {
		return err
	}
	http.Redirect(w, r, "/conversations/"+string(conversation)+"#feedback-"+string(turn.ID), http.StatusSeeOther)
	return nil
}

func (p *Pages) removeFeedback(w http.ResponseWriter, r *http.Request) error {
	conversation, turn, err := p.ownTurn(r)
	if err != nil {
		return err
	}
	if err := p.Feedback.RemoveFeedback(r.Context(), actor(r).Organisation, turn.ID); err != nil {
		return err
	}
	http.Redirect(w, r, "/conversations/"+string(conversation)+"#feedback-"+string(turn.ID), http.StatusSeeOther)
	return nil
}

// opinions adds to each answer what the reader said of it.
func (p *Pages) opinions(r *http.Request, view *conversationView) error {
	var ids []core.ID
	for _, turn := range view.Turns {
		if turn.Answer != nil {
			ids = append(ids, turn.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	given, err := p.Feedback.Feedback(r.Context(), view.Talk.Organisation, ids...)
	if err != nil {
		return err
	}
	for i, turn := range view.Turns {
		if turn.Answer == nil {
			continue
		}
		f := &feedbackView{Action: "/conversations/" + string(view.Talk.ID) + "/turns/" + string(turn.ID) + "/feedback", Opinions: memory.Opinions(), MaxWords: memory.MaxFeedbackWords}
		for _, g := range given {
			if g.ID == turn.ID {
				f.Given = &g
			}
		}
		view.Turns[i].Feedback = f
	}
	return nil
}
