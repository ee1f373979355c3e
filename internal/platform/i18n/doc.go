// Package i18n speaks to people in their language: sentences from the embedded locale files, and numbers,
// dates, units and sorting as each language writes them.
//
// Promises: French and English say the same things (the tests compare them key by key); Canadian French is
// French with its own typography, applied by the package, and its own words where a locale file gives them;
// a message never fails at run time for the sake of a missing translation.
//
// Locale files are flat JSON objects named <room>.<language>.json. A value is a text, or an object of plural
// forms chosen by the argument Count. Inside a text, {{.Name}} writes an argument as the language does
// (numbers as quantities: pass an identifier, a port or a year as a string), and {{date .When}}, {{day .When}},
// {{time .When}}, {{bytes .Size}}, {{percent .Share}}, {{duration .Wait}} say it otherwise.
package i18n
