package memoryformats

import (
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytest"
)

func pack(t testing.TB, pairs ...string) string { return string(memorytest.Zip(t, pairs...)) }

const ole = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

func TestBytesTellTheFormat(t *testing.T) {
	t.Parallel()
	word := pack(t, "[Content_Types].xml", "", "word/document.xml", "")
	for _, c := range []struct {
		name, file string
		want       kind
	}{
		{"a.pdf", "%PDF-1.7", pdf},
		{"sans-nom", "%PDF-1.7", pdf},
		{"faux.docx", "junk\n%PDF-1.4", pdf},
		{"a.docx", word, docx},
		{"faux.pdf", word, docx},
		{"ailleurs.docx", pack(t, "[Content_Types].xml", "", "autre/doc.xml", ""), docx},
		{"a", pack(t, "ppt/presentation.xml", ""), presentation},
		{"a.zip", pack(t, "xl/workbook.xml", ""), workbook},
		{"a.doc", pack(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", ""), openDocument},
		{"a.zip", pack(t, "mimetype", "application/epub+zip"), epub},
		{"photo.txt", "\x89PNG\r\n\x1a\n....", picture},
		{"a.jpg", "\xff\xd8\xff\xe0", picture},
		{"a.pdf", "II*\x00....", picture},
		{"a.msg", ole + string(utf16("__properties_version1.0")), outlook},
		{"a.md", "# a", markdown},
		{"A.MARKDOWN", "# a", markdown},
		{"a.txt", "<html>", plain}, // the name decides between kinds of text
		{"LISEZMOI", "a", plain},
		{"a.csv", "a;b", table},
		{"a.eml", "Sujet", mail},
		{"page", "<!DOCTYPE html><p>a", html},
		{"message", "From: a@b\r\nTo: c@d\r\nSubject: e\r\n\r\nf", mail},
		{"note", "De: Amélie\nÀ: Thomas\nObjet: e\n", plain},
		{"archive", "From a@b Sat Jan  3 01:05:34 1996\nFrom: a@b\n\nc", mailbox},
		{"a.docx", "une note", plain}, // text under any name is read as text
		{"a.pdf", "<!DOCTYPE html><p>page d’erreur", html},
	} {
		got, err := detect(c.name, []byte(c.file))
		if err != nil || got != c.want {
			t.Errorf("%s %.20q: %q, %v, want %q", c.name, c.file, got, err, c.want)
		}
	}
}

func TestWhatIsNotReadSaysWhy(t *testing.T) {
	t.Parallel()
	word := pack(t, "word/document.xml", "texte")
	for _, c := range []struct{ name, file, key string }{
		{"a.docx", word[:len(word)/2], "errors.memory_file_damaged"},
		{"a.docx", ole + string(utf16("EncryptedPackage")), "errors.memory_file_protected"},
		{"a.doc", ole + string(utf16("WordDocument")), "errors.memory_format_old"},
		{"a.xls", ole + string(utf16("Workbook")), "errors.memory_format_old"},
		{"a.rtf", `{\rtf1 a}`, "errors.memory_format_old"},
		{"a.zip", pack(t, "a.txt", "a"), "errors.memory_file_archive"},
		{"a.docx", pack(t, "a.txt", "a"), "errors.memory_file_archive"},
		{"a.gz", "\x1f\x8b\x08", "errors.memory_file_archive"},
		{"a.pdf", "\x00\x01\x02\x03\x04\x05", "errors.memory_file_damaged"},
		{"a.exe", "\x00\x01\x02\x03\x04\x05", "errors.memory_format_unknown"},
	} {
		_, err := detect(c.name, []byte(c.file))
		if got := core.AsError(err); err == nil || got.Key != c.key {
			t.Errorf("%s: %v, want %s", c.name, err, c.key)
		}
	}
}

// An extension of a hostile name is not repeated.
func TestUnknownFormatsNameNoMembersWords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"a.XYZ": "xyz", "a.mot de passe": "", "a.très": ""} {
		if got := core.AsError(unknown(name)).Args["Extension"]; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func FuzzDetect(f *testing.F) {
	f.Add("a.docx", []byte(pack(f, "word/document.xml", "")))
	f.Add("a", []byte("From: a"))
	f.Fuzz(func(t *testing.T, name string, file []byte) { detect(name, file) })
}
