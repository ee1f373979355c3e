package main

import (
	"flag"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// parse sets the flags of words, which may stand before or after the arguments, and returns the arguments. What follows
// "--" is never a flag. A lone "-" is an argument.
func parse(set *flag.FlagSet, words []string) (args []string, err error) {
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		switch {
		case word == "--":
			return append(args, words...), nil
		case len(word) < 2 || word[0] != '-':
			args = append(args, word)
		default:
			if words, err = setFlag(set, word, words); err != nil {
				return nil, err
			}
		}
	}
	return args, nil
}

// setFlag sets the flag that word names, with its value in the same word or in the next one.
func setFlag(set *flag.FlagSet, word string, rest []string) ([]string, error) {
	name, value, inside := strings.Cut(strings.TrimLeft(word, "-"), "=")
	if name == "h" {
		name = "help"
	}
	found := set.Lookup(name)
	if found == nil {
		return nil, unknownFlag(set, name)
	}
	switch {
	case inside:
	case isSwitch(found):
		value = "true"
	case len(rest) == 0:
		return nil, usage("errors.cli_flag_value_missing", core.Args{"Flag": "--" + name})
	default:
		value, rest = rest[0], rest[1:]
	}
	if err := set.Set(name, value); err != nil {
		return nil, usage("errors.cli_flag_value_invalid", core.Args{"Flag": "--" + name, "Value": printable(value)})
	}
	return rest, nil
}

// isSwitch reports whether a flag stands alone, as --json does.
func isSwitch(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

func unknownFlag(set *flag.FlagSet, name string) error {
	var names []string
	set.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	args := core.Args{"Flag": "--" + printable(name), "Command": strings.TrimSpace("solidaire help " + set.Name())}
	if near := nearest(name, names); near != "" {
		args["Near"] = "--" + near
		return usage("errors.cli_flag_unknown_near", args)
	}
	return usage("errors.cli_flag_unknown", args)
}
