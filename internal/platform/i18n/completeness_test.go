package i18n_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// forms are the texts of one message: "" for a plain one, "one" and "other" for a plural.
type forms map[string]string

// locale reads every file of one language as it is written, before the package touches it.
func locale(t *testing.T, lang core.Lang) map[string]forms {
	t.Helper()
	files, err := filepath.Glob("locales/*." + string(lang) + ".json")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]forms{}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]any
		if err := json.Unmarshal(raw, &messages); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, value := range messages {
			out[key] = formsOf(t, name, key, value)
		}
	}
	return out
}

func formsOf(t *testing.T, file, key string, value any) forms {
	t.Helper()
	switch v := value.(type) {
	case string:
		return forms{"": v}
	case map[string]any:
		out := forms{}
		for form, text := range v {
			out[form], _ = text.(string)
		}
		return out
	}
	t.Fatalf("%s: %s is neither a text nor plural forms", file, key)
	return nil
}

func TestFrenchAndEnglishSayTheSameThings(t *testing.T) {
	t.Parallel()
	fr, ca, en := locale(t, core.French), locale(t, core.FrenchCanada), locale(t, core.English)
	for key := range fr {
		if en[key] == nil {
			t.Errorf("%s exists in French, not in English", key)
		}
	}
	for key := range en {
		if fr[key] == nil {
			t.Errorf("%s exists in English, not in French", key)
		}
	}
	for key := range ca {
		if fr[key] == nil {
			t.Errorf("%s exists in Canadian French, not in French", key)
		}
	}
}

func TestEveryMessageIsWhole(t *testing.T) {
	t.Parallel()
	for _, lang := range core.Langs() {
		for key, message := range locale(t, lang) {
			for form, text := range message {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: %s is empty", lang, key)
				}
				if !slices.Contains([]string{"", "one", "other"}, form) {
					t.Errorf("%s: %s has the form %q: write one and other", lang, key, form)
				}
			}
			if _, plain := message[""]; !plain && (message["one"] == "" || message["other"] == "") {
				t.Errorf("%s: %s needs both forms, one and other", lang, key)
			}
		}
	}
}

var blank = regexp.MustCompile(`\.([A-Z][A-Za-z0-9]*)`)

// blanks lists the arguments that a message writes; the count may be left unwritten.
func blanks(message forms) []string {
	var out []string
	for _, text := range message {
		for _, action := range regexp.MustCompile(`\{\{.*?\}\}`).FindAllString(text, -1) {
			for _, found := range blank.FindAllStringSubmatch(action, -1) {
				if found[1] != "Count" {
					out = append(out, found[1])
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestTranslationsWriteTheSameArguments(t *testing.T) {
	t.Parallel()
	fr := locale(t, core.French)
	for _, lang := range []core.Lang{core.English, core.FrenchCanada} {
		for key, message := range locale(t, lang) {
			if got, want := blanks(message), blanks(fr[key]); !slices.Equal(got, want) {
				t.Errorf("%s: %s writes %v, French writes %v", lang, key, got, want)
			}
		}
	}
}

func TestEveryErrorSaysWhatToDoNext(t *testing.T) {
	t.Parallel()
	fr := locale(t, core.French)
	for key := range fr {
		if !strings.HasPrefix(key, "errors.") {
			continue
		}
		sentence, isNext := strings.CutSuffix(key, ".next")
		if isNext && fr[sentence] == nil {
			t.Errorf("%s has no sentence", key)
		}
		if !isNext && fr[key+".next"] == nil {
			t.Errorf("%s has no next step", key)
		}
	}
}

func TestEveryKeyInTheSourcesExists(t *testing.T) {
	t.Parallel()
	fr := locale(t, core.French)
	for key, where := range scan(t).keys {
		if fr[key] == nil && !strings.Contains(key, "%") {
			t.Errorf("%s uses %q, which no locale file defines", where, key)
		}
	}
}

func TestEveryMessageIsUsed(t *testing.T) {
	t.Parallel()
	sources := scan(t)
	for key := range locale(t, core.French) {
		if !sources.uses(key) {
			t.Errorf("%s is used nowhere", key)
		}
	}
}
