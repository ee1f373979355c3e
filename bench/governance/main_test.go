package main

import (
	"testing"

	"github.com/solidaire-coop/solidaire/internal/governance"
)

// What is measured must be what the program does: the ballot is one that can be certified.
func TestTheBallotThatIsMeasuredIsWhole(t *testing.T) {
	t.Parallel()
	held, err := election(12)
	if err != nil {
		t.Fatal(err)
	}
	c, err := governance.Certify(held)
	if err != nil || c.Votes != 12 || len(c.Tally.Classes) != 3 || c.Decision != governance.Adopted {
		t.Errorf("%+v, %v", c, err)
	}
}
