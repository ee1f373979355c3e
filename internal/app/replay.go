package app

import (
	"context"
	"iter"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/charter/chartercedar"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// replayMost bounds how many requests a dry run looks back on.
const replayMost = 5000

// replay tells what a proposed charter would have decided of the newest requests. It reads private records and gives counts only.
func (a *App) replay(ctx context.Context, d charter.Document) (charter.Effect, error) {
	proposed, err := a.charter.InForce().Next(d, []byte("dry run"), a.clock.Now())
	if err != nil {
		return charter.Effect{}, err
	}
	next, err := chartercedar.New(proposed)
	if err != nil {
		return charter.Effect{}, err
	}
	records, err := a.audit.Newest(ctx, a.organisation.ID, replayMost)
	if err != nil {
		return charter.Effect{}, err
	}
	return charter.Replay(ctx, a.charter, next, a.questions(ctx, records))
}

// questions puts records back into questions, about people and models as they are now.
func (a *App) questions(ctx context.Context, records []audit.Record) iter.Seq2[charter.Question, error] {
	return func(yield func(charter.Question, error) bool) {
		people, installed := map[core.ID]core.Actor{}, map[string]*models.Model{}
		for _, r := range records {
			actor, known := people[r.Person]
			if !known {
				var err error
				actor, err = a.members.PersonActor(ctx, r.Person)
				if err != nil && !core.Is(err, core.NotFound) && !core.Is(err, core.Unauthenticated) {
					yield(charter.Question{}, err)
					return
				}
				actor.Organisation, actor.Person = r.Organisation, r.Person // who left asked all the same
				people[r.Person] = actor
			}
			model, known := installed[r.Model]
			if !known && r.Model != "" {
				if m, err := a.catalogue.Find(ctx, r.Model); err == nil {
					model = &m
				}
				installed[r.Model] = model
			}
			if !yield(gateway.Past(r, actor, model), nil) {
				return
			}
		}
	}
}
