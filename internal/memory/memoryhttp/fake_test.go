package memoryhttp

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// fake is a memory that says what the test wants.
type fake struct {
	documents []memory.Document
	versions  map[string]memory.Version
	hits      []memory.Quote
	words     bool // no embedding engine answers
	asked     memory.Query
	added     []addition
	removed   core.ID
	paged     bool  // the statutes have page images
	drawn     []int // pages
	status    memory.Status
	sources   *places
	quality   *qualities
}

// Page lists the documents as they are sorted, those of the filter.
func (f *fake) Page(_ context.Context, filter memory.Filter) (memory.Page, error) {
	var out memory.Page
	for _, d := range f.documents {
		e := memory.Entry{Document: d, Kind: memory.Files}
		if d.Vectors {
			e.Embedded = d.Passages
		}
		if strings.HasPrefix(d.Name, "Nuage/") {
			e.Kind, e.Source, e.From = memory.WebDAV, nuageID, "Nuage"
		}
		if filter.Organisation != pagetest.Organisation || filter.State != "" && d.State != filter.State || filter.Document != "" && d.ID != filter.Document ||
			filter.Source != "" && e.Source != filter.Source || filter.Noticed && d.Notice == nil || !strings.Contains(memory.Label(d.Title, d.Name), memory.Fold(filter.Text)) {
			continue
		}
		out.Entries = append(out.Entries, e)
	}
	slices.SortFunc(out.Entries, func(a, b memory.Entry) int {
		return strings.Compare(memory.Label(a.Title, a.Name), memory.Label(b.Title, b.Name))
	})
	out.Total = len(out.Entries)
	out.Entries = out.Entries[min(filter.Offset, out.Total):min(filter.Offset+filter.Limit, out.Total)]
	return out, nil
}

// Document finds one.
func (f *fake) Document(ctx context.Context, organisation, document core.ID) (memory.Entry, error) {
	page, err := f.Page(ctx, memory.Filter{Organisation: organisation, Document: document, Limit: 1})
	if err != nil || len(page.Entries) == 0 {
		return memory.Entry{}, core.E(core.NotFound, "errors.memory_no_document", nil)
	}
	return page.Entries[0], nil
}

// Status counts the documents.
func (f *fake) Status(context.Context, core.ID) (memory.Status, error) {
	s := f.status
	s.States = map[memory.State]int{}
	for _, d := range f.documents {
		s.States[d.State]++
		if d.Notice != nil {
			s.Noticed++
		}
	}
	return s, nil
}

// OfferArchive keeps two documents of any archive.
func (f *fake) OfferArchive(_ context.Context, _ core.ID, name string, r io.Reader) (memory.ArchiveReport, error) {
	content, err := io.ReadAll(r)
	f.added = append(f.added, addition{name: name, content: string(content)})
	return memory.ArchiveReport{LeftOut: 3, Files: []memory.Report{{Name: "a.md", State: memory.Waiting}, {Name: "b.md", State: memory.Waiting}}}, err
}

type addition struct {
	name     string
	content  string
	modified time.Time
}

// Add refuses what is named "casse.pdf" and keeps the rest.
func (f *fake) Add(_ context.Context, _ core.ID, name string, modified time.Time, r io.Reader) (memory.Report, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return memory.Report{}, err
	}
	if name == "casse.pdf" {
		return memory.Report{Name: name, State: memory.Failed, Problem: core.E(core.Corrupt, "errors.internal", nil)}, nil
	}
	f.added = append(f.added, addition{name, string(content), modified})
	return memory.Report{Name: name, Version: "f00d", State: memory.Indexed, Unchanged: name == "connu.md"}, nil
}

// Search returns the hits and notes what was asked.
func (f *fake) Search(_ context.Context, q memory.Query) ([]memory.Quote, bool, error) {
	f.asked = q
	if q.Among.Kind == "parchment" {
		return nil, false, core.E(core.Invalid, "errors.memory_among_kind", core.Args{"Known": "pdf"})
	}
	return f.hits, !f.words, nil
}

// Answer is not for these pages.
func (f *fake) Answer(context.Context, memory.Query) (memory.Answer, error) {
	return memory.Answer{}, nil
}

// Documents lists the documents of Amélie's organisation.
func (f *fake) Documents(_ context.Context, organisation core.ID) ([]memory.Document, error) {
	if organisation != pagetest.Organisation {
		return nil, nil
	}
	return f.documents, nil
}

// Version finds a version by its hash.
func (f *fake) Version(_ context.Context, organisation core.ID, hash string) (memory.Version, error) {
	v, ok := f.versions[hash]
	if !ok || organisation != pagetest.Organisation {
		return memory.Version{}, core.E(core.NotFound, "errors.memory_no_version", nil)
	}
	return v, nil
}

// DrawPage draws a sheet with the letters of the page it is.
func (f *fake) DrawPage(_ context.Context, _ core.ID, version string, page, width int) ([]byte, error) {
	if page >= 8 || version != statutsHash {
		return nil, core.E(core.NotFound, "errors.memory_no_page", nil)
	}
	f.drawn = append(f.drawn, page)
	sheet := image.NewGray(image.Rect(0, 0, width, width*14/10))
	for i := range sheet.Pix {
		sheet.Pix[i] = 0xff
	}
	var b bytes.Buffer
	err := png.Encode(&b, sheet)
	return b.Bytes(), err
}

// Places are those of the version's words, one line of the page for each paragraph.
func (f *fake) Places(_ context.Context, _ core.ID, version string) ([]memory.Place, error) {
	if !f.paged || version != statutsHash {
		return nil, nil
	}
	return placesOf(statuts()), nil
}

// placesOf sets twelve words on each line of a page.
func placesOf(v memory.Version) []memory.Place {
	var out []memory.Place
	page, line, column := 0, 0, 0
	for start := 0; start < len(v.Text); {
		for _, m := range v.Marks {
			if m.Kind == memory.MarkPage && m.Start == start {
				page, _ = strconv.Atoi(m.Label)
				page, line, column = page-1, 0, 0
			}
		}
		end := start + strings.IndexAny(v.Text[start:]+" ", " \n")
		if end > start {
			out = append(out, memory.Place{Start: start, End: end, Page: page, Left: uint16(3000 + column*2200), Right: uint16(3000 + column*2200 + 2000),
				Top: uint16(3000 + line*900), Bottom: uint16(3000 + line*900 + 700)})
			column++
		}
		if end < len(v.Text) && v.Text[end] == '\n' || column == 12 {
			line, column = line+1, 0
		}
		start = end + 1
	}
	return out
}

// Remove notes what was removed.
func (f *fake) Remove(_ context.Context, _, document core.ID) error {
	f.removed = document
	return nil
}

func pagesOf(t *testing.T, f *fake) http.Handler {
	t.Helper()
	site := pagetest.Site(t)
	if f.sources == nil {
		f.sources = &places{}
	}
	if f.quality == nil {
		f.quality = &qualities{}
	}
	pages, err := New(site, f, f.sources, f.quality)
	if err != nil {
		t.Fatal(err)
	}
	return pagetest.Serve(site, pages)
}

const (
	statutsID   = core.ID("00000000000000000000000001")
	statutsHash = "4f2a000000000000000000000000000000000000000000000000000000000000"
	statutsText = "Statuts de la coopérative\n\nChapitre III. L’assemblée\n\nArticle 18. Quorum\n\nLe quorum de l’assemblée générale est fixé à vingt-cinq pour cent (25 %) des membres en règle, présents ou représentés. À défaut de quorum, une seconde assemblée est convoquée dans les quinze jours ; elle délibère quel que soit le nombre de membres présents.\n\nArticle 19. Ordre du jour\n\nL’avis de convocation contient :\n- l’ordre du jour ;\n- les états financiers ;\n- le texte des résolutions.\n\nPoste | Réel 2024 | Budget 2025\nPaniers d’été | 642 300 $ | 681 000 $\nKiosque | 287 400 $ | 302 000 $\n\nArticle 20. Procès-verbal\n\nLe procès-verbal est signé par les personnes qui ont présidé l’assemblée et tenu la plume."
	quorum      = "vingt-cinq pour cent (25 %) des membres en règle"
)

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

func at(text string) int { return strings.Index(statutsText, text) }

func statuts() memory.Version {
	heading := func(text string, level int) memory.Mark {
		return memory.Mark{Start: at(text), Kind: "heading", Level: level, Label: text}
	}
	return memory.Version{Hash: statutsHash, Document: statutsID, Name: "gouvernance/statuts.pdf",
		Title: "Statuts de la coopérative", Text: statutsText, Seen: pagetest.Now().Add(-48 * time.Hour), Dated: day(2025, 3, 12),
		FileHash: strings.Repeat("ab", 32), Media: "application/pdf", Marks: []memory.Mark{
			{Start: 0, Kind: "page", Label: "1"}, heading("Statuts de la coopérative", 1), heading("Chapitre III", 2),
			{Start: at("Article 18"), Kind: "page", Label: "7"}, heading("Article 18. Quorum", 3),
			heading("Article 19. Ordre du jour", 3), {Start: at("Article 20"), Kind: "page", Label: "8"},
			heading("Article 20. Procès-verbal", 3)}}
}

func quote() memory.Quote {
	text := "Le quorum de l’assemblée générale est fixé à " + quorum + ", présents ou représentés."
	return memory.Quote{Document: statutsID, Name: "gouvernance/statuts.pdf", Title: "Statuts de la coopérative",
		Version: statutsHash, Start: at(text), End: at(text) + len(text), Text: text, Page: "7",
		Heading: "Article 18. Quorum", Dated: day(2025, 3, 12)}
}

// furnished is a memory as a co-operative has one.
func furnished() *fake {
	older := quote()
	older.Version, older.Newer, older.Dated, older.Page = strings.Repeat("e", 64), true, day(2021, 5, 4), ""
	older.Text = strings.Replace(older.Text, "vingt-cinq pour cent (25 %)", "vingt pour cent (20 %)", 1)
	older.Title, older.Heading = "Statuts de 2021", "Article 17"
	added := pagetest.Now().Add(-3 * time.Hour)
	doc := func(id, name, title string, d memory.Document) memory.Document {
		d.ID, d.Organisation, d.Name, d.Title = core.ID(id), pagetest.Organisation, name, title
		d.Added = added.Add(-24 * time.Hour)
		return d
	}
	return &fake{
		versions: map[string]memory.Version{statutsHash: statuts()},
		hits:     []memory.Quote{quote(), older},
		status:   memory.Status{Model: "e5", Reading: []string{"budget-2026.xlsx"}, Tally: memory.Tally{Passages: 72, Embedded: 60}},
		sources:  furnishedPlaces(),
		quality:  furnishedQuality(),
		documents: []memory.Document{
			doc(string(statutsID), "gouvernance/statuts.pdf", "Statuts de la coopérative", memory.Document{State: memory.Indexed,
				Version: statutsHash, Dated: day(2025, 3, 12), Pages: 14, Passages: 60, Vectors: true}),
			doc("00000000000000000000000002", "politique-teletravail.docx", "Politique de télétravail",
				memory.Document{State: memory.Indexed, Version: statutsHash, Passages: 12, Notice: core.E(core.Unavailable, "errors.memory_pages_unread", core.Args{"Pages": 3})}),
			doc("00000000000000000000000003", "pv-2024-11-02.pdf", "Procès-verbal de l’assemblée du 2 novembre 2024",
				memory.Document{State: memory.Failed, Problem: core.E(core.Corrupt, "errors.memorypages_upload_malformed", nil)}),
			doc("00000000000000000000000004", "budget-2026.xlsx", "budget-2026.xlsx", memory.Document{State: memory.Reading}),
			doc("00000000000000000000000005", "Nuage/pv-2023.docx", "Procès-verbal de 2023", memory.Document{State: memory.Failed, Version: statutsHash,
				Problem: core.E(core.Unavailable, "errors.source_unreachable", nil)}),
			doc("00000000000000000000000006", "Étude de marché.pdf", "Étude de marché", memory.Document{State: memory.Waiting}),
		},
	}
}
