package gatewayhttp

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

func TestTitles(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("mot ", 40)
	for question, want := range map[string]string{
		"  Quel est le quorum ?\nMerci": "Quel est le quorum ?",
		"a\tb   c":                      "a b c",
		"":                              "",
		long:                            strings.TrimSpace(strings.Repeat("mot ", 22)) + "…",
		strings.Repeat("é", 200):        strings.Repeat("é", maxTitle) + "…",
	} {
		if got := titleOf(question); got != want {
			t.Errorf("%.20q gives %q, want %q", question, got, want)
		}
	}
}

func TestTitlesAreShortAndDigitsDisappear(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		question := rapid.String().Draw(t, "question")
		title := titleOf(question)
		if utf8.RuneCountInString(title) > maxTitle+1 || strings.Contains(title, "\n") {
			t.Fatalf("title %q", title)
		}
		if hidden := withoutDigits(question); strings.ContainsFunc(hidden, unicode.IsDigit) {
			t.Fatalf("%q keeps a digit", hidden)
		}
	})
}

func TestAQuotationIsNeverCutOrChanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		start := rapid.IntRange(-2, len(text)+2).Draw(t, "start")
		end := rapid.IntRange(-2, len(text)+2).Draw(t, "end")
		q := quoted(memory.Quote{Text: text, Highlight: [2]int{start, end}}, 1)
		if q.Before+q.Marked+q.After != text || !utf8.ValidString(q.Marked) {
			t.Fatalf("%q becomes %q %q %q", text, q.Before, q.Marked, q.After)
		}
		if excerpt := q.Excerpt(); !utf8.ValidString(excerpt) || len(excerpt) > excerptLength+len("…") {
			t.Fatalf("excerpt %q", excerpt)
		}
	})
}

func chatTurn(question, text string, problem *core.Error) gateway.Turn {
	return gateway.Turn{Question: question, Chat: &gateway.ChatResult{Text: text}, Problem: problem}
}

func TestAModelReadsTheLatestAnsweredTurnsAgain(t *testing.T) {
	t.Parallel()
	cut := core.E(core.Interrupted, "errors.left", nil)
	refused := gateway.Turn{Question: "refused", Problem: core.E(core.Refused, "errors.charter_refused", nil)}
	short := []gateway.Turn{chatTurn("a", "b", nil), refused, chatTurn("c", "half", cut), chatTurn("d", "e", nil)}
	var contents []string
	for _, m := range latest(short) {
		contents = append(contents, m.Role+" "+m.Content)
	}
	if got := strings.Join(contents, ", "); got != "user a, assistant b, user d, assistant e" || forgets(short) {
		t.Errorf("read again: %s", got)
	}
	long := []gateway.Turn{chatTurn("first", strings.Repeat("x", 3000), nil), chatTurn("second", strings.Repeat("y", 3000), nil)}
	if got := latest(long); len(got) != 2 || got[0].Content != "second" || !forgets(long) {
		t.Errorf("%d messages are read again", len(got))
	}
}
