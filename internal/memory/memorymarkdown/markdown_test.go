package memorymarkdown_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorymarkdown"
)

func extract(t *testing.T, name, text string) memory.Extracted {
	t.Helper()
	x, err := memorymarkdown.New().Extract(t.Context(), name, []byte(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return x
}

func TestMarkdownReadsAsAPage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"headings", "# Un\n\nDeux\n====\ntexte", "Un\n\nDeux\n\ntexte"},
		{"wrapped lines", "une ligne\ncoupée *en* **deux**", "une ligne coupée en deux"},
		{"hard lines", "Pour : 12  \nContre : 3", "Pour : 12\n\nContre : 3"},
		{"links and code", "Voir [le site](https://exemple.coop \"titre\"), `code` et <https://a.coop>.", "Voir le site, code et https://a.coop."},
		{"reference links", "Voir [le site][1].\n\n[1]: https://exemple.coop", "Voir le site."},
		{"lists", "- un\n- deux\n  1. a\n  2. b\n\n3. trois", "- un\n- deux\n  1. a\n  2. b\n\n3. trois"},
		{"paragraphs in items", "- un\n\n  suite\n- deux", "- un\n\nsuite\n\n- deux"},
		{"tables", "| Poste | Montant |\n| --- | ---: |\n| **Semences** | 1 200 $ |\n| Vide | |", "Poste | Montant\nSemences | 1 200 $\nVide"},
		{"quotes", "> une *citation*\n> suivie", "une citation suivie"},
		{"entities and escapes", "R&amp;D \\*net\\* &eacute;t&#233;", "R&D *net* été"},
		{"html", "<!-- caché -->\n\n<div><p>Texte</p><br>suite &amp; fin</div>\n\nun<br/>deux", "Texte\n\nsuite & fin\n\nun\n\ndeux"},
		{"unfinished comment", "<!-- caché\n\nencore", ""},
		{"code lines", "```\na  1\nb  2\n```", "a 1\n\nb 2"},
		{"custom blocks", "[[attention]]\n| Prenez garde.", "[[attention]] | Prenez garde."},
		{"tasks", "- [x] fait\n- [ ] à faire", "- ☑ fait\n- ☐ à faire"},
		{"strike", "~~vieux~~ neuf", "vieux neuf"},
		{"decomposed accents", "e\u0301te\u0301", "été"},
		{"byte order mark", "\ufeff# Titre", "Titre"},
		{"carriage returns", "un\r\n\r\ndeux", "un\n\ndeux"},
		{"control characters", "a\x00b\u202ec", "abc"},
	} {
		x, err := memorymarkdown.New().Extract(t.Context(), "a.md", []byte(c.text))
		if c.want == "" {
			if !core.Is(err, core.Invalid) {
				t.Errorf("%s: %q, %v, want no text", c.name, x.Text, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if diff := cmp.Diff(c.want, x.Text); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestMarksAndTitle(t *testing.T) {
	t.Parallel()
	x := extract(t, "a.md", "---\ntitle: \"Règlement\"\ndate: 2025-03-12\n---\n# Préambule\n\ntexte\n\n## Article 1")
	if x.Title != "Règlement" || x.Dated.Format(time.DateOnly) != "2025-03-12" {
		t.Errorf("front matter: %+v", x)
	}
	want := []memory.Mark{{Start: 0, Kind: memory.MarkHeading, Level: 1, Label: "Préambule"}, {Start: strings.Index(x.Text, "Article 1"), Kind: memory.MarkHeading, Level: 2, Label: "Article 1"}}
	if diff := cmp.Diff(want, x.Marks); diff != "" {
		t.Error(diff)
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	text := "PROCÈS-VERBAL DE LA RÉUNION\n\nLa réunion est ouverte à 18 h 35 par la présidente, qui souhaite la bien-\nvenue à toutes les personnes présentes ce soir.\n\nArticle 3\nLe quorum est atteint.\n\n- un point\n- un autre\n\nPrésents :\nAmélie\nBob"
	x := extract(t, "a.txt", text)
	want := "PROCÈS-VERBAL DE LA RÉUNION\n\nLa réunion est ouverte à 18 h 35 par la présidente, qui souhaite la bienvenue à toutes les personnes présentes ce soir.\n\nArticle 3\n\nLe quorum est atteint.\n\n- un point\n- un autre\n\nPrésents :\n\nAmélie\n\nBob"
	if diff := cmp.Diff(want, x.Text); diff != "" {
		t.Error(diff)
	}
	if len(x.Marks) != 2 {
		t.Errorf("marks: %+v", x.Marks)
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"UTF-8":        "été à 20 €",
		"Windows-1252": "\xe9t\xe9 \xe0 20 \x80",
		"UTF-16 LE":    "\xff\xfe\xe9\x00t\x00\xe9\x00 \x00\xe0\x00 \x002\x000\x00 \x00\xac\x20",
		"UTF-16 BE":    "\xfe\xff\x00\xe9\x00t\x00\xe9\x00 \x00\xe0\x00 \x002\x000\x00 \x20\xac",
	} {
		if x := extract(t, "a.txt", file); x.Text != "été à 20 €" {
			t.Errorf("%s: %q", name, x.Text)
		}
	}
}

// Text made to be slow or deep for a Markdown parser is still read, in proportion to its size.
func TestWildMarkdownIsRead(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"quotes in quotes": strings.Repeat(">", 100_000) + " a",
		"lists in lists":   strings.Repeat("- ", 100_000) + "a",
		"deep indents":     strings.Repeat(strings.Repeat(" ", 4000)+"- a\n", 50),
		"brackets":         "a" + strings.Repeat("[", 100_000),
		"stars":            strings.Repeat("*a ", 50_000),
		"images":           strings.Repeat("![", 50_000) + "a",
		"comments":         "a\n\n" + strings.Repeat("<!-- >", 100_000),
		"tables":           "a|b\n-|-\n" + strings.Repeat("|", 60_000),
		"one long line":    strings.Repeat("mot ", 500_000),
	} {
		if _, err := memorymarkdown.New().Extract(t.Context(), "a.md", []byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzExtract(f *testing.F) {
	for _, s := range []string{"# a\n\n- b\n\n|c|d|\n|-|-|\n|e|f|", "---\na: b\n---\nc", "<div>\n<!--", "\xff\xfea", "> - 1. `x` [y](z)"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, markdown bool) {
		name := "a.txt"
		if markdown {
			name = "a.md"
		}
		x, err := memorymarkdown.New().Extract(t.Context(), name, []byte(s))
		if err != nil {
			return
		}
		for _, p := range memory.CutPassages(x.Title, x.Text, x.Marks) {
			if p.Start < 0 || p.End > len(x.Text) || p.Start >= p.End {
				t.Fatalf("passage %+v", p)
			}
		}
		last := 0
		for _, m := range x.Marks {
			if m.Start < last || m.Start >= len(x.Text) {
				t.Fatalf("mark %+v of %d bytes", m, len(x.Text))
			}
			last = m.Start
		}
	})
}
