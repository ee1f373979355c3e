package audit_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/core"
)

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

// The canonical bytes are a promise to every receipt ever given out: these two never change.
func TestCanonicalBytesAreFixed(t *testing.T) {
	t.Parallel()
	joules := 1.5
	full := audit.Record{
		ID: "01hqkz5p7w8x9yabcdefghjkmn", Organisation: "o", Person: "p", Credential: "c",
		Time: time.Date(2026, 11, 22, 4, 5, 6, 70e6, time.FixedZone("EST", -5*3600)), Action: "ask",
		Charter: zeros, Decision: audit.Allowed, Articles: []int{1, 12}, DataClasses: []core.DataClass{"credit_card"},
		Model: "m<&>", ModelDigest: "sha256:ab", Node: "local", Mode: "model",
		Tried: []audit.Try{{Node: "n", Model: "m", Error: "errors.x"}},
		Auto: &audit.Auto{Task: "chat", Why: []string{"a", "b"}, Bigger: "é", Instead: "s", Biggest: "b",
			Saved: &core.Energy{Joules: &joules, Label: "unknown"}, Extra: &core.Energy{Label: "unknown"}},
		Sources:      []audit.Source{{Document: "a\"\\\n\u2028é", Version: zeros, Start: 1, End: 2, SHA256: zeros}},
		PromptSHA256: zeros, AnswerSHA256: zeros, PromptTokens: 3, OutputTokens: 4, UsageEstimated: true,
		Energy:  core.Energy{Joules: &joules, Low: &joules, High: &joules, Label: "unknown", Scope: "node", Method: "x"},
		Outcome: audit.Failed, ErrorKey: "errors.internal",
	}
	least := audit.Record{
		ID: "01hqkz5p7w8x9yabcdefghjkmn", Organisation: "o", Person: "p",
		Time: time.Date(2026, 11, 22, 4, 5, 6, 0, time.UTC), Action: "chat", Charter: zeros, Decision: audit.Refused,
		Node: "local", PromptSHA256: zeros, Energy: core.UnknownEnergy(), Outcome: audit.Blocked,
	}
	for name, test := range map[string]struct {
		record audit.Record
		want   string
	}{
		"every field": {full, `{"format":"solidaire-record/1","id":"01hqkz5p7w8x9yabcdefghjkmn","organisation":"o","person":"p",` +
			`"credential":"c","time":"2026-11-22T09:05:06.070Z","action":"ask","charter":"` + zeros + `","decision":"allow",` +
			`"articles":[1,12],"data_classes":["credit_card"],"model":"m<&>","model_digest":"sha256:ab","node":"local",` +
			`"tried":[{"node":"n","model":"m","error":"errors.x"}],"auto":{"task":"chat","why":["a","b"],"bigger":"é","instead":"s","biggest":"b",` +
			`"saved":{"joules":1.5,"label":"unknown"},"extra":{"joules":null,"label":"unknown"}},"mode":"model",` +
			`"sources":[{"document":"a\"\\\u000a` + "\u2028é" + `","version":"` + zeros + `","start":1,"end":2,"sha256":"` + zeros + `"}],` +
			`"prompt_sha256":"` + zeros + `","answer_sha256":"` + zeros + `","prompt_tokens":3,"output_tokens":4,"usage_estimated":true,` +
			`"energy":{"joules":1.5,"joules_low":1.5,"joules_high":1.5,"label":"unknown","scope":"node","method":"x"},` +
			`"outcome":"failed","error":"errors.internal"}`},
		"only what must be": {least, `{"format":"solidaire-record/1","id":"01hqkz5p7w8x9yabcdefghjkmn","organisation":"o","person":"p",` +
			`"time":"2026-11-22T04:05:06.000Z","action":"chat","charter":"` + zeros + `","decision":"refuse","articles":[],"node":"local",` +
			`"prompt_sha256":"` + zeros + `","energy":{"joules":null,"label":"unknown"},"outcome":"refused"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.record.AppendCanonical(nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A field added to Record and forgotten in the canonical bytes would not be proved by any receipt.
func TestCanonicalBytesHoldEveryField(t *testing.T) {
	t.Parallel()
	record := audittest.Record(1)
	record.Model, record.ModelDigest, record.ErrorKey, record.UsageEstimated = "m", "unknown", "errors.x", true
	record.Tried, record.Auto, record.Restriction = []audit.Try{{}}, &audit.Auto{}, audittest.Hash("r")
	b, err := record.AppendCanonical(nil)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]json.RawMessage
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[audit.Record]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if reflect.ValueOf(record).FieldByIndex(field.Index).IsZero() {
			t.Errorf("this test leaves %s empty", field.Name)
		}
		if _, ok := got[name]; !ok {
			t.Errorf("%s (%q) is not in the canonical bytes", field.Name, name)
		}
	}
	if len(got) != reflect.TypeFor[audit.Record]().NumField()+1 {
		t.Errorf("canonical bytes hold %d fields, the record has %d and a format", len(got), reflect.TypeFor[audit.Record]().NumField())
	}
}

func TestCanonicalBytesReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawRecord(t)
		b, err := want.AppendCanonical(nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := audit.ParseRecord(b)
		if err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		want.Time = want.Time.UTC().Truncate(time.Millisecond)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func drawRecord(t *rapid.T) audit.Record {
	text := rapid.StringN(0, 40, 200)
	energy := core.UnknownEnergy()
	if rapid.Bool().Draw(t, "metered") {
		j := rapid.Float64Range(0, math.MaxFloat64).Draw(t, "joules")
		energy = core.Energy{Joules: &j, High: &j, Label: core.EnergyMeteredWall, Scope: text.Draw(t, "scope")}
	}
	source := rapid.Custom(func(t *rapid.T) audit.Source {
		start := rapid.IntRange(0, 1<<40).Draw(t, "start")
		return audit.Source{
			Document: text.Draw(t, "document"), Version: audittest.Hash("v"), Start: start, End: start + 9, SHA256: audittest.Hash("q"),
		}
	})
	try := rapid.Custom(func(t *rapid.T) audit.Try {
		return audit.Try{Node: text.Draw(t, "tried"), Model: text.Draw(t, "model"), Error: text.Draw(t, "error")}
	})
	auto := rapid.Custom(func(t *rapid.T) *audit.Auto {
		return &audit.Auto{Task: text.Draw(t, "task"), Why: rapid.SliceOfN(text, 0, 3).Draw(t, "why"), Bigger: text.Draw(t, "bigger"), Saved: &energy}
	})
	at := time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "ms")).In(time.FixedZone("", rapid.IntRange(-43200, 43200).Draw(t, "zone")))
	return audit.Record{
		ID: core.NewID(at), Organisation: "o", Person: core.ID("p" + text.Draw(t, "person")), Time: at, Action: text.Draw(t, "action"),
		Charter: audittest.Hash("c"), Decision: rapid.SampledFrom([]audit.Decision{audit.Allowed, audit.Refused}).Draw(t, "decision"),
		Articles: rapid.SliceOfN(rapid.Int(), 0, 5).Draw(t, "articles"), Restriction: rapid.SampledFrom([]string{"", audittest.Hash("r")}).Draw(t, "restriction"), Node: text.Draw(t, "node"), Model: text.Draw(t, "model"),
		Sources: rapid.SliceOfN(source, 0, 4).Draw(t, "sources"), PromptSHA256: audittest.Hash("p"),
		PromptTokens: rapid.IntRange(0, math.MaxInt).Draw(t, "tokens"), UsageEstimated: rapid.Bool().Draw(t, "estimated"),
		Tried: rapid.SliceOfN(try, 0, 3).Draw(t, "tries"), Auto: rapid.OneOf(auto, rapid.Just[*audit.Auto](nil)).Draw(t, "auto"),
		Energy: energy, Outcome: rapid.SampledFrom([]audit.Outcome{audit.Completed, audit.Failed, audit.Blocked}).Draw(t, "outcome"),
	}
}

func TestARecordThatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for name, spoil := range map[string]func(r *audit.Record){
		"no id":              func(r *audit.Record) { r.ID = "" },
		"id in capitals":     func(r *audit.Record) { r.ID = core.ID(strings.ToUpper(string(r.ID))) },
		"no organisation":    func(r *audit.Record) { r.Organisation = "" },
		"no person":          func(r *audit.Record) { r.Person = "" },
		"no time":            func(r *audit.Record) { r.Time = time.Time{} },
		"no charter":         func(r *audit.Record) { r.Charter = "" },
		"charter in capital": func(r *audit.Record) { r.Charter = strings.ToUpper(r.Charter) },
		"decision":           func(r *audit.Record) { r.Decision = "perhaps" },
		"outcome":            func(r *audit.Record) { r.Outcome = "" },
		"prompt hash":        func(r *audit.Record) { r.PromptSHA256 = "12" },
		"answer hash":        func(r *audit.Record) { r.AnswerSHA256 = "12" },
		"negative tokens":    func(r *audit.Record) { r.OutputTokens = -1 },
		"range backwards":    func(r *audit.Record) { r.Sources[0].Start = 1000 },
		"long text":          func(r *audit.Record) { r.Model = strings.Repeat("x", 600) },
		"many tries":         func(r *audit.Record) { r.Tried = make([]audit.Try, 17) },
		"long try":           func(r *audit.Record) { r.Tried = []audit.Try{{Node: strings.Repeat("x", 600)}} },
		"many reasons":       func(r *audit.Record) { r.Auto = &audit.Auto{Why: make([]string, 33)} },
		"long reason":        func(r *audit.Record) { r.Auto = &audit.Auto{Bigger: strings.Repeat("x", 600)} },
		"saved not a number": func(r *audit.Record) { r.Auto = &audit.Auto{Saved: &core.Energy{Joules: &nan}} },
		"many sources":       func(r *audit.Record) { r.Sources = make([]audit.Source, 65) },
		"not a number":       func(r *audit.Record) { r.Energy.Joules = &nan },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			record := audittest.Record(1)
			spoil(&record)
			if b, err := record.AppendCanonical(nil); err == nil {
				t.Errorf("accepted as %s", b)
			}
		})
	}
}

func FuzzParseRecord(f *testing.F) {
	good, _ := audittest.Record(1).AppendCanonical(nil)
	f.Add(good)
	f.Add([]byte(`{"format":"solidaire-record/1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		record, err := audit.ParseRecord(b)
		if err != nil {
			return
		}
		if again, err := record.AppendCanonical(nil); err != nil || string(again) != string(b) {
			t.Errorf("%q has a second spelling %q (%v)", b, again, err)
		}
	})
}

func BenchmarkParseRecord(b *testing.B) {
	raw, err := audittest.Record(1).AppendCanonical(nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := audit.ParseRecord(raw); err != nil {
			b.Fatal(err)
		}
	}
}
