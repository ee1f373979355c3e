package memorydocx_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorydocx"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
)

const head = `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`

func document(body string) map[string]string {
	return map[string]string{
		"word/document.xml": head + body + `</w:body></w:document>`,
		"word/styles.xml": `<w:styles xmlns:w="w"><w:style w:type="paragraph" w:styleId="Titre1"><w:name w:val="heading 1"/></w:style>
			<w:style w:styleId="Article"><w:name w:val="Article"/><w:basedOn w:val="Titre1"/><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr></w:style>
			<w:style w:styleId="Haut"><w:name w:val="Haut"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style></w:styles>`,
		"word/numbering.xml": `<w:numbering xmlns:w="w">
			<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/></w:lvl></w:abstractNum>
			<w:abstractNum w:abstractNumId="2"><w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
				<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1%2)"/></w:lvl></w:abstractNum>
			<w:abstractNum w:abstractNumId="3"><w:lvl w:ilvl="0"><w:numFmt w:val="upperRoman"/><w:lvlText w:val="Article %1."/></w:lvl></w:abstractNum>
			<w:num w:numId="5"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="6"><w:abstractNumId w:val="2"/></w:num><w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num></w:numbering>`,
		"word/footnotes.xml": `<w:footnotes xmlns:w="w"><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>---</w:t></w:r></w:p></w:footnote>
			<w:footnote w:id="1"><w:p><w:r><w:t>La note</w:t></w:r><w:del><w:r><w:t>rayée</w:t></w:r></w:del></w:p></w:footnote></w:footnotes>`,
	}
}

func p(inner string) string    { return "<w:p>" + inner + "</w:p>" }
func r(text string) string     { return "<w:r><w:t>" + text + "</w:t></w:r>" }
func style(name string) string { return `<w:pPr><w:pStyle w:val="` + name + `"/></w:pPr>` }
func num(id, level int) string {
	return fmt.Sprintf(`<w:pPr><w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr></w:pPr>`, level, id)
}

func row(cells ...string) string {
	var out strings.Builder
	for _, c := range cells {
		out.WriteString("<w:tc>" + c + "</w:tc>")
	}
	return "<w:tr>" + out.String() + "</w:tr>"
}

func TestDocumentReadsAsAPage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, want string }{
		{"runs join", p(r("L’assem") + r("blée")), "L’assemblée"},
		{"breaks and tabs", p(`<w:r><w:t>un</w:t><w:br/><w:t>deux</w:t><w:tab/><w:t>trois</w:t><w:noBreakHyphen/><w:t>x</w:t></w:r>`), "un deux trois-x"},
		{"headings", p(style("Titre1")+r("Titre")) + p(style("Haut")+r("Haut")) + p(r("texte")), "Titre\n\nHaut\n\ntexte"},
		{"numbered headings", p(style("Article")+r("Nom")) + p(style("Article")+r("Siège")), "Article I. Nom\n\nArticle II. Siège"},
		{"lists", p(num(5, 0)+r("un")) + p(num(6, 0)+r("deux")) + p(num(6, 1)+r("a")) + p(num(6, 1)+r("b")) + p(num(6, 0)+r("trois")),
			"- un\n3. deux\n  3a) a\n  3b) b\n4. trois"},
		{"tables", "<w:tbl>" + row(p(r("Poste")), p(r("Montant"))) + row(p(r("Semences"))+p(r("et plants")), p(r("12 $"))) + "</w:tbl>" + p(r("fin")),
			"Poste | Montant\nSemences et plants | 12 $\n\nfin"},
		{"table in a table", "<w:tbl>" + row(p(r("a")), "<w:tbl>"+row(p(r("b")), p(r("c")))+"</w:tbl>"+p("")) + "</w:tbl>", "a | b c"},
		{"tracked changes", p(r("Non ") + `<w:del w:id="1"><w:r><w:delText>électoral</w:delText></w:r></w:del><w:ins w:id="2">` + r("partisan") + "</w:ins>"), "Non partisan"},
		{"moved text", p(`<w:moveFrom>` + r("ici") + `</w:moveFrom>` + r("là") + `<w:moveTo>` + r(" aussi") + `</w:moveTo>`), "là aussi"},
		{"deleted paragraph end", p(`<w:pPr><w:rPr><w:del w:id="3"/></w:rPr></w:pPr>`+r("début ")) + p(r("suite")), "début suite"},
		{"deleted row", "<w:tbl>" + row(p(r("a")), p(r("b"))) + `<w:tr><w:trPr><w:del w:id="4"/></w:trPr><w:tc>` + p(r("c")) + "</w:tc><w:tc>" + p(r("d")) + "</w:tc></w:tr></w:tbl>", "a | b"},
		{"notes", p(r("texte") + `<w:r><w:footnoteReference w:id="1"/></w:r>`), "texte [1]\n\n[1] La note"},
		{"hidden text", p(r("vu") + `<w:r><w:rPr><w:vanish/></w:rPr><w:t>caché</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> aussi</w:t></w:r>`), "vu aussi"},
		{"fields", p(`<w:r><w:instrText>PAGEREF x</w:instrText></w:r>` + r("3")), "3"},
		{"text boxes once", p(r("a") + `<mc:AlternateContent><mc:Choice>` + p(r("boîte")) + `</mc:Choice><mc:Fallback>` + p(r("boîte")) + `</mc:Fallback></mc:AlternateContent>`), "boîte\n\na"},
		{"decomposed accents", p(r("e\u0301te\u0301")), "été"},
		{"entities", p(r("R&amp;D &lt;3")), "R&D <3"},
	} {
		x, err := memorydocx.New().Extract(t.Context(), "a.docx", memorytest.ZipOf(t, document(c.body)))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if diff := cmp.Diff(c.want, x.Text); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestHeadingsAreMarked(t *testing.T) {
	t.Parallel()
	x, err := memorydocx.New().Extract(t.Context(), "a.docx", memorytest.ZipOf(t, document(p(style("Titre1")+r("Un"))+p(style("Haut")+r("Deux")))))
	if err != nil {
		t.Fatal(err)
	}
	want := []memory.Mark{{Start: 0, Kind: memory.MarkHeading, Level: 1, Label: "Un"}, {Start: 4, Kind: memory.MarkHeading, Level: 2, Label: "Deux"}}
	if diff := cmp.Diff(want, x.Marks); diff != "" || x.Title != "Un" {
		t.Errorf("title %q, marks %s", x.Title, diff)
	}
}

func TestTheMainPartIsFollowed(t *testing.T) {
	t.Parallel()
	parts := map[string]string{
		"_rels/.rels":    `<Relationships><Relationship Type="http://x/officeDocument" Target="/autre/doc.xml"/></Relationships>`,
		"autre/doc.xml":  head + p(r("là")) + `</w:body></w:document>`,
		"word/other.xml": "<a/>",
	}
	x, err := memorydocx.New().Extract(t.Context(), "a.docx", memorytest.ZipOf(t, parts))
	if err != nil || x.Text != "là" {
		t.Errorf("%q, %v", x.Text, err)
	}
}

func TestBadFilesSayWhy(t *testing.T) {
	t.Parallel()
	whole := memorytest.ZipOf(t, document(p(r("texte"))))
	bomb := document(p(r("x")))
	bomb["word/document.xml"] = head + p(r(strings.Repeat("a", 30<<20))) + `</w:body></w:document>`
	deep := document(strings.Repeat("<w:sdt>", 5000) + p(r("x")) + strings.Repeat("</w:sdt>", 5000))
	many := map[string]string{}
	for i := range 10_001 {
		many[fmt.Sprint("f", i)] = ""
	}
	for name, c := range map[string]struct {
		file []byte
		key  string
	}{
		"cut":        {whole[:len(whole)/2], "errors.memory_file_damaged"},
		"no archive": {[]byte("PK\x03\x04"), "errors.memory_file_damaged"},
		"no part":    {memorytest.ZipOf(t, map[string]string{"a": "b"}), "errors.memory_file_damaged"},
		"bad XML":    {memorytest.ZipOf(t, document("<w:p></w:q>")), "errors.memory_file_damaged"},
		"cut XML":    {memorytest.ZipOf(t, document("<w:p><w:del>")), "errors.memory_file_damaged"},
		"ratio":      {memorytest.ZipOf(t, bomb), "errors.memory_archive_bomb"},
		"depth":      {memorytest.ZipOf(t, deep), "errors.memory_archive_bomb"},
		"entries":    {memorytest.ZipOf(t, many), "errors.memory_archive_bomb"},
		"no text":    {memorytest.ZipOf(t, document(p(""))), "errors.memory_no_text"},
	} {
		_, err := memorydocx.New().Extract(t.Context(), "a.docx", c.file)
		if got := core.AsError(err); err == nil || got.Key != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

// The XML of a document may be anything at all.
func FuzzDocument(f *testing.F) {
	f.Add(p(r("a")) + "<w:tbl>" + row(p(r("b"))) + "</w:tbl>")
	f.Add(p(num(6, 8)+r("x")) + `<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr></w:p>`)
	f.Add("</w:tc></w:tr></w:tbl></w:p>")
	f.Add("<w:tr><w:tc><w:p>")
	f.Fuzz(func(t *testing.T, body string) {
		x, err := memorydocx.New().Extract(t.Context(), "a.docx", memorytest.ZipOf(t, document(body)))
		if err == nil {
			memory.CutPassages(x.Title, x.Text, x.Marks)
		}
	})
}

// So may the archive.
func FuzzArchive(f *testing.F) {
	f.Add(memorytest.ZipOf(f, document(p(r("a")))))
	f.Fuzz(func(t *testing.T, file []byte) {
		memorydocx.New().Extract(t.Context(), "a.docx", file)
	})
}
