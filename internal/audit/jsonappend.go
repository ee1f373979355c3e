package audit

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// object writes one JSON object by appending: no reflection, no map, no HTML escaping, fields in the order
// of the calls. It is on the path of every request.
type object struct {
	b   []byte
	bad bool // a number had no JSON form
}

func openObject(dst []byte) object { return object{b: append(dst, '{')} }

func (o *object) name(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(o.b, '"')
	o.b = append(o.b, name...)
	o.b = append(o.b, '"', ':')
}

func (o *object) text(name, value string) {
	o.name(name)
	o.b = appendText(o.b, value)
}

// plain writes a text that is known to need no escape, such as a hash.
func (o *object) plain(name, value string) {
	o.name(name)
	o.b = append(append(append(o.b, '"'), value...), '"')
}

func (o *object) optionalText(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func (o *object) integer(name string, value int) {
	o.name(name)
	o.b = strconv.AppendInt(o.b, int64(value), 10)
}

func (o *object) optionalInteger(name string, value int) {
	if value != 0 {
		o.integer(name, value)
	}
}

func (o *object) optionalTrue(name string, value bool) {
	if value {
		o.name(name)
		o.b = append(o.b, "true"...)
	}
}

// number writes null for nil.
func (o *object) number(name string, value *float64) {
	o.name(name)
	if value == nil {
		o.b = append(o.b, "null"...)
		return
	}
	if math.IsNaN(*value) || math.IsInf(*value, 0) {
		o.bad = true
	}
	o.b = strconv.AppendFloat(o.b, *value, 'g', -1, 64)
}

func (o *object) optionalNumber(name string, value *float64) {
	if value != nil {
		o.number(name, value)
	}
}

func (o *object) close() { o.b = append(o.b, '}') }

const hexDigits = "0123456789abcdef"

// appendText writes a JSON string with the fewest escapes: quote, backslash and control characters.
// Bytes that are not UTF-8 become U+FFFD, so that the text reads back as it was written.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			if r, size := utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			b = append(append(b, s[from:i]...), "\uFFFD"...)
		} else if c >= 0x20 && c != '"' && c != '\\' {
			i++
			continue
		} else {
			b = appendEscape(append(b, s[from:i]...), c)
		}
		i++
		from = i
	}
	return append(append(b, s[from:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	if c == '"' || c == '\\' {
		return append(b, '\\', c)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}
