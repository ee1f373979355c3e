package i18n_test

import (
	"regexp"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
)

var (
	// What is not prose: arguments, and what people must type as it is.
	action = regexp.MustCompile(`\{\{.*?\}\}|Authorization: Bearer`)
	// In French: a narrow no-break space before ; ! ? % and inside « », a no-break space before a colon.
	frenchFaults = []fault{
		{regexp.MustCompile(`[^\x{202f}!?…(]([;!?])`), "needs a narrow no-break space before ; ! ?"},
		{regexp.MustCompile(`«[^\x{202f}]`), "needs a narrow no-break space after «"},
		{regexp.MustCompile(`[^\x{202f}]»`), "needs a narrow no-break space before »"},
		{regexp.MustCompile(`[^\x{202f}]%`), "needs a narrow no-break space before %"},
	}
	// In Canadian French: none before ; ! ?, a no-break space inside « » and before a colon.
	canadianFaults = []fault{
		{regexp.MustCompile(`[\s\x{a0}\x{202f}][;!?]`), "takes no space before ; ! ?"},
		{regexp.MustCompile(`«[^\x{a0}]`), "needs a no-break space after «"},
		{regexp.MustCompile(`[^\x{a0}]»`), "needs a no-break space before »"},
	}
	bothFaults = []fault{
		{regexp.MustCompile(`[^\x{a0}]:(\s|$)`), "needs a no-break space before a colon"},
		{regexp.MustCompile(`'`), "needs the apostrophe ’"},
		{regexp.MustCompile(`"`), "needs « » for a quotation"},
		{regexp.MustCompile(`\.\.\.`), "needs the ellipsis …"},
		{regexp.MustCompile(`  `), "has two spaces"},
		{regexp.MustCompile(`\pL\(e\)|·e|\.e\.s`), "needs wording that includes everybody without marks"},
	}
	englishFaults = []fault{
		{regexp.MustCompile(`[\s\x{a0}\x{202f}][;:!?](\s|$)`), "takes no space before ; : ! ?"},
		{regexp.MustCompile(`'`), "needs the apostrophe ’"},
		{regexp.MustCompile(`\.\.\.`), "needs the ellipsis …"},
	}
)

type fault struct {
	pattern *regexp.Regexp
	remedy  string
}

func TestTypography(t *testing.T) {
	t.Parallel()
	for lang, faults := range map[core.Lang][]fault{
		core.French:       append(bothFaults[:len(bothFaults):len(bothFaults)], frenchFaults...),
		core.FrenchCanada: append(bothFaults[:len(bothFaults):len(bothFaults)], canadianFaults...),
		core.English:      englishFaults,
	} {
		for key, message := range locale(t, lang) {
			for _, text := range message {
				text = action.ReplaceAllString(text, "x")
				for _, f := range faults {
					if f.pattern.MatchString(text) {
						t.Errorf("%s: %s %s: %q", lang, key, f.remedy, text)
					}
				}
			}
		}
	}
}

// What the package derives for Canadian French obeys the Canadian rules too.
func TestDerivedCanadianTypography(t *testing.T) {
	t.Parallel()
	b := load(t)
	for key, message := range locale(t, core.French) {
		if _, plain := message[""]; !plain || action.MatchString(message[""]) {
			continue
		}
		for _, f := range canadianFaults {
			if text := b.For(core.FrenchCanada).T(key); f.pattern.MatchString(text) {
				t.Errorf("%s %s: %q", key, f.remedy, text)
			}
		}
	}
}
