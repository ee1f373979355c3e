package members

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Joining is voluntary and open membership: who wishes to join says so on a public page, where the organisation has one,
// and its secretary answers.
type Joining interface {
	// Door says whether an organisation receives requests, and what it says to those who come.
	Door(ctx context.Context, organisation core.ID) (Door, error)
	SetDoor(ctx context.Context, organisation core.ID, d Door) error
	// Request is somebody asking to join. core.NotFound where the door is closed, core.Exhausted while too many wait.
	Request(ctx context.Context, organisation core.ID, r JoinRequest) (JoinRequest, error)
	// Requests lists those that wait, oldest first.
	Requests(ctx context.Context, organisation core.ID) ([]JoinRequest, error)
	// Admit makes a member of who asked; Decline says why not. core.Conflict when it was decided already.
	Admit(ctx context.Context, actor core.Actor, request core.ID) (JoinRequest, Record, error)
	Decline(ctx context.Context, actor core.Actor, request core.ID, reason string) (JoinRequest, error)
}

// Door is how an organisation receives those who wish to join.
type Door struct {
	Open    bool
	Welcome string // shown on the page
}

// JoinRequest is somebody's wish to join.
type JoinRequest struct {
	ID           core.ID
	Organisation core.ID
	Name         string
	Email        string
	Class        string // wished; key, "" when none
	Message      string
	Lang         core.Lang // in which it was written
	Created      time.Time

	Decided time.Time // zero: not yet
	Decider core.ID
	Person  core.ID // who was admitted; "" when refused
	Reason  string  // of a refusal
}

const (
	maxWaiting = 200  // requests not decided yet
	maxMessage = 2000 // characters
)

var _ Joining = (*Service)(nil)

// Door implements Joining.
func (s *Service) Door(ctx context.Context, organisation core.ID) (Door, error) {
	d, err := s.store.Door(ctx, organisation)
	if errors.Is(err, ErrNotFound) {
		return Door{}, nil
	}
	return d, failure(ctx, err, "")
}

// SetDoor implements Joining.
func (s *Service) SetDoor(ctx context.Context, organisation core.ID, d Door) (err error) {
	if d.Welcome, err = cleanMessage(d.Welcome); err != nil {
		return err
	}
	return failure(ctx, s.store.SetDoor(ctx, organisation, d), "errors.organisation_not_found")
}

// Request implements Joining.
func (s *Service) Request(ctx context.Context, organisation core.ID, r JoinRequest) (JoinRequest, error) {
	door, err := s.Door(ctx, organisation)
	if err == nil && !door.Open {
		err = core.E(core.NotFound, "errors.join_closed", nil)
	}
	if err != nil {
		return JoinRequest{}, err
	}
	classes, err := s.Classes(ctx, organisation)
	if err == nil {
		r, err = s.requested(organisation, r, classes)
	}
	if err != nil {
		return JoinRequest{}, err
	}
	waiting, err := s.Requests(ctx, organisation)
	switch {
	case err != nil:
		return JoinRequest{}, err
	case slices.ContainsFunc(waiting, func(o JoinRequest) bool { return o.Email == r.Email }):
		return r, nil // asked already: nothing to add, and nothing to tell a stranger
	case len(waiting) >= maxWaiting:
		return JoinRequest{}, core.E(core.Exhausted, "errors.join_full", nil)
	}
	return r, failure(ctx, s.store.AddRequest(ctx, r), "errors.organisation_not_found")
}

// requested checks what a stranger wrote.
func (s *Service) requested(organisation core.ID, asked JoinRequest, classes []Class) (r JoinRequest, err error) {
	now := s.now()
	r = JoinRequest{ID: core.NewID(now), Organisation: organisation, Created: now, Lang: asked.Lang}
	if r.Name, err = cleanName(asked.Name); err != nil {
		return r, err
	}
	if r.Email, err = cleanEmail(asked.Email); err != nil {
		return r, err
	}
	if r.Email == "" {
		return r, core.E(core.Invalid, "errors.email_shape", nil)
	}
	if r.Message, err = cleanMessage(asked.Message); err != nil {
		return r, err
	}
	if err := checkLang(asked.Lang, true); err != nil {
		return r, err
	}
	if asked.Class != "" && !slices.ContainsFunc(classes, func(c Class) bool { return c.Key == asked.Class }) {
		return r, core.E(core.NotFound, "errors.class_not_found", nil)
	}
	r.Class = asked.Class
	return r, nil
}

// cleanMessage trims a text of several lines and refuses what cannot be shown safely.
func cleanMessage(text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxMessage {
		return "", core.E(core.Invalid, "errors.name_too_long", core.Args{"Max": maxMessage})
	}
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return "", core.E(core.Invalid, "errors.name_characters", nil)
		}
	}
	return text, nil
}

// Requests implements Joining.
func (s *Service) Requests(ctx context.Context, organisation core.ID) ([]JoinRequest, error) {
	list, err := s.store.Waiting(ctx, organisation)
	return list, failure(ctx, err, "")
}

// waiting finds a request that was not decided yet.
func (s *Service) waiting(ctx context.Context, organisation, request core.ID) (JoinRequest, error) {
	list, err := s.Requests(ctx, organisation)
	if err != nil {
		return JoinRequest{}, err
	}
	if i := slices.IndexFunc(list, func(r JoinRequest) bool { return r.ID == request }); i >= 0 {
		return list[i], nil
	}
	return JoinRequest{}, core.E(core.Conflict, "errors.join_decided", nil)
}

// Admit implements Joining.
func (s *Service) Admit(ctx context.Context, actor core.Actor, request core.ID) (JoinRequest, Record, error) {
	asked, err := s.waiting(ctx, actor.Organisation, request)
	if err != nil {
		return JoinRequest{}, Record{}, err
	}
	classes, err := s.Classes(ctx, actor.Organisation)
	if err != nil {
		return JoinRequest{}, Record{}, err
	}
	now := s.now()
	r, err := enrolled(actor.Organisation, Entry{Name: asked.Name, Email: asked.Email, Class: asked.Class, Lang: asked.Lang, Voting: true, Joined: now}, classes, now)
	if err != nil {
		return JoinRequest{}, Record{}, err
	}
	asked.Decided, asked.Decider, asked.Person = now, actor.Person, r.Person.ID
	return asked, r, s.decided(ctx, s.store.Decide(ctx, asked, &r))
}

// Decline implements Joining.
func (s *Service) Decline(ctx context.Context, actor core.Actor, request core.ID, reason string) (JoinRequest, error) {
	reason, err := cleanMessage(reason)
	if err == nil && reason == "" {
		err = core.E(core.Invalid, "errors.join_reason", nil)
	}
	if err != nil {
		return JoinRequest{}, err
	}
	asked, err := s.waiting(ctx, actor.Organisation, request)
	if err != nil {
		return JoinRequest{}, err
	}
	asked.Decided, asked.Decider, asked.Reason = s.now(), actor.Person, reason
	return asked, s.decided(ctx, s.store.Decide(ctx, asked, nil))
}

func (s *Service) decided(ctx context.Context, err error) error {
	s.era.Add(1)
	if errors.Is(err, ErrChanged) {
		return core.E(core.Conflict, "errors.join_decided", nil)
	}
	return failure(ctx, err, "")
}
