package members

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Service implements Accounts, SignIn, Keys and Directory over a Store. It is safe for concurrent use.
type Service struct {
	store Store
	clock core.Clock
	log   *slog.Logger

	keys        *memory[Digest]
	sessions    *memory[Digest]
	credentials *memory[core.ID]
	people      *memory[core.ID]
	era         atomic.Uint64 // answers of an era before the last revocation here are not given any more
	uses        *uses
}

// NewService makes the service. Close it to write the last uses of keys.
func NewService(store Store, clock core.Clock, log *slog.Logger) *Service {
	return &Service{
		store: store, clock: clock, log: log,
		keys: newMemory[Digest](), sessions: newMemory[Digest](), credentials: newMemory[core.ID](), people: newMemory[core.ID](),
		uses: newUses(store.SaveUses, log),
	}
}

// Close writes what is left to write. Keys used after it are answered, and not noted.
func (s *Service) Close() error { return s.uses.close() }

// now is the time to the millisecond, as it is stored.
func (s *Service) now() time.Time { return s.clock.Now().Truncate(time.Millisecond) }

// CreateOrganisation adds an organisation with its working language.
func (s *Service) CreateOrganisation(ctx context.Context, name string, lang core.Lang) (Organisation, error) {
	name, err := cleanName(name)
	if err != nil {
		return Organisation{}, err
	}
	if err := checkLang(lang, false); err != nil {
		return Organisation{}, err
	}
	now := s.now()
	o := Organisation{ID: core.NewID(now), Name: name, Lang: lang, Created: now}
	if err := failure(ctx, s.store.AddOrganisation(ctx, o), ""); err != nil {
		return Organisation{}, err
	}
	return o, nil
}

// Organisations lists the organisations, oldest first.
func (s *Service) Organisations(ctx context.Context) ([]Organisation, error) {
	list, err := s.store.Organisations(ctx)
	return list, failure(ctx, err, "")
}

// CreatePerson adds a person to an organisation. Lang may be "": the browser's is followed. The role of member makes one
// of the assembly, with a vote, from now on.
func (s *Service) CreatePerson(ctx context.Context, organisation core.ID, name string, lang core.Lang, roles ...core.Role) (Person, error) {
	name, err := cleanName(name)
	if err != nil {
		return Person{}, err
	}
	if err := checkLang(lang, true); err != nil {
		return Person{}, err
	}
	if roles, err = cleanRoles(roles); err != nil {
		return Person{}, err
	}
	now := s.now()
	p := Person{ID: core.NewID(now), Organisation: organisation, Name: name, Lang: lang, Roles: roles, Created: now}
	if slices.Contains(roles, core.RoleMember) {
		_, err = s.save(ctx, Record{Person: p, History: []Standing{{Start: now, Joined: now, Voting: true, Voices: 1}}})
	} else {
		err = failure(ctx, s.store.AddPerson(ctx, p), "errors.organisation_not_found")
	}
	if err != nil {
		return Person{}, err
	}
	return p, nil
}

// Person returns one person.
func (s *Service) Person(ctx context.Context, id core.ID) (Person, error) {
	p, err := s.store.Person(ctx, id)
	return p, failure(ctx, err, "errors.person_not_found")
}

// People lists the people of an organisation, oldest first.
func (s *Service) People(ctx context.Context, organisation core.ID) ([]Person, error) {
	list, err := s.store.People(ctx, organisation)
	return list, failure(ctx, err, "")
}

// FindPerson returns the person of the organisation with this id, or with this name when only one bears it.
func (s *Service) FindPerson(ctx context.Context, organisation core.ID, which string) (Person, error) {
	list, err := s.People(ctx, organisation)
	if err != nil {
		return Person{}, err
	}
	return choosePerson(list, which)
}

// CreateKey implements Keys.
func (s *Service) CreateKey(ctx context.Context, person core.ID, name string) (APIKey, string, error) {
	name, err := cleanName(name)
	if err != nil {
		return APIKey{}, "", err
	}
	now := s.now()
	secret, digest := newSecret(keyPrefix)
	key := APIKey{ID: core.NewID(now), Person: person, Name: name, Prefix: secret[:len(keyPrefix)+shownDigits], Created: now}
	if err := failure(ctx, s.store.AddKey(ctx, key, digest), "errors.person_not_found"); err != nil {
		return APIKey{}, "", err
	}
	return key, secret, nil
}

// ListKeys implements Keys: the keys of an organisation, revoked ones too, oldest first.
func (s *Service) ListKeys(ctx context.Context, organisation core.ID) ([]APIKey, error) {
	list, err := s.store.Keys(ctx, organisation)
	return list, failure(ctx, err, "")
}

// Key finds the one key in force that which means: by id, by prefix, or by name.
func (s *Service) Key(ctx context.Context, organisation core.ID, which string) (APIKey, error) {
	list, err := s.ListKeys(ctx, organisation)
	if err != nil {
		return APIKey{}, err
	}
	return chooseKey(list, which)
}

// RevokeKey implements Keys.
func (s *Service) RevokeKey(ctx context.Context, organisation core.ID, which string) (APIKey, error) {
	key, err := s.Key(ctx, organisation, which)
	if err != nil {
		return APIKey{}, err
	}
	key.Revoked = s.now()
	err = s.store.RevokeKey(ctx, key.ID, key.Revoked)
	s.era.Add(1)
	if err != nil {
		return APIKey{}, failure(ctx, err, "errors.key_not_found")
	}
	return key, nil
}

// NewLink implements SignIn.
func (s *Service) NewLink(ctx context.Context, person core.ID, valid time.Duration) (string, error) {
	if valid <= 0 || valid > maxLinkLife {
		return "", core.E(core.Invalid, "errors.link_life", core.Args{"Days": int(maxLinkLife / (24 * time.Hour))})
	}
	now := s.now()
	holder, err := s.store.PersonHolder(ctx, person)
	if err != nil {
		return "", failure(ctx, err, "errors.person_not_found")
	}
	if !holder.inForce(now) {
		return "", core.E(core.Conflict, "errors.member_gone", core.Args{"Date": holder.Standing.End})
	}
	token, digest := newSecret(linkPrefix)
	link := Link{Person: person, Created: now, Expires: now.Add(valid)}
	if err := failure(ctx, s.store.AddLink(ctx, link, digest), "errors.person_not_found"); err != nil {
		return "", err
	}
	return token, nil
}

// Redeem implements SignIn.
func (s *Service) Redeem(ctx context.Context, token string) (Session, string, error) {
	digest, ok := digestOf(linkPrefix, token)
	if !ok {
		return Session{}, "", core.E(core.Unauthenticated, "errors.link_invalid", nil)
	}
	now := s.now()
	sessionToken, sessionDigest := newSecret(sessionPrefix)
	session := Session{ID: core.NewID(now), Created: now, Expires: now.Add(sessionLife)}
	person, err := s.store.RedeemLink(ctx, digest, session, sessionDigest)
	if errors.Is(err, ErrNotFound) {
		return Session{}, "", core.E(core.Unauthenticated, "errors.link_invalid", nil)
	}
	if err != nil {
		return Session{}, "", failure(ctx, err, "")
	}
	session.Person = person
	return session, sessionToken, nil
}

// SignOut implements SignIn. A session that has already ended is no error.
func (s *Service) SignOut(ctx context.Context, sessionToken string) error {
	digest, ok := digestOf(sessionPrefix, sessionToken)
	if !ok {
		return nil
	}
	err := s.store.EndSession(ctx, digest)
	s.era.Add(1)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return failure(ctx, err, "")
}

// failure turns a store's error into one that a person can read: notFound is the key for what is
// missing.
func failure(ctx context.Context, err error, notFound string) error {
	switch {
	case err == nil:
		return nil
	case notFound != "" && errors.Is(err, ErrNotFound):
		return core.E(core.NotFound, notFound, nil)
	case errors.Is(err, ErrChanged):
		return core.E(core.Conflict, "errors.register_changed", nil)
	case errors.Is(err, ErrTaken):
		return core.E(core.Conflict, "errors.register_taken", nil)
	case ctx.Err() != nil:
		return core.Wrap(err, core.Cancelled, "errors.members_cancelled", nil)
	}
	return core.Wrap(err, core.Unavailable, "errors.members_unavailable", nil)
}
