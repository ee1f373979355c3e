package memoryodf_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryodf"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
)

const automatic = `<office:automatic-styles>
	<style:style style:name="Gras"><style:text-properties fo:font-weight="bold"/></style:style>
	<style:style style:name="Caché"><style:text-properties text:display="none"/></style:style>
	<style:style style:name="Masquée"><style:table-properties table:display="false"/></style:style>
	<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="." text:start-value="3"/>
		<text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")" text:display-levels="2"/></text:list-style>
	<text:list-style style:name="L2"><text:list-level-style-bullet text:level="1" text:bullet-char="•"/></text:list-style>
	</office:automatic-styles>`

func file(t testing.TB, kind, body string) []byte {
	return memorytest.Zip(t, "mimetype", "x",
		"styles.xml", `<office:document-styles><office:styles><text:outline-style style:name="Outline">
			<text:outline-level-style text:level="1" style:num-format="I" style:num-prefix="Titre "/><text:outline-level-style text:level="2"/></text:outline-style>
			</office:styles></office:document-styles>`,
		"content.xml", `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><office:document-content>`+automatic+`<office:body><office:`+kind+`>`+body+`</office:`+kind+`></office:body></office:document-content>`,
		"meta.xml", `<office:document-meta><office:meta><dc:date>2024-03-13T10:00:00</dc:date></office:meta></office:document-meta>`)
}

func extract(t *testing.T, kind, body string) memory.Extracted {
	t.Helper()
	x, err := memoryodf.New().Extract(t.Context(), "a.odt", file(t, kind, body))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return x
}

func p(text string) string { return "<text:p>" + text + "</text:p>" }

func TestTextReadsAsAPage(t *testing.T) {
	t.Parallel()
	list := func(style string, items ...string) string {
		return `<text:list text:style-name="` + style + `"><text:list-item>` + strings.Join(items, "</text:list-item><text:list-item>") + `</text:list-item></text:list>`
	}
	for _, c := range []struct{ name, body, want string }{
		{"spans join", p(`L’assem<text:span>blée</text:span>`), "L’assemblée"},
		{"spaces", p(`un<text:s text:c="3"/>deux<text:tab/>trois<text:line-break/>quatre`), "un deux trois quatre"},
		{"headings with their numbers", `<text:h text:outline-level="1">Nom</text:h><text:h text:outline-level="2">Siège</text:h>` + p("texte"), "Titre I Nom\n\nSiège\n\ntexte"},
		{"lists", list("L1", p("un")+list("", p("a"), p("b")), p("deux")) + list("L2", p("puce")), "3. un\n  3.a) a\n  3.b) b\n4. deux\n\n- puce"},
		{"tables", `<table:table><table:table-row><table:table-cell>` + p("Poste") + `</table:table-cell><table:table-cell>` + p("Montant") +
			`</table:table-cell></table:table-row><table:table-row><table:covered-table-cell/><table:table-cell>` + p("12") + p("€") + `</table:table-cell></table:table-row></table:table>` + p("fin"),
			"Poste | Montant\n| 12 €\n\nfin"},
		{"tracked changes", `<text:tracked-changes><text:changed-region><text:deletion>` + p("électoral") + `</text:deletion></text:changed-region></text:tracked-changes>` + p(`Non <text:change text:change-id="c"/>partisan`), "Non partisan"},
		{"notes", p(`texte<text:note><text:note-citation>1</text:note-citation><text:note-body>`+p("La note")+`</text:note-body></text:note>`) + p("suite"), "texte [1]\n\nsuite\n\n[1] La note"},
		{"comments", p(`vu<office:annotation><dc:creator>X</dc:creator>` + p("caché") + `</office:annotation>`), "vu"},
		{"hidden text", p(`vu<text:span text:style-name="Caché">caché</text:span>`), "vu"},
		{"table of contents", `<text:table-of-content><text:index-body>` + p("Nom ... 3") + `</text:index-body></text:table-of-content>` + p("texte"), "texte"},
		{"bold paragraphs are headings", `<text:p text:style-name="Gras">Article 2</text:p>` + p("texte"), "Article 2\n\ntexte"},
		{"decomposed accents", p("e\u0301te\u0301"), "été"},
	} {
		if diff := cmp.Diff(c.want, extract(t, "text", c.body).Text); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	x := extract(t, "text", `<text:p text:style-name="Gras">Article 2</text:p>`+p("texte"))
	if len(x.Marks) != 1 || x.Title != "Article 2" || x.Dated.Format("2006-01-02") != "2024-03-13" || x.Media != memoryodf.Text {
		t.Errorf("%+v", x)
	}
}

func TestSheetsReadAsTablesUnderTheirNames(t *testing.T) {
	t.Parallel()
	cell := func(text string) string {
		return "<table:table-cell office:value=\"1.5\">" + p(text) + "</table:table-cell>"
	}
	x := extract(t, "spreadsheet", `<table:table table:name="Budget"><table:table-row>`+cell("Poste")+cell("Réel")+`</table:table-row>
		<table:table-row table:number-rows-repeated="2">`+cell("Dons")+`<table:table-cell table:number-columns-repeated="2"/>`+cell("1,50 €")+`<table:table-cell table:number-columns-repeated="16000"/></table:table-row>
		<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>
		<table:table table:name="Secret" table:style-name="Masquée"><table:table-row>`+cell("caché")+`</table:table-row></table:table>
		<table:table table:name="Notes"><table:table-row>`+cell("vu")+`</table:table-row></table:table>`)
	want := "Budget\n\nPoste | Réel\nDons |  |  | 1,50 €\nDons |  |  | 1,50 €\n\nNotes\n\nvu"
	if diff := cmp.Diff(want, x.Text); diff != "" || len(x.Marks) != 2 || x.Media != memoryodf.Sheet {
		t.Errorf("%+v %s", x.Marks, diff)
	}
}

func TestSlidesAreMarked(t *testing.T) {
	t.Parallel()
	x := extract(t, "presentation", `<draw:page><draw:frame presentation:class="title"><draw:text-box>`+p("Budget")+`</draw:text-box></draw:frame>
		<draw:frame presentation:class="outline"><draw:text-box><text:list text:style-name="L2"><text:list-item>`+p("Dons")+`</text:list-item></text:list></draw:text-box></draw:frame>
		<draw:frame presentation:class="page-number"><draw:text-box>`+p("1")+`</draw:text-box></draw:frame>
		<presentation:notes><draw:page-thumbnail/><draw:frame presentation:class="notes"><draw:text-box>`+p("À dire")+`</draw:text-box></draw:frame></presentation:notes></draw:page>
		<draw:page><draw:frame><draw:text-box>`+p("Merci")+`</draw:text-box></draw:frame></draw:page>`)
	want := []memory.Mark{{Start: 0, Kind: memory.MarkSlide, Label: "1"}, {Start: 0, Kind: memory.MarkHeading, Level: 1, Label: "Budget"}, {Start: 25, Kind: memory.MarkSlide, Label: "2"}}
	if diff := cmp.Diff("Budget\n\n- Dons\n\nÀ dire\n\nMerci", x.Text) + cmp.Diff(want, x.Marks); diff != "" || x.Pages != 2 {
		t.Errorf("%d pages, %s", x.Pages, diff)
	}
}

func TestBadFilesSayWhy(t *testing.T) {
	t.Parallel()
	good := p("texte")
	million := `<table:table table:name="a"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="1000">` + p("x") + `</table:table-cell></table:table-row></table:table>`
	for name, c := range map[string]struct {
		file []byte
		key  string
	}{
		"no content":    {memorytest.Zip(t, "mimetype", "x"), "errors.memory_file_damaged"},
		"cut XML":       {memorytest.Zip(t, "content.xml", "<a><b>"), "errors.memory_file_damaged"},
		"entity":        {file(t, "text", p("&a;")), "errors.memory_file_damaged"},
		"encrypted":     {memorytest.Zip(t, "content.xml", "xx", "META-INF/manifest.xml", `<m><f><manifest:encryption-data/></f></m>`), "errors.memory_file_protected"},
		"deep":          {file(t, "text", strings.Repeat("<text:section>", 300)+good+strings.Repeat("</text:section>", 300)), "errors.memory_archive_bomb"},
		"million cells": {file(t, "spreadsheet", million), "errors.memory_cells_many"},
		"nothing":       {file(t, "text", p("")), "errors.memory_no_text"},
	} {
		_, err := memoryodf.New().Extract(t.Context(), "a.odt", c.file)
		if got := core.AsError(err); err == nil || got.Key != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

// The XML of a document may be anything at all.
func FuzzContent(f *testing.F) {
	f.Add("text", p("a")+"<text:list><text:list-item>"+p("b")+"</text:list-item></text:list>")
	f.Add("spreadsheet", `<table:table><table:table-row><table:table-cell table:number-columns-repeated="9">`+p("b")+`</table:table-cell></table:table-row></table:table>`)
	f.Add("presentation", `<draw:page><draw:frame presentation:class="title">`+p("b"))
	f.Add("text", "</text:list-item></text:list></text:p><text:note><text:h>a</text:h></text:note>")
	f.Fuzz(func(t *testing.T, kind, body string) {
		x, err := memoryodf.New().Extract(t.Context(), "a.odt", file(t, kind, body))
		if err == nil {
			memory.CutPassages(x.Title, x.Text, x.Marks)
		}
	})
}
