// Command retrieval measures how well the memory finds and answers, on data files given by path, and
// learns the constants of internal/memory/learned.go.
//
// It runs the product's own service on a real database: files are added, cut, indexed and embedded
// as members' files are. Questions are split in two halves by a hash of their text; learning sees
// one half, and tells how the other went.
//
//	retrieval -piaf piaf-v1.0.json -service-public DIR -coop DIR [-embeddings http://127.0.0.1:8080] [-learn FILE]
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
	"github.com/solidaire-coop/solidaire/internal/memory/memorytesseract"
	"github.com/solidaire-coop/solidaire/internal/platform/heap"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

type options struct {
	piaf, servicePublic string
	coop, semailles     string
	embeddings, work    string
	list                bool
	learn               string
	sheet               string
	every, scale        int
	profile             string
	stored              bool
}

func main() {
	var o options
	flag.StringVar(&o.piaf, "piaf", "", "path of piaf-v1.0.json")
	flag.StringVar(&o.servicePublic, "service-public", "", "folder of the Service-Public questions")
	flag.StringVar(&o.coop, "coop", "", "folder with questions.jsonl and the organisations' folders")
	flag.StringVar(&o.semailles, "semailles", "", "folder of the demonstration's documents, for learning")
	flag.StringVar(&o.embeddings, "embeddings", "", "address of an OpenAI-compatible server with an e5 model; none: full text alone")
	flag.StringVar(&o.work, "work", filepath.Join(os.TempDir(), "solidaire-retrieval"), "folder for the database and the vectors already made")
	flag.StringVar(&o.learn, "learn", "", "learn the constants and write them to this file")
	flag.StringVar(&o.sheet, "sheet", "", "write twenty questions on co-operatives to this file, with the answers as they are given")
	flag.IntVar(&o.every, "every", 1, "take one PIAF question of so many")
	flag.IntVar(&o.scale, "scale", 0, "measure search among so many passages, with vectors drawn by lot")
	flag.StringVar(&o.profile, "profile", "", "with -scale, write a processor profile of the searches to this file")
	flag.BoolVar(&o.stored, "stored", false, "search by the database's full text, and not by the index in memory")
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
	recognizer := memorytesseract.New(memorytesseract.Program, os.Environ())
	pdf := memorypdfium.New(memorypdfium.Config{CacheDir: filepath.Join(o.work, "wasm"), Idle: time.Minute, Recognizer: recognizer})
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
	words := 0
	if o.stored {
		words = 1
	}
	pace := heap.NewPace(200) // as serve does
	build := func(e memory.Embedder) *memory.Service {
		return memory.New(memory.Parts{Store: memorysql.New(db), Stemmer: memorysnowball.Stemmer{}, Embedder: e,
			Extractor: memoryformats.New(memoryformats.Config{PDF: pdf, Recognizer: recognizer}), Clock: core.SystemClock{}, Log: slog.New(slog.DiscardHandler), WordMemory: words, Held: pace.Hold})
	}
	service := build(embedder)
	sets, err := load(o)
	if err != nil {
		return err
	}
	if o.scale > 0 {
		return scale(ctx, build, sets, o)
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
	if o.sheet != "" {
		return sheet(ctx, service, sets, o.sheet)
	}
	if o.learn != "" {
		return learnBoth(ctx, service, build(nil), sets, o)
	}
	return evaluate(ctx, service, sets, o)
}

// learnBoth learns for search by meaning and for search by words alone, and writes what it learned.
func learnBoth(ctx context.Context, meaning, words *memory.Service, sets []set, o options) error {
	byMeaning, howMeaning, err := study(ctx, meaning, sets, o.every, true)
	if err != nil {
		return err
	}
	byWords, howWords, err := study(ctx, words, sets, o.every, false)
	if err != nil {
		return err
	}
	fmt.Print(howMeaning, "//\n", howWords)
	return write(o.learn, note(o.every, howMeaning, howWords), byMeaning, byWords)
}
