package i18n_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

const (
	nbsp  = "\u00a0"
	nnbsp = "\u202f"
)

func load(t *testing.T) *i18n.Bundle {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b.InZone(time.UTC)
}

func loadFiles(t *testing.T, files map[string]string) *i18n.Bundle {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	b, err := i18n.LoadFS(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return b.InZone(time.UTC)
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		accept    string
		preferred core.Lang
		want      core.Lang
	}{
		{"", "", core.French},
		{"fr-CA,fr;q=0.9,en;q=0.8", "", core.FrenchCanada},
		{"fr-FR,fr;q=0.9", "", core.French},
		{"fr-BE", "", core.French},
		{"fr", "", core.French},
		{"en-CA,en;q=0.9,fr-CA;q=0.8", "", core.English},
		{"de-DE,de;q=0.9", "", core.English},
		{"de, fr;q=0.5, en;q=0.3", "", core.French},
		{"fr;q=0, de", "", core.English},
		{"fr-CA", core.English, core.English},
		{"en", core.FrenchCanada, core.FrenchCanada},
		{"en", "tlh", core.English},
		{"*", "", core.English},
		{";;;\xff", "", core.French},
		{strings.Repeat("en,", 10_000), "", core.French},
	} {
		if got := i18n.Negotiate(c.accept, c.preferred); got != c.want {
			t.Errorf("Negotiate(%.40q, %q) = %q, want %q", c.accept, c.preferred, got, c.want)
		}
	}
}

func FuzzNegotiate(f *testing.F) {
	f.Add("fr-CA,fr;q=0.9,en;q=0.8")
	f.Add("x-klingon;q=9,,;")
	f.Fuzz(func(t *testing.T, accept string) {
		got := i18n.Negotiate(accept, "")
		if got != core.French && got != core.FrenchCanada && got != core.English {
			t.Fatalf("%q is not spoken here", got)
		}
	})
}

func TestCanadianFrenchIsFrenchWithItsOwnWordsAndTypography(t *testing.T) {
	t.Parallel()
	b := loadFiles(t, map[string]string{
		"a.fr.json":    `{"greet": "Bonjour\u202f! «\u202fça va\u202f»\u202f? 25\u202f%", "mail": "e-mail", "n": {"one":"{{.Count}} vote\u202f!", "other":"{{.Count}} votes\u202f!"}}`,
		"a.fr-CA.json": `{"mail": "courriel"}`,
		"a.en.json":    `{"greet": "Hello", "mail": "email", "n": {"one":"{{.Count}} vote!", "other":"{{.Count}} votes!"}}`,
	})
	ca := b.For(core.FrenchCanada)
	for key, want := range map[string]string{
		"greet": "Bonjour! «" + nbsp + "ça va" + nbsp + "»? 25" + nbsp + "%",
		"mail":  "courriel",
	} {
		if got := ca.T(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	if got, want := ca.T("n", core.Args{"Count": 1234}), "1"+nbsp+"234 votes!"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := b.For(core.French).T("mail"); got != "e-mail" {
		t.Errorf("French says %q", got)
	}
	if got := b.For("tlh").Lang(); got != core.French {
		t.Errorf("an unknown language falls back to %q", got)
	}
}

func TestPluralsFollowTheLanguage(t *testing.T) {
	t.Parallel()
	b := loadFiles(t, map[string]string{
		"a.fr.json": `{"d": {"one":"{{.Count}} document", "other":"{{.Count}} documents"}}`,
		"a.en.json": `{"d": {"one":"{{.Count}} document", "other":"{{.Count}} documents"}}`,
	})
	for _, c := range []struct {
		lang  core.Lang
		count any
		want  string
	}{
		{core.French, 0, "0 document"}, {core.French, 1, "1 document"}, {core.French, 2, "2 documents"},
		{core.French, 1_000_000, "1" + nnbsp + "000" + nnbsp + "000 documents"},
		{core.FrenchCanada, int64(0), "0 document"},
		{core.English, 0, "0 documents"}, {core.English, 1, "1 document"}, {core.English, 12_345, "12,345 documents"},
		{core.French, -1, "−1 document"},
	} {
		if got := b.For(c.lang).T("d", core.Args{"Count": c.count}); got != c.want {
			t.Errorf("%s %v: %q, want %q", c.lang, c.count, got, c.want)
		}
	}
}

func TestArgumentsAreWrittenAsTheLanguageDoes(t *testing.T) {
	t.Parallel()
	b := loadFiles(t, map[string]string{
		"a.fr.json": `{"x": "{{.S}} {{.ID}} {{.N}} {{.F}} {{.D}} {{.W}} {{bytes .N}} {{percent .F}} {{time .D}} {{day .D}}"}`,
		"a.en.json": `{"x": "{{.S}} {{.ID}} {{.N}} {{.F}} {{.D}} {{.W}} {{bytes .N}} {{percent .F}} {{time .D}} {{day .D}}"}`,
	})
	args := core.Args{"S": "8484", "ID": core.ID("0abc"), "N": 1500, "F": 0.25, "W": 90 * time.Second,
		"D": time.Date(2025, 3, 12, 14, 2, 0, 0, time.UTC)}
	want := "8484 0abc 1,500 0.25 12 March 2025 1 min 30 s 1.5 kB 25% 2:02 p.m. 12 March 2025"
	if got := strings.ReplaceAll(b.For(core.English).T("x", args), nbsp, " "); got != want {
		t.Errorf("en\n got %s\nwant %s", got, want)
	}
	want = "8484 0abc 1" + nnbsp + "500 0,25 12 mars 2025 1 min 30 s 1,5 ko 25" + nnbsp + "% 14 h 02 12 mars 2025"
	if got := strings.ReplaceAll(b.For(core.French).T("x", args), nbsp, " "); got != want {
		t.Errorf("fr\n got %s\nwant %s", got, want)
	}
}

func TestAMissingMessageShowsItsKey(t *testing.T) {
	t.Parallel()
	if got := load(t).For(core.French).T("no.such.key"); got != "no.such.key" {
		t.Errorf("got %q", got)
	}
}

func TestErrorsSpeakWithANextStepAndHideTheirCause(t *testing.T) {
	t.Parallel()
	b := load(t)
	sentence, next := b.For(core.English).Error(errors.New("secret cause"))
	if sentence != "Something went wrong on our side." || !strings.HasPrefix(next, "Try again.") {
		t.Errorf("got %q, %q", sentence, next)
	}
	sentence, _ = b.For(core.French).Error(core.E(core.TooLarge, "errors.body_too_large", core.Args{"Limit": 2_000_000}))
	if !strings.Contains(sentence, "2"+nbsp+"Mo") {
		t.Errorf("got %q", sentence)
	}
}

func TestBadLocaleFilesAreRefused(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]fstest.MapFS{
		"twice":    {"a.fr.json": {Data: []byte(`{"k":"x"}`)}, "b.fr.json": {Data: []byte(`{"k":"y"}`)}},
		"language": {"a.tlh.json": {Data: []byte(`{}`)}},
		"syntax":   {"a.fr.json": {Data: []byte(`{`)}},
	} {
		if _, err := i18n.LoadFS(files); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
