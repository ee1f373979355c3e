package members

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Authenticate implements Accounts.
func (s *Service) Authenticate(ctx context.Context, secret string) (core.Actor, error) {
	digest, ok := digestOf(keyPrefix, secret)
	if !ok {
		return core.Actor{}, keyInvalid()
	}
	holder, ok, err := find(ctx, s, s.keys, digest, s.store.KeyHolder)
	if err != nil {
		return core.Actor{}, err
	}
	if !ok {
		return core.Actor{}, keyInvalid()
	}
	s.uses.note(holder.Actor.Credential, s.clock.Now())
	return holder.actor(s.clock.Now()), nil
}

// SessionActor implements Accounts. It moves the end of the session.
func (s *Service) SessionActor(ctx context.Context, token string) (core.Actor, error) {
	digest, ok := digestOf(sessionPrefix, token)
	if !ok {
		return core.Actor{}, sessionInvalid()
	}
	holder, ok, err := find(ctx, s, s.sessions, digest, s.store.SessionHolder)
	if err != nil {
		return core.Actor{}, err
	}
	if !ok {
		return core.Actor{}, sessionInvalid()
	}
	if end, worth := extended(holder.Expires, s.now()); worth {
		// Not moving the end is no reason to turn somebody away.
		if err := s.store.ExtendSession(ctx, holder.Actor.Credential, end); err != nil {
			s.log.Warn("end of a session not moved", "session", holder.Actor.Credential, "error", err)
		} else {
			s.era.Add(1)
		}
	}
	return holder.actor(s.clock.Now()), nil
}

// PersonActor implements Accounts.
func (s *Service) PersonActor(ctx context.Context, person core.ID) (core.Actor, error) {
	holder, ok, err := find(ctx, s, s.people, person, s.store.PersonHolder)
	if err != nil {
		return core.Actor{}, err
	}
	if !ok {
		return core.Actor{}, sessionInvalid()
	}
	return holder.actor(s.clock.Now()), nil
}

// Holds implements Accounts.
func (s *Service) Holds(ctx context.Context, credential core.ID) (bool, error) {
	_, ok, err := find(ctx, s, s.credentials, credential, s.store.CredentialHolder)
	return ok, err
}

// find answers from memory while that is fresh, from the store otherwise.
func find[K comparable](ctx context.Context, s *Service, m *memory[K], key K, load func(context.Context, K) (Holder, error)) (Holder, bool, error) {
	now, era := s.clock.Now(), s.era.Load()
	a := m.recall(key, now, era)
	if a == nil {
		holder, err := load(ctx, key)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Holder{}, false, failure(ctx, err, "")
		}
		a = &answer{holder: holder, found: err == nil, asked: now, era: era}
		m.remember(key, a)
	}
	return a.holder, a.found && a.holder.inForce(now), nil
}

// actor is who the holder is at the instant. Each caller gets roles and bodies of its own.
func (h Holder) actor(now time.Time) core.Actor {
	a := h.Actor
	a.Roles = slices.Clone(a.Roles)
	if within(now, h.Standing.Start, h.Standing.End) && !h.Standing.Start.IsZero() {
		a.Class = h.Standing.Class
		if h.Standing.Voting {
			a.Bodies = append(a.Bodies, Assembly)
		}
	}
	for _, seat := range h.Seats {
		if within(now, seat.Start, seat.End) {
			a.Bodies = append(a.Bodies, seat.Body)
		}
	}
	slices.Sort(a.Bodies)
	a.Bodies = slices.Compact(a.Bodies)
	return a
}

// One error each for malformed, unknown and ended.
func keyInvalid() error     { return core.E(core.Unauthenticated, "errors.key_invalid", nil) }
func sessionInvalid() error { return core.E(core.Unauthenticated, "errors.session_invalid", nil) }
