package audit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func TestAStatementHasOneSpelling(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := audit.Statement{
			Kind:    rapid.StringMatching(`[a-z_]{1,40}`).Draw(t, "kind"),
			Subject: audittest.Hash(rapid.String().Draw(t, "subject")), Chain: audittest.Hash(rapid.String().Draw(t, "chain")),
			Number: rapid.IntRange(1, 1<<40).Draw(t, "number"),
			Time:   time.UnixMilli(rapid.Int64Range(1_600_000_000_000, 4_000_000_000_000).Draw(t, "time")).UTC(),
			Says:   rapid.StringMatching(`[ !#-\[\]-~]{0,320}`).Draw(t, "says"),
		}
		leaf, err := want.AppendCanonical(nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := audit.ParseStatement(leaf)
		if err != nil {
			t.Fatal(err)
		}
		want.Time = want.Time.Truncate(time.Hour)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if !audit.IsStatement(leaf) {
			t.Error("not seen as a statement")
		}
	})
}

func TestAStatementThatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	whole := audit.Statement{Kind: "vote", Subject: audittest.Hash("s"), Number: 1, Chain: audittest.Hash("c"), Time: time.UnixMilli(1_700_000_000_000)}
	for name, spoil := range map[string]func(s *audit.Statement){
		"no kind":       func(s *audit.Statement) { s.Kind = "" },
		"a sentence":    func(s *audit.Statement) { s.Kind = "Amélie voted" },
		"no subject":    func(s *audit.Statement) { s.Subject = "" },
		"a name":        func(s *audit.Statement) { s.Subject = "statuts" },
		"number 0":      func(s *audit.Statement) { s.Number = 0 },
		"number beyond": func(s *audit.Statement) { s.Number = 1<<40 + 1 },
		"no chain":      func(s *audit.Statement) { s.Chain = "" },
		"a quote":       func(s *audit.Statement) { s.Says = `restrict "all"` },
		"an accent":     func(s *audit.Statement) { s.Says = "Amélie" },
		"a speech":      func(s *audit.Statement) { s.Says = strings.Repeat("a", 321) },
		"no time":       func(s *audit.Statement) { s.Time = time.Time{} },
	} {
		s := whole
		spoil(&s)
		if _, err := s.AppendCanonical(nil); !core.Is(err, core.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseStatement(f *testing.F) {
	leaf, err := audit.Statement{Kind: "vote", Subject: audittest.Hash("s"), Number: 1, Chain: audittest.Hash("c"), Time: time.UnixMilli(1_700_000_000_000)}.AppendCanonical(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(leaf)
	f.Add([]byte(strings.Replace(string(leaf), `"number":1`, `"number":01`, 1)))
	f.Add([]byte(strings.Replace(string(leaf), `,"chain"`, `, "chain"`, 1)))
	f.Fuzz(func(t *testing.T, leaf []byte) {
		s, err := audit.ParseStatement(leaf)
		if err != nil {
			return
		}
		again, err := s.AppendCanonical(nil)
		if err != nil || string(again) != string(leaf) {
			t.Errorf("%q reads as %+v, which is written %q (%v)", leaf, s, again, err)
		}
	})
}
