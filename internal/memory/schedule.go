package memory

import (
	"context"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

const (
	scheduleBeat = 15 * time.Second // at most this late
	runPatience  = 12 * time.Hour   // no run lasts longer; the next one goes on
)

// Run looks at each source when it is due, until ctx ends. A run that a stop cut short begins again.
func (s *Sources) Run(ctx context.Context) error { return s.serve(ctx, true) }

// RunAsked looks only at sources that somebody asks for, as a single command does.
func (s *Sources) RunAsked(ctx context.Context) error { return s.serve(ctx, false) }

func (s *Sources) serve(ctx context.Context, scheduled bool) error {
	var runs sync.WaitGroup
	defer runs.Wait()
	tick := time.NewTicker(scheduleBeat)
	defer tick.Stop()
	first := scheduled
	for {
		if err := s.startDue(ctx, &runs, scheduled, first); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "sources cannot be listed", "code", core.CodeOf(err), "cause", err)
		} else {
			first = false
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-tick.C:
		}
	}
}

func (s *Sources) startDue(ctx context.Context, runs *sync.WaitGroup, scheduled, first bool) error {
	list, err := s.store.Sources(ctx, "")
	if err != nil {
		return err
	}
	now := s.clock.Now()
	for _, source := range list {
		s.mu.Lock()
		all, asked := s.asked[source.ID]
		due := scheduled && !source.Paused && (!source.Due.IsZero() && !source.Due.After(now) || first && source.Last.Going())
		start := (asked || due) && s.going[source.ID] == nil
		if start {
			delete(s.asked, source.ID)
			running, cancel := context.WithTimeout(ctx, runPatience)
			g := &going{cancel: cancel, ended: make(chan struct{}), run: Run{Started: now}}
			s.going[source.ID] = g
			runs.Go(func() { s.carryOut(running, source, g, all) })
		}
		s.mu.Unlock()
	}
	return nil
}

// carryOut runs one source and notes how it went, whatever happens.
func (s *Sources) carryOut(ctx context.Context, source Source, g *going, all bool) {
	defer func() {
		g.cancel()
		s.mu.Lock()
		delete(s.going, source.ID)
		s.mu.Unlock()
		close(g.ended)
		wake(s.wake) // somebody may have asked again meanwhile
	}()
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return
	}
	if err := s.store.KeepRun(ctx, source.ID, s.seen(g), source.Due); err != nil {
		s.log.WarnContext(ctx, "a run cannot be noted", "source", source.ID, "cause", err)
	}
	err := s.guardedRun(ctx, source, g, all)
	s.update(g, func(r *Run) {
		r.Ended = s.clock.Now()
		if err != nil && ctx.Err() == nil {
			r.Problem = core.AsError(err)
		}
	})
	run := s.seen(g)
	if run.Problem != nil {
		s.log.WarnContext(ctx, "a source could not be read whole", "source", source.ID, "kind", source.Kind,
			"code", run.Problem.Code, "key", run.Problem.Key, "cause", run.Problem.Cause)
	}
	if context.Cause(ctx) == context.Canceled && s.stopping(ctx, source) {
		return // the program stops: the run is taken up at the next start
	}
	due := time.Time{}
	if source.Every > 0 {
		due = run.Started.Add(source.Every)
	}
	if err := s.store.KeepRun(context.WithoutCancel(ctx), source.ID, run, due); err != nil {
		s.log.WarnContext(ctx, "a run cannot be noted", "source", source.ID, "cause", err)
	}
}

// stopping tells a run cut short by the program's end from one that somebody paused.
func (s *Sources) stopping(ctx context.Context, source Source) bool {
	now, err := s.Source(context.WithoutCancel(ctx), source.Organisation, source.ID)
	return err == nil && !now.Paused
}

// update changes what a run under way shows.
func (s *Sources) update(g *going, change func(r *Run)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&g.run)
}

func (s *Sources) seen(g *going) Run {
	s.mu.Lock()
	defer s.mu.Unlock()
	return g.run
}
