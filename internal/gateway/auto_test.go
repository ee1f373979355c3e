package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// shelf is a catalogue of what a test needs.
type shelf []models.Model

func (s shelf) List(context.Context) ([]models.Model, error) { return s, nil }
func (s shelf) Find(_ context.Context, name string) (models.Model, error) {
	return models.NewSnapshot(s).Find(name)
}
func (s shelf) Default(_ context.Context, kind models.Kind) (models.Model, error) {
	return models.NewSnapshot(s).Default(kind)
}

// lets allows the models that it does not forbid, and those of this machine alone when there is sensitive data.
type lets struct{ forbid string }

func (l lets) Decide(_ context.Context, q charter.Question) (charter.Decision, error) {
	allow := !strings.Contains(l.forbid, q.Model.Name) && (len(q.DataClasses) == 0 || q.Model.Local)
	return charter.Decision{Allow: allow, Charter: "c", Articles: []int{1}}, nil
}
func (lets) InForce() charter.Version { return charter.Version{} }

func chat(name string, billions float64, edit ...func(*models.Model)) models.Model {
	m := models.Model{Name: name, Kind: models.Chat, Parameters: int64(billions * 1e9), Context: 8192, Backend: "gpu"}
	for _, e := range edit {
		e(&m)
	}
	return m
}

func tools(m *models.Model)  { m.Tools = models.Yes }
func sees(m *models.Model)   { m.Images = models.Yes }
func blind(m *models.Model)  { m.Images = models.No }
func french(m *models.Model) { m.Languages = "fr en" }
func english(m *models.Model) {
	m.Languages = "en"
}
func here(m *models.Model)   { m.Path, m.Backend = "/m", "" }
func trial(m *models.Model)  { m.Trial = true }
func cites(m *models.Model)  { m.WritesFrom = true }
func failed(m *models.Model) { m.Score = models.Score{Answerable: 10, Unanswerable: 5} }
func long(m *models.Model)   { m.Context = 131072 }
func thinks(m *models.Model) { m.Thinking = models.Yes }
func unsized(m *models.Model) {
	m.Parameters = 0
}

func body(user string, more string) []byte {
	quoted, _ := json.Marshal(user)
	return []byte(`{"model":"auto","messages":[{"role":"user","content":` + string(quoted) + `}]` + more + `}`)
}

func choose(list shelf, rules charter.Evaluator, ctx context.Context, text string, more string) (intent, error) {
	s := New(Needs{Catalogue: list, Charter: rules, Demanding: 3e9, Scan: func(text []byte) []core.DataClass {
		if strings.Contains(string(text), "046 454 286") {
			return []core.DataClass{core.DataSIN}
		}
		return nil
	}})
	raw := body(text, more)
	return s.aim(ctx, core.Actor{}, Completion{Model: AutoModel, Text: raw, Body: func(int) []byte { return raw }})
}

func TestTheSmallestModelThatDoes(t *testing.T) {
	t.Parallel()
	small, medium, big := chat("small", 0.5), chat("medium", 4), chat("big", 32)
	for name, c := range map[string]struct {
		list       shelf
		forbid     string
		text, more string
		model      string
		why        string
		task       string
	}{
		"an ordinary question":             {shelf{big, small, medium}, "", "Bonjour !", "", "small", "smallest", "chat"},
		"one model":                        {shelf{big}, "", "Bonjour !", "", "big", "only", "chat"},
		"code asks for more":               {shelf{big, small, medium}, "", "Écris un script Python", "", "medium", "demanding smallest", "code"},
		"and takes what there is":          {shelf{small, chat("tiny", 0.1)}, "", "```go\nx```", "", "tiny", "demanding-none smallest", "code"},
		"calculation too":                  {shelf{big, small, medium}, "", "Calcule 12 × 7", "", "medium", "demanding smallest", "calculation"},
		"what the charter forbids":         {shelf{big, small, medium}, "small", "Bonjour !", "", "medium", "smallest", "chat"},
		"sensitive data stays here":        {shelf{small, chat("local", 7, here)}, "", "mon NAS est 046 454 286", "", "local", "only", "chat"},
		"trial models give way":            {shelf{chat("essai", 0.1, trial), medium}, "", "Bonjour !", "", "medium", "only", "chat"},
		"but answer alone":                 {shelf{chat("essai", 0.1, trial)}, "", "Bonjour !", "", "essai", "only", "chat"},
		"tools":                            {shelf{small, chat("calls", 7, tools), big}, "", "Vote", `,"tools":[{}]`, "calls", "tools only", "chat"},
		"tools that nobody told of":        {shelf{small, big}, "", "Vote", `,"tools":[{}]`, "small", "tools-unknown smallest", "chat"},
		"images":                           {shelf{chat("blind", 1, blind), chat("sees", 7, sees), big}, "", "Vois", `,"x":0`, "blind", "smallest", "chat"},
		"french":                           {shelf{chat("en", 0.5, english), chat("fr", 7, french)}, "", "Quel est le quorum de la coopérative ?", "", "fr", "language only", "chat"},
		"english":                          {shelf{chat("en", 0.5, english), chat("fr", 7, french)}, "", "What is the quorum of the co-operative?", "", "en", "smallest", "chat"},
		"a language that nobody writes":    {shelf{chat("en", 0.5, english), chat("en2", 7, english)}, "", "Quel est le quorum de la coopérative ?", "", "en", "language-none smallest", "chat"},
		"a given text goes to who cites":   {shelf{chat("a", 1, failed), chat("b", 3), chat("c", 7, cites)}, "", "Résume : …", "", "c", "cited only", "text"},
		"or to who was not tested":         {shelf{chat("a", 1, failed), chat("b", 3)}, "", "Résume : …", "", "b", "cited-unknown only", "text"},
		"a long text needs room":           {shelf{small, chat("long", 7, long)}, "", strings.Repeat("mot ", 10_000), "", "long", "context only", "text"},
		"room that nobody told of":         {shelf{chat("a", 1, func(m *models.Model) { m.Context = 0 }), chat("b", 7, func(m *models.Model) { m.Context = 0 })}, "", "Bonjour !", "", "a", "smallest", "chat"},
		"thinking is asked for":            {shelf{small, chat("thinks", 7, thinks)}, "", "Bonjour !", `,"reasoning_effort":"high"`, "thinks", "thinking only", "chat"},
		"thinking is not":                  {shelf{small, chat("thinks", 7, thinks)}, "", "Bonjour !", `,"reasoning_effort":"none"`, "small", "smallest", "chat"},
		"a schema":                         {shelf{small, chat("local", 7, here)}, "", "Bonjour !", `,"response_format":{"type":"json_schema"}`, "local", "schema only", "chat"},
		"an unknown size comes last":       {shelf{chat("?", 0, unsized), big}, "", "Bonjour !", "", "big", "smallest", "chat"},
		"one model under two names is one": {shelf{small, chat("gpu/small", 0.5)}, "", "Bonjour !", "", "small", "only", "chat"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, err := choose(c.list, lets{c.forbid}, t.Context(), c.text, c.more)
			if err != nil {
				t.Fatal(err)
			}
			if in.model.Name != c.model || strings.Join(in.auto.Why, " ") != c.why || in.auto.Task != c.task {
				t.Errorf("%s because of %v for %s; want %s because of %s for %s", in.model.Name, in.auto.Why, in.auto.Task, c.model, c.why, c.task)
			}
		})
	}
}

func TestImagesAreSeen(t *testing.T) {
	t.Parallel()
	raw := []byte(`{"messages":[{"role":"user","content":[{"type":"text","text":"Quel est le titre de la page ?"},{"type":"image_url","image_url":{"url":"data:"}}]}]}`)
	w := wantsOf(raw, 100)
	if !w.images || w.language != "fr" || w.tokens < imageTokens+100 {
		t.Errorf("%+v", w)
	}
	got, err := w.narrow([]models.Model{chat("blind", 1, blind), chat("sees", 7, sees)}, 0)
	if err != nil || len(got.kept) != 1 || got.kept[0].Name != "sees" || got.why[0] != "images" {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := w.narrow([]models.Model{chat("blind", 1, blind)}, 0); core.AsError(err).Key != "errors.auto_no_images" {
		t.Errorf("got %v", err)
	}
}

func TestNobodyDoes(t *testing.T) {
	t.Parallel()
	if _, err := choose(shelf{chat("a", 1)}, lets{}, t.Context(), strings.Repeat("mot ", 20_000), ""); core.AsError(err).Key != "errors.auto_too_long" || core.AsError(err).Args["Most"] != 8192 {
		t.Errorf("too long: %v", err)
	}
	no := chat("a", 1, func(m *models.Model) { m.Tools = models.No })
	if _, err := choose(shelf{no}, lets{}, t.Context(), "Vote", `,"tools":[{}]`); core.AsError(err).Key != "errors.auto_no_tools" {
		t.Errorf("no tools: %v", err)
	}
	if _, err := choose(shelf{{Name: "e5", Kind: models.Embedding}}, lets{}, t.Context(), "x", ""); !core.Is(err, core.Unavailable) {
		t.Errorf("no chat model: %v", err)
	}
	in, err := choose(shelf{chat("big", 7), chat("small", 1)}, lets{"big small"}, t.Context(), "x", "")
	if err != nil || in.model.Name != "small" {
		t.Errorf("what the charter refuses altogether is refused on the way: %v, %v", in.model, err)
	}
}

func TestABiggerOneWhenAMemberWishes(t *testing.T) {
	t.Parallel()
	list := shelf{chat("big", 32), chat("small", 0.5), chat("medium", 4), chat("medium2", 4)}
	for name, c := range map[string]struct {
		wish                     Bigger
		model, instead, lastWord string
	}{
		"than the first":   {Bigger{Reason: "trop vague"}, "medium", "small", "bigger"},
		"than one of them": {Bigger{Reason: "encore faux", Than: "medium"}, "big", "small", "bigger"},
		"than the biggest": {Bigger{Reason: "x", Than: "big"}, "small", "", "no-bigger"},
		"than nothing":     {Bigger{Reason: "x", Than: "absent"}, "medium", "small", "bigger"},
	} {
		in, err := choose(list, lets{}, WithBigger(t.Context(), c.wish), "Bonjour !", "")
		if err != nil {
			t.Fatal(err)
		}
		a := in.auto
		if in.model.Name != c.model || a.Instead != c.instead || a.Why[len(a.Why)-1] != c.lastWord || a.Bigger != c.wish.Reason || a.Biggest != "big" {
			t.Errorf("%s: %s, %+v", name, in.model.Name, a.Auto)
		}
	}
}

// A soft rule neither hides the largest model from the account, nor a bigger one from a member who wishes it.
func TestSoftRulesBindNobody(t *testing.T) {
	t.Parallel()
	list := shelf{chat("parle", 1, french), chat("grand", 32), chat("moyen", 7), chat("sourd", 64, func(m *models.Model) { m.Tools = models.No })}
	const question = "Quel est le quorum de la coopérative ?"
	in, err := choose(list, lets{}, t.Context(), question, `,"tools":[{}]`)
	if err != nil || in.model.Name != "parle" || in.auto.Biggest != "grand" {
		t.Errorf("%v, %+v, %v", in.model, in.auto, err)
	}
	in, err = choose(list, lets{}, WithBigger(t.Context(), Bigger{Reason: "faux"}), question, `,"tools":[{}]`)
	if err != nil || in.model.Name != "moyen" || in.auto.Instead != "parle" || in.others[0].Name != "grand" || len(in.others) != 1 {
		t.Errorf("%v, %+v, %v", in.model, in.auto, err)
	}
}

func TestOnlyAModelThatPassedWritesFromDocuments(t *testing.T) {
	t.Parallel()
	s := New(Needs{Catalogue: shelf{chat("a", 1), chat("b", 7, cites), chat("c", 3, failed)}, Charter: lets{}, Scan: func([]byte) []core.DataClass { return nil }})
	in := intent{action: charter.ActionAnswer, text: []byte("Quel est le quorum ?")}
	if err := s.aimWriter(t.Context(), core.Actor{}, &in, AutoModel); err != nil || in.model.Name != "b" || len(in.others) != 0 {
		t.Errorf("%+v, %v", in.model, err)
	}
	s.Catalogue = shelf{chat("a", 1), chat("essai", 7, cites, trial)}
	if err := s.aimWriter(t.Context(), core.Actor{}, &in, AutoModel); core.AsError(err).Key != "errors.auto_no_writer" {
		t.Errorf("got %v", err)
	}
}

func TestWhoComesNextIsBiggerAndAllowed(t *testing.T) {
	t.Parallel()
	in, err := choose(shelf{chat("c", 32), chat("a", 0.5), chat("no", 1), chat("b", 4)}, lets{"no"}, t.Context(), "Bonjour !", "")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range in.others {
		names = append(names, m.Name)
	}
	if diff := cmp.Diff([]string{"b", "c"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestWhatWasSavedIsAnEstimate(t *testing.T) {
	t.Parallel()
	joules, low := 10.0, 5.0
	used := core.Energy{Joules: &joules, Low: &low, Label: core.EnergyMeteredWall, Scope: "node"}
	c := choice{weight: 1e9, biggest: 4e9}
	c.account(used)
	if c.Saved == nil || *c.Saved.Joules != 30 || *c.Saved.Low != 15 || c.Saved.High != nil || c.Saved.Label != core.EnergyEstimatedPublished || c.Saved.Method != MethodBySize || c.Extra != nil {
		t.Errorf("%+v", c)
	}
	c = choice{weight: 4e9, instead: 1e9, biggest: 4e9}
	c.account(used)
	if *c.Saved.Joules != 0 || *c.Extra.Joules != 7.5 {
		t.Errorf("saved %v, extra %v", *c.Saved.Joules, *c.Extra.Joules)
	}
	for name, c := range map[string]choice{"no size": {biggest: 4e9}, "no biggest": {weight: 1}} {
		if c.account(used); c.Saved != nil {
			t.Errorf("%s: %v", name, c.Saved)
		}
	}
	c = choice{weight: 1e9, biggest: 4e9}
	if c.account(core.UnknownEnergy()); c.Saved != nil {
		t.Error("unknown energy became a figure")
	}
}

// Whatever the catalogue and the request, auto chooses a model that the charter allows and that is not known to fail a hard
// rule, and none that is lighter does as well.
func TestTheChoiceHoldsItsPromises(t *testing.T) {
	t.Parallel()
	known := rapid.SampledFrom([]models.Known{models.Yes, models.No, models.NotSaid})
	rapid.Check(t, func(t *rapid.T) {
		var list shelf
		forbidden := ""
		for i := range rapid.IntRange(1, 8).Draw(t, "models") {
			m := chat(string(rune('a'+i)), rapid.SampledFrom([]float64{0, 0.5, 1, 4, 32}).Draw(t, "size"))
			m.Tools, m.Images = known.Draw(t, "tools"), known.Draw(t, "images")
			m.Trial = rapid.Bool().Draw(t, "trial")
			m.Languages = rapid.SampledFrom([]string{"", "fr", "en"}).Draw(t, "languages")
			if rapid.Bool().Draw(t, "forbidden") {
				forbidden += m.Name
			}
			list = append(list, m)
		}
		more := rapid.SampledFrom([]string{"", `,"tools":[{}]`}).Draw(t, "more")
		text := rapid.SampledFrom([]string{"Bonjour !", "Quel est le quorum de la coop ?", "Écris du code"}).Draw(t, "text")
		in, err := choose(list, lets{forbidden}, t.Context(), text, more)
		if err != nil {
			if core.AsError(err).Key != "errors.auto_no_tools" {
				t.Fatal(err)
			}
			return
		}
		if strings.Contains(forbidden, in.model.Name) && len(forbidden) < len(list) {
			t.Fatalf("%s is forbidden, and others are not", in.model.Name)
		}
		if more != "" && in.model.Tools == models.No {
			t.Fatalf("%s calls no tools", in.model.Name)
		}
		for _, m := range in.others {
			if m.Weight() > 0 && m.Weight() < in.model.Weight() {
				t.Fatalf("%s does too, and is lighter than %s", m.Name, in.model.Name)
			}
		}
	})
}

func FuzzWants(f *testing.F) {
	f.Add([]byte(`{"messages":[{"role":"user","content":[{"type":"text"}]}],"tools":[1],"response_format":{"type":3}}`), 5)
	f.Add([]byte(`{"prompt":["a"],"functions":{}}`), -1)
	f.Fuzz(func(t *testing.T, raw []byte, most int) {
		w := wantsOf(raw, most%(1<<20))
		if w.tokens > math.MaxInt32 && len(raw) < 1<<20 {
			t.Fatalf("%d tokens", w.tokens)
		}
		if _, err := w.narrow([]models.Model{chat("a", 1)}, 3e9); err != nil && !errors.As(err, new(*core.Error)) {
			t.Fatal(err)
		}
	})
}

func TestOffered(t *testing.T) {
	t.Parallel()
	offered := Offered{shelf{chat("a", 1)}}
	list, err := offered.List(t.Context())
	if err != nil || len(list) != 2 || list[0].Name != AutoModel {
		t.Errorf("%v %v", list, err)
	}
	if m, err := offered.Find(t.Context(), AutoModel); err != nil || m.Kind != models.Chat {
		t.Errorf("%v %v", m, err)
	}
	if m, err := offered.Find(t.Context(), "a"); err != nil || m.Name != "a" {
		t.Errorf("%v %v", m, err)
	}
	if list, _ := (Offered{shelf{{Name: "e5", Kind: models.Embedding}}}).List(t.Context()); len(list) != 1 {
		t.Error("auto is offered without a chat model")
	}
}
