package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// sheetSize is how many questions a sheet shows.
const sheetSize = 20

// somebody finds what looks like a person: minutes name people, who are nobody's business here.
var somebody = regexp.MustCompile(`\p{Lu}\p{Ll}+[ \x{00a0}-]\p{Lu}{2,}|@\p{L}|\p{Lu}\p{Ll}+[ \x{00a0}]\p{Lu}[\p{Ll}-]+`)

// nobody are pairs of capitals that name no person.
var nobody = regexp.MustCompile(`Assemblée Générale|Réseaux Sociaux|Remarques Recettes|Worker Co-operative`)

// sheet writes questions of the reported half with their answers exactly as they are given, right or wrong. Those about people, and
// those whose answer names somebody, are passed over.
func sheet(ctx context.Context, service *memory.Service, sets []set, path string) error {
	i := slices.IndexFunc(sets, func(s set) bool { return s.name == "coop" })
	if i < 0 {
		return fmt.Errorf("the sheet asks for -coop")
	}
	var b bytes.Buffer
	fmt.Fprint(&b, "# Answers as they are given\n\nWritten by `go run ./bench/retrieval -sheet`: questions of the reported half on the documents of two co-operatives, in the order of the set,\nand what the memory answers. Questions about people are left out.\n")
	shown := 0
	for _, q := range sets[i].questions {
		if shown == sheetSize || q.learning() || q.kind == "who" {
			continue
		}
		a, err := service.Answer(ctx, memory.Query{Organisation: sets[i].organisation, Text: q.text})
		if err != nil {
			return err
		}
		entry := entryOf(q, a)
		if somebody.MatchString(nobody.ReplaceAllString(entry, "")) {
			continue
		}
		shown++
		fmt.Fprintf(&b, "\n## %d. %s\n\n%s", shown, q.text, entry)
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

func entryOf(q query, a memory.Answer) string {
	var b strings.Builder
	expected := "nothing: no document answers"
	if len(q.files) > 0 {
		expected = "« " + strings.Join(strings.Fields(q.gold), " ") + " », in " + q.files[0]
	}
	fmt.Fprintf(&b, "Expected: %s\n\nGiven: **%s**\n", expected, verdict(q, a))
	for n, quote := range a.Quotes {
		fmt.Fprintf(&b, "\n%d. %s\n\n", n+1, quote.Name)
		for line := range strings.Lines(quote.Text) {
			if line = strings.TrimSpace(line); line != "" {
				fmt.Fprintf(&b, "   > %s\n", line)
			}
		}
	}
	return b.String()
}

// verdict says how an answer stands beside what was expected.
func verdict(q query, a memory.Answer) string {
	switch {
	case len(q.files) == 0 && !a.Found:
		return "not found, rightly"
	case len(q.files) == 0:
		return "wrong: an answer where there is none"
	case !a.Found:
		return "wrong: not found"
	}
	for i, quote := range a.Quotes {
		if slices.Contains(q.files, quote.Name) && holds(quote.Text, q.gold) {
			return fmt.Sprintf("right, in quote %d", i+1)
		}
	}
	return "wrong"
}
