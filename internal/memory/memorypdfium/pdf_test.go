package memorypdfium_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/text/encoding/charmap"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypdfium"
)

// cache keeps the compiled PDFium between the tests of one run.
var cache string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "pdfium")
	if err != nil {
		panic(err)
	}
	cache = dir
	code := m.Run()
	os.RemoveAll(dir)
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func newExtractor(t testing.TB) *memorypdfium.Extractor {
	x := memorypdfium.New(memorypdfium.Config{CacheDir: cache, Idle: time.Minute})
	t.Cleanup(func() { x.Close() })
	return x
}

// piece is a text at a place of a page, in points from the bottom left.
type piece struct {
	x, y, size int
	bold       bool
	text       string
}

// flow sets lines under each other at the left margin.
func flow(top, size, lead int, lines ...string) []piece {
	var out []piece
	for i, l := range lines {
		out = append(out, piece{72, top - i*lead, size, false, l})
	}
	return out
}

// pdf writes a PDF with one content stream a page.
func pdf(t testing.TB, pages ...[]piece) []byte {
	t.Helper()
	var streams []string
	for _, pieces := range pages {
		var s strings.Builder
		for _, p := range pieces {
			font := "F1"
			if p.bold {
				font = "F2"
			}
			text, err := charmap.Windows1252.NewEncoder().String(strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(p.text))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&s, "BT /%s %d Tf %d %d Td (%s) Tj ET\n", font, p.size, p.x, p.y, text)
		}
		streams = append(streams, s.String())
	}
	return rawPDF(streams)
}

func rawPDF(streams []string) []byte {
	var b bytes.Buffer
	var offsets []int
	object := func(body string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets), body)
	}
	b.WriteString("%PDF-1.4\n")
	var kids []string
	for i := range streams {
		kids = append(kids, fmt.Sprintf("%d 0 R", 5+2*i))
	}
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(kids)))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>")
	for i, s := range streams {
		object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>", 6+2*i))
		object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(s), s))
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}

func extract(t *testing.T, file []byte) memory.Extracted {
	t.Helper()
	out, err := newExtractor(t).Extract(t.Context(), "a.pdf", file)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPagesReadAsParagraphs(t *testing.T) {
	first := append([]piece{{72, 720, 20, false, "Procès-verbal de l’assemblée"}, {72, 680, 12, true, "1. Ouverture"}},
		flow(650, 10, 13,
			"La présidente ouvre la séance à 18 h 35 et constate que le quorum de l’assemblée est bien at-",
			"teint. Elle demande à toutes les personnes présentes de signer le registre, puis rappelle l’ordre",
			"du jour.",
			"Présents :",
			"Amélie Gagnon",
			"Thomas Nguyen",
			"Le secrétaire lit le procès-verbal de la réunion précédente, qui est adopté après une courte discu")...)
	second := append(flow(720, 10, 13,
		"lente suite qui finit la phrase commencée sur la page d’avant.",
		"- un point de la liste qui est assez long pour que la ligne soit coupée par la largeur de la",
		"page ;",
		"- un autre point."),
		piece{72, 640, 10, false, "Poste"}, piece{250, 640, 10, false, "Réel"}, piece{400, 640, 10, false, "Budget"},
		piece{72, 620, 10, false, "Semences"}, piece{250, 620, 10, false, "84 300 $"}, piece{400, 620, 10, false, "88 500 $"})
	x := extract(t, pdf(t, first, second))
	want := `Procès-verbal de l’assemblée

1. Ouverture

La présidente ouvre la séance à 18 h 35 et constate que le quorum de l’assemblée est bien atteint. Elle demande à toutes les personnes présentes de signer le registre, puis rappelle l’ordre du jour.

Présents :

Amélie Gagnon

Thomas Nguyen

Le secrétaire lit le procès-verbal de la réunion précédente, qui est adopté après une courte discu lente suite qui finit la phrase commencée sur la page d’avant.

- un point de la liste qui est assez long pour que la ligne soit coupée par la largeur de la page ;
- un autre point.

Poste | Réel | Budget
Semences | 84 300 $ | 88 500 $`
	if diff := cmp.Diff(want, x.Text); diff != "" {
		t.Error(diff)
	}
	var marks []string
	for _, m := range x.Marks {
		end := min(len(x.Text), m.Start+12)
		marks = append(marks, fmt.Sprintf("%s %d %s @ %s", m.Kind, m.Level, m.Label, x.Text[m.Start:end]))
	}
	wantMarks := []string{"page 0 1 @ Procès-verb", "heading 1 Procès-verbal de l’assemblée @ Procès-verb", "heading 2 1. Ouverture @ 1. Ouverture", "page 0 2 @ - un point d"}
	if diff := cmp.Diff(wantMarks, marks); diff != "" || x.Pages != 2 {
		t.Errorf("%d pages, marks %s", x.Pages, diff)
	}
}

func TestHeadersFootersAndNumbersStayOut(t *testing.T) {
	var pages [][]piece
	for i := range 4 {
		pages = append(pages, []piece{
			{72, 760, 9, false, "Coop Les Semailles, règlement"},
			{72, 600, 10, false, fmt.Sprintf("Le texte propre à la page numéro %d.", i+1)},
			{72, 580, 10, false, "Une autre phrase."},
			{300, 30, 9, false, fmt.Sprintf("Page %d de 4", i+1)},
		})
	}
	if x := extract(t, pdf(t, pages...)); strings.Contains(x.Text, "Coop") || strings.Contains(x.Text, "Page") || strings.Count(x.Text, "propre") != 4 {
		t.Errorf("%q", x.Text)
	}
}

func TestColumnsAreReadOneAfterTheOther(t *testing.T) {
	var pieces []piece
	for i := range 6 {
		pieces = append(pieces, piece{72, 700 - 13*i, 10, false, fmt.Sprintf("gauche %d suite du texte de colonne", i)})
	}
	for i := range 6 {
		pieces = append(pieces, piece{330, 700 - 13*i, 10, false, fmt.Sprintf("droite %d suite du texte de colonne", i)})
	}
	x := extract(t, pdf(t, pieces))
	if strings.Contains(x.Text, memory.RowSeparator) || strings.Index(x.Text, "gauche 5") > strings.Index(x.Text, "droite 0") {
		t.Errorf("%q", x.Text)
	}
}

func TestBadFilesSayWhy(t *testing.T) {
	good := pdf(t, flow(700, 10, 13, "texte"))
	protected, err := os.ReadFile("testdata/protege.pdf")
	if err != nil {
		t.Fatal(err)
	}
	var many []string
	for range 2001 {
		many = append(many, "")
	}
	x := newExtractor(t)
	for name, c := range map[string]struct {
		file []byte
		key  string
	}{
		"not a PDF":   {[]byte("rien"), "errors.memory_file_damaged"},
		"only a mark": {[]byte("%PDF-1.7\n"), "errors.memory_file_damaged"},
		"cut":         {good[:len(good)/3], "errors.memory_file_damaged"},
		"protected":   {protected, "errors.memory_file_protected"},
		"blank":       {pdf(t, nil), "errors.memory_no_text"},
		"many pages":  {rawPDF(many), "errors.memory_pages_many"},
		"long page":   {rawPDF([]string{"BT /F1 1 Tf 0 700 Td " + strings.Repeat("("+strings.Repeat("mot ", 100)+") Tj ", 600) + " ET"}), "errors.memory_text_large"},
	} {
		_, err := x.Extract(t.Context(), "a.pdf", c.file)
		if got := core.AsError(err); err == nil || got.Key != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
	if out, err := x.Extract(t.Context(), "a.pdf", good); err != nil || out.Text != "texte" {
		t.Errorf("a good file after the bad ones: %q, %v", out.Text, err)
	}
}

// When the caller leaves, the sandbox is torn down at once, and the next file starts another.
func TestACallerThatLeavesStopsTheReading(t *testing.T) {
	x := newExtractor(t)
	var pages [][]piece
	for range 300 {
		pages = append(pages, flow(760, 6, 7, strings.Split(strings.Repeat(strings.Repeat("mot ", 40)+"\n", 100), "\n")...))
	}
	long := pdf(t, pages...)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := x.Extract(ctx, "a.pdf", long)
		done <- err
	}()
	cancel()
	if err := <-done; !core.Is(err, core.Cancelled) {
		t.Errorf("error: %v", err)
	}
	deadline, cancelDeadline := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancelDeadline()
	if _, err := x.Extract(deadline, "a.pdf", long); !core.Is(err, core.Cancelled) {
		t.Errorf("in the middle: %v", err)
	}
	if out, err := x.Extract(t.Context(), "a.pdf", pdf(t, flow(700, 10, 13, "texte"))); err != nil || out.Text != "texte" {
		t.Errorf("after: %q, %v", out.Text, err)
	}
}

func TestPDFiumGoesWhenIdleAndComesBack(t *testing.T) {
	x := memorypdfium.New(memorypdfium.Config{CacheDir: cache, Idle: time.Nanosecond})
	defer x.Close()
	for range 3 {
		if out, err := x.Extract(t.Context(), "a.pdf", pdf(t, flow(700, 10, 13, "texte"))); err != nil || out.Text != "texte" {
			t.Fatalf("%q, %v", out.Text, err)
		}
	}
	if err := x.Close(); err != nil {
		t.Error(err)
	}
}

// Content streams may hold anything; the file around them too.
func FuzzExtract(f *testing.F) {
	f.Add([]byte("BT /F1 12 Tf 72 700 Td (a) Tj ET"), true)
	f.Add([]byte("q 1 0 0 1 5e38 0 cm BT /F1 1e9 Tf (a) Tj T* (b) ' ET Q"), true)
	f.Add(pdf(f, flow(700, 10, 13, "texte", "suite")), false)
	x := memorypdfium.New(memorypdfium.Config{CacheDir: cache, Idle: time.Minute})
	f.Cleanup(func() { x.Close() })
	f.Fuzz(func(t *testing.T, b []byte, stream bool) {
		if stream {
			b = rawPDF([]string{string(b)})
		}
		out, err := x.Extract(t.Context(), "a.pdf", b)
		if err == nil {
			memory.CutPassages(out.Title, out.Text, out.Marks)
		}
	})
}
