package gateway

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestFitnessCasesAreFair(t *testing.T) {
	t.Parallel()
	var cases []fitnessCase
	if err := json.Unmarshal(fitnessCases, &cases); err != nil {
		t.Fatal(err)
	}
	answerable := 0
	for _, c := range cases {
		if c.Cite == 0 {
			if len(c.Expect) != 0 {
				t.Errorf("%s: no passage answers, and yet something is expected", c.Question)
			}
			continue
		}
		answerable++
		found := false
		for _, expect := range c.Expect {
			found = found || strings.Contains(c.Passages[c.Cite-1], expect)
		}
		if !found {
			t.Errorf("%s: passage %d does not hold the answer", c.Question, c.Cite)
		}
		for i, passage := range c.Passages {
			if i != c.Cite-1 && containsAny(passage, c.Expect) {
				t.Errorf("%s: passage %d would do too", c.Question, i+1)
			}
		}
	}
	if answerable != 10 || len(cases)-answerable != 5 {
		t.Errorf("%d answerable of %d", answerable, len(cases))
	}
}

func TestFitnessCounts(t *testing.T) {
	t.Parallel()
	answerable := fitnessCase{Expect: []string{"14 mai 2019"}, Cite: 1}
	silent := fitnessCase{}
	cases := []struct {
		name          string
		c             fitnessCase
		text          string
		right, honest int
	}{
		{"right and cited", answerable, "L’atelier a ouvert le 14 mai 2019 [1].", 1, 0},
		{"right, not cited", answerable, "L’atelier a ouvert le 14 mai 2019.", 0, 0},
		{"wrong citation", answerable, "Le 14 mai 2019 [2].", 0, 0},
		{"invented", answerable, "Le 3 juin 2020 [1].", 0, 0},
		{"silent for no reason", answerable, "Les passages ne répondent pas, sauf le 14 mai 2019 [1].", 0, 0},
		{"honest silence", silent, "Les passages n’indiquent pas cela.", 0, 1},
		{"honest silence in English", silent, "The passages do not say.", 0, 1},
		{"an invention", silent, "Le salaire est de 100 000 000 EUR [1].", 0, 0},
		{"nothing at all", silent, "", 0, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var f Fitness
			f.count(c.c, c.text)
			if f.Right != c.right || f.Honest != c.honest {
				t.Errorf("right %d, honest %d", f.Right, f.Honest)
			}
		})
	}
}
