package memory_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func measuredAs(rights ...bool) memory.Measurement {
	var m memory.Measurement
	for i, right := range rights {
		m.Questions = append(m.Questions, memory.Measured{ID: string(rune('a' + i)), Expected: "x", Right: right})
	}
	return m
}

func TestComparisonsSayWhatWasGainedAndLost(t *testing.T) {
	t.Parallel()
	before, after := measuredAs(true, false, false, true), measuredAs(true, true, true, false)
	before.Setting, after.Setting = memory.Setting{Model: "e5@1", Documents: 3}, memory.Setting{Model: "bge@2", Documents: 3}
	after.Questions[3].Expected = "another right answer"
	after.Questions = append(after.Questions, memory.Measured{ID: "new", Right: true})
	c := memory.Compare(before, after)
	got := []any{c.Common, c.RightBefore, c.RightAfter, len(c.Gained), len(c.Lost), c.Fresh, c.Gone, c.Verdict, c.Chance, c.Sure()}
	if diff := cmp.Diff([]any{3, 1, 3, 2, 0, 2, 1, memory.Better, 0.5, false}, rounded(got)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]memory.Change{{What: "model", Before: "e5@1", After: "bge@2"}}, c.Changed); diff != "" {
		t.Error(diff)
	}
	if worse := memory.Compare(after, before); worse.Verdict != memory.Worse || len(worse.Lost) != 2 {
		t.Errorf("the other way round: %+v", worse)
	}
	ten := make([]bool, 10)
	all := make([]bool, 10)
	for i := range all {
		all[i] = true
	}
	if c := memory.Compare(measuredAs(ten...), measuredAs(all...)); !c.Sure() || c.Verdict != memory.Better {
		t.Errorf("ten gained, none lost: %+v", c)
	}
}

// rounded takes the last digits of a float away.
func rounded(all []any) []any {
	for i, v := range all {
		if f, ok := v.(float64); ok {
			all[i] = float64(int(f*1e6+0.5)) / 1e6
		}
	}
	return all
}

// Whatever two measurements say, the counts add up, the verdict follows them, and the chance is one.
func TestComparisonsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		side := func(name string) memory.Measurement {
			var m memory.Measurement
			for _, id := range rapid.SliceOfNDistinct(rapid.IntRange(0, 60), 0, 60, rapid.ID[int]).Draw(t, name) {
				m.Questions = append(m.Questions, memory.Measured{ID: string(rune('0' + id)), Right: rapid.Bool().Draw(t, "right")})
			}
			return m
		}
		a, b := side("before"), side("after")
		c := memory.Compare(a, b)
		if c.Common+c.Fresh != len(b.Questions) || c.Common+c.Gone != len(a.Questions) || c.RightAfter-c.RightBefore != len(c.Gained)-len(c.Lost) {
			t.Fatalf("%+v", c)
		}
		if (c.Verdict == memory.Better) != (c.RightAfter > c.RightBefore) || (c.Verdict == memory.Worse) != (c.RightAfter < c.RightBefore) {
			t.Fatalf("verdict %s of %d → %d", c.Verdict, c.RightBefore, c.RightAfter)
		}
		if back := memory.Compare(b, a); back.Chance != c.Chance || len(back.Gained) != len(c.Lost) || !(c.Chance > 0) || c.Chance > 1 {
			t.Fatalf("%v, and the other way round %v", c.Chance, back.Chance)
		}
	})
}

func newQuality(t *testing.T, embedder memory.Embedder) (*memory.Quality, *memory.Intake) {
	t.Helper()
	h := open(t, sqldbtest.SQLite(t), t.TempDir(), embedder)
	store, intake := memorysql.New(h.db), h.Intake
	return memory.NewQuality(intake, store, "9.9", core.SystemClock{}, slog.New(slog.DiscardHandler)), intake
}

func set() []memory.TestQuestion {
	return []memory.TestQuestion{
		{ID: "quorum", Question: "Quel est le quorum de l’assemblée générale ?", File: "règlement.md", Quote: "fixé à 25 % des membres"},
		{ID: "mandat", Question: "Combien de temps dure le mandat des administrateurs ?", File: "règlement.md", Quote: "de deux ans"},
		{ID: "licorne", Question: "Quelle licorne habite la mairie ?"},
	}
}

func TestAMeasurementIsKeptWithWhatAnswered(t *testing.T) {
	t.Parallel()
	for name, embedder := range map[string]memory.Embedder{"full text": nil, "by meaning": memorytest.NewEmbedder("m")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, intake := newQuality(t, embedder)
			if _, err := intake.Add(t.Context(), coop, "règlement.md", time.Time{}, strings.NewReader(rules)); err != nil {
				t.Fatal(err)
			}
			if err := q.Ask(t.Context(), coop); !core.Is(err, core.Invalid) {
				t.Errorf("nothing to ask: %v", err)
			}
			if err := q.Import(t.Context(), coop, set(), false); err != nil {
				t.Fatal(err)
			}
			measureNow(t, q)
			list, err := q.Measurements(t.Context(), coop)
			if err != nil || len(list) != 1 {
				t.Fatalf("%v, %v", list, err)
			}
			m, err := q.Measurement(t.Context(), coop, list[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			e := m.Evaluation
			if len(m.Questions) != 3 || !m.Questions[0].Right || e.Questions != 3 || e.Answerable != 2 || m.Right() < 0.6 || len(e.Results) != 0 {
				t.Errorf("%+v", m)
			}
			if s := m.Setting; s.Version != "9.9" || s.Documents != 1 || s.Passages == 0 || s.Constants == "" || s.ByMeaning != (embedder != nil) {
				t.Errorf("what answered: %+v", s)
			}
		})
	}
}

// measureNow asks and waits for the end.
func measureNow(t *testing.T, q *memory.Quality) {
	t.Helper()
	if err := q.Ask(t.Context(), coop); err != nil {
		t.Fatal(err)
	}
	if err := q.Ask(t.Context(), coop); !core.Is(err, core.Conflict) {
		t.Errorf("asked twice: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	kept := keeping{q.QualityStore, stop}
	q.QualityStore = kept
	if err := q.Run(ctx); err != nil {
		t.Fatal(err)
	}
	q.QualityStore = kept.QualityStore
	if now := q.Measuring(coop); now.Going || now.Kept == "" || now.Problem != nil || now.Total != 3 {
		t.Errorf("%+v", now)
	}
}

// keeping ends the program once a measurement is kept.
type keeping struct {
	memory.QualityStore
	done func()
}

func (k keeping) KeepMeasurement(ctx context.Context, m memory.Measurement, keep int) error {
	defer k.done()
	return k.QualityStore.KeepMeasurement(ctx, m, keep)
}

// slow lets a measurement be stopped in its middle.
type slow struct {
	*memory.Intake
	reached chan struct{}
}

func (s slow) Evaluate(ctx context.Context, _ core.ID, _ []memory.TestQuestion, progress func(int)) (memory.Evaluation, error) {
	progress(1)
	close(s.reached)
	<-ctx.Done()
	return memory.Evaluation{}, core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
}

func TestAMeasurementCanBeStopped(t *testing.T) {
	t.Parallel()
	kept, intake := newQuality(t, nil)
	measured := slow{intake, make(chan struct{})}
	q := memory.NewQuality(measured, kept.QualityStore, "9.9", core.SystemClock{}, slog.New(slog.DiscardHandler))
	if err := q.Import(t.Context(), coop, set(), false); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); q.Run(ctx) }()
	if err := q.Ask(t.Context(), coop); err != nil {
		t.Fatal(err)
	}
	<-measured.reached
	if now := q.Measuring(coop); !now.Going || now.Done != 1 || now.Total != 3 {
		t.Errorf("%+v", now)
	}
	if err := errors.Join(q.Stop(t.Context(), other), q.Stop(t.Context(), coop)); err != nil {
		t.Fatal(err)
	}
	end()
	<-ended
	list, err := q.Measurements(t.Context(), coop)
	if now := q.Measuring(coop); err != nil || len(list) != 0 || now.Going || !now.Stopped {
		t.Errorf("%+v, %v, %v", now, list, err)
	}
	if waiting, err := q.ExpectedMeasurements(t.Context()); err != nil || len(waiting) != 0 {
		t.Errorf("still expected: %v, %v", waiting, err)
	}
}

// TestAMeasurementSurvivesTheProgram promises that what the end of the program broke off begins again when it starts, and only
// that: what was stopped, or is kept, is done with.
func TestAMeasurementSurvivesTheProgram(t *testing.T) {
	t.Parallel()
	first, intake := newQuality(t, nil)
	measured := slow{intake, make(chan struct{})}
	q := memory.NewQuality(measured, first.QualityStore, "9.9", core.SystemClock{}, slog.New(slog.DiscardHandler))
	if err := q.Import(t.Context(), coop, set(), false); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); q.Run(ctx) }()
	if err := q.Ask(t.Context(), coop); err != nil {
		t.Fatal(err)
	}
	<-measured.reached
	end()
	<-ended
	if list, err := first.Measurements(t.Context(), coop); err != nil || len(list) != 0 {
		t.Fatalf("kept before it is done: %v, %v", list, err)
	}
	again := memory.NewQuality(intake, first.QualityStore, "9.9", core.SystemClock{}, slog.New(slog.DiscardHandler))
	ctx, end = context.WithCancel(t.Context())
	again.QualityStore = keeping{first.QualityStore, end}
	if err := again.Run(ctx); err != nil {
		t.Fatal(err)
	}
	list, err := first.Measurements(t.Context(), coop)
	if now := again.Measuring(coop); err != nil || len(list) != 1 || !now.Again || now.Going || now.Kept != list[0].ID {
		t.Errorf("%+v, %v, %v", now, list, err)
	}
	if waiting, err := first.ExpectedMeasurements(t.Context()); err != nil || len(waiting) != 0 {
		t.Errorf("still expected: %v, %v", waiting, err)
	}
}

func TestAQuestionMustStandInItsDocument(t *testing.T) {
	t.Parallel()
	q, intake := newQuality(t, nil)
	if _, err := intake.Add(t.Context(), coop, "règlement.md", time.Time{}, strings.NewReader(rules)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		question memory.TestQuestion
		key      string // of the error; "" for none
	}{
		{set()[0], ""}, {set()[2], ""},
		{memory.TestQuestion{Question: "Quorum ?", File: "statuts.md"}, "errors.memory_question_file"},
		{memory.TestQuestion{Question: "Quorum ?", File: "règlement.md", Quote: "trente pour cent"}, "errors.memory_question_quote"},
		{memory.TestQuestion{Question: " \u202e "}, "errors.memory_question_bounds"},
		{memory.TestQuestion{Question: "?", ID: strings.Repeat("x", 99)}, "errors.memory_question_id"},
		{memory.TestQuestion{Question: "?", Quote: strings.Repeat("x", 9<<10), File: "f"}, "errors.memory_question_expected"},
	} {
		err := q.Keep(t.Context(), coop, memory.KeptQuestion{TestQuestion: c.question})
		got := ""
		if err != nil {
			got = core.AsError(err).Key
		}
		if got != c.key {
			t.Errorf("%q: %q, want %q", c.question.Question, got, c.key)
		}
	}
	var out strings.Builder
	list, err := q.Questions(t.Context(), coop)
	if err != nil || memory.WriteQuestions(&out, list) != nil {
		t.Fatal(err)
	}
	again, err := memory.ReadQuestions(strings.NewReader(out.String()))
	if diff := cmp.Diff([]memory.TestQuestion{list[0].TestQuestion, list[1].TestQuestion}, again); diff != "" || err != nil {
		t.Errorf("exported and read again: %v\n%s", err, diff)
	}
}

func TestFeedbackBecomesAQuestion(t *testing.T) {
	t.Parallel()
	q, intake := newQuality(t, nil)
	report, err := intake.Add(t.Context(), coop, "règlement.md", time.Time{}, strings.NewReader(rules))
	if err != nil {
		t.Fatal(err)
	}
	v, err := intake.Version(t.Context(), coop, report.Version)
	if err != nil {
		t.Fatal(err)
	}
	start := strings.Index(v.Text, "Le quorum")
	cited := []memory.Cited{{Name: "règlement.md", Version: v.Hash, Start: start, End: start + len("Le quorum de l’assemblée générale est fixé à 25 %")}}
	for _, c := range []struct {
		id       core.ID
		feedback memory.Feedback
		want     memory.KeptQuestion
	}{
		{"00000000000000000000000aa1", memory.Feedback{Opinion: memory.Useful, Found: true, Cited: cited},
			memory.KeptQuestion{TestQuestion: memory.TestQuestion{File: "règlement.md", Quote: "Le quorum de l’assemblée générale est fixé à 25 %"}}},
		{"00000000000000000000000aa2", memory.Feedback{Opinion: memory.Useful}, memory.KeptQuestion{TestQuestion: memory.TestQuestion{Kind: "none"}}},
		{"00000000000000000000000aa3", memory.Feedback{Opinion: memory.MissingSource, Found: true, Cited: cited, Words: "voir l’article 19"},
			memory.KeptQuestion{TestQuestion: memory.TestQuestion{Answer: "voir l’article 19"}, Draft: true}},
		{"00000000000000000000000aa4", memory.Feedback{Opinion: memory.Useful, Found: true, Cited: []memory.Cited{{Name: "parti.md", Version: "x", End: 9}}},
			memory.KeptQuestion{Draft: true}},
	} {
		c.feedback.ID, c.feedback.Organisation, c.feedback.Question = c.id, coop, "Quel quorum "+string(c.id)+" ?"
		if err := q.PutFeedback(t.Context(), c.feedback); err != nil {
			t.Fatal(err)
		}
		if _, err := q.Adopt(t.Context(), other, c.id); !core.Is(err, core.NotFound) {
			t.Errorf("another organisation's: %v", err)
		}
		got, err := q.Adopt(t.Context(), coop, c.id)
		if err != nil {
			t.Fatal(err)
		}
		c.want.Question, c.want.ID, c.want.Lang = c.feedback.Question, "avis-000"+string(c.id[23:]), "fr"
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.id, diff)
		}
	}
}
