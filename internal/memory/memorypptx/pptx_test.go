package memorypptx_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypptx"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
)

// show makes a presentation; the slides are stored in another order than they are shown.
func show(slides ...string) map[string]string {
	parts := map[string]string{"_rels/.rels": `<R><Relationship Type="x/officeDocument" Target="ppt/presentation.xml"/></R>`}
	ids, relations := "", ""
	for i, s := range slides {
		ids += fmt.Sprintf(`<p:sldId id="%d" r:id="r%d"/>`, 256+i, i)
		relations += fmt.Sprintf(`<Relationship Id="r%d" Type="x/slide" Target="slides/slide%d.xml"/>`, i, len(slides)-i)
		parts[fmt.Sprintf("ppt/slides/slide%d.xml", len(slides)-i)] = `<p:sld><p:spTree>` + s + `</p:spTree></p:sld>`
	}
	parts["ppt/presentation.xml"] = "<p:presentation><p:sldIdLst>" + ids + "</p:sldIdLst></p:presentation>"
	parts["ppt/_rels/presentation.xml.rels"] = "<R>" + relations + "</R>"
	return parts
}

func holder(kind, body string) string {
	return `<p:sp><p:nvPr><p:ph type="` + kind + `"/></p:nvPr><p:txBody>` + body + `</p:txBody></p:sp>`
}

func box(x, y, size int, body string) string {
	return fmt.Sprintf(`<p:sp><p:spPr><a:xfrm><a:off x="%d" y="%d"/></a:xfrm></p:spPr><p:txBody><a:p><a:r><a:rPr sz="%d"/><a:t>%s</a:t></a:r></a:p></p:txBody></p:sp>`, x, y, size, body)
}

func p(text string) string { return "<a:p><a:r><a:t>" + text + "</a:t></a:r></a:p>" }

func extract(t *testing.T, parts map[string]string) memory.Extracted {
	t.Helper()
	x, err := memorypptx.New().Extract(t.Context(), "a.pptx", memorytest.ZipOf(t, parts))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestSlidesReadAsShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, slide, want string }{
		{"title and list", holder("body", p("un")+`<a:p><a:pPr lvl="1"/><a:r><a:t>deux</a:t></a:r></a:p>`) + holder("title", p("Titre")), "Titre\n\n- un\n  - deux"},
		{"numbers", holder("", `<a:p><a:pPr><a:buAutoNum/></a:pPr><a:r><a:t>un</a:t></a:r></a:p><a:p><a:pPr><a:buAutoNum/></a:pPr><a:r><a:t>deux</a:t></a:r></a:p>`), "1. un\n2. deux"},
		{"furniture", holder("title", p("Titre")) + holder("ftr", p("Pied")) + holder("dt", p("2024")) + holder("sldNum", p("3")), "Titre"},
		{"from top to bottom", box(0, 5_000_000, 1800, "bas") + box(4_000_000, 100_000, 1800, "droite") + box(0, 0, 1800, "gauche"), "gauche\n\ndroite\n\nbas"},
		{"a big first line", box(0, 0, 3200, "Qui décide ?") + box(0, 2_000_000, 1800, "Nous"), "Qui décide ?\n\nNous"},
		{"tables", `<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody>` + p("Poste") + `</a:txBody></a:tc><a:tc><a:txBody>` + p("12") + p("€") + `</a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>`, "Poste | 12 €"},
		{"fields and breaks", holder("", `<a:p><a:r><a:t>a</a:t></a:r><a:br/><a:fld type="slidenum"><a:t>3</a:t></a:fld><a:r><a:t>e`+"\u0301"+`</a:t></a:r></a:p>`), "a é"},
	} {
		if diff := cmp.Diff(c.want, extract(t, show(c.slide)).Text); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestSlidesAreMarkedInTheirOrderWithNotesAndDiagrams(t *testing.T) {
	t.Parallel()
	parts := show(holder("title", p("Un")), holder("title", p("Deux")))
	parts["ppt/slides/_rels/slide2.xml.rels"] = `<R><Relationship Type="x/notesSlide" Target="../notesSlides/n.xml"/><Relationship Type="x/diagramData" Target="/ppt/d.xml"/></R>`
	parts["ppt/notesSlides/n.xml"] = `<p:notes>` + holder("sldImg", "") + holder("body", p("À dire")+p("Encore")) + `</p:notes>`
	parts["ppt/d.xml"] = `<dgm:dataModel><dgm:pt><dgm:t>` + p("Étape") + `</dgm:t></dgm:pt></dgm:dataModel>`
	parts["docProps/core.xml"] = `<c><dcterms:modified>2024-05-06T00:00:00Z</dcterms:modified></c>`
	x := extract(t, parts)
	want := []memory.Mark{{Start: 0, Kind: memory.MarkSlide, Label: "1"}, {Start: 0, Kind: memory.MarkHeading, Level: 1, Label: "Un"},
		{Start: 29, Kind: memory.MarkSlide, Label: "2"}, {Start: 29, Kind: memory.MarkHeading, Level: 1, Label: "Deux"}}
	if diff := cmp.Diff("Un\n\nÀ dire\n\nEncore\n\nÉtape\n\nDeux", x.Text) + cmp.Diff(want, x.Marks); diff != "" {
		t.Error(diff)
	}
	if x.Pages != 2 || x.Dated.Format("2006-01-02") != "2024-05-06" || x.Media != memorypptx.Media {
		t.Errorf("%+v", x)
	}
}

func TestBadFilesSayWhy(t *testing.T) {
	t.Parallel()
	cut := show(holder("title", p("Un")))
	cut["ppt/slides/slide1.xml"] = "<p:sld><p:sp>"
	for name, c := range map[string]struct {
		parts map[string]string
		key   string
	}{
		"no presentation": {map[string]string{"a": "b"}, "errors.memory_file_damaged"},
		"cut slide":       {cut, "errors.memory_file_damaged"},
		"no words":        {show("<p:pic/>"), "errors.memory_no_text"},
	} {
		_, err := memorypptx.New().Extract(t.Context(), "a.pptx", memorytest.ZipOf(t, c.parts))
		if got := core.AsError(err); err == nil || got.Key != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

// A slide may be anything at all.
func FuzzSlide(f *testing.F) {
	f.Add(holder("title", p("a")) + box(1, 2, 3, "b"))
	f.Add("</p:sp></a:tc></a:tr><a:p><a:t>x</a:p>")
	f.Fuzz(func(t *testing.T, slide string) {
		x, err := memorypptx.New().Extract(t.Context(), "a.pptx", memorytest.ZipOf(t, show(slide)))
		if err == nil {
			memory.CutPassages(x.Title, x.Text, x.Marks)
		}
	})
}
