package models

import (
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Snapshot is an unchanging view of a catalogue, from which every question is answered in memory.
// The nil Snapshot is an empty catalogue.
type Snapshot struct {
	byName   map[string]Model
	sorted   []Model
	defaults map[Kind]Model
	missing  *core.Error
}

// NewSnapshot makes a view of models given in the order of preference. Of two that bear the same
// name the first counts. A trial model is the default of its kind only when there is no other.
func NewSnapshot(list []Model) *Snapshot {
	s := &Snapshot{byName: make(map[string]Model, len(list)), defaults: map[Kind]Model{}}
	for _, m := range list {
		if _, taken := s.byName[m.Name]; taken {
			continue
		}
		s.byName[m.Name] = m
		s.sorted = append(s.sorted, m)
		if old, ok := s.defaults[m.Kind]; !ok || old.Trial && !m.Trial {
			s.defaults[m.Kind] = m
		}
	}
	slices.SortFunc(s.sorted, func(a, b Model) int { return strings.Compare(a.Name, b.Name) })
	s.missing = unknownModel(s.sorted)
	return s
}

// shownNames bounds how many installed names an error tells.
const shownNames = 20

func unknownModel(sorted []Model) *core.Error {
	if len(sorted) == 0 {
		return core.E(core.NotFound, "errors.model_none", nil)
	}
	names := make([]string, 0, shownNames)
	for _, m := range sorted[:min(len(sorted), shownNames)] {
		names = append(names, m.Name)
	}
	if len(sorted) > shownNames {
		names = append(names, "…")
	}
	return core.E(core.NotFound, "errors.model_unknown", core.Args{"Installed": strings.Join(names, ", ")})
}

// List returns the models by name. The caller owns the slice.
func (s *Snapshot) List() []Model {
	if s == nil {
		return nil
	}
	return slices.Clone(s.sorted)
}

// Find returns the model that bears the name; core.NotFound, telling the installed names, otherwise.
func (s *Snapshot) Find(name string) (Model, error) {
	if s == nil {
		return Model{}, unknownModel(nil)
	}
	if m, ok := s.byName[name]; ok {
		return m, nil
	}
	return Model{}, s.missing
}

// Default returns the model to use for a kind; core.Unavailable when there is none.
func (s *Snapshot) Default(kind Kind) (Model, error) {
	if s != nil {
		if m, ok := s.defaults[kind]; ok {
			return m, nil
		}
	}
	if kind == Embedding {
		return Model{}, core.E(core.Unavailable, "errors.model_no_embedding", nil)
	}
	return Model{}, core.E(core.Unavailable, "errors.model_no_chat", nil)
}
