package charter_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

var day = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func template(t testing.TB, id string) charter.Document {
	t.Helper()
	d, err := charter.Template(id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	for _, id := range charter.Templates() {
		d := template(t, id)
		if n := len(d.Articles); n < 6 || n > 9 {
			t.Errorf("%s has %d articles", id, n)
		}
		if !strings.Contains(d.Articles[3].Policy, "canadian_sin") || !strings.Contains(d.Articles[3].Policy, "credit_card") {
			t.Errorf("%s: article 4 does not hold sensitive numbers back", id)
		}
		if d.Template != id || len(d.Settings.Models) != 0 {
			t.Errorf("%s: template %q, models %v", id, d.Template, d.Settings.Models)
		}
		canonical, err := d.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		if !utf8NFC(canonical) {
			t.Errorf("%s: not in normalisation form C", id)
		}
	}
	_, err := charter.Template("anarchique")
	if !core.Is(err, core.NotFound) {
		t.Errorf("an unknown template: %v", err)
	}
	if !slices.Contains(charter.Templates(), charter.DefaultTemplate) {
		t.Error("the default template does not exist")
	}
}

// The hash of a template is what an installation's first receipts cite: changing a word must be a
// decision, not an accident.
func TestCanonicalBytesAreStable(t *testing.T) {
	t.Parallel()
	d := charter.Document{
		Format:   charter.Format,
		Title:    core.Text{FR: "Charte d’essai", EN: "Test charter"},
		Preamble: core.Text{FR: "Nous, «\u202fmembres\u202f»", EN: "We, <members> & “friends”"},
		Articles: []charter.Article{{
			Number: 1,
			Title:  core.Text{FR: "Un", EN: "One"}, Text: core.Text{FR: "Tout.", EN: "All."},
			Policy: "permit (\n  principal,\n  action,\n  resource\n);",
			Remedy: core.Text{FR: "Rien.", EN: "Nothing."},
		}},
		Settings: charter.Settings{MaxOutputTokens: 10, MicrowaveWatts: 1100},
	}
	got, err := d.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"format":"solidaire-charter/1","title":{"fr":"Charte d’essai","en":"Test charter"},` +
		`"preamble":{"fr":"Nous, «` + "\u202f" + `membres` + "\u202f" + `»","en":"We, <members> & “friends”"},` +
		`"articles":[{"number":1,"title":{"fr":"Un","en":"One"},"text":{"fr":"Tout.","en":"All."},` +
		`"policy":"permit (\n  principal,\n  action,\n  resource\n);","remedy":{"fr":"Rien.","en":"Nothing."}}],` +
		`"settings":{"daily_tokens_per_member":0,"daily_joules_per_member":0,"max_output_tokens":10,` +
		`"conversation_days":0,"receipt_days":0,"microwave_watts":1100}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("canonical bytes (-want +got):\n%s", diff)
	}
	if got, want := charter.HashOf(got), "a0bef947c1ac914141d07dcef5affc8e555851215fcc55798116caf682cb72ec"; got != want {
		t.Errorf("hash: got %s, want %s", got, want)
	}
}

func TestValidateRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(d *charter.Document)
		want  string
	}{
		"another format":          {func(d *charter.Document) { d.Format = "solidaire-charter/2" }, "errors.charter_format"},
		"an unknown template":     {func(d *charter.Document) { d.Template = "x" }, "errors.charter_template_unknown"},
		"no title":                {func(d *charter.Document) { d.Title.EN = "" }, "errors.charter_text_missing"},
		"a text in one language":  {func(d *charter.Document) { d.Articles[2].Text.FR = "" }, "errors.charter_text_missing"},
		"no remedy":               {func(d *charter.Document) { d.Articles[2].Remedy.EN = "" }, "errors.charter_text_missing"},
		"spaces around":           {func(d *charter.Document) { d.Preamble.FR += " " }, "errors.charter_text_missing"},
		"invalid UTF-8":           {func(d *charter.Document) { d.Title.FR = "a\xff" }, "errors.charter_text_missing"},
		"a title too long":        {func(d *charter.Document) { d.Title.FR = strings.Repeat("é", 201) }, "errors.charter_text_long"},
		"a text too long":         {func(d *charter.Document) { d.Articles[0].Text.EN = strings.Repeat("e", 8001) }, "errors.charter_text_long"},
		"a bidirectional control": {func(d *charter.Document) { d.Articles[0].Text.FR = "pas \u202etiderc" }, "errors.charter_characters"},
		"an isolate":              {func(d *charter.Document) { d.Articles[0].Text.FR = "a\u2066b" }, "errors.charter_characters"},
		"a zero-width space":      {func(d *charter.Document) { d.Articles[0].Text.FR = "a\u200bb" }, "errors.charter_characters"},
		"a soft hyphen":           {func(d *charter.Document) { d.Articles[0].Text.FR = "a\u00adb" }, "errors.charter_characters"},
		"a line end":              {func(d *charter.Document) { d.Articles[0].Text.FR = "a\nb" }, "errors.charter_characters"},
		"a null":                  {func(d *charter.Document) { d.Articles[0].Text.FR = "a\x00b" }, "errors.charter_characters"},
		"a Cyrillic letter":       {func(d *charter.Document) { d.Articles[0].Text.FR = "p\u0430s" }, "errors.charter_characters"},
		"a dotless i":             {func(d *charter.Document) { d.Articles[0].Text.FR = "\u0131l" }, "errors.charter_characters"},
		"a syllabic in a word":    {func(d *charter.Document) { d.Articles[0].Text.FR = "BU\u1403T" }, "errors.charter_characters"},
		"a combining accent":      {func(d *charter.Document) { d.Articles[0].Text.FR = "e\u0301" }, "errors.charter_characters"},
		"a full-width letter":     {func(d *charter.Document) { d.Articles[0].Text.FR = "\uff41" }, "errors.charter_characters"},
		"no article":              {func(d *charter.Document) { d.Articles = nil }, "errors.charter_articles"},
		"too many articles":       {func(d *charter.Document) { d.Articles = make([]charter.Article, 101) }, "errors.charter_articles"},
		"a hole in the numbers":   {func(d *charter.Document) { d.Articles[1].Number = 3 }, "errors.charter_numbering"},
		"numbers from 0":          {func(d *charter.Document) { d.Articles[0].Number = 0 }, "errors.charter_numbering"},
		"no policy":               {func(d *charter.Document) { d.Articles[0].Policy = "" }, "errors.charter_policy"},
		"a policy too long":       {func(d *charter.Document) { d.Articles[0].Policy = strings.Repeat("a", 16385) }, "errors.charter_policy"},
		"hidden text in a policy": {func(d *charter.Document) { d.Articles[0].Policy = "permit\u202e" }, "errors.charter_characters"},
		"a negative setting":      {func(d *charter.Document) { d.Settings.MaxOutputTokens = -1 }, "errors.charter_setting"},
		"a setting too large":     {func(d *charter.Document) { d.Settings.DailyJoulesPerMember = 1 << 40 }, "errors.charter_setting"},
		"a strange oven":          {func(d *charter.Document) { d.Settings.MicrowaveWatts = 3 }, "errors.charter_setting"},
		"a digest in capitals":    {func(d *charter.Document) { d.Settings.Models = []string{digest("A")} }, "errors.charter_models"},
		"a digest of nothing":     {func(d *charter.Document) { d.Settings.Models = []string{"unknown"} }, "errors.charter_models"},
		"a digest twice":          {func(d *charter.Document) { d.Settings.Models = []string{digest("a"), digest("a")} }, "errors.charter_models"},
		"digests out of order":    {func(d *charter.Document) { d.Settings.Models = []string{digest("b"), digest("a")} }, "errors.charter_models"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := template(t, "equilibree")
			c.spoil(&d)
			err := d.Validate()
			if core.AsError(err).Key != c.want || !core.Is(err, core.Invalid) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if _, err := d.Canonical(); err == nil {
				t.Error("an invalid document has canonical bytes")
			}
		})
	}
}

func TestTextsThatAreFine(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"L’été, « déjà » : 25 % d’énergie — soit 3 €…", "Œuvre, cœur, Ÿ, Łódź, İ?", "ᐃᓄᒃᑎᑐᑦ et français", "a ≤ b → c × d ÷ e",
	} {
		d := template(t, "equilibree")
		d.Articles[0].Text.FR = text
		if err := d.Validate(); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestParseTakesCanonicalBytesOnly(t *testing.T) {
	t.Parallel()
	d := template(t, "ouverte")
	canonical, err := d.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	text := string(canonical)
	for name, spoiled := range map[string]string{
		"nothing":           "",
		"a space":           text + " ",
		"a line end":        text + "\n",
		"another document":  text + text,
		"an indent":         strings.Replace(text, `{"format"`, `{ "format"`, 1),
		"an unknown field":  strings.Replace(text, `{"format"`, `{"x":1,"format"`, 1),
		"a repeated field":  strings.Replace(text, `{"format"`, `{"format":"x","format"`, 1),
		"another case":      strings.Replace(text, `"format"`, `"Format"`, 1),
		"an escape":         strings.Replace(text, `charter/1`, `charter\/1`, 1),
		"an escaped letter": strings.Replace(text, `"format"`, `"\u0066ormat"`, 1),
		"a decimal":         strings.Replace(text, `"number":1,`, `"number":1.0,`, 1),
		"null":              "null",
		"a list":            "[]",
		"a missing brace":   text[:len(text)-1],
		"too much":          strings.Repeat(" ", charter.MaxBytes+1),
	} {
		if _, err := charter.Parse([]byte(spoiled)); err == nil {
			t.Errorf("%s: accepted", name)
		} else if code := core.CodeOf(err); code != core.Invalid && code != core.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
	if again, err := charter.Parse(canonical); err != nil || !cmp.Equal(again, d) {
		t.Errorf("the bytes themselves: %v", err)
	}
}

func digest(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }

// drawText draws from the alphabet of a charter, one script at a time.
func drawText(t *rapid.T, label string) string {
	words := rapid.SampledFrom([]string{"coopérative", "« membres »", "<b>", `"guillemets"`, `\`, "œuvre", "3 %", "ᐃᓄᒃ", "É", "€", "—", "&", "'"})
	return strings.Join(rapid.SliceOfN(words, 1, 6).Draw(t, label), " ")
}

func drawDocument(t *rapid.T) charter.Document {
	both := func(label string) core.Text {
		return core.Text{FR: drawText(t, label+" fr"), EN: drawText(t, label+" en")}
	}
	d := charter.Document{
		Format: charter.Format, Template: rapid.SampledFrom([]string{"", "prudente", "ouverte"}).Draw(t, "template"),
		Title: both("title"), Preamble: both("preamble"),
		Settings: charter.Settings{
			DailyTokensPerMember: rapid.Int64Range(0, 1e9).Draw(t, "tokens"),
			DailyJoulesPerMember: rapid.Int64Range(0, 1e9).Draw(t, "joules"),
			MaxOutputTokens:      rapid.IntRange(0, 1e6).Draw(t, "output"),
			ConversationDays:     rapid.IntRange(0, 36500).Draw(t, "conversations"),
			ReceiptDays:          rapid.IntRange(0, 36500).Draw(t, "receipts"),
			MicrowaveWatts:       rapid.SampledFrom([]int{0, 100, 1100, 5000}).Draw(t, "oven"),
		},
	}
	for _, digit := range []string{"0", "a", "f"} {
		if rapid.Bool().Draw(t, "model") {
			d.Settings.Models = append(d.Settings.Models, digest(digit))
		}
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "articles") {
		d.Articles = append(d.Articles, charter.Article{Number: i + 1, Title: both("title"), Text: both("text"),
			Policy: fmt.Sprintf("permit (principal, action == Action::\"%d\",\n resource);", i), Remedy: both("remedy")})
	}
	return d
}

func TestCanonicalBytesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDocument(t)
		canonical, err := d.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		again, err := charter.Parse(canonical)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Fatalf("round trip (-want +got):\n%s", diff)
		}
		// The same document written with indents is not the same bytes, and is refused.
		var indented bytes.Buffer
		if err := json.Indent(&indented, canonical, "", " "); err != nil {
			t.Fatal(err)
		}
		if _, err := charter.Parse(indented.Bytes()); err == nil {
			t.Fatal("indented bytes were accepted")
		}
	})
}

// FuzzParse checks that what is accepted is exactly what would be written.
func FuzzParse(f *testing.F) {
	for _, id := range charter.Templates() {
		d, err := charter.Template(id)
		if err != nil {
			f.Fatal(err)
		}
		canonical, err := d.Canonical()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(canonical)
	}
	f.Add([]byte(`{"format":"solidaire-charter/1"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := charter.Parse(text)
		if err != nil {
			if core.CodeOf(err) == core.Internal {
				t.Fatal(err)
			}
			return
		}
		again, err := d.Canonical()
		if err != nil || !bytes.Equal(again, text) {
			t.Fatalf("accepted %q, writes %q, %v", text, again, err)
		}
	})
}
