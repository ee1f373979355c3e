package main

import (
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// language chooses the language of the terminal: the one asked for, which must be spoken here, else the first that the
// environment names, else French.
func language(asked string, getenv func(string) string) (core.Lang, error) {
	locale := firstOf(getenv, "LC_ALL", "LC_MESSAGES", "LANG")
	fallback := i18n.Negotiate(accepted(locale), "")
	if asked == "" {
		asked = getenv("SOLIDAIRE_LANG")
	}
	if asked == "" {
		return fallback, nil
	}
	tag := accepted(asked)
	if base, _, _ := strings.Cut(strings.ToLower(tag), "-"); base == string(core.French) || base == string(core.English) {
		return i18n.Negotiate(tag, ""), nil
	}
	return fallback, usage("errors.cli_language_unknown", core.Args{"Lang": printable(asked)})
}

// accepted turns a locale of the system (fr_CA.UTF-8) into a language tag (fr-CA); C and POSIX name none.
func accepted(locale string) string {
	locale, _, _ = strings.Cut(locale, ".")
	locale, _, _ = strings.Cut(locale, "@")
	if locale == "C" || locale == "POSIX" {
		return ""
	}
	return strings.ReplaceAll(locale, "_", "-")
}

func firstOf(getenv func(string) string, names ...string) string {
	for _, name := range names {
		if value := getenv(name); value != "" {
			return value
		}
	}
	return ""
}
