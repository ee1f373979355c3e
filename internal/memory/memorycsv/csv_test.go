package memorycsv_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorycsv"
)

func TestRecordsReadAsRows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, want string }{
		{"commas", "a,b\n1,2\n", "a | b\n1 | 2"},
		{"semicolons with decimal commas", "Poste;Montant\r\nDons;21,50\r\nLoyer;1,5\r\n", "Poste | Montant\nDons | 21,50\nLoyer | 1,5"},
		{"tabs", "a\tb\n1\t2", "a | b\n1 | 2"},
		{"a stated separator", "sep=;\na;b\n", "a | b"},
		{"quotes", "a;b\n\"x;\ny\"\"z\";2\n", "a | b\nx; y\"z | 2"},
		{"one column", "un\ndeux\n", "un\ndeux"},
		{"uneven rows", "a;b;c\n1;;3\n4\n", "a | b | c\n1 |  | 3\n4"},
		{"Windows-1252", "Ann\xe9e;Somme\n2020;1 \x80\n", "Année | Somme\n2020 | 1 €"},
		{"UTF-16", "\xff\xfea\x00;\x00b\x00", "a | b"},
		{"a bar inside", "a|b;c\n", "a/b | c"},
		{"a quote that nothing closes", "a;b\n\"x;1\n" + strings.Repeat("y;2\n", 20_000), "a | b\nx | 1\n" + strings.TrimSuffix(strings.Repeat("y | 2\n", 20_000), "\n")},
	} {
		x, err := memorycsv.New().Extract(t.Context(), "a.csv", []byte(c.file))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if diff := cmp.Diff(c.want, x.Text); diff != "" || x.Media != memorycsv.Media {
			t.Errorf("%s: %.400s", c.name, diff)
		}
	}
}

func TestBadTablesSayWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, key string }{
		"blank":         {" \n;;\n", "errors.memory_no_text"},
		"million cells": {strings.Repeat("1;2;3;4;5;6;7;8;9;0\n", 100_001), "errors.memory_cells_many"},
	} {
		_, err := memorycsv.New().Extract(t.Context(), "a.csv", []byte(c.file))
		if got := core.AsError(err); err == nil || got.Key != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte("a;\"b\n;c"))
	f.Add([]byte("\"\"\"\n\t|"))
	f.Fuzz(func(t *testing.T, file []byte) {
		x, err := memorycsv.New().Extract(t.Context(), "a.csv", file)
		if err == nil {
			memory.CutPassages(x.Title, x.Text, x.Marks)
		}
	})
}
