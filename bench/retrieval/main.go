// Command retrieval measures how well the memory finds and answers, on data files given by path, and
// learns the constants of internal/memory/calibrated.go.
//
// It runs the product's own service on a real database: files are added, cut, indexed and embedded
// as members' files are. Questions are split in two halves by a hash of their text; learning sees
// one half, every figure is of the other.
//
//	retrieval -piaf piaf-v1.0.json -service-public DIR -coop DIR [-embeddings http://127.0.0.1:8080] [-learn]
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryformats"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypdfium"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysnowball"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

type options struct {
	piaf, servicePublic, coop string
	embeddings, work          string
	learn, list               bool
	dump                      string
	every                     int
}

func main() {
	var o options
	flag.StringVar(&o.piaf, "piaf", "", "path of piaf-v1.0.json")
	flag.StringVar(&o.servicePublic, "service-public", "", "folder of the Service-Public questions")
	flag.StringVar(&o.coop, "coop", "", "folder with questions.jsonl and the organisations' folders")
	flag.StringVar(&o.embeddings, "embeddings", "", "address of an OpenAI-compatible server with an e5 model; none: full text alone")
	flag.StringVar(&o.work, "work", filepath.Join(os.TempDir(), "solidaire-retrieval"), "folder for the database and the vectors already made")
	flag.BoolVar(&o.learn, "learn", false, "learn the constants and print them")
	flag.StringVar(&o.dump, "dump", "", "write every candidate's features to this file, for a study outside")
	flag.IntVar(&o.every, "every", 1, "take one PIAF question of so many")
	flag.BoolVar(&o.list, "list", false, "print each co-operative question and its answer")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if err := os.MkdirAll(o.work, 0o700); err != nil {
		return err
	}
	db, err := sqldb.OpenSQLite(ctx, filepath.Join(o.work, "retrieval.db"), core.SystemClock{})
	if err != nil {
		return err
	}
	defer db.Close()
	pdf := memorypdfium.New(memorypdfium.Config{CacheDir: filepath.Join(o.work, "wasm"), Idle: time.Minute})
	defer pdf.Close()
	var embedder memory.Embedder
	asked := &client{}
	if o.embeddings != "" {
		if asked, err = newClient(o.embeddings, filepath.Join(o.work, "vectors")); err != nil {
			return err
		}
		defer asked.Close()
		embedder = asked
	}
	service := memory.New(memory.Parts{Store: memorysql.New(db), Stemmer: memorysnowball.Stemmer{}, Embedder: embedder,
		Extractor: memoryformats.New(memoryformats.Config{PDF: pdf}), Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler)})
	sets, err := load(o)
	if err != nil {
		return err
	}
	for i := range sets {
		asked.wholesOnly = sets[i].name == "service-public"
		if err := sets[i].ingest(ctx, service); err != nil {
			return err
		}
	}
	if n, err := service.Reembed(ctx); err != nil {
		return err
	} else if n > 0 {
		fmt.Printf("embedded %d passages that waited\n", n)
	}
	if o.dump != "" {
		return dump(ctx, service, sets, o)
	}
	return evaluate(ctx, service, sets, o)
}
