package charter

import (
	"context"
	"iter"
	"slices"
)

// Effect is what a charter would change in what was asked before: a dry run, shown before members vote on it.
type Effect struct {
	Questions    int `json:"questions"`     // replayed
	Allowed      int `json:"allowed"`       // by both charters
	Refused      int `json:"refused"`       // by both
	NewlyAllowed int `json:"newly_allowed"` // by the next one only
	NewlyRefused int `json:"newly_refused"` // by the next one only
	// Articles are those of the next charter that refuse what is allowed today, or allow what is refused, with how often, the
	// most frequent first.
	Articles []ArticleEffect `json:"articles,omitempty"`
	// Actions tells of which kind the changes are.
	Actions []ActionEffect `json:"actions,omitempty"`
}

// ArticleEffect is how often an article decides otherwise than today.
type ArticleEffect struct {
	Number  int `json:"number"`
	Allows  int `json:"allows"`
	Refuses int `json:"refuses"`
}

// ActionEffect is how often an action would be decided otherwise than today.
type ActionEffect struct {
	Action  Action `json:"action"`
	Allows  int    `json:"allows"`
	Refuses int    `json:"refuses"`
}

// Changes reports whether anything would have been decided otherwise.
func (e Effect) Changes() bool { return e.NewlyAllowed+e.NewlyRefused > 0 }

// Replay asks both charters the same questions. It says what would have been decided, and not what people would have asked
// instead.
func Replay(ctx context.Context, now, next Evaluator, questions iter.Seq2[Question, error]) (Effect, error) {
	e := Effect{}
	articles, actions := map[int]*ArticleEffect{}, map[Action]*ActionEffect{}
	for q, err := range questions {
		if err != nil {
			return Effect{}, err
		}
		before, err := now.Decide(ctx, q)
		if err != nil {
			return Effect{}, err
		}
		after, err := next.Decide(ctx, q)
		if err != nil {
			return Effect{}, err
		}
		e.Questions++
		switch {
		case before.Allow && after.Allow:
			e.Allowed++
		case !before.Allow && !after.Allow:
			e.Refused++
		case after.Allow:
			e.NewlyAllowed++
		default:
			e.NewlyRefused++
		}
		if before.Allow == after.Allow {
			continue
		}
		action := at(actions, q.Action, ActionEffect{Action: q.Action})
		count(&action.Allows, &action.Refuses, after.Allow)
		for _, n := range after.Articles {
			article := at(articles, n, ArticleEffect{Number: n})
			count(&article.Allows, &article.Refuses, after.Allow)
		}
	}
	for _, a := range articles {
		e.Articles = append(e.Articles, *a)
	}
	slices.SortFunc(e.Articles, func(a, b ArticleEffect) int {
		if d := (b.Allows + b.Refuses) - (a.Allows + a.Refuses); d != 0 {
			return d
		}
		return a.Number - b.Number
	})
	for _, action := range Actions() {
		if a := actions[action]; a != nil {
			e.Actions = append(e.Actions, *a)
		}
	}
	return e, nil
}

func count(allows, refuses *int, allow bool) {
	if allow {
		*allows++
	} else {
		*refuses++
	}
}

// at returns the value under a key, put there when there is none.
func at[K comparable, V any](m map[K]*V, key K, first V) *V {
	if m[key] == nil {
		m[key] = &first
	}
	return m[key]
}
