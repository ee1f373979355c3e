package memorymarkdown

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// looksLikeText tells text from other bytes: a Unicode mark, or hardly any control character.
func looksLikeText(head []byte) bool {
	if hasUTF16Mark(head) {
		return true
	}
	for _, magic := range []string{"%PDF-", "PK\x03\x04", "{\\rtf", "\x1f\x8b", "\xd0\xcf\x11\xe0"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return false
		}
	}
	control := 0
	for _, c := range head {
		if c == 0 {
			return false
		}
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b {
			control++
		}
	}
	return control*100 <= len(head)
}

func hasUTF16Mark(b []byte) bool {
	return bytes.HasPrefix(b, []byte{0xFF, 0xFE}) || bytes.HasPrefix(b, []byte{0xFE, 0xFF})
}

// decode gives the file's text as UTF-8.
func decode(file []byte) (string, bool) {
	file = bytes.TrimPrefix(file, []byte("\xEF\xBB\xBF"))
	switch {
	case hasUTF16Mark(file):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(file)
		return string(out), err == nil
	case utf8.Valid(file):
		return string(file), true
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(file)
	return string(out), err == nil
}
