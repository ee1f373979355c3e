package memory

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Sources keeps the places that documents come from and looks at each when it is due. Safe for
// concurrent use.
type Sources struct {
	intake     *Intake
	store      SourceStore
	secrets    Secrets
	connectors []Connector
	clock      core.Clock
	log        *slog.Logger

	wake  chan struct{}
	slots chan struct{} // bounds the runs at once
	mu    sync.Mutex
	asked map[core.ID]bool // runs asked for; true: with what is gone removed, however much
	going map[core.ID]*going
}

// going is a run under way.
type going struct {
	cancel context.CancelFunc
	ended  chan struct{}
	run    Run
}

const runsAtOnce = 2

// NewSources makes the keeper of sources. Each connector reaches its kind.
func NewSources(intake *Intake, store SourceStore, secrets Secrets, connectors []Connector, clock core.Clock, log *slog.Logger) *Sources {
	return &Sources{
		intake: intake, store: store, secrets: secrets, connectors: connectors, clock: clock, log: log,
		wake: make(chan struct{}, 1), slots: make(chan struct{}, runsAtOnce),
		asked: map[core.ID]bool{}, going: map[core.ID]*going{},
	}
}

// Connectors lists the kinds that can be added, in the order to show them.
func (s *Sources) Connectors() []Connector { return s.connectors }

func (s *Sources) connector(kind SourceKind) (Connector, error) {
	for _, c := range s.connectors {
		if c.Kind() == kind {
			return c, nil
		}
	}
	return nil, core.E(core.Invalid, "errors.source_kind_unknown", nil)
}

// Sources lists an organisation's sources by name; one that is being read shows how far it is.
func (s *Sources) Sources(ctx context.Context, organisation core.ID) ([]Source, error) {
	list, err := s.store.Sources(ctx, organisation)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range list {
		if g := s.going[list[i].ID]; g != nil {
			list[i].Last = g.run
			list[i].Last.Problems = slices.Clone(g.run.Problems)
		}
	}
	return list, nil
}

// Source finds one source.
func (s *Sources) Source(ctx context.Context, organisation, id core.ID) (Source, error) {
	list, err := s.Sources(ctx, organisation)
	if err != nil {
		return Source{}, err
	}
	for _, source := range list {
		if source.ID == id {
			return source, nil
		}
	}
	return Source{}, core.E(core.NotFound, "errors.source_unknown", nil)
}

// NewSource is what somebody gives to add one, or to change it.
type NewSource struct {
	Organisation core.ID
	Kind         SourceKind
	Name         string
	Given        map[string]string // settings and secrets
	Every        time.Duration
}

// Sample is what a source holds, as far as a short look tells.
type Sample struct {
	Names []string
	More  bool // there is more than was counted
	Count int
}

const sampleNames, sampleCount = 5, 1000

// Try connects without keeping anything, and tells what is there.
func (s *Sources) Try(ctx context.Context, n NewSource) (Sample, error) {
	connector, settings, secrets, err := s.check(n)
	if err != nil {
		return Sample{}, err
	}
	return look(ctx, connector, Connection{Settings: settings, Secrets: secrets})
}

// errEnough ends a listing early.
type errEnough struct{}

func (errEnough) Error() string { return "enough" }

func look(ctx context.Context, connector Connector, c Connection) (Sample, error) {
	origin, err := connector.Connect(ctx, c)
	if err != nil {
		return Sample{}, orCancelled(ctx, err)
	}
	defer origin.Close()
	var out Sample
	err = origin.List(ctx, func(item SourceItem) error {
		if LeftOut(item.Path) {
			return nil
		}
		if out.Count++; len(out.Names) < sampleNames {
			out.Names = append(out.Names, item.Path)
		}
		if out.More = out.Count >= sampleCount; out.More {
			return errEnough{}
		}
		return nil
	})
	if errors.As(err, new(errEnough)) {
		err = nil
	}
	return out, orCancelled(ctx, err)
}

func (s *Sources) check(n NewSource) (Connector, map[string]string, map[string]string, error) {
	connector, err := s.connector(n.Kind)
	if err != nil {
		return nil, nil, nil, err
	}
	settings, secrets, err := checkSettings(connector.Fields(), n.Given)
	if err == nil && n.Every != 0 && (n.Every < MinEvery || n.Every > MaxEvery) {
		err = core.E(core.Invalid, "errors.source_schedule", core.Args{"Days": int(MaxEvery / (24 * time.Hour))})
	}
	return connector, settings, secrets, err
}

// Add keeps a source that can be reached, and reads it for the first time soon.
func (s *Sources) Add(ctx context.Context, n NewSource) (Source, error) {
	name, err := cleanSourceName(n.Name)
	if err != nil {
		return Source{}, err
	}
	connector, settings, secrets, err := s.check(n)
	if err != nil {
		return Source{}, err
	}
	if err := s.room(ctx, n.Organisation); err != nil {
		return Source{}, err
	}
	if _, err := look(ctx, connector, Connection{Settings: settings, Secrets: secrets}); err != nil {
		return Source{}, err
	}
	now := s.clock.Now()
	source := Source{ID: core.NewID(now), Organisation: n.Organisation, Kind: n.Kind, Name: name,
		Settings: settings, Every: n.Every, Added: now, Due: now}
	if err := s.secrets.Put(source.ID, secrets); err != nil {
		return Source{}, err
	}
	if err := s.store.AddSource(ctx, source); err != nil {
		return Source{}, errors.Join(err, s.secrets.Drop(source.ID))
	}
	wake(s.wake)
	return source, nil
}

func (s *Sources) room(ctx context.Context, organisation core.ID) error {
	list, err := s.store.Sources(ctx, organisation)
	if err == nil && len(list) >= maxSources {
		err = core.E(core.Exhausted, "errors.source_too_many_sources", core.Args{"Max": maxSources})
	}
	return err
}

// prepareChange checks new settings of a source, with the secrets that were not given again.
func (s *Sources) prepareChange(ctx context.Context, id core.ID, n NewSource) (Source, map[string]string, Sample, error) {
	source, err := s.Source(ctx, n.Organisation, id)
	if err != nil {
		return source, nil, Sample{}, err
	}
	before, err := s.secrets.Get(id)
	if err != nil {
		return source, nil, Sample{}, err
	}
	given := maps.Clone(n.Given)
	for name, secret := range before {
		if given[name] == "" {
			given[name] = secret
		}
	}
	n.Kind, n.Given = source.Kind, given
	connector, settings, secrets, err := s.check(n)
	if err != nil {
		return source, nil, Sample{}, err
	}
	sample, err := look(ctx, connector, Connection{Settings: settings, Secrets: secrets})
	source.Settings, source.Every, source.Due = settings, n.Every, s.clock.Now()
	return source, secrets, sample, err
}

// TryChange tells what a source would hold with other settings, without keeping them.
func (s *Sources) TryChange(ctx context.Context, id core.ID, n NewSource) (Sample, error) {
	_, _, sample, err := s.prepareChange(ctx, id, n)
	return sample, err
}

// Change replaces the settings and the schedule of a source that can be reached with them. A secret that is
// not given stays.
func (s *Sources) Change(ctx context.Context, id core.ID, n NewSource) (Source, error) {
	source, secrets, _, err := s.prepareChange(ctx, id, n)
	if err != nil {
		return Source{}, err
	}
	if err := s.secrets.Put(id, secrets); err != nil {
		return Source{}, err
	}
	if err := s.store.ChangeSource(ctx, source); err != nil {
		return Source{}, err
	}
	wake(s.wake)
	return source, nil
}

// Pause stops a source, and the run under way; without on it goes on from where it was.
func (s *Sources) Pause(ctx context.Context, organisation, id core.ID, on bool) error {
	source, err := s.Source(ctx, organisation, id)
	if err != nil {
		return err
	}
	source.Paused = on
	if !on {
		source.Due = s.clock.Now()
	}
	if err := s.store.ChangeSource(ctx, source); err != nil {
		return err
	}
	if on {
		s.stop(id)
	}
	wake(s.wake)
	return nil
}

// Ask has a source read now, paused or not. With all, documents that are gone from it are removed however
// many they are: somebody has seen that it is no mistake.
func (s *Sources) Ask(ctx context.Context, organisation, id core.ID, all bool) error {
	if _, err := s.Source(ctx, organisation, id); err != nil {
		return err
	}
	s.mu.Lock()
	s.asked[id] = s.asked[id] || all
	s.mu.Unlock()
	wake(s.wake)
	return nil
}

// Retry makes failed documents wait again and asks their sources for them; it counts the documents.
func (s *Sources) Retry(ctx context.Context, organisation, document core.ID) (int, error) {
	retried, err := s.intake.Retry(ctx, organisation, document)
	for _, id := range retried.Sources {
		err = errors.Join(err, s.Ask(ctx, organisation, id, false))
	}
	return retried.Documents, err
}

// Remove forgets a source and its secrets. Its documents are erased, or kept as if somebody had added them.
func (s *Sources) Remove(ctx context.Context, organisation, id core.ID, keepDocuments bool) error {
	source, err := s.Source(ctx, organisation, id)
	if err != nil {
		return err
	}
	source.Paused = true // nothing starts it again meanwhile
	if err := s.store.ChangeSource(ctx, source); err != nil {
		return err
	}
	s.stop(id)
	known, _, err := s.store.Items(ctx, id)
	if err != nil {
		return err
	}
	if err := s.store.RemoveSource(ctx, organisation, id, keepDocuments); err != nil {
		return err
	}
	var gone []core.ID
	for _, k := range known {
		if !keepDocuments {
			gone = append(gone, k.Document)
		}
	}
	if err := s.intake.forgetAll(ctx, organisation, gone); err != nil {
		return err
	}
	if err := s.secrets.Drop(id); err != nil {
		return err
	}
	if connector, err := s.connector(source.Kind); err == nil {
		if keeps, ok := connector.(Forgetter); ok {
			return keeps.Forget(id)
		}
	}
	return nil
}

// stop ends a run under way and waits until it has.
func (s *Sources) stop(id core.ID) {
	s.mu.Lock()
	delete(s.asked, id)
	g := s.going[id]
	s.mu.Unlock()
	if g != nil {
		g.cancel()
		<-g.ended
	}
}

// Readmit lets what somebody erased of a source come back with its next run.
func (s *Sources) Readmit(ctx context.Context, organisation, id core.ID) error {
	if _, err := s.Source(ctx, organisation, id); err != nil {
		return err
	}
	return s.store.Readmit(ctx, organisation, id)
}
