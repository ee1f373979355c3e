package gatewayapi

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// maxSourceBody bounds the settings of a source; a key or a certificate is the longest.
const maxSourceBody = 64 << 10

// Source is the JSON of one source. It never holds a secret.
type Source struct {
	ID       core.ID           `json:"id"`
	Kind     memory.SourceKind `json:"kind"`
	Name     string            `json:"name"`
	Settings map[string]string `json:"settings"`
	Minutes  int               `json:"every_minutes"` // 0: only when asked
	Paused   bool              `json:"paused"`
	Due      *time.Time        `json:"due,omitempty"`
	Last     *Run              `json:"last,omitempty"`
}

// Run is the JSON of one look at a source.
type Run struct {
	Started  time.Time     `json:"started"`
	Ended    *time.Time    `json:"ended,omitempty"`
	Listed   int           `json:"listed"`
	LeftOut  int           `json:"left_out"`
	Erased   int           `json:"erased"`
	Total    int           `json:"total"`
	Done     int           `json:"done"`
	Added    int           `json:"added"`
	Changed  int           `json:"changed"`
	Renamed  int           `json:"renamed"`
	Removed  int           `json:"removed"`
	Failed   int           `json:"failed"`
	Held     int           `json:"held"` // gone from the source and kept: see the problem
	Problem  *Problem      `json:"problem,omitempty"`
	Problems []ItemProblem `json:"problems,omitempty"`
}

// ItemProblem is the JSON of an item that could not be read.
type ItemProblem struct {
	Name string `json:"name"`
	Problem
}

// NewSource is the JSON that adds a source, tries one, or changes one.
type NewSource struct {
	Kind     memory.SourceKind `json:"kind"`
	Name     string            `json:"name"`
	Settings map[string]string `json:"settings"` // secrets too
	Minutes  int               `json:"every_minutes"`
}

// Kind is the JSON of a kind of source and its settings.
type Kind struct {
	Kind   memory.SourceKind `json:"kind"`
	Fields []SourceField     `json:"fields"`
}

// SourceField is the JSON of one setting.
type SourceField struct {
	Name     string           `json:"name"`
	Kind     memory.FieldKind `json:"kind"`
	Required bool             `json:"required"`
	Example  string           `json:"example,omitempty"`
}

// Sample is the JSON of what a source holds at a first look.
type Sample struct {
	Names []string `json:"names"`
	Count int      `json:"count"`
	More  bool     `json:"more"`
}

func (l *Library) source(r *http.Request, s memory.Source) Source {
	out := Source{ID: s.ID, Kind: s.Kind, Name: s.Name, Settings: s.Settings, Minutes: int(s.Every / time.Minute), Paused: s.Paused, Due: instant(s.Due)}
	if run := s.Last; !run.Started.IsZero() {
		out.Last = &Run{Started: run.Started, Ended: instant(run.Ended), Listed: run.Listed, LeftOut: run.LeftOut, Erased: run.Erased,
			Total: run.Total, Done: run.Done, Added: run.Added, Changed: run.Changed, Renamed: run.Renamed, Removed: run.Removed,
			Failed: run.Failed, Held: run.Held, Problem: l.problem(r, run.Problem)}
		for _, p := range run.Problems {
			out.Last.Problems = append(out.Last.Problems, ItemProblem{p.Name, *l.problem(r, p.Problem)})
		}
	}
	return out
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (l *Library) listSources(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	list, err := l.sources.Sources(r.Context(), actor.Organisation)
	if err != nil {
		return err
	}
	out := make([]Source, len(list))
	for i, s := range list {
		out[i] = l.source(r, s)
	}
	return writeJSON(w, out)
}

func (l *Library) sourceKinds(w http.ResponseWriter, _ *http.Request, _ core.Actor) error {
	out := []Kind{}
	for _, c := range l.sources.Connectors() {
		kind := Kind{Kind: c.Kind()}
		for _, f := range c.Fields() {
			kind.Fields = append(kind.Fields, SourceField{f.Name, f.Kind, f.Required, f.Example})
		}
		out = append(out, kind)
	}
	return writeJSON(w, out)
}

// given reads a source from the body. Nothing of it is ever logged: it holds secrets.
func given(w http.ResponseWriter, r *http.Request, actor core.Actor) (memory.NewSource, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSourceBody))
	if err != nil {
		return memory.NewSource{}, core.Wrap(err, core.TooLarge, "errors.body_too_large", core.Args{"Limit": maxSourceBody})
	}
	var n NewSource
	if err := json.Unmarshal(body, &n); err != nil {
		return memory.NewSource{}, core.E(core.Invalid, "errors.json_invalid", nil)
	}
	if n.Settings == nil {
		n.Settings = map[string]string{}
	}
	return memory.NewSource{Organisation: actor.Organisation, Kind: n.Kind, Name: n.Name, Given: n.Settings, Every: time.Duration(n.Minutes) * time.Minute}, nil
}

func (l *Library) addSource(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	n, err := given(w, r, actor)
	if err != nil {
		return err
	}
	source, err := l.sources.Add(r.Context(), n)
	if err != nil {
		return err
	}
	return writeJSON(w, l.source(r, source))
}

func (l *Library) trySource(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	n, err := given(w, r, actor)
	if err != nil {
		return err
	}
	sample, err := l.sources.Try(r.Context(), n)
	if err != nil {
		return err
	}
	return writeJSON(w, Sample{append([]string{}, sample.Names...), sample.Count, sample.More})
}

func (l *Library) changeSource(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	n, err := given(w, r, actor)
	if err != nil {
		return err
	}
	source, err := l.sources.Change(r.Context(), id, n)
	if err != nil {
		return err
	}
	return writeJSON(w, l.source(r, source))
}

func (l *Library) removeSource(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := l.sources.Remove(r.Context(), actor.Organisation, id, r.URL.Query().Get("documents") == "keep"); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// orderSource carries out what the last word of the address asks for.
func (l *Library) orderSource(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	ctx, of := r.Context(), actor.Organisation
	switch r.PathValue("order") {
	case "run":
		err = l.sources.Ask(ctx, of, id, r.URL.Query().Get("removals") == "all")
	case "pause":
		err = l.sources.Pause(ctx, of, id, true)
	case "resume":
		err = l.sources.Pause(ctx, of, id, false)
	case "readmit":
		err = l.sources.Readmit(ctx, of, id)
	default:
		err = core.E(core.NotFound, "errors.route_unknown", nil)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
