package dlp

import "bytes"

// This file holds the false friends: what has the shape and the check digit of a sensitive number
// and is explained by what stands around it.

// notSIN reports whether the surroundings explain the nine digits as something else.
func (w *window) notSIN(d []byte) bool {
	return w.isPhone() || w.isSIRET(d) || w.isFrenchVAT(d) || w.isProgramAccount() ||
		w.isAmount() || w.labelledFrenchCompany()
}

// notCard reports whether the digits are explained as a French SIRET or a bar code.
func (w *window) notCard(d []byte) bool {
	switch {
	case len(w.groups()) > 1:
		return false
	case len(d) == 14: // a SIRET is a valid SIREN and an establishment, numbered from 1
		return luhn(d[:9]) && value(d[9:12]) == 0
	case len(d) == 13:
		return ean13(d)
	}
	return false
}

// isPhone explains what follows a country code (+48 601 234 567, 00 48 601 234 567), and French service
// numbers (0 970 123 456).
func (w *window) isPhone() bool {
	index := w.run.dropped + w.first
	if w.run.plus {
		return index <= 1
	}
	if w.run.dropped > 0 {
		return false
	}
	start := &w.run.groups[0]
	if start.n > 2 || value(start.digits[:start.n]) != 0 {
		return false
	}
	return index == 2 && start.n == 2 || index == 1 && start.n == 1 && w.run.groups[1].digits[0] == 9
}

// isSIRET explains a SIREN followed by the five digits of an establishment.
func (w *window) isSIRET(siren []byte) bool {
	s := scanner{text: w.text}
	next, ok := s.gap(w.end())
	if !ok {
		return false
	}
	var nic group
	s.read(&nic, next)
	if nic.n != 5 {
		return false
	}
	return luhn(append(append(make([]byte, 0, 14), siren...), nic.digits[:5]...))
}

// isFrenchVAT explains a SIREN that follows FR and the two digits computed from it.
func (w *window) isFrenchVAT(siren []byte) bool {
	if w.first == 0 {
		return false
	}
	key := &w.run.groups[w.first-1]
	if key.n != 2 || value(key.digits[:2]) != (12+3*(value(siren)%97))%97 {
		return false
	}
	return bytes.HasSuffix(trimSeparator(w.text[:key.start]), []byte("FR"))
}

// isProgramAccount explains a Canadian business number: it is followed by its program, as in
// 123456789 RT 0001.
func (w *window) isProgramAccount() bool {
	rest := skipSeparator(w.text[w.end():])
	if len(rest) < 6 || rest[0] != 'R' || rest[1] < 'A' || rest[1] > 'Z' {
		return false
	}
	rest = skipSeparator(rest[2:])
	if len(rest) < 4 {
		return false
	}
	for _, c := range rest[:4] {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

// isAmount explains a sum of money: a currency before it, or after it and its cents.
func (w *window) isAmount() bool {
	before := trimSeparator(w.text[:w.start()])
	for _, sign := range []string{"$", "€", "£", `\u20ac`, `\u00a3`} {
		if bytes.HasSuffix(before, []byte(sign)) {
			return true
		}
	}
	rest := w.text[w.end():]
	if len(rest) >= 3 && rest[0] == ',' && rest[1]-'0' <= 9 && rest[2]-'0' <= 9 {
		rest = rest[3:]
	}
	rest = skipSeparator(rest)
	for _, word := range []string{"$", "€", "£", `\u20ac`, `\u00a3`, "CAD", "USD", "EUR", "dollar", "euro"} {
		if bytes.HasPrefix(rest, []byte(word)) {
			// A sign right before a digit belongs to the amount that follows.
			after := skipSeparator(rest[len(word):])
			return len(after) == 0 || after[0]-'0' > 9
		}
	}
	return false
}

// labelledFrenchCompany explains a SIREN introduced as such (SIREN, RCS of a town) shortly before, with
// no other number in between.
func (w *window) labelledFrenchCompany() bool {
	const near = 32
	before := w.text[max(0, w.start()-near):w.start()]
	if i := bytes.LastIndexAny(before, "0123456789"); i >= 0 {
		before = before[i+1:]
	}
	return bytes.Contains(before, []byte("SIREN")) || bytes.Contains(before, []byte("siren")) ||
		bytes.Contains(before, []byte("RCS "))
}

// ean13 verifies the check digit of a bar code.
func ean13(d []byte) bool {
	sum := 0
	for i, v := range d {
		sum += int(v) * (1 + 2*(i%2))
	}
	return sum%10 == 0
}

// ibanEnd reports whether the digits at offset i are the check digits of a valid IBAN, and where it ends.
// It reads at most the 34 characters that an IBAN may have.
func ibanEnd(text []byte, i int) (end int, ok bool) {
	if i < 2 || !upper(text[i-1]) || !upper(text[i-2]) {
		return 0, false
	}
	if i > 2 && kindOf(rune(text[i-3])) == letter {
		return 0, false
	}
	country := int(text[i-2]-'A'+10)*100 + int(text[i-1]-'A'+10)
	check, n, rest := 0, 2, 0
	for n < 34 && i < len(text) {
		g := glyphAt(text, i)
		if g.kind == separator {
			i += g.size
			g = glyph{}
			if i < len(text) {
				g = glyphAt(text, i)
			}
		}
		switch {
		case g.kind == digit && n < 4:
			check = check*10 + int(digitValue(g.r))
		case g.kind == digit:
			rest = (rest*10 + int(digitValue(g.r))) % 97
		case g.r >= 'A' && g.r <= 'Z' && n >= 4:
			rest = (rest*100 + int(g.r-'A'+10)) % 97
		default:
			return end, ok
		}
		n++
		i += g.size
		// The check of ISO 13616: body, country, check digits, as one number, leaves 1.
		if n >= 15 && (rest*1000000+country*100+check)%97 == 1 {
			end, ok = i, true
		}
	}
	return end, ok
}

func upper(c byte) bool { return c >= 'A' && c <= 'Z' }

// skipSeparator drops one separator at the start of the text.
func skipSeparator(text []byte) []byte {
	if len(text) > 0 {
		if g := glyphAt(text, 0); g.kind == separator {
			return text[g.size:]
		}
	}
	return text
}

// trimSeparator drops one separator at the end of the text.
func trimSeparator(text []byte) []byte {
	for _, sep := range []string{" ", "-", "\u00a0", "\u202f", `\u00a0`, `\u202f`} {
		if bytes.HasSuffix(text, []byte(sep)) {
			return text[:len(text)-len(sep)]
		}
	}
	return text
}
