package modelsbackends

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Open posts to the engine of the model, under the name that this engine uses. See models.Engines.
func (s *Switchboard) Open(ctx context.Context, model models.Model, path string, body []byte) (*models.Response, error) {
	body = renamed(body, model.EngineName())
	if model.Backend == "" {
		if s.engines == nil {
			return nil, core.E(core.Unavailable, "errors.engine_missing", nil)
		}
		return s.engines.Open(ctx, model, path, body)
	}
	for _, b := range s.backends {
		if b.Name == model.Backend {
			return b.open(ctx, model.EngineName(), path, body)
		}
	}
	return nil, core.E(core.Unavailable, "errors.engine_missing", nil)
}

// renamed writes the engine's own name of the model into a JSON body that bears another one.
func renamed(body []byte, name string) []byte {
	if len(body) == 0 || body[0] != '{' {
		return body
	}
	said := gjson.GetBytes(body, "model")
	if said.Type != gjson.String || said.Str == name {
		return body
	}
	with, err := sjson.SetBytes(body, "model", name)
	if err != nil {
		return body
	}
	return with
}

// open asks the server unless it rests, and notes how that went.
func (b *backend) open(ctx context.Context, model, path string, body []byte) (*models.Response, error) {
	if away, ok := b.breaker.admit(model); !ok {
		return nil, restError(b.Name, away)
	}
	response, err := b.client.Open(ctx, path, body)
	if err != nil {
		if core.Is(err, core.Cancelled) {
			b.breaker.left()
		} else {
			b.breaker.failed()
		}
		return nil, err
	}
	after := retryAfter(response.RetryAfter, b.clock.Now())
	response.RetryAfter = ""
	if after > 0 {
		response.RetryAfter = strconv.Itoa(seconds(after))
	}
	if response.Problem != nil {
		b.refused(model, response.Status, after)
		return response, nil
	}
	watched := &watchedBody{ReadCloser: response.Body, breaker: &b.breaker}
	response.Body, response.Distrust = watched, watched.distrust
	return response, nil
}

// refused notes an error of the server. What a caller sent wrong says nothing of the server.
func (b *backend) refused(model string, status int, after time.Duration) {
	busy := status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
	switch {
	case busy && after > 0:
		b.breaker.pause(model, after)
	case status >= 500, status < 400:
		b.breaker.failed()
	default:
		b.breaker.left()
	}
}

// watchedBody tells the breaker how an answer went.
type watchedBody struct {
	io.ReadCloser
	breaker *breaker
	began   bool
	judged  sync.Once
}

// Read implements io.Reader.
func (w *watchedBody) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if n > 0 && !w.began {
		w.began = true
		w.breaker.answered()
	}
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		// A reader that finds the answer wanting says so before it closes.
	case core.Is(err, core.Cancelled):
		w.judged.Do(w.breaker.left)
	default:
		w.judged.Do(w.breaker.failed)
	}
	return n, err
}

func (w *watchedBody) distrust() { w.judged.Do(w.breaker.failed) }

// Close implements io.Closer. An answer that nobody complained about was one.
func (w *watchedBody) Close() error {
	w.judged.Do(func() {
		if w.began {
			w.breaker.finished()
		} else {
			w.breaker.left()
		}
	})
	return w.ReadCloser.Close()
}

// Health tells of this machine's engines, then of the servers, as they were last seen.
func (s *Switchboard) Health(ctx context.Context) []models.EngineHealth {
	var all []models.EngineHealth
	if s.engines != nil {
		all = s.engines.Health(ctx)
	}
	if len(s.backends) > 0 && len(all) == 1 && all[0].Model == "" && all[0].State == models.EngineMissing {
		all = nil // nothing runs here, and nothing has to
	}
	for _, b := range s.backends {
		all = append(all, b.health())
	}
	return all
}

func restError(name string, away turned) *core.Error {
	args := core.Args{"Backend": name, "RetryAfter": strconv.Itoa(seconds(away.wait))}
	if away.asked {
		return core.E(core.Exhausted, "errors.backend_paused", args)
	}
	return core.E(core.Unavailable, "errors.backend_resting", args)
}

// seconds rounds up, so that nobody comes back too early.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// longestRetryAfter bounds what is passed on of a server's wish: a day.
const longestRetryAfter = 24 * time.Hour

// retryAfter reads the header in both of its forms; 0 when it says nothing that makes sense.
func retryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		if !(n > 0) {
			return 0
		}
		return time.Duration(min(n, longestRetryAfter.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(0, min(at.Sub(now), longestRetryAfter))
}
