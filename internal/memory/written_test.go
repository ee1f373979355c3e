package memory_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

func passagesOf() []memory.Quote {
	return []memory.Quote{
		{Title: "Statuts", Heading: "Article 18. Quorum", Dated: time.Date(2025, 3, 12, 0, 0, 0, 0, time.UTC),
			Text: "Le quorum de l’assemblée générale est fixé à vingt-cinq pour cent (25 %) des membres en règle, présents ou représentés.\nÀ défaut de quorum, une seconde assemblée est convoquée dans les quinze jours ; elle délibère quel que soit le nombre de membres présents."},
		{Title: "Procès-verbal", Text: "Claire Gagnon préside la séance du 12 mars 2025.\nLe budget des paniers d’été, de 681 000 $, est adopté à l’unanimité.\nLe vote par procuration n’est pas permis."},
		{Title: "Handbook", Text: "Members may take up to 15 days of paid leave each year. The Finance working group pays invoices within 30 days."},
	}
}

func TestEachWrittenSentenceIsHeldAgainstItsPassages(t *testing.T) {
	t.Parallel()
	type verdict struct {
		Support        memory.Support
		Cited, Dropped []int
		Found          []int
		Missing        []string
	}
	negated := map[string]bool{"Le vote par procuration est permis [2].": true}
	for _, c := range []struct {
		written string
		want    verdict
		text    string // "" when it stays as it is
	}{
		{"Le quorum est de 25 % des membres en règle [1].", verdict{memory.Supported, []int{1}, nil, nil, nil}, ""},
		{"Le quorum est de 25 % des membres en règle. [1]", verdict{memory.Supported, []int{1}, nil, nil, nil}, ""},
		{"Il faut vingt-cinq pour cent des membres présents ou représentés [1].", verdict{memory.Supported, []int{1}, nil, nil, nil}, ""},
		{"Une seconde assemblée est convoquée dans les 15 jours [1].", verdict{memory.Supported, []int{1}, nil, nil, nil}, ""},
		{"Le quorum est de 30 % des membres en règle [1].", verdict{memory.Unsupported, nil, []int{1}, nil, []string{"30"}}, "Le quorum est de 30 % des membres en règle."},
		{"Le quorum est de trente pour cent des membres en règle [1].", verdict{memory.Unsupported, nil, []int{1}, nil, []string{"trente"}}, "Le quorum est de trente pour cent des membres en règle."},
		{"Le quorum est de 25 % des membres en règle [2].", verdict{memory.Supported, nil, []int{2}, []int{1}, nil}, "Le quorum est de 25 % des membres en règle. [1]"},
		{"Le quorum est de 25 % des membres en règle.", verdict{memory.Supported, nil, nil, []int{1}, nil}, "Le quorum est de 25 % des membres en règle. [1]"},
		{"Le quorum est de 25 % des membres en règle [1][9].", verdict{memory.Supported, []int{1}, []int{9}, nil, nil}, "Le quorum est de 25 % des membres en règle [1]."},
		{"Le quorum est de 25 % des membres en règle [1, 3].", verdict{memory.Supported, []int{1}, []int{3}, nil, nil}, "Le quorum est de 25 % des membres en règle [1]."},
		{"La séance du 2025-03-12 est présidée par Claire Gagnon [2].", verdict{memory.Supported, []int{2}, nil, nil, nil}, ""},
		{"La séance du 13 mars 2025 est présidée par Claire Gagnon [2].", verdict{memory.Unsupported, nil, []int{2}, nil, []string{"13 mars 2025"}}, "La séance du 13 mars 2025 est présidée par Claire Gagnon."},
		{"La séance est présidée par Claire Tremblay [2].", verdict{memory.Unsupported, nil, []int{2}, nil, []string{"Tremblay"}}, "La séance est présidée par Claire Tremblay."},
		{"Le budget des paniers d’été est de 681 000 $ [2].", verdict{memory.Supported, []int{2}, nil, nil, nil}, ""},
		{"Le vote par procuration est permis [2].", verdict{memory.Unsupported, nil, []int{2}, nil, nil}, "Le vote par procuration est permis."},
		{"Le vote par procuration n’est pas permis [2].", verdict{memory.Supported, []int{2}, nil, nil, nil}, ""},
		{"La coopérative distribue des médailles aux champions d’échecs [1].", verdict{memory.Unsupported, nil, []int{1}, nil,
			[]string{"champions", "coopérative", "distribue", "médailles", "échecs"}}, "La coopérative distribue des médailles aux champions d’échecs."},
		{"Les membres ont 15 % de congé payé par an [3].", verdict{memory.Unsupported, nil, []int{3}, nil, []string{"15"}}, "Les membres ont 15 % de congé payé par an."},
		{"Les membres ont 15 jours de congé payé par an [3].", verdict{memory.Unverified, []int{3}, nil, nil, nil}, ""},
		{"Les congés payés sont prévus pour chaque membre [3].", verdict{memory.Unverified, []int{3}, nil, nil, nil}, ""},
		{"Les passages ne précisent pas le montant de la part sociale.", verdict{memory.Silent, nil, nil, nil, nil}, ""},
		{"Les passages ne précisent pas la part sociale, qui est de 77 $.", verdict{memory.Unsupported, nil, nil, nil, []string{"77"}}, ""},
		{"Voici :", verdict{memory.Empty, nil, nil, nil, nil}, ""},
	} {
		got := memory.CheckWritten(c.written, passagesOf())
		if len(got.Sentences) != 1 {
			t.Errorf("%q: %d sentences", c.written, len(got.Sentences))
			continue
		}
		s := got.Sentences[0]
		if diff := cmp.Diff(c.want, verdict{s.Support, s.Cited, s.Dropped, s.Found, s.Missing}); diff != "" {
			t.Errorf("%q: %s", c.written, diff)
		}
		if s.Negated != negated[c.written] {
			t.Errorf("%q: negated %v", c.written, s.Negated)
		}
		if want := c.text; got.Text != want && (want != "" || got.Text != c.written) {
			t.Errorf("%q: became %q", c.written, got.Text)
		}
	}
}

func TestAListIsCheckedItemByItem(t *testing.T) {
	t.Parallel()
	written := "Voici ce que disent les statuts :\n\n- Le quorum est de **25 %** des membres en règle. [1]\n- Le budget est de 5 000 $ [2]. Claire Gagnon préside la séance. [2]\n"
	got := memory.CheckWritten(written, passagesOf())
	var verdicts []memory.Support
	for _, s := range got.Sentences {
		verdicts = append(verdicts, s.Support)
	}
	if diff := cmp.Diff([]memory.Support{memory.Supported, memory.Unsupported, memory.Supported}, verdicts[1:]); diff != "" {
		t.Error(diff)
	}
	if got.Unsupported() != 1 && verdicts[0] != memory.Unsupported || !cmp.Equal(got.Dropped(), []int{2}) || !strings.HasSuffix(got.Text, "\n") {
		t.Errorf("%+v", got)
	}
	if s := got.Sentences[2]; got.Text[s.Start:s.End] != "Le budget est de 5 000 $." && got.Text[s.Start:s.End] != "- Le budget est de 5 000 $." {
		t.Errorf("%q", got.Text[s.Start:s.End])
	}
}

var anyCitation = regexp.MustCompile(`[ \x{00a0}\x{202f}]?\[\d{1,3}(?:[ ]?[,;][ ]?\d{1,3})*\]`)

// onlyWords takes out citations and blanks.
func onlyWords(text string) string {
	for anyCitation.MatchString(text) {
		text = anyCitation.ReplaceAllString(text, "")
	}
	return strings.Join(strings.Fields(text), "")
}

// Whatever a model writes, the check keeps its words, and its sentences follow each other.
func TestACheckKeepsTheWords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"Le quorum est de 25 %", ". ", " [1]", "[2, 9]", "\n- ", "vingt-cinq", " | ", "12 mars 2025", "n’est pas"}))).Draw(t, "pieces")
		written := strings.Join(pieces, "")
		got := memory.CheckWritten(written, passagesOf())
		if onlyWords(got.Text) != onlyWords(written) {
			t.Fatalf("%q became %q", written, got.Text)
		}
		at := 0
		for _, s := range got.Sentences {
			if s.Start < at || s.End < s.Start || s.End > len(got.Text) {
				t.Fatalf("%+v in %q", s, got.Text)
			}
			at = s.End
		}
	})
}

// A sentence that is copied from its passage is supported; with another figure it is not.
func TestCopiesAreSupportedAndFiguresAreNotInvented(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		nouns := rapid.SliceOfNDistinct(rapid.SampledFrom(strings.Fields("cotisation assemblée panier récolte budget conseil trésorerie bureau réserve comité dividende adhésion kiosque entrepôt")), 2, 5, rapid.ID[string]).Draw(t, "nouns")
		n := rapid.IntRange(100, 9_999).Draw(t, "figure")
		sentence := "Le montant de la " + strings.Join(nouns, " et de la ") + " est fixé à " + strconv.Itoa(n) + " dollars."
		passages := []memory.Quote{{Title: "Autre", Text: "Le conseil siège le lundi."}, {Title: "Règlement", Text: "Préambule.\n" + sentence + "\nFin du texte."}}
		if s := memory.CheckWritten(sentence+" [2]", passages).Sentences[0]; s.Support != memory.Supported || !cmp.Equal(s.Cited, []int{2}) {
			t.Fatalf("%q: %+v", sentence, s)
		}
		invented := strings.Replace(sentence, strconv.Itoa(n), strconv.Itoa(n+1), 1)
		if s := memory.CheckWritten(invented+" [2]", passages).Sentences[0]; s.Support != memory.Unsupported || len(s.Cited) > 0 {
			t.Fatalf("%q: %+v", invented, s)
		}
	})
}

func FuzzCheckWritten(f *testing.F) {
	f.Add("Le quorum est de 25 % [1]. Il faut [9] [2, 3].", "Le quorum est fixé à 25 %.")
	f.Add("[1][1] | n’est pas\n\u202e", "")
	f.Fuzz(func(t *testing.T, written, passage string) {
		got := memory.CheckWritten(written, []memory.Quote{{Text: passage}})
		if onlyWords(got.Text) != onlyWords(written) {
			t.Fatalf("%q became %q", written, got.Text)
		}
	})
}
