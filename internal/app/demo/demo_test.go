package demo_test

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/solidaire-coop/solidaire/internal/app/demo"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryformats"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypdfium"
)

// The documents, with the date that each states and sentences that must come out of it word for word.
var told = map[string]struct {
	dated     string
	sentences []string
}{
	"Statuts 2025.pdf": {"2025-03-12", []string{
		"Article 18 — Quorum",
		"Le quorum de l’assemblée générale est fixé à vingt-cinq pour cent (25 %) des membres en règle, présents ou représentés.",
		"À défaut de quorum, une seconde assemblée est convoquée dans les quinze jours ; elle délibère quel que soit le nombre de membres présents.",
		"Le quorum du conseil d’administration est de cinq administrateurs.",
		"Le membre utilisateur souscrit 5 parts sociales de 10 $, soit 50 $.",
	}},
	"Procès-verbal AGA 2025-03-12.docx": {"2025-03-12", []string{
		"La coopérative compte 268 membres en règle [1].",
		"Fatou Diallo | membres travailleurs | 7 voix | élue",
		"[1] Registre des membres arrêté le 28 février 2025 : 214 membres utilisateurs, 11 membres travailleurs et 43 membres de soutien.",
	}},
	"Procès-verbal CA 2025-09-09.md": {"2025-09-09", []string{
		"La fin des travaux est maintenant prévue pour le 24 octobre 2025.",
	}},
	"Budget 2025.md": {"2025-03-12", []string{
		"Total des revenus | 1 284 600 $ | 1 352 000 $",
		"L’excédent prévu pour 2025 est de 39 000 $.",
	}},
	"Guide du membre.md": {"2025-04-28", []string{
		"Panier régulier | 3 ou 4 personnes | 29,50 $ | 649,00 $",
		"Vous pouvez reporter jusqu’à trois paniers par saison.",
	}},
	"Politique achats responsables.pdf": {"2024-11-18", []string{
		"De 5 000 $ à 25 000 $ | coordination et trésorerie | trois",
	}},
	"Politique de confidentialité.pdf": {"2025-01-15", []string{
		"Images de la caméra du kiosque | quatorze jours",
	}},
	"Politique de télétravail.docx": {"2025-01-06", []string{
		"Du 1er mai au 31 octobre | un | mardi et jeudi",
		"Elle complète la politique de confidentialité [1] et s’applique à toutes les personnes employées, saisonnières comprises.",
	}},
	"Equipment Sharing Policy.md": {"2025-02-11", []string{
		"Electric tractor | $90 per half-day | $140 per half-day",
		"A refundable deposit of $100 is required for any motorized machine.",
		"The cold room is kept between 2 °C and 4 °C.",
	}},
}

// extracted reads every document once, with the memory's own extractors.
var extracted = sync.OnceValues(func() (map[string]memory.Extracted, error) {
	pdf := memorypdfium.New(memorypdfium.Config{CacheDir: "", Idle: time.Minute})
	defer pdf.Close()
	formats := memoryformats.New(memoryformats.Config{PDF: pdf})
	out := map[string]memory.Extracted{}
	err := fs.WalkDir(demo.Documents(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		file, err := fs.ReadFile(demo.Documents(), name)
		if err != nil {
			return err
		}
		out[name], err = formats.Extract(context.Background(), name, file)
		return err
	})
	return out, err
})

func documents(t *testing.T) map[string]memory.Extracted {
	t.Helper()
	all, err := extracted()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestDocumentsComeOutWordForWord(t *testing.T) {
	t.Parallel()
	all := documents(t)
	for name := range all {
		if _, known := told[name]; !known {
			t.Errorf("%s: this test does not know it", name)
		}
	}
	for name, want := range told {
		text := oneSpace(all[name].Text)
		for _, sentence := range want.sentences {
			if !strings.Contains(text, sentence) {
				t.Errorf("%s does not say %q", name, sentence)
			}
		}
		if got := memory.StatedDate(all[name].Text).Format(time.DateOnly); got != want.dated {
			t.Errorf("%s: the memory dates it %s, want %s", name, got, want.dated)
		}
	}
}

func TestFilesAreSmallAndNamedForEverySystem(t *testing.T) {
	t.Parallel()
	entries, err := fs.ReadDir(demo.Documents(), ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 200_000 {
			t.Errorf("%s weighs %d bytes", e.Name(), info.Size())
		}
		if !norm.NFC.IsNormalString(e.Name()) {
			t.Errorf("%q is not in composed form", e.Name())
		}
	}
}

// TestNothingIsLostFromTheSources compares each binary document with what it was made from.
func TestNothingIsLostFromTheSources(t *testing.T) {
	t.Parallel()
	for name, x := range documents(t) {
		var pieces []string
		switch stem := strings.TrimSuffix(name, path.Ext(name)); path.Ext(name) {
		case ".pdf":
			pieces = htmlPieces(t, "source/"+stem+".html")
		case ".docx":
			pieces = markdownPieces(t, "source/"+stem+".md")
		default:
			continue
		}
		if len(pieces) < 20 {
			t.Errorf("%s: %d pieces in its source", name, len(pieces))
		}
		text := oneSpace(x.Text)
		for _, piece := range pieces {
			if !strings.Contains(text, piece) {
				t.Errorf("%s lacks %q", name, piece)
			}
		}
	}
}

// htmlPieces are the headings, paragraphs, items and cells of a page.
func htmlPieces(t *testing.T, name string) []string {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	d := xml.NewDecoder(file)
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var out []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if start, ok := token.(xml.StartElement); ok && strings.Contains(" h1 h2 h3 p li th td ", " "+start.Name.Local+" ") {
			out = append(out, oneSpace(innerText(t, d)))
		}
	}
}

// innerText reads to the end of the element that has just opened.
func innerText(t *testing.T, d *xml.Decoder) string {
	t.Helper()
	var text strings.Builder
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			text.Write(token)
		}
	}
	return text.String()
}

var footnote = regexp.MustCompile(`\[\^\p{L}+\]:? ?`)

// markdownPieces are the lines of a source, cut at its footnotes, without its marks.
func markdownPieces(t *testing.T, name string) []string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(raw)) {
		line = strings.Trim(oneSpace(line), "| ")
		if strings.Trim(line, "-| ") == "" {
			continue
		}
		for _, piece := range footnote.Split(strings.TrimLeft(line, "# "), -1) {
			out = append(out, strings.TrimSpace(strings.TrimPrefix(piece, "- ")))
		}
	}
	return out
}

// TestTheFiguresAgree adds up what the documents add up.
func TestTheFiguresAgree(t *testing.T) {
	t.Parallel()
	budget := documents(t)["Budget 2025.md"].Text
	for column, year := range map[int]string{1: "2024", 2: "2025"} {
		income := totalOf(t, budget, "Total des revenus", column)
		costs := totalOf(t, budget, "Total des dépenses", column)
		if income <= costs {
			t.Errorf("%s: %d of revenue, %d of costs", year, income, costs)
		}
		if surplus := amountsIn(t, lineWith(t, budget, "L’excédent prévu"))[2-column]; income-costs != surplus {
			t.Errorf("%s: the surplus is %d, the budget says %d", year, income-costs, surplus)
		}
	}
	minutes := documents(t)["Procès-verbal AGA 2025-03-12.docx"].Text
	shared := 0
	for _, row := range []string{"Réserve générale |", "Ristourne aux membres travailleurs |", "Ristourne aux membres utilisateurs |", "Fonds d’éducation |"} {
		shared += amountsIn(t, lineWith(t, minutes, row))[0]
	}
	if said := amountsIn(t, lineWith(t, minutes, "présente les états"))[2]; shared != said || said != 42_700 {
		t.Errorf("the assembly shares %d of a surplus of %d", shared, said)
	}
}

// totalOf checks the row of a total against the rows above it in its table.
func totalOf(t *testing.T, text, row string, column int) int {
	t.Helper()
	before, total, found := strings.Cut(text, row)
	if !found {
		t.Fatalf("no row %q", row)
	}
	rows := strings.Split(before[strings.LastIndex(before, "\n\n")+2:], "\n")
	sum := 0
	for _, r := range rows[1:] {
		if r != "" {
			sum += amountsIn(t, r)[column-1]
		}
	}
	said := amountsIn(t, strings.SplitN(total, "\n", 2)[0])[column-1]
	if sum != said {
		t.Errorf("%s, column %d: the rows make %d, the total says %d", row, column, sum, said)
	}
	return said
}

var money = regexp.MustCompile(`(\d[\d ]*) \$`)

// amountsIn are the whole dollars of a line, in their order.
func amountsIn(t *testing.T, line string) []int {
	t.Helper()
	var out []int
	for _, m := range money.FindAllStringSubmatch(oneSpace(line), -1) {
		n, err := strconv.Atoi(strings.ReplaceAll(m[1], " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

func lineWith(t *testing.T, text, words string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if strings.Contains(line, words) {
			return line
		}
	}
	t.Fatalf("no line with %q", words)
	return ""
}

// TestQuestionsMatchTheDocuments keeps questions.jsonl true: what it expects stands in the document that it names.
func TestQuestionsMatchTheDocuments(t *testing.T) {
	t.Parallel()
	file, err := os.Open("questions.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all := documents(t)
	answered, unanswered := 0, 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var q struct{ Question, Lang, Expect, Document string }
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		switch {
		case q.Question == "" || (q.Lang != "fr" && q.Lang != "en"):
			t.Errorf("incomplete: %s", lines.Text())
		case q.Expect == "" && q.Document == "":
			unanswered++
		case q.Expect == "" || !strings.Contains(all[q.Document].Text, q.Expect):
			t.Errorf("%q does not say %q", q.Document, q.Expect)
		default:
			answered++
		}
	}
	if answered != 22 || unanswered != 8 {
		t.Errorf("%d questions with an answer, %d without", answered, unanswered)
	}
}

// oneSpace makes every run of white space, no-break spaces included, one space.
func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }
