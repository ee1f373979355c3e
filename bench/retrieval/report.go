package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// outcome is how one question went that was not learned from.
type outcome struct {
	example
	first, near bool // the sentence put first is right; it stands in a right passage
	inside      bool // the first of those in right passages is right
	chance      float64
}

func judge(r row, found weights) outcome {
	o := outcome{example: r.example}
	if r.best < 0 {
		return o
	}
	o.first, o.near, o.chance = r.right[r.best], r.near(r.best), logistic(found.logit(r.features))
	top := -1
	for i, f := range r.candidates {
		if r.near(i) && (top < 0 || r.rank.logit(f) > r.rank.logit(r.candidates[top])) {
			top = i
		}
	}
	o.inside = top >= 0 && r.right[top]
	return o
}

// refusedInLearning is the share of the answerable questions that the threshold may refuse, of those that are learned from, each
// judged by what was learned without it. The sets count alike: one threshold has to suit a memory of a thousand passages and one
// of fifty.
const refusedInLearning = 0.1

// study learns from one way of searching: cross-validates, sets the threshold, learns from everything that is not reported,
// and says how the rest went.
func study(ctx context.Context, service *memory.Service, sets []set, every int, byMeaning bool) (model, string, error) {
	var all []example
	for _, s := range sets {
		if s.name == "service-public" {
			continue
		}
		more, err := collect(ctx, service, s, every)
		if err != nil {
			return model{}, "", err
		}
		all = append(all, more...)
	}
	m := model{rank: learnRank(without(all, -1), byMeaning)}
	var rows []row // each ordered by what was learned without it, so that silence is learned from what will be met
	for part := range parts {
		rank := learnRank(without(all, part), byMeaning)
		for _, e := range all {
			switch {
			case e.part != part:
			case e.reported:
				rows = append(rows, m.rank.first(e))
			default:
				rows = append(rows, rank.first(e))
			}
		}
	}
	found := func(part int) weights {
		return learnFound(slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.reported || r.part == part }), byMeaning)
	}
	m.found = found(-1)
	var judged []outcome
	for part := range parts {
		without := found(part)
		for _, r := range rows {
			switch {
			case r.part != part:
			case r.reported:
				judged = append(judged, judge(r, m.found))
			default:
				judged = append(judged, judge(r, without))
			}
		}
	}
	m.accept = threshold(judged)
	return m, tell(judged, m.accept), nil
}

func threshold(judged []outcome) float64 {
	type refusable struct{ chance, weight float64 }
	var all []refusable
	asked := map[string]float64{}
	for _, o := range judged {
		if o.set != "piaf" && o.answerable && !o.reported {
			asked[o.set]++
		}
	}
	for _, o := range judged {
		if o.set != "piaf" && o.answerable && !o.reported {
			all = append(all, refusable{o.chance, 1 / asked[o.set] / float64(len(asked))})
		}
	}
	slices.SortFunc(all, func(a, b refusable) int { return cmp.Compare(a.chance, b.chance) })
	refused := 0.0
	for _, each := range all {
		if refused += each.weight; refused > refusedInLearning {
			return each.chance
		}
	}
	return 0.5
}

// tell counts outcomes by set and half.
func tell(judged []outcome, accept float64) string {
	var b strings.Builder
	for _, set := range []string{"piaf", "semailles", "coop"} {
		for _, reported := range []bool{false, true} {
			tellSet(&b, judged, set, reported, accept)
		}
	}
	return b.String()
}

func tellSet(b *strings.Builder, judged []outcome, set string, reported bool, accept float64) {
	var asked, first, near, holders, inside, refused, none, silent int
	for _, o := range judged {
		switch {
		case o.set != set || o.reported != reported:
		case !o.answerable:
			none++
			silent += count(o.chance < accept)
		default:
			asked++
			first, near, refused = first+count(o.first), near+count(o.near), refused+count(o.chance < accept)
			holders, inside = holders+count(slices.Contains(o.right, true)), inside+count(o.inside)
		}
	}
	if asked+none == 0 {
		return
	}
	how := "cross-validated"
	if reported {
		how = "held out"
	}
	fmt.Fprintf(b, "// %s, %s: %s, %s, %s, %s, %s\n", set, how, summary("right sentence first", first, asked), summary("in a right passage", near, asked),
		summary("right inside its passage", inside, holders), summary("answerable refused", refused, asked), summary("unanswerable refused", silent, none))
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// note says what was learned from what, and when.
func note(every int, meaning, words string) string {
	return fmt.Sprintf(`// calibrated gives the constants of ranking and of silence, learned on %s by bench/retrieval from PIAF v1.0 (one question in %d, some
// again with their paragraph hidden), from questions written on the demonstration's documents, and from the first half of the
// questions on two co-operatives; with multilingual-e5-small (Q4_0). What was not learned from went as follows.
//
// By words and by meaning:
%s//
// By words alone:
%s`, time.Now().UTC().Format("2 January 2006"), every, meaning, words)
}
