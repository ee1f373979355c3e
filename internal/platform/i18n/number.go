package i18n

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// writing is how a language writes figures.
type writing struct {
	decimal, group, percent string
	octet                   string // the unit of size
}

func writingOf(lang core.Lang) writing {
	switch lang {
	case core.English:
		return writing{decimal: ".", group: ",", percent: "%", octet: "B"}
	case core.FrenchCanada:
		return writing{decimal: ",", group: nbsp, percent: nbsp + "%", octet: "o"}
	}
	return writing{decimal: ",", group: nnbsp, percent: nnbsp + "%", octet: "o"}
}

// Number writes v with exactly the given decimals: 1 234,5.
func (l *Localizer) Number(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	return l.dress(strconv.FormatFloat(v, 'f', decimals, 64))
}

// Figure writes v with two significant digits, or whole from 100 up: what an estimate deserves.
func (l *Localizer) Figure(v float64) string {
	size := math.Abs(v)
	if size >= 100 || size == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return l.Number(v, 0)
	}
	decimals := max(0, 1-int(math.Floor(math.Log10(size))))
	text := strconv.FormatFloat(v, 'f', min(decimals, 12), 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return l.dress(text)
}

// dress puts the language's separators into a plain decimal text.
func (l *Localizer) dress(plain string) string {
	sign := ""
	if strings.HasPrefix(plain, "-") {
		sign, plain = "−", plain[1:]
	}
	whole, fraction, decimal := strings.Cut(plain, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(l.writing.group)
		}
		b.WriteRune(digit)
	}
	if decimal {
		b.WriteString(l.writing.decimal + fraction)
	}
	return b.String()
}

// Percent writes a share: 0.25 is 25 %.
func (l *Localizer) Percent(share float64) string { return l.Figure(share*100) + l.writing.percent }

// Joules writes an amount of energy: 0,4 J, 12 kJ.
func (l *Localizer) Joules(v float64) string { return l.scaled(v, 1000, "J", "kJ", "MJ", "GJ") }

// WattHours writes an amount of energy: 350 Wh, 1 234,5 kWh.
func (l *Localizer) WattHours(v float64) string {
	if math.Abs(v) < 1000 {
		return l.Figure(v) + nbsp + "Wh"
	}
	return l.Number(v/1000, 1) + nbsp + "kWh"
}

// Bytes writes a size in decimal units: 3,2 Mo, 3.2 MB.
func (l *Localizer) Bytes(n int64) string {
	o := l.writing.octet
	return l.scaled(float64(n), 1000, o, "k"+o, "M"+o, "G"+o, "T"+o)
}

// scaled writes v in the unit that leaves fewer than four figures before the decimal sign.
func (l *Localizer) scaled(v, step float64, units ...string) string {
	i := 0
	for math.Abs(v) >= step && i < len(units)-1 {
		v, i = v/step, i+1
	}
	return l.Figure(v) + nbsp + units[i]
}

// Seconds writes a short time in seconds, whatever its size: 0,0004 s.
func (l *Localizer) Seconds(v float64) string { return l.Figure(v) + nbsp + "s" }

// Duration writes a length of time: 0,4 s, 3 min 20 s, 2 h 5 min.
func (l *Localizer) Duration(d time.Duration) string {
	switch {
	case d < 0:
		return "−" + l.Duration(-d)
	case d < time.Minute:
		return l.Seconds(d.Seconds())
	case d < time.Hour:
		return l.pair(int64(d/time.Minute), "min", int64(d%time.Minute/time.Second), "s")
	}
	return l.pair(int64(d/time.Hour), "h", int64(d%time.Hour/time.Minute), "min")
}

func (l *Localizer) pair(big int64, bigUnit string, small int64, smallUnit string) string {
	text := l.Number(float64(big), 0) + nbsp + bigUnit
	if small > 0 {
		text += " " + l.Number(float64(small), 0) + nbsp + smallUnit
	}
	return text
}
