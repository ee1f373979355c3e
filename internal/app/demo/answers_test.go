package demo_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/app/demo"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryformats"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypdfium"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysnowball"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

const organisation core.ID = "00000000000000000semailles"

// asked is a question with the words that must stand in the first quote; none: nothing may be said.
type asked struct {
	question, quote string
	hard            bool // by words alone it is not answered rightly today: told, and not failed on
}

func questions() []asked {
	return []asked{
		{"Quel est le quorum de l’assemblée générale ?", "vingt-cinq pour cent (25 %) des membres en règle", false},
		{"quel est le quorum de l'assemblee generale", "vingt-cinq pour cent (25 %) des membres en règle", false},
		{"Quel est le quorum du conseil d’administration ?", "cinq administrateurs", false},
		{"Que se passe-t-il si le quorum n’est pas atteint ?", "une seconde assemblée est convoquée dans les quinze jours", true},
		{"Combien de jours à l’avance l’avis de convocation doit-il être envoyé ?", "au moins 15 jours et au plus 45 jours", false},
		{"Le vote par procuration est-il permis ?", "Le vote par procuration est interdit", false},
		{"Combien de parts un membre travailleur doit-il souscrire ?", "50 parts sociales de 10 $", false},
		{"Quelle est la durée du mandat des administrateurs ?", "deux ans", false},
		{"Comment sont répartis les excédents ?", "40 % à la réserve générale", false},
		{"Où est le siège de la coopérative ?", "412, rang des Érables", false},
		{"Combien coûte la serre solaire ?", "186 000 $", false},
		{"À quel taux est le prêt de la serre ?", "4,85 %", false},
		{"Quelle somme est prévue pour les assurances en 2025 ?", "31 200 $", false},
		{"À quelle date a lieu la fête des récoltes ?", "samedi 4 octobre 2025", false},
		{"Qui est la responsable de la protection des renseignements personnels ?", "Nadia Haddad", false},
		{"Combien de temps garde-t-on le dossier d’un membre ?", "trois ans après le départ", false},
		{"Jusqu’à quelle heure peut-on prendre son panier à la ferme le jeudi ?", "entre 16 h et 19 h", false},
		{"Quel rabais les membres ont-ils au kiosque ?", "rabais de 10 %", false},
		{"Qui autorise un achat de plus de 25 000 $ ?", "conseil d’administration", false},
		{"Quelle est la valeur maximale d’un cadeau d’un fournisseur ?", "50 $", false},
		{"Qui est l’auditeur de la coopérative ?", "Morneau Lapointe", false},
		{"Combien de voix contre la résolution sur la serre solaire ?", "9 voix contre", false},
		{"À quel salaire Karim Benali a-t-il été embauché ?", "26,40 $ l’heure", false},
		{"How much is the deposit for a motorized machine?", "$100", false},
		{"How long can I borrow equipment?", "no more than three days", true},
		{"Who do I call to book the tiller?", "Luc Fontaine", false},
		{"When must damage be reported?", "within 24 hours", false},
		{"What is the quorum of the general meeting?", "vingt-cinq pour cent (25 %) des membres en règle", false},
		{"Combien coûte la location du tracteur électrique pour une ferme partenaire ?", "$140", false},
		{"Peut-on rendre les clés en les laissant dans le tracteur ?", "never left in the machine", false},
		// Nothing in the documents answers these.
		{"Quelle est l’adresse du site web de la coopérative ?", "", false},
		{"Combien de semaines dure le congé parental ?", "", false},
		{"Quel est le numéro de compte bancaire de la coopérative ?", "", true},
		{"Quel est le prix d’un hectare de terre agricole ?", "", true},
		{"Qui a gagné la coupe Stanley en 1993 ?", "", false},
		{"Avons-nous une piscine ?", "", false},
		{"What is the capital of Australia?", "", false},
		{"How many tonnes of apples were harvested in 2022?", "", false},
	}
}

// house is a memory that holds the demonstration's documents.
func house(t *testing.T, embedder memory.Embedder) *memory.Service {
	t.Helper()
	pdf := memorypdfium.New(memorypdfium.Config{CacheDir: filepath.Join(t.TempDir(), "pdfium"), Idle: time.Minute})
	t.Cleanup(func() { pdf.Close() })
	s := memory.New(memory.Parts{Store: memorysql.New(sqldbtest.SQLite(t)), Stemmer: memorysnowball.Stemmer{}, Embedder: embedder,
		Extractor: memoryformats.New(memoryformats.Config{PDF: pdf}), Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler)})
	err := fs.WalkDir(demo.Documents(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := demo.Documents().Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		report, err := s.Add(context.Background(), organisation, name, time.Time{}, f)
		if report.Problem != nil {
			t.Errorf("%s: %v", name, report.Problem)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func flat(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s)), " ")
}

// TestAnswersByFullText asks without any engine. Questions marked hard need vectors, or are beyond what the memory does today;
// they are told with what came instead, so that whoever works on the memory sees them.
func TestAnswersByFullText(t *testing.T) {
	t.Parallel()
	s := house(t, nil)
	for _, q := range questions() {
		wrong := check(t, s, q)
		switch {
		case wrong != "" && q.hard:
			t.Logf("still hard: %s\n   %s", q.question, wrong)
		case wrong != "":
			t.Errorf("%s\n   %s", q.question, wrong)
		}
	}
}

// check returns what is wrong with the answer; "" when nothing is.
func check(t *testing.T, s *memory.Service, q asked) (wrong string) {
	t.Helper()
	a, err := s.Answer(t.Context(), memory.Query{Organisation: organisation, Text: q.question})
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case q.quote == "" && a.Found:
		return fmt.Sprintf("must find nothing, says %q", flat(a.Quotes[0].Text))
	case q.quote != "" && !a.Found:
		return fmt.Sprintf("must quote %q, says nothing", q.quote)
	case q.quote != "" && !strings.Contains(flat(a.Quotes[0].Text), q.quote):
		return fmt.Sprintf("must quote %q, says %q", q.quote, flat(a.Quotes[0].Text))
	}
	return ""
}
