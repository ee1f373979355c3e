package i18n

import (
	"errors"
	"log/slog"
	"math"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Localizer speaks one language. Safe for concurrent use.
type Localizer struct {
	lang     core.Lang
	texts    map[string]string
	messages *goi18n.Localizer
	parser   template.Parser
	zone     *time.Location
	logger   *slog.Logger
	writing  writing
}

// For returns the localizer of a language; French for one that is not spoken here.
func (b *Bundle) For(lang core.Lang) *Localizer {
	if _, ok := b.texts[lang]; !ok {
		lang = core.French
	}
	l := &Localizer{
		lang:     lang,
		texts:    b.texts[lang],
		messages: goi18n.NewLocalizer(b.messages, string(lang)),
		zone:     b.zone,
		logger:   b.logger,
		writing:  writingOf(lang),
	}
	l.parser = &cachedParser{template.TextParser{Funcs: textFuncs()}}
	return l
}

// InZone returns a localizer that tells instants in another time zone.
func (l *Localizer) InZone(zone *time.Location) *Localizer {
	other := *l
	other.zone = zone
	return &other
}

// cachedParser lets go-i18n keep parsed texts: the functions depend on the language only, and so does
// the text. The zone is read from the argument, never from the function.
type cachedParser struct{ template.TextParser }

// Cacheable tells go-i18n that parsed texts may be kept.
func (*cachedParser) Cacheable() bool { return true }

// Lang is the language spoken.
func (l *Localizer) Lang() core.Lang { return l.lang }

// T returns the text of key with its arguments filled in. The plural form follows the argument Count.
// A missing message shows as its key and is logged.
func (l *Localizer) T(key string, args ...core.Args) string {
	if text := l.texts[key]; text != "" {
		return text
	}
	config := goi18n.LocalizeConfig{MessageID: key, TemplateParser: l.parser}
	if len(args) > 0 {
		config.TemplateData, config.PluralCount = l.shown(args[0]), countOf(args[0])
	}
	text, err := l.messages.Localize(&config)
	if err != nil {
		l.logger.Error("message missing or broken", "key", key, "lang", string(l.lang), "error", err)
	}
	if text == "" {
		return key
	}
	return text
}

// Error says what went wrong and what to do next, in the reader's language. The cause is never shown.
func (l *Localizer) Error(err error) (sentence, next string) {
	e := core.AsError(err)
	return l.T(e.Key, e.Args), l.T(e.Key+".next", e.Args)
}

// Text chooses the reader's language in a text that exists in both, as it was written.
func (l *Localizer) Text(t core.Text) string { return t.In(l.lang) }

// countOf finds the number that decides the plural form. Quantities that are not whole, or negative, take
// the form of their whole part, as French does; English then differs only for 1.5, written with digits.
func countOf(args core.Args) any {
	switch n := args["Count"].(type) {
	case int:
		return abs(n)
	case int64:
		return abs(n)
	case float64:
		if n == math.Trunc(n) {
			return abs(int64(n))
		}
		return nil
	}
	return nil
}

func abs[N int | int64](n N) N {
	if n < 0 {
		return -n
	}
	return n
}

// shown wraps each argument so that a text writes it as the language does.
func (l *Localizer) shown(args core.Args) map[string]any {
	out := make(map[string]any, len(args))
	for name, value := range args {
		out[name] = argument{value, l}
	}
	return out
}

// argument is a value inside a text, with who writes it.
type argument struct {
	value any
	l     *Localizer
}

// String writes the value as the language does by default.
func (a argument) String() string {
	switch v := a.value.(type) {
	case string:
		return v
	case core.ID:
		return v.String()
	case core.Text:
		return v.In(a.l.lang)
	case int:
		return a.l.Number(float64(v), 0)
	case int64:
		return a.l.Number(float64(v), 0)
	case float64:
		return a.l.Figure(v)
	case time.Time:
		return a.l.Date(v)
	case time.Duration:
		return a.l.Duration(v)
	case interface{ String() string }:
		return v.String()
	}
	return ""
}

var errArgument = errors.New("i18n: the argument is not of the kind that the text expects")

// textFuncs are what a text may call on an argument.
func textFuncs() map[string]any {
	return map[string]any{
		"number":   quantity(func(l *Localizer, v float64) string { return l.Figure(v) }),
		"bytes":    quantity(func(l *Localizer, v float64) string { return l.Bytes(int64(v)) }),
		"percent":  quantity(func(l *Localizer, v float64) string { return l.Percent(v) }),
		"joules":   quantity(func(l *Localizer, v float64) string { return l.Joules(v) }),
		"date":     instant((*Localizer).Date),
		"day":      instant((*Localizer).Day),
		"time":     instant((*Localizer).Time),
		"duration": span((*Localizer).Duration),
	}
}

func quantity(write func(*Localizer, float64) string) func(argument) (string, error) {
	return func(a argument) (string, error) {
		switch v := a.value.(type) {
		case int:
			return write(a.l, float64(v)), nil
		case int64:
			return write(a.l, float64(v)), nil
		case float64:
			return write(a.l, v), nil
		}
		return "", errArgument
	}
}

func instant(write func(*Localizer, time.Time) string) func(argument) (string, error) {
	return func(a argument) (string, error) {
		if t, ok := a.value.(time.Time); ok {
			return write(a.l, t), nil
		}
		return "", errArgument
	}
}

func span(write func(*Localizer, time.Duration) string) func(argument) (string, error) {
	return func(a argument) (string, error) {
		if d, ok := a.value.(time.Duration); ok {
			return write(a.l, d), nil
		}
		return "", errArgument
	}
}
