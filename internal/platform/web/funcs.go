package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// translate is {{t "key" "Name" value …}}.
func translate(l *i18n.Localizer, key string, pairs []any) (string, error) {
	args, err := argsOf(pairs)
	if err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	if len(args) == 0 {
		return l.T(key), nil
	}
	return l.T(key, args), nil
}

// translateLink is {{tlink "key" "/address" …}} for a sentence that holds one link, written <a>words</a>.
// Everything is escaped; then those two marks alone become the link.
func translateLink(l *i18n.Localizer, key, href string, pairs []any) (template.HTML, error) {
	text, err := translate(l, key, pairs)
	if err != nil {
		return "", err
	}
	escaped := template.HTMLEscapeString(text)
	opened := `<a href="` + template.HTMLEscapeString(LocalPath(href, "/")) + `">`
	escaped = strings.Replace(escaped, "&lt;a&gt;", opened, 1)
	return template.HTML(strings.Replace(escaped, "&lt;/a&gt;", "</a>", 1)), nil //nolint:gosec // escaped above
}

func argsOf(pairs []any) (core.Args, error) {
	values, err := dict(pairs...)
	return core.Args(values), err
}

// dict makes a map of name and value pairs, to hand several values to a part.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("a name has no value")
	}
	out := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("%v is not a name", pairs[i])
		}
		out[name] = pairs[i+1]
	}
	return out, nil
}

func integer(l *i18n.Localizer, n any) (string, error) {
	switch v := n.(type) {
	case int:
		return l.Number(float64(v), 0), nil
	case int64:
		return l.Number(float64(v), 0), nil
	}
	return "", fmt.Errorf("%T is not an integer", n)
}

// relative writes an instant as people say it, with the exact one on hover and in print.
func (s *Site) relative(l *i18n.Localizer, at any) (template.HTML, error) {
	t, ok := at.(time.Time)
	if !ok {
		return "", fmt.Errorf("%T is not an instant", at)
	}
	exact, said := l.DateTime(t), l.Relative(t, s.config.Clock.Now())
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s" data-exact="%s">%s</time>`, //nolint:gosec // escaped
		t.UTC().Format(time.RFC3339), template.HTMLEscapeString(exact), template.HTMLEscapeString(exact),
		template.HTMLEscapeString(said))), nil
}

// Microwave is an image of an amount of energy: how long a microwave oven runs on it.
type Microwave struct {
	Seconds float64
	Watts   int
}

// microwave gives the image, nil when the energy is unknown or no oven was chosen.
func microwave(e core.Energy, watts int) *Microwave {
	if e.Joules == nil || watts <= 0 {
		return nil
	}
	return &Microwave{*e.Joules / float64(watts), watts}
}

// Later is the newer version of a cited text.
type Later struct {
	Same  bool // the cited words still stand there
	Dated time.Time
	Text  string // what it says instead; "" when it says nothing like it
}

// Source is one citation, as the part "source" shows it.
type Source struct {
	Number  int
	Href    string
	Title   string
	Name    string // path as it was added, shown when it differs from the title
	Heading string
	Sheet   bool // Heading names a sheet of a workbook
	Page    string
	Slide   bool // Page is the number of a slide
	Dated   time.Time
	Newer   bool // a newer version of the text exists
	Later   *Later
	Version string
}
