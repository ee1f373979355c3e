package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
)

const words = "le quorum est de vingt membres"

// message is what a careless line of code could log whole.
type message struct{ Role, Content string }

// LogValue hides the words in a group, as a type of another room could.
type grouped struct{}

func (grouped) LogValue() slog.Value {
	return slog.GroupValue(slog.String("content", words), slog.Int("bytes", 30))
}

func TestNoLogLineHoldsWhatWasSaid(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "text"} {
		for name, attr := range map[string]any{
			"a prompt":                      slog.String("prompt", words),
			"an answer":                     slog.String("answer", words),
			"content":                       slog.String("content", words),
			"a secret":                      slog.String("secret", words),
			"whatever the case":             slog.String("Prompt", words),
			"part of a name":                slog.String("key_secret", words),
			"as bytes":                      slog.Any("prompt", []byte(words)),
			"in a group":                    slog.Group("request", slog.String("prompt", words)),
			"as a group":                    slog.Group("messages", slog.String("first", words)),
			"in a value that writes itself": slog.Any("request", grouped{}),
			"in a structure":                slog.Any("request", message{"user", words}),
			"in a slice of them":            slog.Any("request", []message{{"user", words}}),
			"in a map":                      slog.Any("request", map[string]string{"a": words}),
		} {
			var out bytes.Buffer
			logger := telemetry.NewLogger(&out, "info", format)
			logger.Info("one", attr)
			logger.With(attr).Info("two")
			logger.WithGroup("g").Info("three", attr)
			if strings.Contains(out.String(), "quorum") || strings.Count(out.String(), "\n") != 3 {
				t.Errorf("%s, as %s: %s", name, format, out.String())
			}
		}
	}
}

func TestWhatHappenedIsLogged(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	cause := core.Wrap(errors.New("connection refused"), core.Unavailable, "errors.engine_missing", nil)
	telemetry.NewLogger(&out, "warn", "json").Warn("engine lost",
		"error", cause, "id", core.ID("abc"), "took", time.Second, "output_tokens", 3, "long", strings.Repeat("é", 4000))
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line["msg"] != "engine lost" || line["level"] != "WARN" || !strings.Contains(line["error"].(string), "connection refused") ||
		line["id"] != "abc" || line["output_tokens"] != 3.0 || len(line["long"].(string)) > 1030 {
		t.Errorf("logged %v", line)
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]int{"debug": 4, "info": 3, "warn": 2, "error": 1, "": 3} {
		var out bytes.Buffer
		logger := telemetry.NewLogger(&out, level, "text")
		logger.Debug("x")
		logger.Info("x")
		logger.Warn("x")
		logger.Error("x")
		if got := strings.Count(out.String(), "\n"); got != want {
			t.Errorf("level %q writes %d of 4 lines, want %d", level, got, want)
		}
	}
}
