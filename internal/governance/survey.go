package governance

import (
	"cmp"
	"context"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Survey is the opinions on a proposal, as one person may see them: their own answers, and everybody else's as a map only.
type Survey struct {
	Motion     Motion
	Open       bool // for answers
	May        bool // the reader answer
	Statements []Statement
	Mine       map[core.ID]Opinion
	Left       []Statement // that the reader did not answer yet, in an order of their own
	People     int         // who answered something
	Placed     int         // whom the map places
	Roll       int         // who may answer
	Map        *OpinionMap // nil: too few answers yet
	Mapped     []core.ID   // statement of each index of the map
	Drawn      time.Time
	Me         int // the reader's index in Map.Points, -1 when the map does not place them
}

// Needed are the numbers from which a map is drawn: people, and answers of each.
func (Survey) Needed() (people, answers int) { return 2 * minGroup, minAnswers }

// Survey gathers it.
func (s *Service) Survey(ctx context.Context, a core.Actor, motion core.ID) (v Survey, err error) {
	v.Me = -1
	if v.Motion, err = s.Motion(ctx, a, motion); err != nil {
		return v, err
	}
	if v.Open, err = s.surveys(ctx, v.Motion); err != nil {
		return v, err
	}
	v.May = v.Open && s.mayPropose(a, v.Motion.Body) == nil
	if v.Statements, err = s.needs.Store.Statements(ctx, motion); err != nil {
		return v, err
	}
	if v.Mine, err = s.needs.Store.OpinionsOf(ctx, motion, a.Person); err != nil {
		return v, err
	}
	if _, v.People, err = s.needs.Store.CountOpinions(ctx, motion); err != nil {
		return v, err
	}
	if v.Roll, err = s.mayAnswer(ctx, v.Motion); err != nil {
		return v, err
	}
	drawn, err := s.maps.of(ctx, v.Motion.ID, v.Open, s.draw)
	if err != nil {
		return v, err
	}
	v.Map, v.Mapped, v.Drawn = drawn.opinions, drawn.statements, drawn.at
	if v.Map != nil {
		v.Placed = len(v.Map.Points)
		v.Me = slices.IndexFunc(v.Map.Points, func(p Point) bool { return drawn.people[p.Person] == a.Person })
	}
	v.Left = unanswered(v.Statements, v.Mine, a.Person)
	return v, nil
}

// mayAnswer counts who may: the roll of the ballot once it was called, those of today before.
func (s *Service) mayAnswer(ctx context.Context, m Motion) (int, error) {
	if m.Ballot != "" {
		call, err := s.callOf(ctx, m.Ballot)
		if !core.Is(err, core.Corrupt) {
			return call.Ballot.RollSize, err
		}
	}
	roll, err := s.needs.Members.Roll(ctx, m.Organisation, m.Body, s.now())
	return len(roll), err
}

// unanswered lists the statements that a person has not answered, in an order that is theirs: so each statement is asked first as often.
func unanswered(all []Statement, mine map[core.ID]Opinion, person core.ID) []Statement {
	var left []Statement
	for _, st := range all {
		if st.HiddenBy == "" && mine[st.ID] == Unseen {
			left = append(left, st)
		}
	}
	slices.SortFunc(left, func(a, b Statement) int {
		return cmp.Or(cmp.Compare(shuffled(person, a.ID), shuffled(person, b.ID)), cmp.Compare(a.ID, b.ID))
	})
	return left
}

func shuffled(person, statement core.ID) uint64 {
	h := fnv.New64a()
	h.Write([]byte(person))    //nolint:errcheck // never fails
	h.Write([]byte(statement)) //nolint:errcheck // never fails
	return h.Sum64()
}

// draw computes a map from what is kept.
func (s *Service) draw(ctx context.Context, motion core.ID) (drawnMap, error) {
	d := drawnMap{at: s.now()}
	list, err := s.needs.Store.Statements(ctx, motion)
	if err != nil {
		return d, err
	}
	index := map[core.ID]int{}
	for _, st := range list {
		if st.HiddenBy == "" {
			index[st.ID] = len(d.statements)
			d.statements = append(d.statements, st.ID)
		}
	}
	var answers [][]Opinion
	err = s.needs.Store.EachOpinion(ctx, motion, func(person, statement core.ID, o Opinion) error {
		i, shown := index[statement]
		if !shown {
			return nil
		}
		if n := len(d.people); n == 0 || d.people[n-1] != person {
			d.people = append(d.people, person)
			answers = append(answers, make([]Opinion, len(d.statements)))
		}
		answers[len(answers)-1][i] = o
		return nil
	})
	if err != nil {
		return d, err
	}
	if m, ok := MapOpinions(answers, len(d.statements)); ok {
		d.opinions = &m
	}
	return d, nil
}

// drawnMap is a map as it was drawn once.
type drawnMap struct {
	opinions   *OpinionMap
	statements []core.ID
	people     []core.ID
	at         time.Time
	final      bool // drawn after the last answer
}

// maxMaps is how many maps are kept drawn.
const maxMaps = 16

// opinionMaps keeps maps drawn, so that looking at one costs nothing. While answers come in, a map is drawn again only when several
// people answered since: whoever looks twice cannot tell what one person answered in between.
type opinionMaps struct {
	mu    sync.Mutex // also held while a map is drawn: one at a time
	drawn map[core.ID]drawnMap
	since map[core.ID]map[core.ID]bool // motion → who answered since its map was drawn
	order []core.ID                    // the map looked at last, last
}

// changed notes that a person answered.
func (o *opinionMaps) changed(motion, person core.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, drawn := o.drawn[motion]; !drawn {
		return
	}
	if o.since[motion] == nil {
		o.since[motion] = map[core.ID]bool{}
	}
	o.since[motion][person] = true
}

// drop forgets a map, which will be drawn again.
func (o *opinionMaps) drop(motion core.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forget(motion)
}

func (o *opinionMaps) forget(motion core.ID) {
	delete(o.drawn, motion)
	delete(o.since, motion)
	o.order = slices.DeleteFunc(o.order, func(id core.ID) bool { return id == motion })
}

// of returns the map of a motion, drawn again where enough people answered since, or once all have.
func (o *opinionMaps) of(ctx context.Context, motion core.ID, open bool, draw func(context.Context, core.ID) (drawnMap, error)) (drawnMap, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	known, drawn := o.drawn[motion]
	if drawn && (known.final || open && len(o.since[motion]) < again(known)) {
		return known, nil
	}
	fresh, err := draw(ctx, motion)
	if err != nil {
		return fresh, err
	}
	fresh.final = !open
	o.forget(motion)
	if len(o.order) >= maxMaps {
		o.forget(o.order[0])
	}
	if o.drawn == nil {
		o.drawn, o.since = map[core.ID]drawnMap{}, map[core.ID]map[core.ID]bool{}
	}
	o.drawn[motion], o.order = fresh, append(o.order, motion)
	return fresh, nil
}

// again is how many people must answer before a map is drawn again; one where it shows nothing yet.
func again(d drawnMap) int {
	if d.opinions == nil {
		return 1
	}
	return max(minGroup, len(d.people)/20)
}
