package i18n_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

func TestFiguresAndUnits(t *testing.T) {
	t.Parallel()
	b := load(t)
	fr, ca, en := b.For(core.French), b.For(core.FrenchCanada), b.For(core.English)
	for _, c := range []struct{ got, want string }{
		{fr.Number(1234.5, 1), "1" + nnbsp + "234,5"},
		{ca.Number(1234.5, 1), "1" + nbsp + "234,5"},
		{en.Number(1234567.5, 1), "1,234,567.5"},
		{fr.Number(-12.3, 1), "−12,3"},
		{fr.Number(math.NaN(), 1), "–"},
		{fr.Figure(0.4123), "0,41"}, {fr.Figure(0.4), "0,4"}, {fr.Figure(0.00041), "0,00041"},
		{fr.Figure(12.34), "12"}, {fr.Figure(1.234), "1,2"}, {fr.Figure(123.4), "123"}, {fr.Figure(0), "0"},
		{fr.Percent(0.25), "25" + nnbsp + "%"}, {ca.Percent(0.25), "25" + nbsp + "%"}, {en.Percent(0.25), "25%"},
		{fr.Joules(0.4), "0,4" + nbsp + "J"}, {en.Joules(0.4), "0.4" + nbsp + "J"}, {fr.Joules(1234), "1,2" + nbsp + "kJ"},
		{fr.WattHours(350), "350" + nbsp + "Wh"}, {fr.WattHours(1_234_500), "1" + nnbsp + "234,5" + nbsp + "kWh"},
		{fr.Bytes(3_200_000), "3,2" + nbsp + "Mo"}, {en.Bytes(999), "999" + nbsp + "B"},
		{fr.Seconds(0.0004), "0,0004" + nbsp + "s"},
		{fr.Duration(400 * time.Millisecond), "0,4" + nbsp + "s"},
		{fr.Duration(200 * time.Second), "3" + nbsp + "min 20" + nbsp + "s"},
		{fr.Duration(2 * time.Hour), "2" + nbsp + "h"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	montreal := time.FixedZone("Montréal", -5*3600)
	b := load(t).InZone(montreal)
	fr, en := b.For(core.French), b.For(core.English)
	at := time.Date(2025, 3, 12, 19, 2, 0, 0, time.UTC)
	midnight := time.Date(2025, 4, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{fr.Date(at), "12 mars 2025"}, {en.Date(at), "12 March 2025"},
		{fr.Date(midnight), "31 mars 2025"}, {fr.Day(midnight), "1er avril 2025"}, {en.Day(midnight), "1 April 2025"},
		{fr.Time(at), "14" + nbsp + "h" + nbsp + "02"}, {en.Time(at), "2:02" + nbsp + "p.m."},
		{fr.Time(midnight.Add(time.Hour)), "20" + nbsp + "h"}, {en.Time(midnight.Add(time.Hour)), "8" + nbsp + "p.m."},
		{en.Time(midnight.Add(5 * time.Hour)), "12" + nbsp + "a.m."},
		{fr.DateTime(at), "12 mars 2025 à 14" + nbsp + "h" + nbsp + "02"},
		{fr.Relative(at, at.Add(30*time.Second)), "à l’instant"},
		{fr.Relative(at, at.Add(time.Minute)), "il y a 1 minute"},
		{en.Relative(at, at.Add(5*time.Hour)), "5 hours ago"},
		{fr.Relative(at, at.Add(25*time.Hour)), "12 mars 2025"},
		{fr.Relative(at.Add(time.Hour), at), "12 mars 2025"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestSortFollowsTheLanguage(t *testing.T) {
	t.Parallel()
	names := []string{"Zoé", "école", "Article 10", "eau", "Article 9", "Étienne", "cote", "côté", "coté"}
	i18n.Sort(load(t).For(core.French), names, func(s string) string { return s })
	want := []string{"Article 9", "Article 10", "cote", "coté", "côté", "eau", "école", "Étienne", "Zoé"}
	if !slices.Equal(names, want) {
		t.Errorf("got %v\nwant %v", names, want)
	}
}
