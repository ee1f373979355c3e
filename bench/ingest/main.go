// Command ingest measures how fast files become text, before any vector is made, and prints what was read.
//
//	go run ./bench/ingest FILE...          pages and bytes per second, for each file and in all
//	go run ./bench/ingest -print FILE      the text, with its marks
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryformats"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypdfium"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytesseract"
)

func main() {
	show := flag.Bool("print", false, "print the text")
	profile := flag.String("cpuprofile", "", "write a profile of the processor's time here")
	flag.Parse()
	if *profile != "" {
		out, err := os.Create(*profile)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		pprof.StartCPUProfile(out)
		defer pprof.StopCPUProfile()
	}
	recognizer := memorytesseract.New("tesseract", os.Environ())
	pdf := memorypdfium.New(memorypdfium.Config{CacheDir: filepath.Join(os.TempDir(), "solidaire-ingest"), Idle: time.Minute, Killable: true, Recognizer: recognizer})
	defer pdf.Close()
	formats := memoryformats.New(memoryformats.Config{PDF: pdf, Recognizer: recognizer})
	for _, name := range flag.Args() {
		file, err := os.ReadFile(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		start := time.Now()
		x, err := formats.Extract(context.Background(), name, file)
		took := time.Since(start)
		fmt.Printf("== %s: %s, %d pages, %d bytes, %d marks, %d places, %q, %s, %v, %v\n", name, x.Media, x.Pages, len(x.Text), len(x.Marks), len(x.Places), x.Title, x.Dated.Format(time.DateOnly), took.Round(time.Millisecond), err)
		if *show {
			print(x)
		}
	}
}

func print(x memory.Extracted) {
	at := 0
	for _, m := range x.Marks {
		fmt.Printf("%s«%s %d %s»", x.Text[at:m.Start], m.Kind, m.Level, m.Label)
		at = m.Start
	}
	fmt.Println(x.Text[at:])
}
