package gateway

import (
	"slices"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// wants is what a request asks of the model that answers it.
type wants struct {
	task     task
	tokens   int  // that the model has to hold: the prompt and the answer, estimated from above
	images   bool // in the messages
	tools    bool
	writer   bool // it writes from documents: only a model that passed our own test may
	schema   bool // the answer must fit one
	thinking bool // asked for
	language string
}

// rule keeps the models that do what a request needs. A hard rule is never given up.
type rule struct {
	word  string // for the record and the interface
	hard  bool
	holds func(models.Model) models.Known
}

// rules lists what the request needs, what can be given up least first.
func (w wants) rules(demanding int64) []rule {
	var list []rule
	add := func(needed bool, word string, hard bool, holds func(models.Model) models.Known) {
		if needed {
			list = append(list, rule{word, hard, holds})
		}
	}
	add(w.tokens > 0, "context", true, func(m models.Model) models.Known {
		if m.Context == 0 {
			return models.NotSaid
		}
		return models.KnownIf(m.Context >= w.tokens)
	})
	add(w.images, "images", true, func(m models.Model) models.Known { return m.Images })
	add(w.tools, "tools", true, func(m models.Model) models.Known { return m.Tools })
	add(w.writer, "writer", true, func(m models.Model) models.Known { return models.KnownIf(m.WritesFrom && !m.Trial) })
	add(w.thinking, "thinking", false, func(m models.Model) models.Known { return m.Thinking })
	add(w.schema, "schema", false, func(m models.Model) models.Known {
		if m.Path != "" { // the engine of this machine holds any model to a schema
			return models.Yes
		}
		return models.NotSaid
	})
	add(w.language != "", "language", false, func(m models.Model) models.Known { return m.Speaks(w.language) })
	add(w.task == taskText, "cited", false, models.Model.Cites)
	add(demanding > 0 && (w.task == taskCode || w.task == taskCalculation), "demanding", false, func(m models.Model) models.Known {
		if m.Weight() == 0 {
			return models.NotSaid
		}
		return models.KnownIf(m.Weight() >= demanding)
	})
	return list
}

// found is what rules leave.
type found struct {
	kept []models.Model // that do
	able []models.Model // that could: those after the hard rules, which come first
	why  []string
}

// narrow applies the rules one after the other: the models that are known to do are kept; where none is, those of which nobody
// said that they do not; where all are known not to, a soft rule is given up and a hard one ends the search. The words
// say what happened, except where a rule changed nothing because nobody knows.
func (w wants) narrow(list []models.Model, demanding int64) (found, error) {
	kept, able, why := list, list, []string(nil)
	for _, r := range w.rules(demanding) {
		byAnswer := map[models.Known][]models.Model{}
		for _, m := range kept {
			known := r.holds(m)
			byAnswer[known] = append(byAnswer[known], m)
		}
		switch {
		case len(byAnswer[models.Yes]) > 0:
			if len(byAnswer[models.Yes]) < len(kept) {
				why = append(why, r.word)
			}
			kept = byAnswer[models.Yes]
		case len(byAnswer[models.NotSaid]) > 0:
			if len(byAnswer[models.NotSaid]) < len(kept) || r.hard && r.word != "context" {
				why = append(why, r.word+"-unknown")
			}
			kept = byAnswer[models.NotSaid]
		case r.hard:
			return found{}, w.nobody(r.word, kept)
		default:
			why = append(why, r.word+"-none")
		}
		if r.hard {
			able = slices.Clone(kept)
		}
	}
	return found{slices.Clone(kept), slices.Clone(able), why}, nil
}

// nobody says that no model does what the request needs.
func (w wants) nobody(word string, kept []models.Model) error {
	switch word {
	case "images":
		return core.E(core.Invalid, "errors.auto_no_images", nil)
	case "writer":
		return core.E(core.Invalid, "errors.auto_no_writer", nil)
	case "tools":
		return core.E(core.Invalid, "errors.auto_no_tools", nil)
	}
	most := 0
	for _, m := range kept {
		most = max(most, m.Context)
	}
	return core.E(core.Invalid, "errors.auto_too_long", core.Args{"Tokens": w.tokens, "Most": most})
}
