package memorytest

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// The organisations of the suite.
const (
	coop  core.ID = "0000000000000000000000coop"
	other core.ID = "000000000000000000000other"
)

// TestStore is what every memory.Store promises. fresh gives an empty store each time.
func TestStore(t *testing.T, fresh func(t *testing.T) memory.Store) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s memory.Store)
	}{
		{"a saved version is the newest and reads back whole", savedReadsBack},
		{"a new version takes the place of the old one, which stays readable", newVersion},
		{"the same text changes nothing", sameText},
		{"a version may come back", comesBack},
		{"a failure is shown and keeps the version", failure},
		{"removing leaves nothing to find", removal},
		{"an organisation sees nothing of another", isolation},
		{"statistics follow what is stored", statistics},
		{"candidates hold a term, the weightiest first", candidates},
		{"terms are told in the order of passages, those that went are not", shadows},
		{"a search may be narrowed to documents", narrowed},
		{"editions are told with their dates, the newest marked", editions},
		{"any bytes may be searched for", anyTerm},
		{"vectors are kept per model and follow a revision", vectors},
		{"passages without vectors of the model are found", unembedded},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, fresh(t)) })
	}
}

// version builds a version from paragraphs: one passage each, one sentence each.
func version(organisation core.ID, name string, paragraphs ...string) memory.NewVersion {
	text := strings.Join(paragraphs, "\n\n")
	v := memory.NewVersion{Organisation: organisation, Lang: core.French, Pages: 1, Version: memory.Version{
		Hash: "hash of " + text, Name: name, Title: "Titre de " + name, Text: text,
		Marks:    []memory.Mark{{Start: 0, Kind: memory.MarkPage, Label: "1"}},
		FileHash: "file of " + text, Media: "text/plain", Dated: time.Date(2025, 3, 12, 0, 0, 0, 0, time.UTC),
	}}
	at := 0
	for _, p := range paragraphs {
		v.Passages = append(v.Passages, memory.NewPassage{
			Passage: memory.Passage{Start: at, End: at + len(p), Context: "Titre", Marks: v.Version.Marks,
				Sentences: []memory.Sentence{{Start: at, End: at + len(p), Kind: memory.Prose}}},
			Body: strings.ToLower(p), Header: "titre",
		})
		at += len(p) + 2
	}
	return v
}

func save(t *testing.T, s memory.Store, v memory.NewVersion) memory.Saved {
	t.Helper()
	saved, err := s.Save(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantEqual(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func found(t *testing.T, s memory.Store, organisation core.ID, terms ...string) []int64 {
	t.Helper()
	var weighted []memory.WeightedTerm
	for _, term := range terms {
		weighted = append(weighted, memory.WeightedTerm{Term: term, Weight: 1})
	}
	var ids []int64
	for _, c := range must[[]memory.Candidate](t)(s.Candidates(t.Context(), organisation, weighted, nil, 100)) {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	return ids
}

func savedReadsBack(t *testing.T, s memory.Store) {
	v := version(coop, "a.md", "quorum assemblée", "é voisin")
	saved := save(t, s, v)
	got := must[memory.Version](t)(s.Version(t.Context(), coop, v.Version.Hash))
	want := v.Version
	want.Document, want.Seen = saved.Document, got.Seen
	wantEqual(t, "version", got, want)

	docs := must[[]memory.Document](t)(s.Documents(t.Context(), coop, ""))
	if len(docs) != 1 || docs[0].ID != saved.Document || docs[0].State != memory.Indexed || docs[0].Version != v.Version.Hash ||
		docs[0].Passages != 2 || docs[0].Pages != 1 || docs[0].Vectors || docs[0].Lang != core.French || !docs[0].Dated.Equal(want.Dated) {
		t.Errorf("documents: %+v", docs)
	}
	passages := must[[]memory.StoredPassage](t)(s.Passages(t.Context(), coop, "", saved.Passages))
	if len(passages) != 2 {
		t.Fatalf("passages: %+v", passages)
	}
	slices.SortFunc(passages, func(a, b memory.StoredPassage) int { return a.Start - b.Start })
	wantEqual(t, "second passage", passages[1].Passage, v.Passages[1].Passage)
	wantEqual(t, "text of the second passage", passages[1].Text, "é voisin")
	wantEqual(t, "its version", passages[1].Version, v.Version.Hash)
	current := must[memory.Current](t)(s.Current(t.Context(), coop, "a.md"))
	wantEqual(t, "current", current, memory.Current{Document: saved.Document, State: memory.Indexed, Version: v.Version.Hash, FileHash: v.Version.FileHash})
}

func newVersion(t *testing.T, s memory.Store) {
	one, two := version(coop, "a.md", "ancien quorum"), version(coop, "a.md", "nouveau quorum")
	first, second := save(t, s, one), save(t, s, two)
	wantEqual(t, "document", second.Document, first.Document)
	wantEqual(t, "found by the old word", found(t, s, coop, "ancien"), []int64(nil))
	wantEqual(t, "found by the common word", found(t, s, coop, "quorum"), second.Passages)
	old := must[memory.Version](t)(s.Version(t.Context(), coop, one.Version.Hash))
	wantEqual(t, "text of the old one", old.Text, "ancien quorum")
	wantEqual(t, "the old one's successor", old.Newer, two.Version.Hash)
}

func sameText(t *testing.T, s memory.Store) {
	v := version(coop, "a.md", "quorum")
	first := save(t, s, v)
	again := save(t, s, v)
	if !again.Unchanged || again.Document != first.Document {
		t.Errorf("saved again: %+v", again)
	}
	wantEqual(t, "passages", found(t, s, coop, "quorum"), first.Passages)
	stats := must[memory.Statistics](t)(s.Statistics(t.Context(), coop, []string{"quorum"}))
	wantEqual(t, "frequency", stats.Frequency["quorum"], 1)
}

func comesBack(t *testing.T, s memory.Store) {
	a, b := version(coop, "a.md", "premier texte"), version(coop, "a.md", "second texte")
	save(t, s, a)
	save(t, s, b)
	save(t, s, a)
	wantEqual(t, "the newest has no successor", must[memory.Version](t)(s.Version(t.Context(), coop, a.Version.Hash)).Newer, "")
	wantEqual(t, "the middle one has", must[memory.Version](t)(s.Version(t.Context(), coop, b.Version.Hash)).Newer, a.Version.Hash)
}

func failure(t *testing.T, s memory.Store) {
	v := version(coop, "a.md", "quorum")
	saved := save(t, s, v)
	problem := core.E(core.Corrupt, "errors.memory_file_damaged", core.Args{"Why": "cut"})
	must[core.ID](t)(s.Fail(t.Context(), coop, "a.md", problem))
	must[core.ID](t)(s.Fail(t.Context(), coop, "b.pdf", problem))
	docs := must[[]memory.Document](t)(s.Documents(t.Context(), coop, ""))
	if len(docs) != 2 {
		t.Fatalf("documents: %+v", docs)
	}
	wantEqual(t, "problem", docs[0].Problem, problem)
	wantEqual(t, "states", []memory.State{docs[0].State, docs[1].State}, []memory.State{memory.Failed, memory.Failed})
	wantEqual(t, "version kept", docs[0].Version, v.Version.Hash)
	wantEqual(t, "still found", found(t, s, coop, "quorum"), saved.Passages)
	save(t, s, version(coop, "a.md", "quorum", "mieux"))
	docs = must[[]memory.Document](t)(s.Documents(t.Context(), coop, ""))
	wantEqual(t, "mended state", docs[0].State, memory.Indexed)
	wantEqual(t, "mended problem", docs[0].Problem, (*core.Error)(nil))
}

func removal(t *testing.T, s memory.Store) {
	v := version(coop, "a.md", "quorum secret")
	saved := save(t, s, v)
	kept := save(t, s, version(coop, "b.md", "quorum ouvert"))
	putVectors(t, s, coop, "m", saved.Passages[0])
	before := must[memory.Revision](t)(s.Revision(t.Context(), coop))
	if err := s.Remove(t.Context(), coop, saved.Document); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), coop, saved.Document); !core.Is(err, core.NotFound) {
		t.Errorf("removed twice: %v", err)
	}
	wantEqual(t, "found", found(t, s, coop, "quorum", "secret"), kept.Passages)
	if _, err := s.Version(t.Context(), coop, v.Version.Hash); !core.Is(err, core.NotFound) {
		t.Errorf("version: %v", err)
	}
	after := must[memory.Revision](t)(s.Revision(t.Context(), coop))
	if after.Removal <= before.Change {
		t.Errorf("removal is not told: before %+v, after %+v", before, after)
	}
	stats := must[memory.Statistics](t)(s.Statistics(t.Context(), coop, []string{"secret", "quorum"}))
	wantEqual(t, "statistics", stats, memory.Statistics{Passages: 1, Terms: 3, Frequency: map[string]int{"quorum": 1}})
}

func isolation(t *testing.T, s memory.Store) {
	v := version(coop, "a.md", "quorum privé")
	saved := save(t, s, v)
	putVectors(t, s, coop, "m", saved.Passages[0])
	wantEqual(t, "candidates", found(t, s, other, "quorum"), []int64(nil))
	wantEqual(t, "passages by id", must[[]memory.StoredPassage](t)(s.Passages(t.Context(), other, "m", saved.Passages)), []memory.StoredPassage(nil))
	wantEqual(t, "documents", must[[]memory.Document](t)(s.Documents(t.Context(), other, "m")), []memory.Document(nil))
	wantEqual(t, "statistics", must[memory.Statistics](t)(s.Statistics(t.Context(), other, []string{"quorum"})),
		memory.Statistics{Frequency: map[string]int{}})
	wantEqual(t, "current", must[memory.Current](t)(s.Current(t.Context(), other, "a.md")), memory.Current{})
	if _, err := s.Version(t.Context(), other, v.Version.Hash); !core.Is(err, core.NotFound) {
		t.Errorf("version: %v", err)
	}
	if err := s.Remove(t.Context(), other, saved.Document); !core.Is(err, core.NotFound) {
		t.Errorf("remove: %v", err)
	}
	putVectors(t, s, other, "m", saved.Passages[0])
	wantEqual(t, "vectors", loaded(t, s, other, "m", 0), map[int64][]float32{})
	wantEqual(t, "vectors of the owner", len(loaded(t, s, coop, "m", 0)), 1)
}

func statistics(t *testing.T, s memory.Store) {
	save(t, s, version(coop, "a.md", "quorum quorum membres", "membres"))
	got := must[memory.Statistics](t)(s.Statistics(t.Context(), coop, []string{"quorum", "membres", "absent"}))
	wantEqual(t, "statistics", got, memory.Statistics{Passages: 2, Terms: 6, Frequency: map[string]int{"quorum": 1, "membres": 2}})
	wantEqual(t, "vocabulary", must[[]string](t)(s.Vocabulary(t.Context(), coop, "mem", 5)), []string{"membres"})
	wantEqual(t, "no more than asked", len(must[[]string](t)(s.Vocabulary(t.Context(), coop, "mem", 0))), 0)
	wantEqual(t, "foreign vocabulary", len(must[[]string](t)(s.Vocabulary(t.Context(), "nobody", "mem", 5))), 0)
}

func candidates(t *testing.T, s memory.Store) {
	saved := save(t, s, version(coop, "a.md", "quorum rare", "membres partout", "rien ici"))
	all := must[[]memory.Candidate](t)(s.Candidates(t.Context(), coop, []memory.WeightedTerm{{Term: "rare", Weight: 3}, {Term: "membres", Weight: 1}}, nil, 10))
	wantEqual(t, "how many", len(all), 2)
	one := must[[]memory.Candidate](t)(s.Candidates(t.Context(), coop, []memory.WeightedTerm{{Term: "rare", Weight: 3}}, nil, 1))
	wantEqual(t, "the one", one, []memory.Candidate{{ID: saved.Passages[0], Body: "quorum rare", Header: "titre"}})
	wantEqual(t, "none", found(t, s, coop), []int64(nil))
}

func shadows(t *testing.T, s memory.Store) {
	one := save(t, s, version(coop, "a.md", "premier", "second"))
	save(t, s, version(other, "a.md", "ailleurs"))
	two := save(t, s, version(coop, "b.md", "troisième"))
	at := must[memory.Revision](t)(s.Revision(t.Context(), coop))
	wantEqual(t, "what the revision counts", [2]int64{at.Passages, at.Terms}, [2]int64{3, 6})
	read := func(after int64, limit int) (ids []int64) {
		for _, c := range must[[]memory.Candidate](t)(s.Shadows(t.Context(), coop, after, limit)) {
			ids = append(ids, c.ID)
		}
		return ids
	}
	all := slices.Concat(one.Passages, two.Passages)
	wantEqual(t, "all", read(0, 10), all)
	wantEqual(t, "a page", read(0, 2), one.Passages)
	wantEqual(t, "the next", read(one.Passages[1], 2), two.Passages)
	wantEqual(t, "terms", must[[]memory.Candidate](t)(s.Shadows(t.Context(), coop, one.Passages[1], 2)),
		[]memory.Candidate{{ID: two.Passages[0], Body: "troisième", Header: "titre"}})
	living := func(of core.ID) []int64 {
		ids := must[[]int64](t)(s.Living(t.Context(), of, append(slices.Clone(all), 1<<40)))
		slices.Sort(ids)
		return ids
	}
	wantEqual(t, "living", living(coop), all)
	wantEqual(t, "of another organisation", living(other), []int64(nil))
	wantEqual(t, "of none", must[[]int64](t)(s.Living(t.Context(), coop, nil)), []int64(nil))
	again := save(t, s, version(coop, "a.md", "nouveau"))
	wantEqual(t, "living after a new version", living(coop), two.Passages)
	wantEqual(t, "what came since", read(two.Passages[0], 10), again.Passages)
}

func anyTerm(t *testing.T, s memory.Store) {
	save(t, s, version(coop, "a.md", "quorum"))
	for _, term := range []string{`"`, `'`, `a'b"c`, `\`, "*", "NEAR", "AND", "organisation", "été", "ß", "漢字", ":", "-"} {
		found(t, s, coop, term)
	}
}

func putVectors(t *testing.T, s memory.Store, organisation core.ID, model string, ids ...int64) {
	t.Helper()
	var all []memory.PassageVectors
	for _, id := range ids {
		all = append(all, memory.PassageVectors{ID: id, Whole: []float32{0.6, -0.8, float32(id)}, Sentences: [][]float32{{1, -0.5, 0}}})
	}
	if err := s.PutVectors(t.Context(), organisation, model, all); err != nil {
		t.Fatal(err)
	}
}

func loaded(t *testing.T, s memory.Store, organisation core.ID, model string, after int64) map[int64][]float32 {
	t.Helper()
	out := map[int64][]float32{}
	err := s.Vectors(t.Context(), organisation, model, after, func(id int64, v []float32) error {
		out[id] = slices.Clone(v)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func vectors(t *testing.T, s memory.Store) {
	saved := save(t, s, version(coop, "a.md", "un", "deux"))
	a, b := saved.Passages[0], saved.Passages[1]
	putVectors(t, s, coop, "m", a)
	first := must[memory.Revision](t)(s.Revision(t.Context(), coop))
	wantEqual(t, "vector", loaded(t, s, coop, "m", 0), map[int64][]float32{a: {0.6, -0.8, float32(a)}})
	putVectors(t, s, coop, "m", b, 1<<40)
	wantEqual(t, "only what is new", len(loaded(t, s, coop, "m", first.Change)), 1)
	wantEqual(t, "vectors of another model", loaded(t, s, coop, "n", 0), map[int64][]float32{})
	docs := must[[]memory.Document](t)(s.Documents(t.Context(), coop, "m"))
	wantEqual(t, "every passage has its vector", docs[0].Vectors, true)

	passages := must[[]memory.StoredPassage](t)(s.Passages(t.Context(), coop, "m", []int64{a}))
	small := passages[0].Vectors.Sentences
	if len(small) != 1 || len(small[0]) != 3 || small[0][0] < 0.99 || small[0][1] > -0.49 || small[0][1] < -0.51 || small[0][2] != 0 {
		t.Errorf("sentence vectors: %v", small)
	}
	putVectors(t, s, coop, "n", a)
	wantEqual(t, "a model replaces another", len(loaded(t, s, coop, "m", 0)), 1)
}

func unembedded(t *testing.T, s memory.Store) {
	saved := save(t, s, version(coop, "a.md", "un", "é deux", "trois"))
	putVectors(t, s, coop, "m", saved.Passages[0])
	got := must[[]memory.Unembedded](t)(s.Unembedded(t.Context(), "m", 0, 1))
	if len(got) != 1 || got[0].ID != saved.Passages[1] || got[0].Text != "é deux" || got[0].Organisation != coop || len(got[0].Sentences) != 1 {
		t.Errorf("first: %+v", got)
	}
	got = must[[]memory.Unembedded](t)(s.Unembedded(t.Context(), "m", got[0].ID, 10))
	wantEqual(t, "after it", len(got), 1)
	wantEqual(t, "for another model", len(must[[]memory.Unembedded](t)(s.Unembedded(t.Context(), "n", 0, 10))), 3)
}
