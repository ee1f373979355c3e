package ledger_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/ledger"
)

func TestAmountsOf(t *testing.T) {
	t.Parallel()
	energy := func(j float64) core.Energy { return core.Energy{Joules: &j} }
	for name, c := range map[string]struct {
		record audit.Record
		want   ledger.Amounts
	}{
		"both kinds of tokens count":    {audit.Record{PromptTokens: 3, OutputTokens: 4}, ledger.Amounts{Tokens: 7}},
		"millijoules are rounded":       {audit.Record{Energy: energy(1.2346)}, ledger.Amounts{Millijoules: 1235}},
		"unknown energy costs nothing":  {audit.Record{Energy: core.UnknownEnergy()}, ledger.Amounts{}},
		"a refusal costs nothing":       {audit.Record{Outcome: audit.Blocked, PromptTokens: 9, Energy: energy(1)}, ledger.Amounts{}},
		"a cancelled request costs":     {audit.Record{Outcome: audit.Cancelled, OutputTokens: 9}, ledger.Amounts{Tokens: 9}},
		"negative counts are not given": {audit.Record{PromptTokens: -5, OutputTokens: 2}, ledger.Amounts{Tokens: 2}},
		"not a number is not a figure":  {audit.Record{Energy: energy(math.NaN())}, ledger.Amounts{}},
		"beyond belief is bounded":      {audit.Record{Energy: energy(math.Inf(1))}, ledger.Amounts{Millijoules: 1 << 50}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ledger.AmountsOf(c.record); got != c.want {
				t.Errorf("AmountsOf = %v, want %v", got, c.want)
			}
		})
	}
}

func TestPostGathersPerPersonAndDay(t *testing.T) {
	t.Parallel()
	late := time.Date(2025, 3, 12, 23, 59, 59, 0, time.UTC)
	first := audit.Record{ID: "a", Organisation: "o", Person: "p", Time: late, PromptTokens: 5}
	entries := ledger.Post([]audit.Record{
		first, first, // delivered twice
		{ID: "b", Organisation: "o", Person: "p", Time: late.Add(-time.Hour), OutputTokens: 2},
		{ID: "c", Organisation: "o", Person: "p", Time: late.Add(time.Minute), OutputTokens: 1},
	})
	day, next := ledger.DayOf(late), ledger.DayOf(late).AddDate(0, 0, 1)
	want := []ledger.Entry{
		{ledger.Account{Kind: ledger.Allowance, Organisation: "o", Day: day}, ledger.Amounts{Tokens: -7}},
		{ledger.Account{Kind: ledger.Used, Organisation: "o", Person: "p", Day: day}, ledger.Amounts{Tokens: 7}},
		{ledger.Account{Kind: ledger.Allowance, Organisation: "o", Day: next}, ledger.Amounts{Tokens: -1}},
		{ledger.Account{Kind: ledger.Used, Organisation: "o", Person: "p", Day: next}, ledger.Amounts{Tokens: 1}},
	}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Error(diff)
	}
}

func TestPostSumsToZero(t *testing.T) {
	t.Parallel()
	person := rapid.SampledFrom([]core.ID{"", "p", "q"})
	record := rapid.Custom(func(t *rapid.T) audit.Record {
		joules := rapid.Float64().Draw(t, "joules")
		return audit.Record{
			ID: core.ID(rapid.StringN(1, 2, 2).Draw(t, "id")), Organisation: person.Draw(t, "organisation"), Person: person.Draw(t, "person"),
			Time:         time.UnixMilli(rapid.Int64Range(0, 1<<42).Draw(t, "time")),
			PromptTokens: rapid.Int().Draw(t, "prompt"), OutputTokens: rapid.Int().Draw(t, "output"),
			Energy: core.Energy{Joules: &joules},
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		var sum ledger.Amounts
		for _, e := range ledger.Post(rapid.SliceOfN(record, 0, 20).Draw(t, "records")) {
			sum.Tokens += e.Amounts.Tokens
			sum.Millijoules += e.Amounts.Millijoules
		}
		if sum != (ledger.Amounts{}) {
			t.Fatalf("entries sum to %v", sum)
		}
	})
}
