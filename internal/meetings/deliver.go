package meetings

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

// longestWait bounds how long Run sleeps: a clock that is set forward is noticed.
const longestWait = time.Minute

// lettersAtOnce is how many letters are read together.
const lettersAtOnce = 50

// Run sends notices, and brings approved minutes to the log, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	for {
		wait, err := s.Deliver(ctx)
		if err != nil && ctx.Err() == nil {
			s.needs.Log.ErrorContext(ctx, "notices of meetings are not all sent", "error", err)
			wait = longestWait
		}
		timer := time.NewTimer(min(wait, longestWait))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-s.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Deliver does what is due now, and says when it must look again. A letter whose sending a crash cut may arrive twice.
func (s *Service) Deliver(ctx context.Context) (wait time.Duration, err error) {
	ids, err := s.needs.Store.Unstated(ctx, s.needs.Organisation)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		m, err := s.needs.Store.Meeting(ctx, s.needs.Organisation, id)
		if err == nil {
			err = s.state(ctx, m)
		}
		if err != nil {
			return 0, err
		}
	}
	due, next, err := s.needs.Store.DueLetters(ctx, s.needs.Organisation, s.now(), lettersAtOnce)
	if err != nil {
		return 0, err
	}
	if err := s.send(ctx, due); err != nil {
		return 0, err
	}
	switch {
	case len(due) > 0:
		return time.Millisecond, nil // there may be more
	case next.IsZero():
		return longestWait, nil
	}
	return max(next.Sub(s.needs.Clock.Now()), time.Millisecond), nil
}

func (s *Service) send(ctx context.Context, due []Letter) error {
	if len(due) == 0 {
		return nil
	}
	records, err := s.records(ctx)
	if err != nil {
		return err
	}
	notices := map[core.ID]Notice{}
	for _, l := range due {
		n, known := notices[l.Meeting]
		if !known {
			list, err := s.needs.Store.Notices(ctx, l.Meeting)
			if err != nil {
				return err
			}
			n = list[len(list)-1]
			notices[l.Meeting] = n
		}
		if err := s.needs.Store.Mark(ctx, s.sendOne(ctx, l, n, records[l.Person])); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// sendOne tries once, and says what became of the letter.
func (s *Service) sendOne(ctx context.Context, l Letter, n Notice, to members.Record) Letter {
	l.At, l.Due, l.Fault = s.now(), time.Time{}, ""
	switch {
	case to.Email == "":
		l.State = ByPost
		return l
	case s.needs.Post == nil:
		l.State = NoMail
		return l
	}
	letter := s.needs.Write(n, to.Person)
	letter.To, letter.Name = to.Email, to.Person.Name
	err := s.needs.Post.Send(ctx, letter)
	l.Tries++
	if err == nil {
		l.State = Sent
		return l
	}
	s.needs.Log.WarnContext(ctx, "a notice could not be sent", "meeting", l.Meeting, "tries", l.Tries, "error", err)
	l.Fault = core.AsError(err).Key
	wait, again := after(l.Tries)
	l.State = Failed
	if again && !core.Is(err, core.Invalid) {
		l.State, l.Due = Waiting, l.At.Add(wait)
	}
	return l
}

// Resend tries again what could not be sent, at once: the secretary does, once the mail server or an address was mended.
func (s *Service) Resend(ctx context.Context, a core.Actor, id core.ID) (int, error) {
	m, err := s.convened(ctx, a, id, Convened, Open, Cancelled)
	if err != nil {
		return 0, err
	}
	letters, err := s.needs.Store.Letters(ctx, m.ID)
	if err != nil {
		return 0, err
	}
	records, err := s.records(ctx)
	if err != nil {
		return 0, err
	}
	count := 0
	for _, l := range letters {
		if l.State == Sent || records[l.Person].Email == "" || s.needs.Post == nil {
			continue
		}
		l.State, l.Tries, l.Due = Waiting, 0, s.now()
		if err := s.needs.Store.Mark(ctx, l); err != nil {
			return count, err
		}
		count++
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return count, nil
}

// Attended lists what is kept of the actor's own presence at meetings.
func (s *Service) Attended(ctx context.Context, a core.Actor) ([]Attended, error) {
	return s.needs.Store.AttendedBy(ctx, a.Organisation, a.Person)
}
