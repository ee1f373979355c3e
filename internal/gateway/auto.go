package gateway

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// AutoModel is the model that is none: the smallest suitable one answers in its place.
const AutoModel = "auto"

// Bigger is a member's wish for a bigger model than the one that "auto" would choose.
type Bigger struct {
	Reason string // the member's own words; kept in the private record
	Than   string // the model that did not do; "" is the one that would be chosen
}

// MaxBiggerReason bounds the reason.
const MaxBiggerReason = 200

type biggerKey struct{}

// WithBigger carries the wish along with the request.
func WithBigger(ctx context.Context, b Bigger) context.Context {
	return context.WithValue(ctx, biggerKey{}, b)
}

func biggerOf(ctx context.Context) (Bigger, bool) {
	b, ok := ctx.Value(biggerKey{}).(Bigger)
	return b, ok
}

// choice is how a model was chosen, with what the estimates of energy need.
type choice struct {
	audit.Auto
	weight, instead, biggest int64 // of the model chosen, of the one without the member's wish, of the largest that was able
}

// aim says who is asked for a chat: the model that is named and its other engines, or those that auto chooses.
func (s *Service) aim(ctx context.Context, actor core.Actor, req Completion) (intent, error) {
	in := intent{action: charter.ActionChat, text: req.Text, maxOutput: req.MaxOutput}
	if req.Model == AutoModel {
		if wish, asked := biggerOf(ctx); asked && (wish.Reason == "" || len(wish.Reason) > MaxBiggerReason) {
			return in, core.E(core.Invalid, "errors.bigger_reason", core.Args{"Max": MaxBiggerReason})
		}
		return in, s.choose(ctx, actor, &in, wantsOf(req.Body(req.MaxOutput), req.MaxOutput))
	}
	model, err := s.chatModel(ctx, req.Model)
	if err != nil {
		return in, err
	}
	all := s.candidates(ctx, model, req.Model)
	in.model, in.others = &all[0], all[1:]
	return in, nil
}

// choose puts into the intent the smallest model that does, and who comes next should it fail.
func (s *Service) choose(ctx context.Context, actor core.Actor, in *intent, w wants) error {
	in.classes, in.scanned = s.Scan(in.text), true
	allowed, err := s.allowedChatters(ctx, actor, in)
	if err != nil {
		return err
	}
	found, err := w.narrow(allowed, s.Demanding)
	if err != nil {
		return err
	}
	s.order(ctx, w, &found)
	made := &choice{Auto: audit.Auto{Task: string(w.task), Why: found.why}}
	from, first := made.pick(ctx, found)
	all := from[first : first+1]
	if !w.writer { // the same name elsewhere need not be the bytes that passed the test
		all = s.candidates(ctx, from[first], from[first].Name)
	}
	in.model, in.others, in.auto = &all[0], append(all[1:len(all):len(all)], from[first+1:]...), made
	return nil
}

// pick takes the lightest of the models that do, or the next bigger one of those that are able where the member wishes it,
// and says so. The others of the list come after it.
func (c *choice) pick(ctx context.Context, found found) (from []models.Model, first int) {
	from = found.kept
	wish, asked := biggerOf(ctx)
	switch {
	case !asked && len(from) == 1:
		c.Why = append(c.Why, "only")
	case !asked:
		c.Why = append(c.Why, "smallest")
	default:
		c.Bigger = wish.Reason
		if next := biggerThan(found.able, cmp.Or(wish.Than, from[0].Name)); next >= 0 {
			c.Why = append(c.Why, "bigger")
			c.Instead, c.instead = from[0].Name, from[0].Weight()
			from, first = found.able, next
		} else {
			c.Why = append(c.Why, "no-bigger")
		}
	}
	c.weight = from[first].Weight()
	biggest := slices.MaxFunc(found.able, func(a, b models.Model) int { return cmp.Compare(a.Weight(), b.Weight()) })
	if biggest.Weight() > 0 {
		c.Biggest, c.biggest = biggest.Name, biggest.Weight()
	}
	return from, first
}

// allowedChatters lists the chat models that the charter lets answer this text, trial models only where there is no other.
// Where it allows none, the smallest stays, so that the refusal is decided and recorded as any other.
func (s *Service) allowedChatters(ctx context.Context, actor core.Actor, in *intent) ([]models.Model, error) {
	all, err := s.Catalogue.List(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, m := range all {
		names[m.Name] = true
	}
	all = slices.DeleteFunc(all, func(m models.Model) bool {
		_, plain, qualified := strings.Cut(m.Name, "/") // "server/name" is the same model under a second name
		return m.Kind != models.Chat || qualified && names[plain]
	})
	if len(all) == 0 {
		_, err := s.Catalogue.Default(ctx, models.Chat) // says why there is none
		return nil, cmp.Or(err, error(core.E(core.Unavailable, "errors.model_no_chat", nil)))
	}
	byWeight(all)
	allowed := slices.DeleteFunc(slices.Clone(all), func(m models.Model) bool {
		decision, err := s.Charter.Decide(ctx, charter.Question{Actor: actor, Action: in.action, DataClasses: in.classes, Model: facts(&m)})
		return err != nil || !decision.Allow
	})
	if len(allowed) == 0 {
		return all[:1], nil
	}
	if slices.ContainsFunc(allowed, func(m models.Model) bool { return !m.Trial }) {
		allowed = slices.DeleteFunc(allowed, func(m models.Model) bool { return m.Trial })
	}
	return allowed, nil
}

// order puts the lightest first, and those whose engines rest after failures behind those that stand. Where all that do
// rest, one that could and stands goes before them.
func (s *Service) order(ctx context.Context, w wants, f *found) {
	byWeight(f.kept)
	byWeight(f.able)
	if s.Others == nil || len(f.able) < 2 {
		return
	}
	lightest := f.kept[0].Name
	standing := s.standing(ctx, w, f.able)
	if s.standing(ctx, w, f.kept) == 0 && standing > 0 {
		f.kept = slices.Clone(f.able)
	}
	if f.kept[0].Name != lightest {
		f.why = append(f.why, "resting")
	}
}

// standing moves the models whose engines rest behind the others, and counts those.
func (s *Service) standing(ctx context.Context, w wants, list []models.Model) int {
	var standing, resting []models.Model
	for _, m := range list {
		asked := m
		if !w.writer { // the same name may stand elsewhere
			asked = s.candidates(ctx, m, m.Name)[0]
		}
		if s.Others.Rests(ctx, asked) {
			resting = append(resting, m)
		} else {
			standing = append(standing, m)
		}
	}
	copy(list, append(standing, resting...))
	return len(standing)
}

// byWeight puts the lightest first, unknown weights last, this machine before others of the same weight.
func byWeight(list []models.Model) {
	weight := func(m models.Model) int64 {
		if w := m.Weight(); w > 0 {
			return w
		}
		return 1 << 62
	}
	slices.SortStableFunc(list, func(a, b models.Model) int {
		return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(a.Backend, b.Backend), cmp.Compare(a.Name, b.Name))
	})
}

// biggerThan finds the first heavier model than the one named, or than the first; -1 when there is none.
func biggerThan(kept []models.Model, than string) int {
	from := max(0, slices.IndexFunc(kept, func(m models.Model) bool { return m.Name == than }))
	return slices.IndexFunc(kept, func(m models.Model) bool { return m.Weight() > kept[from].Weight() })
}

// Offered is a catalogue with auto among its models, for those who choose by name.
type Offered struct{ models.Catalogue }

var auto = models.Model{Name: AutoModel, Kind: models.Chat, Digest: models.UnknownDigest, Origin: "solidaire"}

// List adds auto to the models where there is a chat model to choose.
func (o Offered) List(ctx context.Context) ([]models.Model, error) {
	list, err := o.Catalogue.List(ctx)
	if err == nil && slices.ContainsFunc(list, func(m models.Model) bool { return m.Kind == models.Chat }) {
		list = append([]models.Model{auto}, list...)
	}
	return list, err
}

// Find knows auto too.
func (o Offered) Find(ctx context.Context, name string) (models.Model, error) {
	if name == AutoModel {
		return auto, nil
	}
	return o.Catalogue.Find(ctx, name)
}
