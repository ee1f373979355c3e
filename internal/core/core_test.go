package core_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
)

func TestIDsSortByAgeAndParseBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.Int64Range(0, 1<<47).Draw(t, "first")
		later := first + rapid.Int64Range(1, 1<<40).Draw(t, "later")
		a, b := core.NewID(time.UnixMilli(first)), core.NewID(time.UnixMilli(later))
		if a >= b {
			t.Fatalf("%s made before %s sorts after it", a, b)
		}
		if got, err := core.ParseID(string(a)); err != nil || got != a {
			t.Fatalf("ParseID(%s) = %s, %v", a, got, err)
		}
	})
}

func TestParseIDRefusesEverythingElse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "x", "../../etc/passwd", "0123456789abcdefghjkmnpqr", "0123456789abcdefghjkmnpqri", "é123456789abcdefghjkmnpqrs"} {
		if _, err := core.ParseID(text); !core.Is(err, core.Invalid) {
			t.Errorf("ParseID(%q): %v", text, err)
		}
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("0123456789abcdefghjkmnpqrs")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := core.ParseID(text)
		if err != nil {
			return
		}
		if again, err := core.ParseID(id.String()); err != nil || again != id {
			t.Errorf("%q parses to %q, which does not parse to itself", text, id)
		}
	})
}

func TestForeignErrorsBecomeInternal(t *testing.T) {
	t.Parallel()
	cause := errors.New("dial tcp 10.0.0.1: secret detail")
	got := core.AsError(cause)
	if got.Code != core.Internal || got.Key != "errors.internal" || !errors.Is(got, cause) {
		t.Errorf("%v", got)
	}
	ours := core.E(core.NotFound, "errors.x", nil)
	if core.AsError(fmt.Errorf("reading: %w", ours)) != ours {
		t.Error("an Error inside another error is lost")
	}
	if core.CodeOf(nil) != "" {
		t.Error("nil has a code")
	}
}

func figure(t *rapid.T, name string) core.Energy {
	labels := []core.EnergyLabel{core.EnergyMeteredWall, core.EnergyMeteredPartial, core.EnergyEstimatedCalibrated, core.EnergyEstimatedPublished}
	if rapid.Bool().Draw(t, name+" unknown") {
		return core.UnknownEnergy()
	}
	joules := float64(rapid.IntRange(0, 1e6).Draw(t, name))
	return core.Energy{Joules: &joules, Label: rapid.SampledFrom(labels).Draw(t, name+" label")}
}

func TestEnergySums(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := figure(t, "a"), figure(t, "b")
		ab, ba := a.Plus(b), b.Plus(a)
		if (ab.Joules == nil) != (a.Joules == nil || b.Joules == nil) {
			t.Fatal("a sum with an unknown part must be unknown, and only then")
		}
		if ab.Label != ba.Label {
			t.Fatalf("labels depend on the order: %s, %s", ab.Label, ba.Label)
		}
		if ab.Joules == nil {
			if ab.Label != core.EnergyUnknown || ab.WattHours() != nil {
				t.Fatal("unknown energy must be null everywhere")
			}
			return
		}
		if *ab.Joules != *a.Joules+*b.Joules || *ab.WattHours()*3600-*ab.Joules > 1e-6 {
			t.Fatal("the sum is wrong")
		}
		if ab.Label != a.Label && ab.Label != b.Label {
			t.Fatal("the label comes from nowhere")
		}
	})
}

func TestTextSpeaksBothLanguages(t *testing.T) {
	t.Parallel()
	text := core.Text{FR: "charte", EN: "charter"}
	for lang, want := range map[core.Lang]string{core.French: "charte", core.FrenchCanada: "charte", core.English: "charter"} {
		if got := text.In(lang); got != want {
			t.Errorf("%s: %q", lang, got)
		}
	}
}
