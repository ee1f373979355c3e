package charter

import "context"

// Restricted is a charter under emergency restrictions. It allows what the charter allows and no restriction refuses: it never
// allows anything by itself.
type Restricted struct {
	Charter Evaluator
	By      Restraint
}

// Restraint refuses what a charter allows; Restrictions satisfies it.
type Restraint interface {
	// Refuses returns the restriction that refuses a question; nil: none does.
	Refuses(ctx context.Context, q Question) *Restriction
}

var _ Evaluator = Restricted{}

// Decide implements Evaluator.
func (r Restricted) Decide(ctx context.Context, q Question) (Decision, error) {
	d, err := r.Charter.Decide(ctx, q)
	if err != nil {
		return Decision{}, err
	}
	if !d.Allow {
		return d, nil
	}
	if over := r.By.Refuses(ctx, q); over != nil {
		return Decision{Charter: d.Charter, Restriction: over}, nil
	}
	return d, nil
}

// InForce implements Evaluator.
func (r Restricted) InForce() Version { return r.Charter.InForce() }
