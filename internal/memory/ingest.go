package memory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Bounds of a document's name.
const maxNameBytes = 1024

// Add reads one file into the memory and returns when it is findable or has failed. A file that
// cannot be read is no error of Add: the report says why, and the document shows it too.
func (s *Service) Add(ctx context.Context, organisation core.ID, name string, modified time.Time, r io.Reader) (Report, error) {
	name = cleanName(name)
	if name == "" || len(name) > maxNameBytes {
		return Report{}, core.E(core.Invalid, "errors.memory_name_invalid", core.Args{"Bytes": maxNameBytes})
	}
	report, end := s.work.begin(organisation, name)
	defer end()
	defer s.names.lock(string(organisation) + "\x00" + name)()
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return Report{}, orCancelled(ctx, ctx.Err())
	}
	report(Reading, 0, 0)
	out, err := s.add(ctx, organisation, name, modified, r, report)
	return out, orCancelled(ctx, err)
}

// orCancelled says that the caller left rather than what broke because of it.
func orCancelled(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return core.Wrap(err, core.Cancelled, "errors.cancelled", nil)
	}
	return err
}

func (s *Service) add(ctx context.Context, organisation core.ID, name string, modified time.Time, r io.Reader, report func(State, int, int)) (Report, error) {
	file, err := readBounded(r)
	if err != nil {
		return s.failed(ctx, organisation, name, err)
	}
	before, err := s.store.Current(ctx, organisation, name)
	if err != nil {
		return Report{}, err
	}
	fileHash := hashOf(file)
	if before.FileHash == fileHash && before.State == Indexed {
		return Report{Name: name, Document: before.Document, Version: before.Version, State: Indexed, Unchanged: true}, nil
	}
	version, err := s.extract(ctx, organisation, name, datedBy(modified), file)
	if err != nil {
		return s.failed(ctx, organisation, name, err)
	}
	saved, err := s.store.Save(ctx, version)
	if err != nil {
		return Report{}, err
	}
	s.keepOriginal(ctx, version, saved.Document)
	out := Report{Name: name, Document: saved.Document, Version: version.Version.Hash, State: Indexed, Unchanged: saved.Unchanged}
	if !saved.Unchanged {
		s.embedSaved(ctx, version, saved, report)
	}
	return out, nil
}

// failed records a failure that the file itself explains; a cancelled reading is none.
func (s *Service) failed(ctx context.Context, organisation core.ID, name string, err error) (Report, error) {
	if ctx.Err() != nil {
		return Report{}, err
	}
	problem := core.AsError(err)
	s.log.WarnContext(ctx, "a file could not be read into the memory", "code", problem.Code, "key", problem.Key, "cause", problem.Cause)
	id, err := s.store.Fail(ctx, organisation, name, problem)
	if err != nil {
		return Report{}, err
	}
	return Report{Name: name, Document: id, State: Failed, Problem: problem}, nil
}

func readBounded(r io.Reader) ([]byte, error) {
	file, err := io.ReadAll(io.LimitReader(r, MaxFileBytes+1))
	switch {
	case err != nil:
		var known *core.Error
		if errors.As(err, &known) {
			return nil, known
		}
		return nil, core.Wrap(err, core.Unavailable, "errors.memory_file_unreadable", nil)
	case len(file) > MaxFileBytes:
		return nil, core.E(core.TooLarge, "errors.memory_file_large", core.Args{"Size": MaxFileBytes})
	case len(file) == 0:
		return nil, core.E(core.Invalid, "errors.memory_file_empty", nil)
	}
	return file, nil
}

// extract reads the file and cuts it: all that Save needs.
func (s *Service) extract(ctx context.Context, organisation core.ID, name string, dated dating, file []byte) (NewVersion, error) {
	text, err := guarded(ctx, s.extractor, name, file)
	if err != nil {
		return NewVersion{}, err
	}
	v := NewVersion{Organisation: organisation, Pages: text.Pages, Lang: LanguageOf(text.Text)}
	v.Version = Version{
		Hash: hashOf([]byte(text.Text)), Name: name, Title: text.Title, Text: text.Text, Marks: text.Marks,
		Dated: dated(name, text), FileHash: hashOf(file), Media: text.Media, Notice: text.Notice,
	}
	if v.Version.Title == "" {
		v.Version.Title = titleOf(name)
	}
	if len(text.Places) > 0 {
		v.Original = &Original{Version: v.Version.Hash, Media: text.Media, File: file, Places: text.Places}
	}
	for _, p := range CutPassages(v.Version.Title, text.Text, text.Marks) {
		lang := LanguageOf(text.Text[p.Start:p.End])
		v.Passages = append(v.Passages, NewPassage{
			Passage: p, Body: s.analyzer.Shadow(lang, text.Text[p.Start:p.End]), Header: s.analyzer.Shadow(lang, headerText(p, v.Version)),
		})
	}
	return v, nil
}

// headerText is what finds a passage beside its own words: its headings, the document's name and date.
func headerText(p Passage, v Version) string {
	return p.Context + " " + v.Name + " " + dateWords(v.Dated)
}

// guarded turns a panic of an extractor into a failure of that file alone, and holds it to the
// convention of extracted text.
func guarded(ctx context.Context, x Extractor, name string, file []byte) (out Extracted, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = core.Wrap(fmt.Errorf("extractor panicked: %v", p), core.Corrupt, "errors.memory_file_damaged", nil)
		}
	}()
	if out, err = x.Extract(ctx, name, file); err != nil {
		return out, err
	}
	switch {
	case strings.TrimSpace(out.Text) == "":
		return out, core.E(core.Invalid, "errors.memory_no_text", nil)
	case len(out.Text) > MaxTextBytes || len(out.Marks) > MaxMarks:
		return out, core.E(core.TooLarge, "errors.memory_text_large", core.Args{"Size": MaxTextBytes})
	case clean(out.Text) != out.Text:
		return out, core.Wrap(errors.New("extracted text holds control characters"), core.Internal, "errors.internal", nil)
	}
	return out, out.check()
}

// dating tells the date of a document.
type dating func(name string, text Extracted) time.Time

// datedBy gives the date that the document states, in its text or in its name, else the file's.
func datedBy(modified time.Time) dating {
	return func(name string, text Extracted) time.Time {
		if d := StatedDate(text.Text); !d.IsZero() {
			return d
		}
		if d := NamedDate(name); !d.IsZero() {
			return d
		}
		if !text.Dated.IsZero() {
			return text.Dated.UTC()
		}
		return modified.UTC()
	}
}

// cleanName keeps a path readable and free of tricks: no control characters, no « .. », forward slashes.
func cleanName(name string) string {
	name = oneLine(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	return name
}

func titleOf(name string) string {
	base := path.Base(name)
	if cut := strings.TrimSuffix(base, path.Ext(base)); cut != "" {
		base = cut
	}
	return strings.Join(strings.FieldsFunc(base, func(r rune) bool { return r == '_' || r == ' ' }), " ")
}
