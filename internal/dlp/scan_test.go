package dlp_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/dlp"
)

var (
	sin  = []core.DataClass{core.DataSIN}
	card = []core.DataClass{core.DataCreditCard}
	both = []core.DataClass{core.DataSIN, core.DataCreditCard}
)

func TestScanFinds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []core.DataClass
	}{
		"a number in a sentence":            {"Mon NAS est le 046 454 286, merci.", sin},
		"hyphens":                           {"NAS: 130-692-544", sin},
		"no separator":                      {"nas=130692544&x", sin},
		"no-break spaces":                   {"130\u00a0692\u00a0544", sin},
		"narrow no-break spaces":            {"130\u202f692\u202f544", sin},
		"non-breaking hyphens":              {"130\u2011692\u2011544", sin},
		"zero-width characters":             {"130\u200b692\u2060544", sin},
		"spaced hyphens":                    {"130 - 692 - 544", sin},
		"full-width digits":                 {"１３０ ６９２ ５４４", sin},
		"JSON escapes of spaces":            {`{"content":"130\u00a0692\u202F544"}`, sin},
		"JSON escapes of digits":            {`"\u0031\u00330692544"`, sin},
		"after an escaped new line":         {`"NAS\n130692544\n"`, sin},
		"after an escaped letter é":         {`"num\u00e9ro:\u00e9130692544"`, sin},
		"JSON inside JSON":                  {`"{\"nas\":\"130\\u00a0692\\u00a0544\\n\"}"`, sin},
		"beside a letter beyond ASCII":      {"号130692544号", sin},
		"an individual tax number":          {"046454286", sin},
		"a column of a table":               {"12 130 692 544 1985-03-12 Tremblay", sin},
		"a field of a CSV line":             {"Tremblay,130692544,42", sin},
		"before an amount":                  {"NAS 130 692 544 $ 45", sin},
		"a JSON number":                     {`{"nas":130692544}`, sin},
		"ending a sentence":                 {"C’est 130 692 544.", sin},
		"a Visa card":                       {"4111 1111 1111 1111", card},
		"a Visa card without spaces":        {`{"card":"4111111111111111"}`, card},
		"a Mastercard of the new range":     {"2223-0031-2200-3222", card},
		"an American Express card":          {"3782 822463 10005", card},
		"a Diners Club card":                {"3056 930902 5904", card},
		"a card number of 19 digits":        {"6304 0000 0000 0000 000", card},
		"a card in two halves":              {"41111111 11111111", card},
		"a card after another number":       {"2026 4111 1111 1111 1111", card},
		"a card beside a label":             {"Visa:4111111111111111;", card},
		"both":                              {"130 692 544 et 4111-1111-1111-1111", both},
		"both, the other way round":         {"4111-1111-1111-1111\n130 692 544", both},
		"a number after a decimal figure":   {"3.14 130692544", sin},
		"a number after an unfinished IBAN": {"FR76 130 692 544", sin},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := dlp.Scan([]byte(c.text)); !slices.Equal(got, c.want) {
				t.Errorf("Scan(%q) = %v, want %v", c.text, got, c.want)
			}
		})
	}
}

// The check digits of these are right on purpose where they could be: only the rest tells them apart.
func TestScanLeavesFalseFriends(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":                        "",
		"words":                          "Quel est le quorum de l’assemblée générale ?",
		"a wrong check digit":            "130 692 545",
		"a blank form":                   "000 000 000",
		"a business number":              "825 419 369",
		"a business number of a program": "Nº TPS : 130692544 RT 0001",
		"the same, joined":               "130692544RT0001",
		"a North American phone number":  "514-555-1234",
		"with its country code":          "+1 514 555 1234",
		"a Polish phone number":          "+48 130 692 544",
		"the same, dialled":              "00 48 130 692 544",
		"a French phone number":          "01 44 55 66 77",
		"a French service number":        "0 970 130 684",
		"an American security number":    "130-69-2544",
		"a longer number":                "1130692544",
		"a number inside a word":         "x130692544",
		"a number before a word":         "130692544abc",
		"a decimal figure":               "0.130692544",
		"whole part of a figure":         "130692544.25",
		"an embedding":                   "[0.130692544,-0.046454286]",
		"a fraction of a second":         "2026-11-22T10:30:00.130692544Z",
		"a date and a time":              "2026-11-22 10:30:15",
		"a timestamp in seconds":         "1795343410",
		"a timestamp in milliseconds":    "1795343410123",
		"a timestamp in nanoseconds":     "1795343410123456789",
		"a price":                        "130 692 544 $",
		"a price with cents":             "130 692 544,00 $",
		"a price in euros":               "1 130 692 544 €",
		"a price, sign first":            "$130692544",
		"a price in words":               "130 692 544 dollars",
		"thousands with commas":          "130,692,544",
		"a SIRET":                        "732 829 320 00074",
		"a SIRET, joined":                "73282932000074",
		"a SIRET that looks like Diners": "38012986600014",
		"a French VAT number":            "FR 44 732 829 320",
		"a French VAT number, joined":    "FR44 732829320",
		"a labelled SIREN":               "SIREN : 732 829 320",
		"a trade register":               "RCS Paris 732 829 320",
		"an IBAN":                        "FR76 3000 6000 0112 3456 7890 189",
		"a German IBAN":                  "DE89 3704 0044 0532 0130 00",
		"an IBAN with a letter":          "FR14 2004 1010 0505 0001 3M02 606",
		"an ISBN":                        "978-2-07-036822-8",
		"an old ISBN":                    "2-07-036822-8",
		"a bar code":                     "3017620422003",
		"a bar code like an old Visa":    "4006381333931",
		"a UUID":                         "550e8400-e29b-41d4-a716-446655440000",
		"a hash":                         "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
		"base64":                         "QmFzZTY0130692544c2FucyBpbnTDqXLDqnQ",
		"a health card":                  "TREM 8503 1215",
		"a postal code":                  "H2X 1Y4 514",
		"an IP address":                  "192.168.100.254",
		"a version":                      "1.130692544.3",
		"a number over two lines":        "130 692\n544",
		"a number over two cells":        "130\t692\t544",
		"a number over two escaped ones": `"130\n692\n544"`,
		"hex digits of an escape":        `"\u1306\u9254\u4130"`,
		"a card of no issuer":            "9111 1111 1111 1113",
		"a card with a wrong digit":      "4111 1111 1111 1112",
		"a card too long":                "41111111111111111111",
		"a Sudoku row":                   "1 3 0 6 9 2 5 4 4",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := dlp.Scan([]byte(text)); got != nil {
				t.Errorf("Scan(%q) = %v, want none", text, got)
			}
		})
	}
}

// closed appends the check digit that makes the digits valid.
func closed(digits []byte) string {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return string(append(slices.Clone(digits), byte('0'+(10-sum%10)%10)))
}

func drawDigits(t *rapid.T, prefix string, n int) []byte {
	digits := []byte(prefix)
	for len(digits) < n {
		digits = append(digits, byte('0'+rapid.IntRange(0, 9).Draw(t, "digit")))
	}
	return digits
}

// written puts the number in groups, with separators of any style, in a sentence without digits.
func written(t *rapid.T, number string, groups []int) string {
	styles := []string{" ", "-", "\u00a0", "\u202f", "\u2009", "\u2011", "\u2013", " - ", `\u00a0`, `\u202f`, `\u202F`, `\\u00a0`}
	edges := []string{"", " ", "\n", `\n`, "(", ":", "é", "»", `"`, ", ", "#", "/"}
	var b strings.Builder
	b.WriteString(rapid.SampledFrom(edges).Draw(t, "before"))
	for i, n := range groups {
		if i > 0 {
			b.WriteString(rapid.SampledFrom(styles).Draw(t, "separator"))
		}
		b.WriteString(number[:n])
		number = number[n:]
	}
	b.WriteString(rapid.SampledFrom(edges).Draw(t, "after"))
	return b.String()
}

func TestEveryValidNumberIsFound(t *testing.T) {
	t.Parallel()
	t.Run("social insurance numbers", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(t *rapid.T) {
			first := rapid.SampledFrom([]string{"0", "1", "2", "3", "4", "5", "6", "7", "9"}).Draw(t, "first")
			number := closed(drawDigits(t, first, 8))
			if strings.Trim(number, "0") == "" {
				t.Skip("a blank form")
			}
			groups := rapid.SampledFrom([][]int{{9}, {3, 3, 3}}).Draw(t, "groups")
			if text := written(t, number, groups); !slices.Equal(dlp.Scan([]byte(text)), sin) {
				t.Fatalf("not found in %q", text)
			}
		})
	})
	t.Run("cards", func(t *testing.T) {
		t.Parallel()
		kinds := []struct {
			prefix string
			digits int
			groups [][]int
		}{
			{"4", 16, [][]int{{16}, {4, 4, 4, 4}, {8, 8}}},
			{"51", 16, [][]int{{16}, {4, 4, 4, 4}}},
			{"2221", 16, [][]int{{16}, {4, 4, 4, 4}}},
			{"34", 15, [][]int{{15}, {4, 6, 5}}},
			{"36", 14, [][]int{{4, 6, 4}, {4, 4, 4, 2}}},
			{"6011", 16, [][]int{{16}, {4, 4, 4, 4}}},
			{"3530", 16, [][]int{{16}, {4, 4, 4, 4}}},
			{"62", 19, [][]int{{19}, {4, 4, 4, 4, 3}, {6, 13}}},
			{"6304", 13, [][]int{{4, 4, 5}}},
		}
		rapid.Check(t, func(t *rapid.T) {
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			number := closed(drawDigits(t, kind.prefix, kind.digits-1))
			groups := rapid.SampledFrom(kind.groups).Draw(t, "groups")
			if text := written(t, number, groups); !slices.Contains(dlp.Scan([]byte(text)), core.DataCreditCard) {
				t.Fatalf("not found in %q", text)
			}
		})
	})
}

func TestTextWithoutDigitsIsNeverLabelled(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r >= 0xFF10 && r <= 0xFF19 || r == '\\' {
				return 'x'
			}
			return r
		}, rapid.String().Draw(t, "text"))
		if got := dlp.Scan([]byte(text)); got != nil {
			t.Fatalf("Scan(%q) = %v", text, got)
		}
	})
}

func TestScanIsBounded(t *testing.T) {
	t.Parallel()
	for name, unit := range map[string]string{
		"digits": "1", "backslashes": `\`, "groups": "130 ", "letters": "a", "wide characters": "\uff0a",
		"escapes": `\u00a0`, "numbers and backslashes": `130 692 545\\\\\\\\`, "letters of an IBAN": "FR76 ",
	} {
		t.Run(name, func(t *testing.T) {
			size := 2 << 20
			if name == "digits" {
				size = 32 << 20
			}
			text := append(bytes.Repeat([]byte(unit), size/len(unit)), " ;130692544"...)
			if got := dlp.Scan(text); !slices.Equal(got, sin) {
				t.Errorf("got %v, want the number at the end and nothing else", got)
			}
		})
	}
}

func TestScanAllocatesNothingWhenNothingIsFound(t *testing.T) {
	text := []byte(`{"content":"Le 12 mars 2026, 130 692 545 et 4111 1111 1111 1112 \u00a0 732 829 320 00074"}`)
	if n := testing.AllocsPerRun(100, func() { dlp.Scan(text) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// FuzzScan checks that no input makes the scanner fail, and that a text and its JSON encoding carry the
// same labels.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{"NAS 130 692 544", "4111-1111-1111-1111", "FR76 3000 6000 0112 3456 7890 189",
		"a\u00a0130\u202f692 544", "<130692544>", "\x01130692544\t", "１３０６９２５４４", "$ 130 692 544", `\\u00a0`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := dlp.Scan([]byte(text))
		if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Fatalf("not sorted, or repeated: %v", got)
		}
		if strings.ContainsAny(text, `\`) || strings.Contains(strings.ToLower(text), "s") {
			return // backslashes mean escapes; SIREN and RCS are looked for within a few bytes
		}
		encoded, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if again := dlp.Scan(encoded); !slices.Equal(got, again) {
			t.Fatalf("text %q: %v; as JSON %s: %v", text, got, encoded, again)
		}
	})
}

func TestEveryClassHasItsWords(t *testing.T) {
	t.Parallel()
	for _, class := range dlp.Classes() {
		if key := dlp.Key(class); key != "dlp.class."+string(class) {
			t.Errorf("%s: key %q", class, key)
		}
	}
	if key := dlp.Key("something new"); key != "dlp.class.other" {
		t.Errorf("an unknown class: key %q", key)
	}
}

func BenchmarkScan(b *testing.B) {
	words := bytes.Repeat([]byte("La coopérative appartient à ses membres, qui décident ensemble de ses règles. "), 1<<14)
	for name, text := range map[string][]byte{
		"words":      words,
		"documents":  bytes.Repeat([]byte("Le 12 mars 2026, l’assemblée a adopté 3 résolutions et un budget de 125 000 $.\\n"), 1<<14),
		"digits":     bytes.Repeat([]byte("130 692 545 "), 1<<16),
		"base64":     bytes.Repeat([]byte("iVBORw0KGgoAAAANSUhEUgAA9gAAAQ8CAYAAAC3vqZ1AAAgAElEQVR4nOzdeXxTVf7"), 1<<14),
		"prompt1KiB": words[:1024],
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				dlp.Scan(text)
			}
		})
	}
}
