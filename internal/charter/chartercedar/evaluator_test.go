package chartercedar_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/charter/chartercedar"
	"github.com/solidaire-coop/solidaire/internal/core"
)

var day = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func versionOf(t testing.TB, d charter.Document) charter.Version {
	t.Helper()
	v, err := charter.Genesis(d, day)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func templateOf(t testing.TB, id string) charter.Document {
	t.Helper()
	d, err := charter.Template(id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func newEvaluator(t testing.TB, v charter.Version) *chartercedar.Evaluator {
	t.Helper()
	e, err := chartercedar.New(v)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func decide(t testing.TB, e charter.Evaluator, q charter.Question) charter.Decision {
	t.Helper()
	d, err := e.Decide(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if d.Charter != e.InForce().Hash {
		t.Fatalf("decided by %s, in force %s", d.Charter, e.InForce().Hash)
	}
	return d
}

var (
	amelie   = core.Actor{Organisation: "coop", Person: "amelie", Roles: []core.Role{core.RoleMember}}
	operator = core.Actor{Organisation: "coop", Person: "paul", Roles: []core.Role{core.RoleMember, core.RoleOperator}}
	stranger = core.Actor{Organisation: "coop", Person: "x"}

	local  = charter.ModelFacts{Name: "lucie", Digest: "sha256:" + strings.Repeat("a", 64), Kind: "chat", Local: true}
	trial  = charter.ModelFacts{Name: "smollm2", Digest: "sha256:" + strings.Repeat("b", 64), Kind: "chat", Local: true, Trial: true}
	remote = charter.ModelFacts{Name: "mistral", Digest: "unknown", Kind: "chat"}
	none   = charter.ModelFacts{Local: true}
	sin    = []core.DataClass{core.DataSIN}
)

func TestTemplatesDecideAsTheirTextSays(t *testing.T) {
	t.Parallel()
	evaluators := map[string]charter.Evaluator{}
	for _, id := range charter.Templates() {
		evaluators[id] = newEvaluator(t, versionOf(t, templateOf(t, id)))
	}
	// For each template: "+3" is allowed by article 3, "-4" refused by article 4, in the order of
	// charter.Templates().
	for name, c := range map[string]struct {
		q    charter.Question
		want [3]string
	}{
		"a member asks the memory":            {charter.Question{Actor: amelie, Action: charter.ActionAsk, Model: none}, [3]string{"+2", "+2", "+2"}},
		"a stranger does":                     {charter.Question{Actor: stranger, Action: charter.ActionAsk, Model: none}, [3]string{"-1", "-1", "-1"}},
		"asks with a social insurance number": {charter.Question{Actor: amelie, Action: charter.ActionAsk, Model: none, DataClasses: sin}, [3]string{"-4", "-4", "-4"}},
		"chats with a model at home":          {charter.Question{Actor: amelie, Action: charter.ActionChat, Model: local}, [3]string{"+3", "+3", "+3"}},
		"chats with the trial model":          {charter.Question{Actor: amelie, Action: charter.ActionChat, Model: trial}, [3]string{"+3", "+3", "+3"}},
		"embeds at home":                      {charter.Question{Actor: amelie, Action: charter.ActionEmbed, Model: local}, [3]string{"+3", "+3", "+3"}},
		"chats with a remote model":           {charter.Question{Actor: amelie, Action: charter.ActionChat, Model: remote}, [3]string{"-6", "+6", "+6"}},
		"embeds with a remote model":          {charter.Question{Actor: amelie, Action: charter.ActionEmbed, Model: remote}, [3]string{"-6", "+6", "+6"}},
		"has a model write from documents":    {charter.Question{Actor: amelie, Action: charter.ActionAnswer, Model: local}, [3]string{"-5", "+3", "+3"}},
		"has the trial model write":           {charter.Question{Actor: amelie, Action: charter.ActionAnswer, Model: trial}, [3]string{"-5", "-5", "-5"}},
		"has a remote model write":            {charter.Question{Actor: amelie, Action: charter.ActionAnswer, Model: remote}, [3]string{"-5 -6", "+6", "+6"}},
		"sends a card number":                 {charter.Question{Actor: amelie, Action: charter.ActionChat, Model: local, DataClasses: []core.DataClass{core.DataCreditCard}}, [3]string{"-4", "-4", "-4"}},
		"sends one to a remote model":         {charter.Question{Actor: amelie, Action: charter.ActionChat, Model: remote, DataClasses: sin}, [3]string{"-4 -6", "-4", "-4"}},
		"an operator sends one":               {charter.Question{Actor: operator, Action: charter.ActionEmbed, Model: local, DataClasses: sin}, [3]string{"-4", "-4", "-4"}},
		"a stranger sends one":                {charter.Question{Actor: stranger, Action: charter.ActionChat, Model: local, DataClasses: sin}, [3]string{"-1 -4", "-1 -4", "-1 -4"}},
		"reads their own conversation":        {charter.Question{Actor: amelie, Action: charter.ActionRead, Owner: "amelie"}, [3]string{"+8", "+8", "+8"}},
		"erases it":                           {charter.Question{Actor: amelie, Action: charter.ActionErase, Owner: "amelie"}, [3]string{"+8", "+8", "+8"}},
		"an operator reads it":                {charter.Question{Actor: operator, Action: charter.ActionRead, Owner: "amelie"}, [3]string{"-8", "-8", "-8"}},
		"an operator erases it":               {charter.Question{Actor: operator, Action: charter.ActionErase, Owner: "amelie"}, [3]string{"-8", "-8", "-8"}},
		"sees their own use":                  {charter.Question{Actor: amelie, Action: charter.ActionReadUsage, Owner: "amelie"}, [3]string{"+7", "+7", "+7"}},
		"sees the total":                      {charter.Question{Actor: amelie, Action: charter.ActionReadUsage}, [3]string{"+7", "+7", "+7"}},
		"an operator sees a member's use":     {charter.Question{Actor: operator, Action: charter.ActionReadUsage, Owner: "amelie"}, [3]string{"-7", "-7", "-7"}},
		"an operator changes the template":    {charter.Question{Actor: operator, Action: charter.ActionChooseTemplate}, [3]string{"+9", "+9", "+9"}},
		"a member changes the template":       {charter.Question{Actor: amelie, Action: charter.ActionChooseTemplate}, [3]string{"-9", "-9", "-9"}},
		"something unheard of":                {charter.Question{Actor: amelie, Action: "fly"}, [3]string{"-1", "-1", "-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, id := range charter.Templates() {
				for _, again := range []string{"decided", "remembered"} {
					if got := words(decide(t, evaluators[id], c.q)); got != c.want[i] {
						t.Errorf("%s, %s: got %s, want %s", id, again, got, c.want[i])
					}
				}
			}
		})
	}
}

func words(d charter.Decision) string {
	var list []string
	for _, a := range d.Articles {
		list = append(list, fmt.Sprintf("%s%d", map[bool]string{true: "+", false: "-"}[d.Allow], a))
	}
	return strings.Join(list, " ")
}

func TestAVotedCharterIsNotReplacedByATemplate(t *testing.T) {
	t.Parallel()
	v := versionOf(t, templateOf(t, "equilibree"))
	v.Status, v.Certificate = charter.Voted, []byte("certificate")
	got := words(decide(t, newEvaluator(t, v), charter.Question{Actor: operator, Action: charter.ActionChooseTemplate}))
	if got != "-9" {
		t.Errorf("got %s", got)
	}
}

func TestSettingsBind(t *testing.T) {
	t.Parallel()
	d := templateOf(t, "equilibree")
	d.Settings.MaxOutputTokens = 77
	d.Settings.Models = []string{local.Digest}
	e := newEvaluator(t, versionOf(t, d))
	allowed := decide(t, e, charter.Question{Actor: amelie, Action: charter.ActionChat, Model: local})
	if !allowed.Allow || allowed.Obligations.MaxOutputTokens != 77 {
		t.Errorf("the adopted model: %+v", allowed)
	}
	for _, m := range []charter.ModelFacts{trial, remote} {
		if got := words(decide(t, e, charter.Question{Actor: amelie, Action: charter.ActionChat, Model: m})); got != "-3" {
			t.Errorf("%s, which was not adopted: %s", m.Name, got)
		}
	}
	if got := words(decide(t, e, charter.Question{Actor: amelie, Action: charter.ActionAsk, Model: none})); got != "+2" {
		t.Errorf("no model: %s", got)
	}
	// Policies that forget to look at the list do not get round it.
	for i := range d.Articles {
		d.Articles[i].Policy = "permit (principal, action, resource);"
	}
	e = newEvaluator(t, versionOf(t, d))
	if got := words(decide(t, e, charter.Question{Actor: amelie, Action: charter.ActionChat, Model: remote})); got != "-1" {
		t.Errorf("policies that permit everything: %s", got)
	}
}

func withPolicies(t testing.TB, policies ...string) charter.Document {
	d := templateOf(t, "equilibree")
	d.Articles = slices.Clone(d.Articles[:len(policies)])
	for i, p := range policies {
		d.Articles[i].Policy = p
	}
	return d
}

func TestAPolicyThatFailsRefuses(t *testing.T) {
	t.Parallel()
	e := newEvaluator(t, versionOf(t, withPolicies(t,
		`permit (principal, action, resource);`,
		`forbid (principal, action == Action::"chat", resource) when { resource.unheard_of };`,
	)))
	if got := words(decide(t, e, charter.Question{Actor: amelie, Action: charter.ActionChat, Model: local})); got != "-2" {
		t.Errorf("got %s", got)
	}
	if got := words(decide(t, e, charter.Question{Actor: amelie, Action: charter.ActionAsk, Model: none})); got != "+1" {
		t.Errorf("where it does not fail: %s", got)
	}
}

func TestWhatNothingPermitsCitesTheArticleThatGoverns(t *testing.T) {
	t.Parallel()
	e := newEvaluator(t, versionOf(t, withPolicies(t,
		`forbid (principal, action == Action::"chat", resource) when { false };`,
		`permit (principal, action == Action::"embed", resource) when { false };`,
		`permit (principal, action in [Action::"chat", Action::"embed"], resource) when { false };`,
	)))
	for action, want := range map[charter.Action]string{
		charter.ActionChat: "-3", charter.ActionEmbed: "-2", charter.ActionAsk: "-1",
	} {
		d := decide(t, e, charter.Question{Actor: amelie, Action: action, Model: local})
		if got := words(d); got != want {
			t.Errorf("%s: got %s, want %s", action, got, want)
		}
		ground := charter.GroundSilent
		if action == charter.ActionAsk { // no article permits it in any case
			ground = charter.GroundUnspoken
		}
		if d.Ground != ground {
			t.Errorf("%s: on the ground %q", action, d.Ground)
		}
	}
}

func TestNewRefusesWhatItCannotTrust(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]string{
		"not Cedar": "let everybody do everything",
		"two rules": "permit (principal, action, resource);\npermit (principal, action, resource);",
		"unended":   "permit (principal, action, resource)",
		"a comment": "// nothing",
		"deep":      "permit (principal, action, resource) when { " + strings.Repeat("(", 8000) + "1" + " };",
	} {
		d := withPolicies(t, policy)
		if _, err := chartercedar.New(versionOf(t, d)); core.AsError(err).Key != "errors.charter_policy" {
			t.Errorf("%s: %v", name, err)
		}
		if err := chartercedar.Check(d); !core.Is(err, core.Invalid) {
			t.Errorf("%s: Check says %v", name, err)
		}
	}
	v := versionOf(t, templateOf(t, "ouverte"))
	v.Document.Articles = slices.Clone(v.Document.Articles)
	v.Document.Articles[3].Policy = "permit (principal, action, resource);"
	if _, err := chartercedar.New(v); !core.Is(err, core.Corrupt) {
		t.Errorf("a document that is not what was voted: %v", err)
	}
	v = versionOf(t, templateOf(t, "ouverte"))
	v.Hash = strings.Repeat("0", 64)
	if _, err := chartercedar.New(v); !core.Is(err, core.Corrupt) {
		t.Errorf("another hash: %v", err)
	}
}

func TestClosedAllowsNothing(t *testing.T) {
	t.Parallel()
	e := chartercedar.Closed(charter.Version{}, core.E(core.Corrupt, "errors.charter_corrupt", core.Args{"Number": 1}))
	d, err := e.Decide(t.Context(), charter.Question{Actor: amelie, Action: charter.ActionAsk})
	if d.Allow || !core.Is(err, core.Corrupt) {
		t.Errorf("got %+v, %v", d, err)
	}
}
