package gatewaydialect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// TestToolCallsInEveryShape: engines send calls piece by piece or in one burst, with or without an index, and with ids
// that come once, again, or never.
func TestToolCallsInEveryShape(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		deltas []string
		want   []string // id name arguments
	}{
		"piece by piece": {[]string{
			`{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}`, `{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]}`,
			`{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}`, `{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}]}`,
		}, []string{`a f {"x":1}`, `b g {}`}},
		"in one burst":         {[]string{`{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"1"}},{"index":1,"id":"b","function":{"name":"g","arguments":"2"}}]}`}, []string{`a f 1`, `b g 2`}},
		"without an index":     {[]string{`{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"1"}}]}`, `{"tool_calls":[{"function":{"arguments":"2"}}]}`, `{"tool_calls":[{"id":"b","function":{"name":"g","arguments":"3"}}]}`}, []string{`a f 12`, `b g 3`}},
		"always index 0":       {[]string{`{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}]}`, `{"tool_calls":[{"index":0,"id":"b","function":{"name":"g","arguments":"2"}}]}`}, []string{`a f 1`, `b g 2`}},
		"the id again":         {[]string{`{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}]}`, `{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"2"}}]}`}, []string{`a f 12`}},
		"another id each time": {[]string{`{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}]}`, `{"tool_calls":[{"index":0,"id":"z","function":{"arguments":"2"}}]}`}, []string{`a f 12`}},
		"without an id":        {[]string{`{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"1"}}]}`, `{"tool_calls":[{"index":1,"function":{"name":"g","arguments":"2"}}]}`}, []string{`call_p1 f 1`, `call_p2 g 2`}},
		"arguments an object":  {[]string{`{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":{"x":1}}}]}`}, []string{`a f {"x":1}`}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := NewAnswer("p", true)
			for _, delta := range c.deltas {
				if _, err := a.Add([]byte(`{"choices":[{"index":0,"delta":` + delta + `}]}`)); err != nil {
					t.Fatal(err)
				}
			}
			a.End()
			var got []string
			for _, b := range a.Blocks {
				got = append(got, strings.Join([]string{b.ID, b.Name, string(b.Text)}, " "))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCallsThatCrossAreBrokenOff: a piece for a call that has been closed cannot be placed any more.
func TestCallsThatCrossAreBrokenOff(t *testing.T) {
	t.Parallel()
	a := NewAnswer("", true)
	var err error
	for _, index := range []string{"0", "1", "0"} {
		_, err = a.Add([]byte(`{"choices":[{"delta":{"tool_calls":[{"index":` + index + `,"function":{"arguments":"x"}}]}}]}`))
	}
	if !core.Is(err, core.Interrupted) {
		t.Errorf("%v", err)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	text := `{"choices":[{"delta":{"content":"` + strings.Repeat("a", 1<<20) + `"}}]}`
	kept, passing := NewAnswer("", true), NewAnswer("", false)
	var err error
	for range 40 {
		if _, passed := passing.Add([]byte(text)); passed != nil {
			t.Fatalf("an answer that is not kept: %v", passed)
		}
		if err == nil {
			_, err = kept.Add([]byte(text))
		}
	}
	if !core.Is(err, core.Interrupted) {
		t.Errorf("%v", err)
	}
	calls := NewAnswer("", false)
	for i := range maxBlocks + 1 {
		_, err = calls.Add([]byte(`{"choices":[{"delta":{"tool_calls":[{"index":` + itoa(i) + `,"id":"c` + itoa(i) + `","function":{"name":"f"}}]}}]}`))
	}
	if !core.Is(err, core.Interrupted) {
		t.Errorf("%v", err)
	}
}
