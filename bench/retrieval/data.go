package main

import (
	"archive/zip"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// set is a corpus with questions about it.
type set struct {
	name         string
	organisation core.ID
	learning     bool // for learning only
	files        []file
	questions    []query
	documents    map[string]core.ID // by file name, after ingest
}

type file struct {
	name string
	data []byte
}

// query is a question with its gold: the files that answer, and the words that do.
type query struct {
	id, text    string
	files       []string // empty: no answer in the set
	gold        string   // "" when only the file is known
	kind        string
	article, at int
}

// learning tells the half that constants are learned on.
func (q query) learning() bool {
	h := fnv.New32a()
	h.Write([]byte(q.text))
	return h.Sum32()%2 == 0
}

func load(o options) ([]set, error) {
	var sets []set
	if o.piaf != "" {
		s, err := loadPIAF(o.piaf)
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	if o.servicePublic != "" {
		s, err := loadServicePublic(o.servicePublic)
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	if o.coop != "" {
		s, err := loadCoop(o.coop)
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	if o.semailles != "" {
		s, err := loadSemailles(o.semailles)
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	return sets, nil
}

func readJSON(path string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

func loadPIAF(path string) (set, error) {
	var raw struct {
		Data []struct {
			Paragraphs []struct {
				Context string
				QAs     []struct {
					ID       string
					Question string
					Answers  []struct {
						Text  string
						Start int `json:"answer_start"`
					}
				} `json:"qas"`
			}
		}
	}
	if err := readJSON(path, &raw); err != nil {
		return set{}, err
	}
	s := set{name: "piaf", organisation: "piaf"}
	for ai, article := range raw.Data {
		for _, p := range article.Paragraphs {
			name := fmt.Sprintf("p%04d.txt", len(s.files))
			s.files = append(s.files, file{name, []byte(strings.ReplaceAll(p.Context, "\n", " "))})
			for _, q := range p.QAs {
				s.questions = append(s.questions, query{id: q.ID, text: q.Question, files: []string{name}, gold: q.Answers[0].Text, kind: "piaf",
					article: ai, at: len(string([]rune(p.Context)[:q.Answers[0].Start]))})
			}
		}
	}
	return s, nil
}

func loadServicePublic(dir string) (set, error) {
	var triples [][3]string
	if err := readJSON(filepath.Join(dir, "questions_spf.json"), &triples); err != nil {
		return set{}, err
	}
	s := set{name: "service-public", organisation: "service-public"}
	for i, t := range triples {
		name := fmt.Sprintf("q%04d.txt", i)
		s.files = append(s.files, file{name, []byte(strings.ReplaceAll(t[2], "\n", "\n\n"))})
		s.questions = append(s.questions, query{id: t[0], text: t[1], files: []string{name}, kind: "fiche", article: i})
	}
	z, err := zip.OpenReader(filepath.Join(dir, "service_public_fr_fiches_txt_v2.zip"))
	if err != nil {
		return set{}, err
	}
	defer z.Close()
	for _, f := range z.File {
		if f.FileInfo().IsDir() || strings.HasPrefix(filepath.Base(f.Name), ".") || strings.Contains(f.Name, "__MACOSX") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return set{}, err
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return set{}, err
		}
		s.files = append(s.files, file{fmt.Sprintf("d%05d.txt", len(s.files)), bytes.ReplaceAll(data, []byte("\n"), []byte("\n\n"))})
	}
	return s, nil
}

// loadCoop reads the documents of two co-operatives as one memory holds them, with the questions beside them.
func loadCoop(dir string) (set, error) {
	s := set{name: "coop", organisation: "coop"}
	if err := s.addFiles(dir, func(name string) bool { return filepath.Base(name) != "LICENSE" && strings.Contains(name, "/") }); err != nil {
		return set{}, err
	}
	f, err := os.Open(filepath.Join(dir, "questions.jsonl"))
	if err != nil {
		return set{}, err
	}
	defer f.Close()
	return s, s.ask(f)
}

//go:embed semailles.jsonl
var semailles []byte

// loadSemailles reads the demonstration's documents, with questions written for learning: nothing is reported of them.
func loadSemailles(dir string) (set, error) {
	s := set{name: "semailles", organisation: "semailles", learning: true}
	if err := s.addFiles(dir, func(string) bool { return true }); err != nil {
		return set{}, err
	}
	return s, s.ask(bytes.NewReader(semailles))
}

// addFiles reads the files under a folder that are taken, named by their path in it.
func (s *set) addFiles(dir string, take func(name string) bool) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil || !take(name) {
			return err
		}
		data, err := os.ReadFile(path)
		s.files = append(s.files, file{name, data})
		return err
	})
}

// ask reads a question set.
func (s *set) ask(r io.Reader) error {
	asked, err := memory.ReadQuestions(r)
	for n, a := range asked {
		q := query{id: a.ID, text: a.Question, gold: a.Quote, kind: a.Kind, article: n}
		if a.Answerable() {
			q.files = append([]string{a.File}, a.Also...)
		}
		s.questions = append(s.questions, q)
	}
	return err
}

// ingest adds the set's files; what is there already is passed over by the service itself.
func (s *set) ingest(ctx context.Context, service *memory.Service) error {
	start := time.Now()
	s.documents = map[string]core.ID{}
	docs, err := service.Documents(ctx, s.organisation)
	if err != nil {
		return err
	}
	for _, d := range docs {
		s.documents[d.Name] = d.ID
	}
	failed := 0
	for _, f := range s.files {
		if s.documents[f.name] != "" {
			continue
		}
		report, err := service.Add(ctx, s.organisation, f.name, time.Time{}, bytes.NewReader(f.data))
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if report.State == memory.Failed {
			failed++
		}
		s.documents[f.name] = report.Document
	}
	fmt.Printf("%-15s %5d files (%d refused), %4d questions, ready in %s\n", s.name, len(s.files), failed, len(s.questions), time.Since(start).Round(time.Millisecond))
	return nil
}
