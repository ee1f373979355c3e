// Package memorycharset tells text from other bytes and decodes it.
//
// Promises: the encoding is found by the bytes: UTF-8, UTF-16 with its mark or without, otherwise
// Windows-1252, which holds Latin-1. UTF-8 with a few broken bytes stays UTF-8, and each of them becomes
// U+FFFD: one bad byte does not spoil every accent of a file.
package memorycharset

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

const (
	sample = 64 << 10 // how much of a file is looked at
	spare  = 30       // lets one stray byte into the shortest text
)

// magics begin bytes that may look like text and are none.
func magics() []string {
	return []string{"%PDF-", "PK\x03\x04", "{\\rtf", "\x1f\x8b", "\xd0\xcf\x11\xe0", "\x89PNG", "\xff\xd8\xff", "GIF8", "\x7fELF"}
}

// IsText tells text from other bytes: a Unicode mark, or few control characters. Random bytes hold three
// times as many.
func IsText(file []byte) bool {
	if utf16Order(file) != 0 {
		return true
	}
	for _, magic := range magics() {
		if bytes.HasPrefix(file, []byte(magic)) {
			return false
		}
	}
	head := file[:min(len(file), sample)]
	control := 0
	for _, c := range head {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b {
			control++
		}
	}
	return control*25 <= len(head)+spare
}

// Decode gives the file's text as UTF-8.
func Decode(file []byte) (text string, ok bool) {
	file = bytes.TrimPrefix(file, []byte("\xEF\xBB\xBF"))
	switch order := utf16Order(file); {
	case order != 0:
		endian := map[byte]unicode.Endianness{'l': unicode.LittleEndian, 'b': unicode.BigEndian}[order]
		out, err := unicode.UTF16(endian, unicode.UseBOM).NewDecoder().Bytes(file)
		return string(out), err == nil
	case utf8.Valid(file):
		return string(file), true
	case mostlyUTF8(file):
		return string(bytes.ToValidUTF8(file, []byte("\uFFFD"))), true
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(file)
	return string(out), err == nil
}

// utf16Order gives 'l' or 'b' for UTF-16, by its mark or by the zero bytes that Latin letters leave; 0 for
// anything else.
func utf16Order(b []byte) byte {
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return 'l'
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return 'b'
	}
	head := b[:min(len(b), 512)&^1]
	if len(head) < 8 {
		return 0
	}
	even, odd := 0, 0
	for i, c := range head {
		if c != 0 {
			continue
		}
		if i%2 == 0 {
			even++
		} else {
			odd++
		}
	}
	switch half := len(head) / 2; {
	case even == 0 && odd*10 >= half*8:
		return 'l'
	case odd == 0 && even*10 >= half*8:
		return 'b'
	}
	return 0
}

// mostlyUTF8 tells broken UTF-8 from another encoding: an accent of Windows-1252 is no sequence of UTF-8.
func mostlyUTF8(file []byte) bool {
	good, bad := 0, 0
	for rest := file; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		rest = rest[size:]
	}
	return good > bad
}
