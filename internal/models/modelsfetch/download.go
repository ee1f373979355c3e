package modelsfetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

const (
	maxRedirects = 10
	maxTries     = 6 // in a row without a byte
)

// mark remembers beside a partial file which bytes it is the start of.
type mark struct {
	URL       string `json:"url"`
	Validator string `json:"validator"` // a strong ETag, or else Last-Modified; "" cannot be resumed
	Total     int64  `json:"total"`     // 0: not known
}

// partFile is where the bytes behind a URL gather until they are whole.
func (a *Adder) partFile(address string) string {
	sum := sha256.Sum256([]byte(address))
	return filepath.Join(a.config.CacheDir, "partial", hex.EncodeToString(sum[:16])+".part")
}

// download brings the bytes behind the URL into the partial file; nil when it is whole.
// It goes on where an earlier call stopped, if the server still has the same bytes.
func (a *Adder) download(ctx context.Context, address, part string, progress func(done, total int64)) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return core.Wrap(err, core.Invalid, "errors.model_source", nil)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true
	transport.ResponseHeaderTimeout = time.Minute
	defer transport.CloseIdleConnections()
	d := &transfer{adder: a, url: address, part: part, progress: progress, client: &http.Client{Transport: transport, CheckRedirect: checkRedirect}}
	for tries := 0; ; {
		before := d.size()
		again, err := d.once(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return core.Wrap(ctx.Err(), core.Cancelled, "errors.models_stopped", nil)
		}
		if d.size() > before {
			tries = 0
		}
		tries++
		if !again || tries >= maxTries {
			return err
		}
		a.config.Log.Info("the download broke off and goes on", "host", u.Host, "try", tries, "error", err)
		if err := a.config.Pause(ctx, tries); err != nil {
			return core.Wrap(err, core.Cancelled, "errors.models_stopped", nil)
		}
	}
}

var (
	errRedirects   = errors.New("too many redirects")
	errUnencrypted = errors.New("a redirect to an unencrypted address")
)

// checkRedirect bounds redirects and never leaves an encrypted connection.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return errRedirects
	}
	if req.URL.Scheme != "https" && via[len(via)-1].URL.Scheme == "https" {
		return errUnencrypted
	}
	return nil
}

// transfer is one download under way.
type transfer struct {
	adder    *Adder
	url      string
	part     string
	client   *http.Client
	progress func(done, total int64)
}

func (d *transfer) size() int64 {
	stat, err := os.Stat(d.part)
	if err != nil {
		return 0
	}
	return stat.Size()
}

// once asks once. again tells whether another try may help.
func (d *transfer) once(ctx context.Context) (again bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	had, offset := d.resume()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return false, core.Wrap(err, core.Invalid, "errors.model_source", nil)
	}
	req.Header.Set("User-Agent", "solidaire")
	req.Header.Set("Accept-Encoding", "identity")
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
		req.Header.Set("If-Range", had.Validator)
	}
	resp, err := d.client.Do(req)
	if err != nil {
		final := errors.Is(err, errRedirects) || errors.Is(err, errUnencrypted)
		return !final, core.Wrap(err, core.Unavailable, "errors.download_failed", nil)
	}
	defer resp.Body.Close()
	now, offset, again, err := d.agree(resp, had, offset)
	if err != nil || resp.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		return again, err
	}
	return d.receive(resp.Body, now, offset, cancel)
}

// resume returns what an earlier try left: nothing, when the rest could not be asked for safely.
func (d *transfer) resume() (mark, int64) {
	var had mark
	raw, err := os.ReadFile(d.part + ".json")
	if err != nil || json.Unmarshal(raw, &had) != nil || had.URL != d.url || had.Validator == "" {
		return mark{URL: d.url}, 0
	}
	return had, d.size()
}

// agree settles with the answer from which offset bytes will come, and notes what they belong to.
func (d *transfer) agree(resp *http.Response, had mark, offset int64) (now mark, from int64, again bool, err error) {
	switch resp.StatusCode {
	case http.StatusOK:
		now = mark{URL: d.url, Validator: validator(resp.Header), Total: max(resp.ContentLength, 0)}
	case http.StatusPartialContent:
		start, total, ok := contentRange(resp.Header.Get("Content-Range"))
		if !ok || start != offset || (had.Total > 0 && total != had.Total) {
			dropPart(d.part)
			return now, 0, true, core.E(core.Unavailable, "errors.download_failed", nil)
		}
		now, from = mark{URL: d.url, Validator: had.Validator, Total: total}, offset
	case http.StatusRequestedRangeNotSatisfiable:
		if had.Total > 0 && offset == had.Total {
			return had, offset, false, nil // it was whole already
		}
		dropPart(d.part)
		return now, 0, true, core.E(core.Unavailable, "errors.download_failed", nil)
	case http.StatusUnauthorized, http.StatusForbidden:
		return now, 0, false, core.E(core.Unavailable, "errors.download_denied", nil)
	case http.StatusNotFound, http.StatusGone:
		return now, 0, false, core.E(core.NotFound, "errors.download_not_found", nil)
	default:
		again = resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusRequestTimeout
		return now, 0, again, core.Wrap(fmt.Errorf("status %d", resp.StatusCode), core.Unavailable, "errors.download_failed", nil)
	}
	if err := d.adder.room(now.Total - from); err != nil {
		return now, 0, false, err
	}
	return now, from, false, nil
}

// receive writes the bytes that come to the partial file; nil when the file is whole.
func (d *transfer) receive(body io.Reader, now mark, from int64, cancel context.CancelFunc) (again bool, err error) {
	raw, err := json.Marshal(now)
	if err != nil {
		return false, err
	}
	if from == 0 {
		os.Remove(d.part) // never the old bytes under the new mark
	}
	if err := os.WriteFile(d.part+".json", raw, 0o600); err != nil {
		return false, diskError(err)
	}
	file, err := os.OpenFile(d.part, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return false, diskError(err)
	}
	defer file.Close()
	stalled := time.AfterFunc(d.adder.stall, cancel)
	defer stalled.Stop()
	done, buf := from, make([]byte, 1<<20)
	for {
		n, err := body.Read(buf)
		stalled.Reset(d.adder.stall)
		if done += int64(n); done > MaxModelBytes || (now.Total > 0 && done > now.Total) {
			return false, core.E(core.TooLarge, "errors.model_too_large", core.Args{"MaxGB": int64(MaxModelBytes >> 30)})
		}
		if _, err := file.Write(buf[:n]); err != nil {
			return false, diskError(err)
		}
		if from == 0 && done >= 4 && done-int64(n) < 4 && !startsAsModel(d.part) {
			dropPart(d.part)
			return false, core.E(core.Corrupt, "errors.model_not_gguf", nil)
		}
		d.progress(done, now.Total)
		if err == io.EOF && (now.Total == 0 || done == now.Total) {
			return false, diskError(file.Sync())
		}
		if err != nil {
			return true, core.Wrap(err, core.Unavailable, "errors.download_cut", nil)
		}
	}
}

// startsAsModel spares the download of gigabytes of something else, such as a sign-in page.
func startsAsModel(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var start [4]byte
	_, err = io.ReadFull(f, start[:])
	return err == nil && string(start[:]) == "GGUF"
}

// validator is what proves, when going on, that the server still has the same bytes.
func validator(h http.Header) string {
	if etag := h.Get("ETag"); etag != "" && !strings.HasPrefix(etag, "W/") {
		return etag
	}
	return h.Get("Last-Modified")
}

// contentRange reads "bytes 5-9/10".
func contentRange(text string) (start, total int64, ok bool) {
	rest, ok := strings.CutPrefix(text, "bytes ")
	if !ok {
		return 0, 0, false
	}
	span, all, ok := strings.Cut(rest, "/")
	first, _, dash := strings.Cut(span, "-")
	if !ok || !dash {
		return 0, 0, false
	}
	start, err1 := strconv.ParseInt(first, 10, 64)
	total, err2 := strconv.ParseInt(all, 10, 64)
	return start, total, err1 == nil && err2 == nil && start >= 0 && total > start
}

func dropPart(part string) {
	os.Remove(part)
	os.Remove(part + ".json")
}

func diskError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return core.Wrap(err, core.Unavailable, "errors.models_disk_full", nil)
	}
	return core.Wrap(err, core.Unavailable, "errors.models_write", nil)
}

// backOff waits half a second, then twice as long each time, at most half a minute.
func backOff(ctx context.Context, n int) error {
	timer := time.NewTimer(min(time.Second<<min(n-1, 6)/2, 30*time.Second))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
