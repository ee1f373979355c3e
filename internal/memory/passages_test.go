package memory

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// built writes a text the way extractors do.
func built(t interface{ Fatal(...any) }, write func(b *TextBuilder)) Extracted {
	var b TextBuilder
	write(&b)
	x, err := b.Extracted()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestPassagesFollowArticles(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("Une phrase de l’article qui dit ce qu’il faut. ", 5)
	x := built(t, func(b *TextBuilder) {
		b.Heading(1, "Règlement intérieur")
		b.Page("1")
		b.Heading(2, "Chapitre I")
		b.Heading(3, "Article 1")
		b.Paragraph(body)
		b.Page("2")
		b.Heading(3, "Article 2")
		b.Paragraph(body)
		b.Heading(2, "Chapitre II")
		b.Heading(3, "Article 3")
		b.Paragraph(body)
	})
	var got []string
	for _, p := range CutPassages(x.Title, x.Text, x.Marks) {
		page, heading := place(p.Marks, p.End-1)
		got = append(got, fmt.Sprintf("%s | %s | p. %s | %s", p.Context, strings.SplitN(x.Text[p.Start:p.End], "\n", 2)[0], page, heading))
	}
	want := []string{
		"Règlement intérieur | Règlement intérieur | p. 1 | Article 1",
		"Règlement intérieur › Chapitre I | Article 2 | p. 2 | Article 2",
		"Règlement intérieur | Chapitre II | p. 2 | Article 3",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPassagesJoinSmallSections(t *testing.T) {
	t.Parallel()
	x := built(t, func(b *TextBuilder) {
		for i := range 4 {
			b.Heading(2, fmt.Sprintf("Point %d", i))
			b.Paragraph("Rien à signaler pour ce point.")
		}
	})
	if got := CutPassages("", x.Text, x.Marks); len(got) != 1 {
		t.Errorf("%d passages, want 1", len(got))
	}
}

func TestLongTablesCarryTheirHeader(t *testing.T) {
	t.Parallel()
	x := built(t, func(b *TextBuilder) {
		b.Heading(1, "Budget")
		b.Row([]string{"Poste", "Montant"})
		for i := range 200 {
			b.Row([]string{fmt.Sprintf("Poste numéro %d", i), "1 200 $"})
		}
	})
	all := CutPassages("Budget", x.Text, x.Marks)
	if len(all) < 3 {
		t.Fatalf("%d passages", len(all))
	}
	for _, p := range all[1:] {
		if !strings.Contains(p.Context, "Poste | Montant") {
			t.Errorf("context %q", p.Context)
		}
	}
}

// Whatever is written, every line lands in exactly one passage, in order, and sentences stay inside.
func TestPassagesCoverTheText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := built(t, func(b *TextBuilder) {
			b.Paragraph("début")
			for range rapid.IntRange(0, 30).Draw(t, "lines") {
				words := strings.Repeat("mot suivi d’un autre. ", rapid.IntRange(0, 120).Draw(t, "words"))
				switch rapid.IntRange(0, 4).Draw(t, "kind") {
				case 0:
					b.Heading(rapid.IntRange(1, 4).Draw(t, "level"), "Titre "+words[:min(len(words), 40)])
				case 1:
					b.Item(0, "-", words)
				case 2:
					b.Row([]string{"a", words, ""})
				case 3:
					b.Page("n")
				default:
					b.Paragraph(words)
				}
			}
		})
		at := 0
		for _, p := range CutPassages(x.Title, x.Text, x.Marks) {
			if p.Start < at || strings.TrimSpace(x.Text[at:p.Start]) != "" {
				t.Fatalf("passage [%d,%d) after %d", p.Start, p.End, at)
			}
			for _, s := range p.Sentences {
				if s.Start < p.Start || s.End > p.End {
					t.Fatalf("sentence %+v outside [%d,%d)", s, p.Start, p.End)
				}
			}
			at = p.End
		}
		if strings.TrimSpace(x.Text[at:]) != "" {
			t.Fatalf("%q is in no passage", x.Text[at:])
		}
	})
}

func TestTextBuilder(t *testing.T) {
	t.Parallel()
	x := built(t, func(b *TextBuilder) {
		b.Page("1")
		b.Heading(2, " Un  titre ")
		b.Paragraph("Une\nligne\x00 propre\u202e.")
		b.Item(0, "-", "un")
		b.Item(1, "-", "deux")
		b.Gap()
		b.Item(0, "1.", "autre liste")
		b.Row([]string{"a", "b|c", ""})
		b.Row([]string{"", ""})
	})
	want := "Un titre\n\nUne ligne propre.\n\n- un\n  - deux\n\n1. autre liste\n\na | b/c"
	if diff := cmp.Diff(want, x.Text); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Mark{{0, MarkPage, 0, "1"}, {0, MarkHeading, 2, "Un titre"}}, x.Marks); diff != "" {
		t.Error(diff)
	}
}

func TestTextBuilderIsBounded(t *testing.T) {
	t.Parallel()
	var long, marked TextBuilder
	piece := strings.Repeat("a", 1<<20)
	for range MaxTextBytes>>20 + 1 {
		long.Paragraph(piece)
	}
	for range MaxMarks + 1 {
		marked.Heading(1, "a")
	}
	for name, b := range map[string]*TextBuilder{"text": &long, "marks": &marked} {
		if _, err := b.Extracted(); err == nil || !b.Over() {
			t.Errorf("%s: no error past the bound", name)
		}
	}
	if _, err := new(TextBuilder).Extracted(); err == nil {
		t.Error("no text is an error")
	}
}
