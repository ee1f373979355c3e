package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"strings"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/solidaire-coop/solidaire/internal/core"
)

//go:embed locales/*.json
var locales embed.FS

// Bundle holds every message in every language. It never changes once loaded; safe for concurrent use.
type Bundle struct {
	messages *goi18n.Bundle                  // those with arguments or plural forms
	texts    map[core.Lang]map[string]string // every key, with its text when that is all there is to it, "" otherwise
	zone     *time.Location
	logger   *slog.Logger
}

// Load reads the embedded locale files.
func Load() (*Bundle, error) {
	sub, err := fs.Sub(locales, "locales")
	if err != nil {
		return nil, err
	}
	return LoadFS(sub)
}

// LoadFS reads locale files named <room>.<language>.json at the top of files.
func LoadFS(files fs.FS) (*Bundle, error) {
	b := &Bundle{
		messages: goi18n.NewBundle(language.French),
		texts:    map[core.Lang]map[string]string{},
		zone:     time.Local,
		logger:   slog.Default(),
	}
	perLang, err := readAll(files)
	if err != nil {
		return nil, err
	}
	perLang[core.FrenchCanada] = canadian(perLang[core.French], perLang[core.FrenchCanada])
	for _, lang := range core.Langs() {
		if err := b.add(lang, perLang[lang]); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// InZone returns a bundle that tells instants in the given time zone. The machine's zone is the default.
func (b *Bundle) InZone(zone *time.Location) *Bundle {
	other := *b
	other.zone = zone
	return &other
}

// WithLogger returns a bundle that reports a missing message to the given logger.
func (b *Bundle) WithLogger(logger *slog.Logger) *Bundle {
	other := *b
	other.logger = logger
	return &other
}

// Has reports whether the language has a message of that key.
func (b *Bundle) Has(lang core.Lang, key string) bool {
	_, ok := b.texts[lang][key]
	return ok
}

func (b *Bundle) add(lang core.Lang, messages map[string]*goi18n.Message) error {
	tag, err := language.Parse(string(lang))
	if err != nil {
		return err
	}
	b.texts[lang] = make(map[string]string, len(messages))
	var others []*goi18n.Message
	for key, m := range messages {
		b.texts[lang][key] = ""
		if isText(m) {
			b.texts[lang][key] = m.Other
		} else {
			others = append(others, m)
		}
	}
	return b.messages.AddMessages(tag, others...)
}

// isText tells a message that reads the same whatever the arguments. Four of five do; go-i18n would keep templates for
// each, which is most of what an idle process holds.
func isText(m *goi18n.Message) bool {
	return m.Other != "" && m.One == "" && !strings.Contains(m.Other, "{{")
}

// readAll gathers the messages of each language; a key may be defined once only.
func readAll(files fs.FS) (map[core.Lang]map[string]*goi18n.Message, error) {
	out := map[core.Lang]map[string]*goi18n.Message{}
	for _, lang := range core.Langs() {
		out[lang] = map[string]*goi18n.Message{}
	}
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		lang, err := langOfFile(name)
		if err != nil {
			return nil, err
		}
		messages, err := readFile(files, name)
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			if out[lang][m.ID] != nil {
				return nil, fmt.Errorf("i18n: %s: the key %q is already defined in another file", name, m.ID)
			}
			out[lang][m.ID] = m
		}
	}
	return out, nil
}

func readFile(files fs.FS, name string) ([]*goi18n.Message, error) {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	file, err := goi18n.ParseMessageFileBytes(raw, name, map[string]goi18n.UnmarshalFunc{"json": json.Unmarshal})
	if err != nil {
		return nil, fmt.Errorf("i18n: %s: %w", name, err)
	}
	for _, m := range file.Messages {
		if m.Many == "" { // French counts whole millions apart; no text here needs it
			m.Many = m.Other
		}
	}
	return file.Messages, nil
}

func langOfFile(name string) (core.Lang, error) {
	tag := strings.TrimPrefix(path.Ext(strings.TrimSuffix(name, ".json")), ".")
	for _, lang := range core.Langs() {
		if string(lang) == tag {
			return lang, nil
		}
	}
	return "", fmt.Errorf("i18n: %s: the name must end with a language the interface speaks", name)
}

// canadian is French with Canadian typography, and Canadian words where there are some.
func canadian(french, own map[string]*goi18n.Message) map[string]*goi18n.Message {
	out := make(map[string]*goi18n.Message, len(french))
	for key, m := range french {
		c := *m
		c.One, c.Many, c.Other = canadianTypography(m.One), canadianTypography(m.Many), canadianTypography(m.Other)
		out[key] = &c
	}
	for key, m := range own {
		out[key] = m
	}
	return out
}
