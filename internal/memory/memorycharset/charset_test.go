package memorycharset_test

import (
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/solidaire-coop/solidaire/internal/memory/memorycharset"
)

func TestEncodingIsFoundByTheBytes(t *testing.T) {
	t.Parallel()
	const text = "L’été, le cœur de l’assemblée élit 3 « élues » à 12 €."
	encode := func(b []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, file := range map[string][]byte{
		"UTF-8":                      []byte(text),
		"UTF-8 with its mark":        []byte("\ufeff" + text),
		"Windows-1252":               encode(charmap.Windows1252.NewEncoder().Bytes([]byte(text))),
		"UTF-16 LE with its mark":    encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))),
		"UTF-16 BE with its mark":    encode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))),
		"UTF-16 LE without its mark": encode(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(text))),
		"UTF-16 BE without its mark": encode(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(text))),
	} {
		got, ok := memorycharset.Decode(file)
		if !ok || got != text || !memorycharset.IsText(file) {
			t.Errorf("%s: %q, %t", name, got, ok)
		}
	}
}

func TestABrokenByteSpoilsNothingElse(t *testing.T) {
	t.Parallel()
	if got, _ := memorycharset.Decode([]byte("L’été \xff très chaud")); got != "L’été \uFFFD très chaud" {
		t.Errorf("%q", got)
	}
}

func TestOtherBytesAreNoText(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"%PDF-1.4 x", "PK\x03\x04abc", "a\x00b\x00\x01\x02", "{\\rtf1 x}", "\x01\x02\x03\x04 abc"} {
		if memorycharset.IsText([]byte(file)) {
			t.Errorf("%q is taken for text", file)
		}
	}
}

// Whatever the bytes are, what is decoded is proportionate.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xff\xfea\x00"))
	f.Add([]byte("abc\x80"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if text, _ := memorycharset.Decode(file); len(text) > 3*len(file)+3 {
			t.Errorf("%d bytes became %d", len(file), len(text))
		}
	})
}
