// Package telemetry says what happens without saying what was said: logs and figures hold no prompt, answer,
// document or secret, whoever writes them.
//
// Promises: an attribute whose name belongs to content or to a secret is dropped, in groups too; a value that
// is not a plain one is replaced by its type; long texts are cut; a metric's labels take their values from
// small sets, so that no caller can make series without end.
package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"
)

// NewLogger writes to w, from the given level up (debug, info, warn, error), as json or text.
func NewLogger(w io.Writer, level, format string) *slog.Logger {
	options := &slog.HandlerOptions{Level: levelOf(level), ReplaceAttr: discreet}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

func levelOf(name string) slog.Level {
	switch name {
	case "debug":
		return slog.LevelDebug
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	}
	return slog.LevelInfo
}

// longest bounds one text in a log line.
const longest = 1024

// never lists what a log line must not hold, by the name of its attribute.
var never = [...]string{
	"answer", "authorization", "body", "content", "cookie", "document_text", "input", "messages", "output",
	"passage", "passages", "passphrase", "password", "prompt", "query", "question", "quote", "reply", "secret", "session_token", "text",
}

func forbidden(name string, value slog.Value) bool {
	name = strings.ToLower(name)
	for _, word := range never {
		if name == word {
			return true
		}
		if strings.HasSuffix(name, "_"+word) || strings.HasPrefix(name, word+"_") {
			return !isNumber(value) // output_tokens=12 says nothing of what was said
		}
	}
	return false
}

func isNumber(v slog.Value) bool {
	switch v.Kind() {
	case slog.KindInt64, slog.KindUint64, slog.KindFloat64, slog.KindBool, slog.KindDuration:
		return true
	}
	return false
}

// discreet decides what becomes of one attribute. Its value has been resolved already.
func discreet(groups []string, a slog.Attr) slog.Attr {
	if forbidden(a.Key, a.Value) {
		return slog.Attr{}
	}
	for _, group := range groups {
		if forbidden(group, slog.Value{}) {
			return slog.Attr{}
		}
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, cut(a.Value.String()))
	case slog.KindAny:
		return plain(a)
	}
	return a
}

// plain keeps values that write themselves in a few words.
func plain(a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case nil, slog.Level, *slog.Source, time.Time:
		return a
	case error:
		return slog.String(a.Key, cut(v.Error()))
	case fmt.Stringer:
		return slog.String(a.Key, cut(v.String()))
	default:
		return slog.String(a.Key, fmt.Sprintf("%T", v))
	}
}

func cut(s string) string {
	if len(s) <= longest {
		return s
	}
	end := longest
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
