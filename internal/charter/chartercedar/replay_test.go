package chartercedar_test

import (
	"errors"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func asked(questions ...charter.Question) iter.Seq2[charter.Question, error] {
	return func(yield func(charter.Question, error) bool) {
		for _, q := range questions {
			if !yield(q, nil) {
				return
			}
		}
	}
}

func TestADryRunSaysWhatWouldHaveBeenDecidedOtherwise(t *testing.T) {
	t.Parallel()
	now := newEvaluator(t, versionOf(t, templateOf(t, "equilibree")))
	stricter := templateOf(t, "equilibree")
	stricter.Settings.Models = []string{local.Digest} // remote and trial models answer no more
	stricter.Articles[1].Policy = `permit (principal in Body::"board", action == Action::"ask", resource);`
	next := newEvaluator(t, versionOf(t, stricter))

	board := amelie
	board.Bodies = []string{"board"}
	past := asked(
		charter.Question{Actor: amelie, Action: charter.ActionAsk, Model: charter.ModelFacts{Local: true}},
		charter.Question{Actor: board, Action: charter.ActionAsk, Model: charter.ModelFacts{Local: true}},
		charter.Question{Actor: amelie, Action: charter.ActionChat, Model: local},
		charter.Question{Actor: amelie, Action: charter.ActionChat, Model: remote},
		charter.Question{Actor: amelie, Action: charter.ActionChat, Model: local, DataClasses: []core.DataClass{core.DataSIN}},
	)
	got, err := charter.Replay(t.Context(), now, next, past)
	if err != nil {
		t.Fatal(err)
	}
	want := charter.Effect{
		Questions: 5, Allowed: 2, Refused: 1, NewlyRefused: 2,
		Articles: []charter.ArticleEffect{{Number: 2, Refuses: 1}, {Number: 3, Refuses: 1}},
		Actions:  []charter.ActionEffect{{Action: charter.ActionChat, Refuses: 1}, {Action: charter.ActionAsk, Refuses: 1}},
	}
	if diff := cmp.Diff(want, got); diff != "" || !got.Changes() {
		t.Error(diff)
	}
	back, err := charter.Replay(t.Context(), next, now, past)
	if err != nil || back.NewlyAllowed != 2 || back.NewlyRefused != 0 {
		t.Errorf("the other way round: %+v, %v", back, err)
	}
	same, err := charter.Replay(t.Context(), now, now, past)
	if err != nil || same.Changes() || len(same.Articles) != 0 {
		t.Errorf("the same charter: %+v, %v", same, err)
	}
}

func TestADryRunThatCannotReadThePastSaysSo(t *testing.T) {
	t.Parallel()
	now := newEvaluator(t, versionOf(t, templateOf(t, "equilibree")))
	gone := errors.New("the vault is away")
	_, err := charter.Replay(t.Context(), now, now, func(yield func(charter.Question, error) bool) { yield(charter.Question{}, gone) })
	if !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}
