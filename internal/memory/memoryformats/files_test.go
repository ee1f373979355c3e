package memoryformats

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// What real files of other makers must give; testdata/README.md says where they come from.
func TestRealFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, says, never, refused string
	}{
		{name: "testMSG_att_doc.msg", says: "contenu"},
		{name: "testRFC822_multipart_attachments.eml", says: "This is test email for EML1"},
		{name: "testWORD_truncated.docx", refused: "errors.memory_file_damaged"},
		{name: "testEXCEL_dateFormats.xlsx"},
		{name: "testWORD_protected_passtika.docx", refused: "errors.memory_file_protected"},
		{name: "fake-html-cp1252.html", says: "L'été était très chaud cette année."},
		{name: "budget-2020.xlsx", says: "Serveurs Gandi"},
		{name: "budget-2020.ods", says: "Solde au 1er janvier"},
		{name: "modification-statuts-suivi.docx", says: "Non partisan", never: "Non électoral"},
		{name: "presentation-association.pptx", says: "Adhésion de soutien\u00a0: 30\u00a0€"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file, err := os.ReadFile(filepath.Join("testdata", c.name))
			if err != nil {
				t.Fatal(err)
			}
			x, err := New(Config{}).Extract(t.Context(), c.name, file)
			if c.refused != "" {
				if err == nil || core.AsError(err).Key != c.refused {
					t.Fatalf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			plain := func(s string) string { return strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'").Replace(s) }
			if text := plain(x.Text); !strings.Contains(text, plain(c.says)) || c.never != "" && strings.Contains(text, c.never) {
				t.Errorf("%.400s", x.Text)
			}
			if len(memory.CutPassages(x.Title, x.Text, x.Marks)) == 0 {
				t.Error("no passage")
			}
		})
	}
}

// FuzzOutlook feeds the reader of Outlook's messages what is nearly one.
func FuzzOutlook(f *testing.F) {
	file, err := os.ReadFile(filepath.Join("testdata", "testMSG_att_doc.msg"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add(file[:512])
	f.Add([]byte(ole + string(utf16("__properties_version1.0"))))
	formats := New(Config{})
	f.Fuzz(func(t *testing.T, file []byte) {
		x, err := formats.readers[outlook].Extract(t.Context(), "a.msg", file)
		if err == nil {
			memory.CutPassages(x.Title, x.Text, x.Marks)
		}
	})
}
