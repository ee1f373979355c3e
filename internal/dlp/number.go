package dlp

// window is a candidate: the groups of a run from first to the last one kept.
type window struct {
	text  []byte
	run   *run
	first int
	total int // digits
}

func (w *window) groups() []group { return w.run.groups[w.first:w.run.kept] }
func (w *window) start() int      { return w.run.groups[w.first].start }
func (w *window) end() int        { return w.run.groups[w.run.kept-1].end }

// digits copies the digits of the window, which has at most maxDigits.
func (w *window) digits(into *[maxDigits]byte) []byte {
	n := 0
	for i := range w.groups() {
		g := &w.groups()[i]
		n += copy(into[n:], g.digits[:g.n])
	}
	return into[:n]
}

// isSIN recognises nine digits, together or three by three.
func (w *window) isSIN() bool {
	if w.total != 9 {
		return false
	}
	switch g := w.groups(); len(g) {
	case 1:
	case 3:
		if g[0].n != 3 || g[1].n != 3 {
			return false
		}
	default:
		return false
	}
	var buffer [maxDigits]byte
	d := w.digits(&buffer)
	return d[0] != 8 && value(d) != 0 && luhn(d) && !w.notSIN(d)
}

// isCard recognises 13 to 19 digits of an issuer, together or in groups of which the first has four
// digits or more: 4-4-4-4, 4-6-5, 4-4-4-4-3, 8-8.
func (w *window) isCard() bool {
	if w.total < 13 {
		return false
	}
	g := w.groups()
	for i := range g {
		if i == 0 && g[i].n < 4 || i < len(g)-1 && g[i].n < 3 {
			return false
		}
	}
	var buffer [maxDigits]byte
	d := w.digits(&buffer)
	return issued(d) && luhn(d) && !w.notCard(d)
}

// luhn verifies the check digit (ISO/IEC 7812-1, annex B).
func luhn(digits []byte) bool {
	sum, double := 0, false
	for i := len(digits) - 1; i >= 0; i-- {
		d := int(digits[i])
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
	}
	return sum%10 == 0
}

// value reads digits as a number; at most 18 of them.
func value(digits []byte) int {
	v := 0
	for _, d := range digits {
		v = v*10 + int(d)
	}
	return v
}

// issued reports whether the first six digits and the length are those of a card network: public
// ranges of Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay and Maestro.
func issued(d []byte) bool {
	n, six := len(d), value(d[:6])
	two, three, four := six/10000, six/1000, six/100
	switch {
	case d[0] == 4: // Visa
		return n == 13 || n == 16 || n == 19
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720: // Mastercard
		return n == 16
	case two == 34, two == 37: // American Express
		return n == 15
	case two == 36, two == 38, two == 39, three >= 300 && three <= 305, four == 3095: // Diners Club
		return n >= 14
	case two == 62, two == 65, four == 6011, three >= 644 && three <= 649, // UnionPay, Discover
		four >= 3528 && four <= 3589: // JCB
		return n >= 16
	}
	switch four { // Maestro
	case 5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763:
		return true
	}
	return false
}
