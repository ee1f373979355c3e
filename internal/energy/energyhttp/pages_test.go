package energyhttp

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// days is what was recorded, for one person and for the whole organisation.
type days struct {
	mine, all []energy.Day
	from, to  time.Time
	asked     []core.ID
	savings   energy.Savings
}

// Savings returns the same for everybody.
func (d *days) Savings(context.Context, core.ID, core.ID, time.Time, time.Time) (energy.Savings, error) {
	return d.savings, nil
}

// Daily returns the days of whom it is asked.
func (d *days) Daily(_ context.Context, _, person core.ID, from, to time.Time) ([]energy.Day, error) {
	d.from, d.to, d.asked = from, to, append(d.asked, person)
	if person == "" {
		return d.all, nil
	}
	return d.mine, nil
}

func part(requests int, joules float64, label core.EnergyLabel) energy.Part {
	low, high := joules*0.7, joules*1.4
	e := core.Energy{Joules: &joules, Low: &low, High: &high, Label: label, Scope: energy.ScopeNode, Method: energy.MethodBusyTime}
	return energy.Part{Requests: requests, Energy: e}
}

func unknown(requests int) energy.Part {
	return energy.Part{Requests: requests, Energy: core.UnknownEnergy()}
}

func ago(n int, parts ...energy.Part) energy.Day {
	return energy.Day{Date: midnight(pagetest.Now()).AddDate(0, 0, -n), Parts: parts}
}

func month() []energy.Day {
	var out []energy.Day
	for n := 29; n > 3; n-- {
		if n%7 != 3 {
			out = append(out, ago(n, part(n%5+1, float64(700+n*37%900), core.EnergyMeteredPartial),
				part(n%3+1, float64(200+n*53%400), core.EnergyEstimatedPublished)))
		}
	}
	return append(out, ago(2, part(4, 900, core.EnergyMeteredPartial), unknown(2)), ago(1, unknown(1)),
		ago(0, part(3, 120, core.EnergyEstimatedPublished)))
}

func serve(t *testing.T, d *days, watts int) http.Handler {
	t.Helper()
	site := pagetest.Site(t)
	pages, err := New(site, Config{Days: d, Accounts: d, Clock: pagetest.Clock{}, Watts: func() int { return watts }})
	if err != nil {
		t.Fatal(err)
	}
	return pagetest.Serve(site, pages)
}

func TestEnergyIsSaidWithItsLabelAndUnknownIsNeverZero(t *testing.T) {
	t.Parallel()
	d := &days{mine: []energy.Day{
		ago(20, part(10, 7200, core.EnergyMeteredWall)),
		ago(3, part(1, 1000, core.EnergyEstimatedPublished), unknown(4)),
		ago(0, unknown(2)),
	}}
	h := serve(t, d, 1100)
	fr := pagetest.Do(t, h, pagetest.Ask{Path: "/energy", Session: pagetest.Member})
	var cards []string
	for _, card := range fr.All("section", "class=period") {
		cards = append(cards, card.Text())
	}
	for i, want := range []string{
		"Aujourd’hui énergie inconnue 2 demandes",
		"7 jours 1 kJ 0,28 Wh · 0,91 s de micro-ondes estimation publiée, entre 700 J et 1,4 kJ 7 demandes, et 6 demandes d’énergie inconnue, qui ne sont pas comptées",
		"30 jours 8,2 kJ 2,3 Wh · 7,5 s de micro-ondes estimation publiée, entre 5,7 kJ et 11 kJ 17 demandes, et 6 demandes d’énergie inconnue, qui ne sont pas comptées",
	} {
		if cards[i] != want {
			t.Errorf("\n got %s\nwant %s", cards[i], want)
		}
	}
	fr.Says(t, "un four qui consomme 1 100 W", "7,2 kJ · mesure à la prise · 10 demandes", "6 demandes · énergie inconnue",
		"fiez-vous au plus faible", "jamais comme zéro", "Ne sont pas comptés ici")
	en := pagetest.Do(t, h, pagetest.Ask{Path: "/energy", Session: pagetest.Member, Lang: "en"})
	en.Says(t, "Today energy unknown", "8.2 kJ 2.3 Wh", "6 requests of unknown energy, which are not counted")
	if want := midnight(pagetest.Now()); !d.to.Equal(want.AddDate(0, 0, 1)) || !d.from.Equal(want.AddDate(0, 0, -29)) {
		t.Errorf("asked %v to %v", d.from, d.to)
	}
}

func TestWithoutAnOvenThereIsNoImage(t *testing.T) {
	t.Parallel()
	page := pagetest.Do(t, serve(t, &days{mine: month()}, 0), pagetest.Ask{Path: "/energy", Session: pagetest.Member})
	page.NeverSays(t, "micro-ondes")
}

func TestNothingUsedTeaches(t *testing.T) {
	t.Parallel()
	page := pagetest.Do(t, serve(t, &days{}, 1100), pagetest.Ask{Path: "/energy", Session: pagetest.Member})
	page.Says(t, "Rien n’a encore été utilisé", "Posez une question")
	if len(page.All("svg", "class=chart")) != 0 {
		t.Error("a chart of nothing")
	}
}

func TestEverybodySeesTheWholeAndNobodyAnother(t *testing.T) {
	t.Parallel()
	d := &days{mine: []energy.Day{ago(0, part(1, 10, core.EnergyMeteredWall))}, all: []energy.Day{ago(0, part(9, 990, core.EnergyMeteredWall))}}
	h := serve(t, d, 1100)
	pagetest.Do(t, h, pagetest.Ask{Path: "/energy", Session: pagetest.Member}).Says(t, "10 J", "Toute l’organisation")
	pagetest.Do(t, h, pagetest.Ask{Path: "/energy?whose=organisation", Session: pagetest.Member}).Says(t, "990 J")
	pagetest.Do(t, h, pagetest.Ask{Path: "/energy?whose=" + string(pagetest.Sam().Person), Session: pagetest.Member}).Says(t, "10 J")
	if len(d.asked) != 3 || d.asked[0] != pagetest.Amelie().Person || d.asked[1] != "" || d.asked[2] != pagetest.Amelie().Person {
		t.Errorf("asked for %q", d.asked)
	}
	pagetest.Do(t, h, pagetest.Ask{Path: "/energy?whose=%ff", Session: pagetest.Operator}).Says(t, "10 J")
	if page := pagetest.Do(t, h, pagetest.Ask{Path: "/energy"}); page.Status != http.StatusSeeOther {
		t.Errorf("signed out: %d", page.Status)
	}
}

func TestTheChartSaysTheSameAsTheTable(t *testing.T) {
	t.Parallel()
	page := pagetest.Do(t, serve(t, &days{mine: month()}, 1100), pagetest.Ask{Path: "/energy", Session: pagetest.Member})
	chart := page.One(t, "svg", "class=chart")
	if chart.Attribute("role") != "img" || len(page.All("title", "id=chart-title")) != 1 {
		t.Error("the chart has no name")
	}
	bars := len(page.All("rect", "class=bar-metered-partial")) + len(page.All("rect", "class=bar-estimated-published"))
	var known, unknown int
	for _, row := range page.All("td", "data-label=Joules") {
		if row.Text() == "–" {
			unknown++
		} else {
			known++
		}
	}
	const swatches = 4 // two labels, in the legend and in the split
	if bars-swatches != known || unknown != 2 || len(page.All("text", "class=unknown")) != unknown {
		t.Errorf("%d bars for %d figures, %d unknown", bars-swatches, known, unknown)
	}
	for _, class := range []string{"bar-metered-partial", "bar-estimated-published"} {
		for _, bar := range page.All("rect", "class="+class) {
			for _, name := range []string{"x", "y", "width", "height"} {
				if v, err := strconv.ParseFloat(bar.Attribute(name), 64); bar.Attribute("x") != "" && (err != nil || v < 0 || v > chartWidth) {
					t.Errorf("%s=%q", name, bar.Attribute(name))
				}
			}
		}
	}
}

// The shares add up to the whole, whatever was recorded, and unknown requests never weigh.
func TestSumsAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var recorded []energy.Day
		want, requests, lost := 0.0, 0, 0
		for i := range rapid.IntRange(0, 40).Draw(t, "days") {
			day := ago(i)
			for range rapid.IntRange(0, 4).Draw(t, "parts") {
				n := rapid.IntRange(1, 9).Draw(t, "requests")
				label := rapid.SampledFrom(labels()).Draw(t, "label")
				inside := i < chartDays
				if label == core.EnergyUnknown {
					day.Parts = append(day.Parts, unknown(n))
					if inside {
						lost += n
					}
					continue
				}
				joules := float64(rapid.IntRange(0, 1_000_000).Draw(t, "joules"))
				day.Parts = append(day.Parts, part(n, joules, label))
				if inside {
					want, requests = want+joules, requests+n
				}
			}
			recorded = append(recorded, day)
		}
		today := midnight(pagetest.Now())
		got := sum(recorded, dayOf(today, 0), today.AddDate(0, 0, 1))
		joules, known := got.joules()
		if got.Known != requests || got.Unknown != lost || known != (requests > 0) || math.Abs(joules-want) > 1e-6*want {
			t.Fatalf("%+v, want %v J in %d requests and %d unknown", got, want, requests, lost)
		}
		split := 0.0
		for _, part := range got.ByLabel {
			if part.Energy.Joules != nil {
				split += *part.Energy.Joules
			}
		}
		if math.Abs(split-joules) > 1e-6*want {
			t.Fatalf("parts %v, whole %v", split, joules)
		}
	})
}

func TestTheAxisCoversTheHighestDayInRoundSteps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		top := rapid.Float64Range(1e-9, 1e15).Draw(t, "top")
		step, lines := web.Scale(top)
		if lines < 1 || lines > 6 || step*float64(lines) < top*(1-1e-6) || step*float64(lines) > top*3 {
			t.Fatalf("%v: %d steps of %v", top, lines, step)
		}
		if lead := strings.TrimLeft(fmt.Sprintf("%e", step), "0."); !strings.ContainsAny(lead[:1], "125") {
			t.Fatalf("%v is no round step", step)
		}
	})
	for _, top := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if step, lines := web.Scale(top); step != 1 || lines != 1 {
			t.Errorf("%v: %v %d", top, step, lines)
		}
	}
}

func TestWhatAutoSavedIsSaidAsAnEstimate(t *testing.T) {
	t.Parallel()
	saved, extra := part(0, 42_000, core.EnergyEstimatedPublished).Energy, part(0, 900, core.EnergyEstimatedPublished).Energy
	d := &days{mine: month(), savings: energy.Savings{Requests: 31, Known: 28, Saved: saved, Bigger: 2, Extra: extra}}
	fr := pagetest.Do(t, serve(t, d, 1100), pagetest.Ask{Path: "/energy", Session: pagetest.Member})
	fr.Says(t, "Ce que le choix du plus petit modèle a économisé", "environ 42", "31 réponses sur 30 jours", "dont 3 sans chiffre connu",
		"Un plus grand modèle a été demandé 2 fois. Cela a ajouté environ 900 J.", "C’est une estimation")
	d.savings = energy.Savings{Requests: 3, Saved: core.UnknownEnergy(), Extra: core.UnknownEnergy()}
	en := pagetest.Do(t, serve(t, d, 1100), pagetest.Ask{Path: "/energy", Session: pagetest.Member, Lang: "en"})
	en.Says(t, "What choosing the smallest model saved", "unknown", "3 answers in 30 days")
	en.NeverSays(t, "about 0", "was asked for")
	d.savings = energy.Savings{}
	pagetest.Do(t, serve(t, d, 1100), pagetest.Ask{Path: "/energy", Session: pagetest.Member}).NeverSays(t, "plus petit modèle")
}

func TestEnergyLooksRight(t *testing.T) {
	t.Parallel()
	d := &days{mine: month(), all: append(month(), ago(5, part(40, 2500, core.EnergyMeteredWall), part(9, 1200, core.EnergyEstimatedCalibrated))),
		savings: energy.Savings{Requests: 31, Known: 28, Saved: part(0, 42_000, core.EnergyEstimatedPublished).Energy, Bigger: 2, Extra: part(0, 900, core.EnergyEstimatedPublished).Energy}}
	pagetest.Look(t, serve(t, d, 1100), pagetest.Operator, map[string]string{"energy": "/energy", "energy-all": "/energy?whose=organisation"})
	pagetest.Look(t, serve(t, &days{}, 1100), pagetest.Member, map[string]string{"energy-empty": "/energy"})
}
