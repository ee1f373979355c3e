package governance

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Contribution is one thing that a person said or did in the assembly, for the page and the file where they see what is held about them.
type Contribution struct {
	Kind   string    `json:"kind"` // proposal, amendment, argument, statement, opinion, cosignature, vote, proxy, contestation
	Motion core.ID   `json:"motion"`
	Title  core.Text `json:"title"`
	Text   string    `json:"text,omitempty"` // of a vote: its canonical bytes
	Answer string    `json:"answer,omitempty"`
	Time   time.Time `json:"time"`
}

// Contributions lists those of the actor, oldest first.
func (s *Service) Contributions(ctx context.Context, a core.Actor) ([]Contribution, error) {
	if a.Organisation != s.needs.Organisation {
		return nil, nil
	}
	return s.needs.Store.Contributions(ctx, a.Organisation, a.Person)
}

// String names an opinion.
func (o Opinion) String() string {
	switch o {
	case Agrees:
		return "agree"
	case Disagrees:
		return "disagree"
	case Passes:
		return "pass"
	}
	return "unseen"
}

// ParseOpinion reads the name of an answer; Unseen when it is none.
func ParseOpinion(name string) Opinion {
	for _, o := range []Opinion{Agrees, Disagrees, Passes} {
		if o.String() == name {
			return o
		}
	}
	return Unseen
}
