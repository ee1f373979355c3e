package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// played is what one command line left behind.
type played struct {
	out, err string
	code     int
}

// play runs a command line in English unless it says otherwise, with no terminal around.
func play(t *testing.T, words ...string) played {
	t.Helper()
	var out, err bytes.Buffer
	term := &terminal{in: strings.NewReader(""), out: &out, err: &err, width: 80}
	code := run(t.Context(), words, term, []string{"LANG=en_CA.UTF-8"})
	return played{out.String(), err.String(), code}
}

func TestAWrongLineExitsWithTwoAndANextStep(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"":                            "“solidaire help” lists the commands",
		"aks x":                       "Did you mean “solidaire ask”?",
		"memory lst":                  "Did you mean “solidaire memory list”?",
		"memory":                      "solidaire memory add, solidaire memory list",
		"key zz":                      "solidaire key create, solidaire key list, solidaire key revoke",
		"zzz":                         "“solidaire help” lists the commands",
		"ask":                         "Something is missing after “solidaire ask”",
		"version now":                 "“now” is one too many after “solidaire version”",
		"ask --jsn x":                 "Did you mean --json?",
		"ask --zzzzzz x":              "“solidaire help ask” lists the options",
		"--zzzzzz":                    "“solidaire help” lists the options",
		"ask x --url":                 "The option --url needs a value",
		"ask --json=perhaps x":        "“perhaps” does not suit the option --json",
		"memory search --limit ten x": "“ten” does not suit the option --limit",
		"memory search --limit 0 x":   "--limit goes from 1 to 100",
		"receipt list --limit 201":    "--limit goes from 1 to 200",
		"--lang xx version":           "“xx” is not spoken here",
		"version --lang=xx":           "Choose fr, fr-CA or en",
		"ask --url x --data y z":      "--url and --data name two servers",
		"receipt show 12":             "This is not a receipt id",
		"help zzz":                    "There is no command “zzz”",
		"help memory zzz":             "Did you mean “solidaire memory add”?",
	} {
		got := play(t, strings.Fields(line)...)
		if got.code != exitUsage || !strings.Contains(got.err, want) || got.out != "" {
			t.Errorf("%q: exit %d, %q, want %q", line, got.code, got.err, want)
		}
		if lines := strings.Split(strings.TrimSpace(got.err), "\n"); len(lines) != 2 || !strings.HasPrefix(lines[1], "→ ") {
			t.Errorf("%q: not a line and a next step: %q", line, got.err)
		}
	}
}

func TestFlagsMayStandAnywhere(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) != `{"question":"what is --json ?"}` || r.Header.Get("Authorization") != "Bearer k" {
			t.Errorf("got %s", body)
		}
		io.WriteString(w, `{"found":true}`)
	}))
	defer server.Close()
	for _, line := range [][]string{
		{"ask", "--url", server.URL, "--json", "--key=k", "what is --json ?"},
		{"--lang", "fr", "ask", "what is --json ?", "-json", "-key", "k", "--url=" + server.URL},
		{"ask", "--json=true", "--url", server.URL, "--key", "k", "--", "what", "is", "--json", "?"},
	} {
		if got := play(t, line...); got.code != exitDone || got.out != "{\"found\":true}\n" || got.err != "" {
			t.Errorf("%q: %+v", line, got)
		}
	}
}

func TestHelpIsWholeInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, lang := range core.Langs() {
		overview := play(t, "help", "--lang", string(lang))
		for _, c := range commands() {
			got := play(t, append([]string{"help", "--lang", string(lang)}, strings.Fields(c.name)...)...)
			if got.code != exitDone || strings.Contains(got.out, "cli.") || len(c.examples) == 0 || strings.Contains(got.out, "QUESTION\n ") {
				t.Errorf("%s: help %s: %+v", lang, c.name, got)
			}
			same := play(t, append(strings.Fields(c.name), "--help", "--lang", string(lang))...)
			if same != got {
				t.Errorf("%s: %s --help differs from help %s", lang, c.name, c.name)
			}
			if !strings.Contains(overview.out, "  "+c.name+" ") {
				t.Errorf("%s: the overview leaves out %s", lang, c.name)
			}
		}
		if group := play(t, "help", "memory", "--lang", string(lang)); group.code != exitDone || strings.Count(group.out, "solidaire memory add") < 2 {
			t.Errorf("%s: help memory: %+v", lang, group)
		}
	}
	if got := play(t, "--help"); got != play(t, "help") {
		t.Errorf("--help: %+v", got)
	}
	if got := play(t, "--version"); got.out == "" || got != play(t, "version") {
		t.Errorf("--version: %+v", got)
	}
}

func TestTheLanguageOfTheTerminal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		asked string
		env   map[string]string
		want  core.Lang
		wrong bool
	}{
		"nothing known":         {"", nil, core.French, false},
		"a flag":                {"en", map[string]string{"LANG": "fr_FR.UTF-8"}, core.English, false},
		"a flag with a country": {"fr-CA", nil, core.FrenchCanada, false},
		"a system's spelling":   {"fr_CA.UTF-8", nil, core.FrenchCanada, false},
		"another country":       {"fr-BE", nil, core.French, false},
		"not spoken":            {"xx", map[string]string{"LANG": "en_US"}, core.English, true},
		"our variable":          {"", map[string]string{"SOLIDAIRE_LANG": "en", "LC_ALL": "fr_FR"}, core.English, false},
		"our variable, wrong":   {"", map[string]string{"SOLIDAIRE_LANG": "klingon"}, core.French, true},
		"LC_ALL before LANG":    {"", map[string]string{"LC_ALL": "fr_CA.UTF-8", "LANG": "en_US.UTF-8"}, core.FrenchCanada, false},
		"LC_MESSAGES":           {"", map[string]string{"LC_MESSAGES": "en_GB", "LANG": "fr_FR"}, core.English, false},
		"C":                     {"", map[string]string{"LANG": "C.UTF-8"}, core.French, false},
		"a reader of another":   {"", map[string]string{"LANG": "de_DE@euro"}, core.English, false},
		"nonsense in LANG":      {"", map[string]string{"LANG": "\x00???"}, core.French, false},
	} {
		got, err := language(c.asked, func(name string) string { return c.env[name] })
		if got != c.want || (err != nil) != c.wrong {
			t.Errorf("%s: got %s %v, want %s", name, got, err, c.want)
		}
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status, code int
		body, out    string
	}{
		"found":     {200, exitDone, `{"found":true,"mode":"extractive"}`, `{"found":true,"mode":"extractive"}`},
		"not found": {200, exitNotFound, `{"found":false}`, `{"found":false}`},
		"refused":   {403, exitRefused, `{"error":{"message":"No","next":"Ask","code":"charter_refused"}}`, `{"error":{"message":"No","next":"Ask","code":"charter_refused"}}`},
		"no role":   {403, exitFailed, `{"error":{"message":"No","next":"Ask","code":"forbidden"}}`, `{"error":{"message":"No","next":"Ask","code":"forbidden"}}`},
		"broken":    {200, exitFailed, `{`, ``},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			io.WriteString(w, c.body)
		}))
		got := play(t, "ask", "--json", "--url", server.URL, "x")
		server.Close()
		if got.code != c.code || strings.TrimSpace(got.out) != c.out {
			t.Errorf("%s: %+v", name, got)
		}
		if (got.err == "") != (c.code == exitDone || c.code == exitNotFound) {
			t.Errorf("%s: stderr %q", name, got.err)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"ask", "serve", "memory add", "json", "url", "data"}
	for word, want := range map[string]string{"aks": "ask", "sreve": "serve", "memory ad": "memory add", "mem": "memory add", "JSON": "json", "dta": "data", "zzz": "", "": "", "q": ""} {
		if got := nearest(word, names); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

func TestNothingDrivesTheTerminal(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"l’assemblée":                 "l’assemblée",
		"\x1b[2J\x1b]0;title\x07 all": "[2J]0;title all",
		"a\r\nb\tc":                   "a  b c",
		"\u202egpj.exe\u2066\u009b1m": "gpj.exe1m",
		"narrow\u202fspace":           "narrow\u202fspace",
	} {
		if got := printable(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := passage("one  \n\x1b[31mtwo\n\n", "    "); got != "one\n    [31mtwo" {
		t.Errorf("got %q", got)
	}
}

func TestProgressShowsOnATerminalOnly(t *testing.T) {
	t.Parallel()
	var err bytes.Buffer
	p := (&terminal{err: &err, width: 12}).progress()
	p.show("working")
	p.clear()
	if err.Len() != 0 {
		t.Errorf("a pipe got %q", err.String())
	}
	p = (&terminal{err: &err, errIsTTY: true, width: 12}).progress()
	p.show("a very long\nline")
	p.show("too soon, dropped")
	p.clear()
	p.clear()
	if got := err.String(); got != "\ra very lon…\x1b[K\r\x1b[K" {
		t.Errorf("got %q", got)
	}
}

func TestCommandLinesNeverPanic(t *testing.T) {
	t.Parallel()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range [][]string{{"-"}, {"--"}, {"---"}, {"-="}, {"ask", "-"}, {"ask", "--", "--"}, {"", ""}, {"--lang"}, {"--help", "--lang"}, {"\xff\xfe"}, {"ask", "--=x"}} {
		c, err := prepare(words, &terminal{out: io.Discard, err: io.Discard}, bundle, nil)
		if err != nil {
			explain(c.term, c.speech, err)
		}
	}
}

func FuzzPrepare(f *testing.F) {
	f.Add("ask --json quorum")
	f.Add("--lang en memory add -- --json")
	bundle, err := i18n.Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, line string) {
		term := &terminal{out: io.Discard, err: io.Discard, width: 80}
		c, err := prepare(strings.Split(line, " "), term, bundle, nil)
		if err == nil && c.command.run == nil {
			t.Fatalf("%q has no command", line)
		}
		if err != nil && exitCode(err) != exitUsage {
			t.Fatalf("%q: %v", line, err)
		}
	})
}

// tree writes files below a new folder.
func tree(t *testing.T, files ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
