package members

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
)

const excelFrench = "\ufeffNuméro;Prénom;Nom;Adresse courriel;Collège;Droit de vote;Membre depuis;Téléphone\r\n" +
	"1;Amélie;Tremblay;Amelie@semailles.example;Travail;Oui;12/03/2019;555-0101\r\n" +
	"2;Paul;Dubé;;travail;non;2020-01-05;\r\n" +
	";;;;;;;\r\n" +
	"3;Zoé;\"O'Neil; dite Zo\";zoe@semailles.example;;;;\r\n"

func classes() []Class {
	return []Class{{Key: "travail", Name: core.Text{FR: "Travail", EN: "Workers"}}}
}

func take(t *testing.T, file string, all []Record, o ImportOptions) *plan {
	t.Helper()
	read, err := readRoster(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	p := newPlan("org", all, classes(), o, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	p.Ignored = read.ignored
	p.take(read.lines)
	return p
}

func TestASpreadsheetsFileIsUnderstood(t *testing.T) {
	t.Parallel()
	p := take(t, excelFrench, nil, ImportOptions{})
	if p.Wrong != 0 || len(p.records) != 3 || !slices.Equal(p.Ignored, []string{"Téléphone"}) {
		t.Fatalf("%+v", p.ImportReport)
	}
	amelie, paul, zoe := p.records[0], p.records[1], p.records[2]
	if m := amelie.Membership(); amelie.Person.Name != "Amélie Tremblay" || m.Email != "amelie@semailles.example" || m.Class != "travail" || !m.Voting ||
		!m.Joined.Equal(time.Date(2019, 3, 12, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v %+v", amelie.Person, m)
	}
	if m := paul.Membership(); m.Class != "travail" || m.Voting || m.Email != "" {
		t.Errorf("%+v", m)
	}
	if m := zoe.Membership(); zoe.Person.Name != "Zoé O'Neil; dite Zo" || !m.Voting || !m.Joined.Equal(p.now) {
		t.Errorf("%+v %+v", zoe.Person, m)
	}
	// The same file again changes nothing.
	again := take(t, excelFrench, p.records, ImportOptions{})
	if again.Wrong != 0 || len(again.records) != 0 || again.Same != 3 {
		t.Errorf("again: %+v", again.ImportReport)
	}
}

func TestWaysOfWriting(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"commas, English": "Name,Member number,E-mail,Class,Voting,Joined\nPaul,7,p@x.example,Workers,yes,2020-01-05\n",
		"sep line":        "sep=;\r\nNom;N°;Courriel;Catégorie;Vote;Adhésion\r\nPaul;7;p@x.example;travail;x;5/1/2020\r\n",
		"tabs":            "NOM\tNUMÉRO DE MEMBRE\tE-MAIL\tCOLLEGE\tVOTANT\tDATE D’ADHÉSION\nPaul\t7\tp@x.example\tTRAVAIL\t1\t05.01.2020\n",
		"no last newline": "nom;numero;courriel;college;vote;adhesion\nPaul;7;p@x.example;Workers;VRAI;2020-01-05",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := take(t, file, nil, ImportOptions{})
			if p.Wrong != 0 || len(p.records) != 1 {
				t.Fatalf("%+v", p.ImportReport)
			}
			if m := p.records[0].Membership(); m.Number != "7" || m.Email != "p@x.example" || m.Class != "travail" || !m.Voting || m.Joined.Format(time.DateOnly) != "2020-01-05" {
				t.Errorf("%+v", m)
			}
		})
	}
}

func TestEveryBadLineIsToldWithItsNumber(t *testing.T) {
	t.Parallel()
	file := "Nom;Numéro;Courriel;Collège;Vote;Adhésion;Départ\n" +
		";1;;;;;\n" +
		"Bon;2;bon@x.example;;;;\n" +
		"Mauvais;3;pas une adresse;;;;\n" +
		"Mauvais;4;;inconnu;;;\n" +
		"Mauvais;5;;;peut-être;;\n" +
		"Mauvais;6;;;;hier;\n" +
		"Mauvais;7;;;;1066-10-14;\n" +
		"Mauvais;2;;;;;\n" +
		"Mauvais;8;BON@x.example;;;;\n" +
		"Mauvais;9;;;;2025-02-01;2025-01-01\n" +
		"Mau\u202evais;10;;;;;\n" +
		strings.Repeat("x", 121) + ";11;;;;;\n"
	p := take(t, file, nil, ImportOptions{})
	got := map[int]string{}
	for _, problem := range p.Problems {
		got[problem.Line] = problem.Err.Key
	}
	want := map[int]string{2: "errors.name_empty", 4: "errors.email_shape", 5: "errors.roster_class", 6: "errors.roster_yes", 7: "errors.roster_date",
		8: "errors.date_strange", 9: "errors.roster_same", 10: "errors.roster_same", 11: "errors.member_left_early", 12: "errors.name_characters", 13: "errors.name_too_long"}
	if fmt.Sprint(got) != fmt.Sprint(want) || p.Wrong != len(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestFilesThatAreNoTables(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, key string }{
		"nothing":         {"", "errors.roster_empty"},
		"only a mark":     {"\ufeff", "errors.roster_empty"},
		"Windows letters": {"Nom\nAm\xe9lie\n", "errors.roster_encoding"},
		"a workbook":      {"PK\x03\x04\x00\x00", "errors.roster_unreadable"},
		"no names":        {"Courriel;Vote\na@b.example;oui\n", "errors.roster_names"},
		"twice":           {"Nom;Name\nA;B\n", "errors.roster_twice"},
		"open quotes":     {"Nom\n\"Amélie\n", "errors.roster_line"},
		"too wide":        {strings.Repeat("a;", 101) + "\n", "errors.roster_wide"},
		"too long":        {"Nom\n" + strings.Repeat("A\n", maxRosterLines+1), "errors.roster_long"},
		"too large":       {"Nom\n" + strings.Repeat(" ", MaxRosterBytes), "errors.roster_large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := readRoster(strings.NewReader(c.file)); core.AsError(err).Key != c.key {
				t.Errorf("got %v, want %s", err, c.key)
			}
		})
	}
}

func TestWhomALineSpeaksOf(t *testing.T) {
	t.Parallel()
	start := take(t, "Nom;Numéro;Courriel\nAmélie;1;a@x.example\nPaul;2;p@x.example\nMarie;;\n", nil, ImportOptions{}).records
	for file, want := range map[string]string{
		"Nom;Numéro;Courriel\nAmélie T.;1;a@x.example\n": "changed",
		"Nom;Courriel\nAmélie T.;A@X.example\n":          "changed",
		"Nom;Numéro;Courriel\nAmélie;1;p@x.example\n":    "errors.roster_two",
		"Nom\npaul\n": "changed", // only the name is written otherwise
		"Nom;Numéro;Courriel\nMarie;3;m@x.example\n":          "changed", // the Marie of the register had neither
		"Nom;Numéro;Courriel\nAmélie;9;autre@x.example\n":     "new",     // another Amélie
		"Nom;Numéro;Départ\nPaul;2;2026-11-30\n":              "changed",
		"Nom;Numéro;Adhésion\nPaul;2;2001-01-01\n":            "changed",
		"Nom;Numéro;Collège\nPaul;2;Amis\n":                   "errors.roster_class",
		"Nom;Numéro\n" + strings.Repeat("x", 2000) + ";3\n":   "errors.roster_cell",
		"Nom;Numéro;Courriel;Vote\nPaul;2;p@x.example;\n":     "same",
		"Nom;Numéro;Courriel;Sans IA\nPaul;2;p@x.example;oui": "same", // nobody else decides that
	} {
		p := take(t, file, start, ImportOptions{})
		got := map[bool]string{true: "new", false: ""}[len(p.New) == 1]
		switch {
		case len(p.Problems) > 0:
			got = p.Problems[0].Err.Key
		case len(p.Changed) == 1:
			got = "changed"
		case p.Same == 1:
			got = "same"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", file[:min(len(file), 60)], got, want)
		}
	}
	added := take(t, "Nom;Collège\nA;Membres de soutien\nB;membres de soutien\n", nil, ImportOptions{AddClasses: true})
	if added.Wrong != 0 || len(added.classes) != 1 || added.classes[0].Key != "membres-de-soutien" {
		t.Errorf("%+v", added.classes)
	}
}

// What is exported comes in again without a change, and no cell can start a formula.
func TestExportThenImportChangesNothing(t *testing.T) {
	t.Parallel()
	names := rapid.StringOf(rapid.RuneFrom([]rune("aÉ'=+-@\"; ,\t|0＝"))).Filter(func(s string) bool {
		_, err := cleanName(s)
		return err == nil
	})
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]*time.Location{time.UTC, time.FixedZone("", -5*3600), time.FixedZone("", 9*3600)}).Draw(t, "zone")
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		var all []Record
		for i := range rapid.IntRange(0, 5).Draw(t, "members") {
			joined := now.Add(-time.Duration(rapid.Int64Range(0, 1e6).Draw(t, "joined")) * time.Minute)
			name, _ := cleanName(names.Draw(t, "name"))
			r, err := enrolled("org", Entry{Name: name, Number: fmt.Sprint(rapid.SampledFrom([]string{"", "=", "-", "'+"}).Draw(t, "sign"), i), Class: "travail",
				Voting: rapid.Bool().Draw(t, "voting"), Joined: joined}, classes(), now)
			if err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "left") {
				r.History, _ = leaves(r.History, joined.Add(time.Hour), now)
			}
			all = append(all, r)
		}
		var file bytes.Buffer
		lang := rapid.SampledFrom(core.Langs()).Draw(t, "lang")
		if err := writeRoster(&file, all, classes(), lang, zone); err != nil {
			t.Fatal(err)
		}
		checkCells(t, file.String(), lang)
		read, err := readRoster(&file)
		if err != nil {
			t.Fatal(err)
		}
		p := newPlan("org", all, classes(), ImportOptions{Zone: zone}, now)
		p.take(read.lines)
		if p.Wrong != 0 || len(p.records) != 0 || p.Same != len(all) {
			t.Fatalf("%+v %v", p.ImportReport, p.Problems)
		}
	})
}

func checkCells(t *rapid.T, file string, lang core.Lang) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff")))
	if lang != core.English {
		r.Comma = ';'
	}
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range cells {
			if startsFormula(cell) {
				t.Fatalf("%q would be a formula", cell)
			}
		}
	}
}

func TestNeutralIsUndoneByPlain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.RuneFrom([]rune("a'=+-@ é"))).Draw(t, "cell")
		if got := plain(neutral(cell)); got != cell || startsFormula(neutral(cell)) {
			t.Fatalf("%q became %q then %q", cell, neutral(cell), got)
		}
	})
}

// FuzzRoster checks that no file breaks the reader, and that what it takes is within its bounds.
func FuzzRoster(f *testing.F) {
	for _, seed := range []string{excelFrench, "", "sep=,\nnom\n", "Nom;Départ\nA;2020-01-01\n", "\"Nom\"\n\"a\nb\"", "Nom,Nom\n", "nom\r\rA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		read, err := readRoster(strings.NewReader(file))
		if err != nil {
			if key := core.AsError(err).Key; !strings.HasPrefix(key, "errors.roster_") {
				t.Fatalf("%v", err)
			}
			return
		}
		p := newPlan("org", nil, classes(), ImportOptions{Zone: time.UTC, AddClasses: true}, time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
		p.take(read.lines)
		if len(p.records)+p.Wrong > len(read.lines) {
			t.Fatal("more members than lines")
		}
		for _, r := range p.records {
			if r.Person.Name == "" || utf8.RuneCountInString(r.Person.Name) > maxName || len(r.History) != 1 {
				t.Fatalf("%+v", r)
			}
		}
		for _, c := range p.classes {
			if checkKey(c.Key) != nil {
				t.Fatalf("%+v", c)
			}
		}
	})
}
