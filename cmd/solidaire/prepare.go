package main

import (
	"flag"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// global are the flags that every command takes.
type global struct {
	lang    string
	help    bool
	version bool
}

func (g *global) define(set *flag.FlagSet) {
	set.StringVar(&g.lang, "lang", g.lang, "cli.flag.lang")
	set.BoolVar(&g.help, "help", g.help, "cli.flag.help")
}

// prepare reads the command line. The call that it returns can speak even when the line is wrong.
func prepare(words []string, term *terminal, bundle *i18n.Bundle, environ []string) (*call, error) {
	c := &call{term: term, environ: environ}
	c.speech = bundle.For(languageOf(words, c.getenv))
	var g global
	words, err := leading(&g, words)
	if err != nil {
		return c, err
	}
	if g.version || g.help && len(words) == 0 {
		words, g.help = []string{map[bool]string{true: "version", false: "help"}[g.version]}, false
	}
	found, rest, err := find(words)
	if err != nil {
		return c, err
	}
	set := found.flagSet()
	g.define(set)
	c.args, err = parse(set, rest)
	c.command = found
	if _, wrong := language(g.lang, c.getenv); wrong != nil {
		return c, wrong
	}
	if g.help {
		c.command, c.args = helpCommand(), strings.Fields(found.name)
		return c, nil
	}
	if err != nil {
		return c, err
	}
	return c, found.checkArgs(c.args)
}

// leading sets the global flags that stand before the command.
func leading(g *global, words []string) ([]string, error) {
	set := flag.NewFlagSet("", flag.ContinueOnError)
	g.define(set)
	set.BoolVar(&g.version, "version", false, "cli.flag.version")
	for len(words) > 0 && len(words[0]) > 1 && words[0][0] == '-' {
		var err error
		if words, err = setFlag(set, words[0], words[1:]); err != nil {
			return nil, err
		}
	}
	return words, nil
}

// languageOf finds the language of the answer before anything else is understood, so that every mistake is told in it.
func languageOf(words []string, getenv func(string) string) core.Lang {
	asked := ""
	for i, word := range words {
		name, value, inside := strings.Cut(strings.TrimLeft(word, "-"), "=")
		if word == "--" {
			break
		}
		if !strings.HasPrefix(word, "-") || name != "lang" {
			continue
		}
		if inside {
			asked = value
		} else if i+1 < len(words) {
			asked = words[i+1]
		}
	}
	lang, _ := language(asked, getenv)
	return lang
}
