package chartercedar

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// closed allows nothing.
type closed struct {
	version charter.Version
	cause   *core.Error
}

// Closed returns an evaluator for when there is no charter to trust: every decision fails with the cause,
// so that nothing is allowed and doctor, pages and receipts already made still work. The version, which
// may be zero, is what is known of the charter.
func Closed(version charter.Version, cause error) charter.Evaluator {
	return closed{version: version, cause: core.AsError(cause)}
}

// Decide implements charter.Evaluator.
func (c closed) Decide(context.Context, charter.Question) (charter.Decision, error) {
	return charter.Decision{}, c.cause
}

// InForce implements charter.Evaluator.
func (c closed) InForce() charter.Version { return c.version }
