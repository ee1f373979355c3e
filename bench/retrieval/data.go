package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// set is a corpus with questions about it.
type set struct {
	name         string
	organisation core.ID
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
		both, err := loadCoop(o.coop)
		if err != nil {
			return nil, err
		}
		sets = append(sets, both...)
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

// loadCoop puts both organisations' documents into one memory, and again each into one of its own: asked of the other
// organisation, a question has no answer.
func loadCoop(dir string) ([]set, error) {
	sets := []set{{name: "coop", organisation: "coop"}, {name: "zeste", organisation: "zeste-de-savoir"}, {name: "hypha", organisation: "hypha"}}
	for i := range sets {
		root := filepath.Join(dir, string(sets[i].organisation))
		if i == 0 {
			root = dir
		}
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name() == "LICENSE" || filepath.Dir(path) == dir {
				return err
			}
			data, err := os.ReadFile(path)
			name, _ := filepath.Rel(dir, path)
			sets[i].files = append(sets[i].files, file{name, data})
			return err
		})
		if err != nil {
			return nil, err
		}
		sort.Slice(sets[i].files, func(a, b int) bool { return sets[i].files[a].name < sets[i].files[b].name })
	}
	f, err := os.Open(filepath.Join(dir, "questions.jsonl"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	asked, err := memory.ReadQuestions(f)
	if err != nil {
		return nil, err
	}
	for n, a := range asked {
		q := query{id: a.ID, text: a.Question, gold: a.Quote, kind: a.Kind, article: n}
		if a.Answerable() {
			q.files = append([]string{a.File}, a.Also...)
		}
		sets[0].questions = append(sets[0].questions, q)
		for i := 1; i < 3; i++ {
			switch {
			case strings.HasPrefix(a.File, string(sets[i].organisation)+"/"):
				sets[i].questions = append(sets[i].questions, q)
			case !a.Answerable():
			default:
				e := q
				e.files, e.gold, e.kind = nil, "", "elsewhere"
				sets[i].questions = append(sets[i].questions, e)
			}
		}
	}
	return sets, nil
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
