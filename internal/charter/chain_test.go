package charter_test

import (
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func utf8NFC(text []byte) bool { return norm.NFC.IsNormal(text) }

func chain(t testing.TB) []charter.Version {
	t.Helper()
	first, err := charter.Genesis(template(t, "prudente"), day)
	if err != nil {
		t.Fatal(err)
	}
	second, err := first.Next(template(t, "equilibree"), []byte("certificate 2"), day.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	third, err := second.Next(template(t, "ouverte"), []byte("certificate 3"), day.Add(48*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return []charter.Version{first, second, third}
}

func TestChain(t *testing.T) {
	t.Parallel()
	versions := chain(t)
	if err := charter.VerifyChain(versions); err != nil {
		t.Fatal(err)
	}
	if err := charter.VerifyChain(nil); err != nil {
		t.Errorf("an empty chain: %v", err)
	}
	if a, ok := versions[2].Article(4); !ok || a.Number != 4 {
		t.Errorf("article 4: %v, %v", a.Number, ok)
	}
}

func TestAnyChangeToAChainShows(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(c []charter.Version) []charter.Version{
		"a byte":                func(c []charter.Version) []charter.Version { c[1].Bytes = flip(c[1].Bytes); return c },
		"a hash":                func(c []charter.Version) []charter.Version { c[1].Hash = c[0].Hash; return c },
		"a document":            func(c []charter.Version) []charter.Version { c[1].Document.Settings.MaxOutputTokens++; return c },
		"a parent":              func(c []charter.Version) []charter.Version { c[2].Parent = c[0].Hash; return c },
		"a parent of the first": func(c []charter.Version) []charter.Version { c[0].Parent = c[1].Hash; return c },
		"a number":              func(c []charter.Version) []charter.Version { c[2].Number = 4; return c },
		"a status":              func(c []charter.Version) []charter.Version { c[2].Status = "decreed"; return c },
		"an earlier date":       func(c []charter.Version) []charter.Version { c[2].Effective = day; return c },
		"a missing first":       func(c []charter.Version) []charter.Version { return c[1:] },
		"a missing one":         func(c []charter.Version) []charter.Version { return []charter.Version{c[0], c[2]} },
		"another order":         func(c []charter.Version) []charter.Version { return []charter.Version{c[0], c[2], c[1]} },
		"a vote undone": func(c []charter.Version) []charter.Version {
			c[2].Status, c[2].Certificate = charter.Provisional, nil
			return c
		},
		"a certificate removed": func(c []charter.Version) []charter.Version { c[2].Certificate = nil; return c },
		"a voted first":         func(c []charter.Version) []charter.Version { c[0].Status = charter.Voted; return c },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := charter.VerifyChain(spoil(chain(t))); !core.Is(err, core.Corrupt) {
				t.Errorf("got %v, want a corrupt charter", err)
			}
		})
	}
}

func TestAVersionIsNeverEffectiveBeforeItsParent(t *testing.T) {
	t.Parallel()
	first := chain(t)[0]
	next, err := first.Next(template(t, "ouverte"), []byte("certificate"), first.Effective.Add(-time.Hour)) // the clock was set back
	if err != nil || !next.Effective.Equal(first.Effective) {
		t.Errorf("effective %v after %v, %v", next.Effective, first.Effective, err)
	}
}

func flip(b []byte) []byte {
	c := append([]byte(nil), b...)
	c[len(c)/2] ^= 1
	return c
}

func TestRestore(t *testing.T) {
	t.Parallel()
	for _, v := range chain(t) {
		row := charter.Row{Number: v.Number, Hash: v.Hash, Parent: v.Parent, Status: v.Status, Effective: v.Effective, Bytes: v.Bytes, Certificate: v.Certificate}
		again, err := charter.Restore(row)
		if err != nil || again.Document.Template != v.Document.Template || !again.Effective.Equal(v.Effective) {
			t.Errorf("version %d: %v", v.Number, err)
		}
		for _, bytes := range [][]byte{nil, []byte("{}"), flip(v.Bytes), append(v.Bytes, ' ')} {
			row.Bytes = bytes
			if _, err := charter.Restore(row); !core.Is(err, core.Corrupt) {
				t.Errorf("spoilt bytes: %v", err)
			}
		}
	}
}

func TestASealNamesEveryField(t *testing.T) {
	t.Parallel()
	v := chain(t)[1]
	seal := v.Seal("")
	for name, change := range map[string]func(v *charter.Version){
		"number":    func(v *charter.Version) { v.Number++ },
		"hash":      func(v *charter.Version) { v.Hash = v.Parent },
		"parent":    func(v *charter.Version) { v.Parent = "" },
		"status":    func(v *charter.Version) { v.Status = charter.Provisional },
		"effective": func(v *charter.Version) { v.Effective = v.Effective.Add(time.Millisecond) },
		"vote":      func(v *charter.Version) { v.Certificate = []byte("another") },
	} {
		w := v
		if change(&w); w.Seal("") == seal {
			t.Errorf("the seal says nothing of the %s", name)
		}
	}
	if v.Seal("x") == seal {
		t.Error("the seal says nothing of its parent's")
	}
}
