package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// maxAnswer bounds one answer: the list of a large memory fits many times.
const maxAnswer = 64 << 20

// Client speaks to one server. Safe for concurrent use.
type Client struct {
	http *http.Client
	base string
	key  string
	lang core.Lang
	name string // the server as people know it, for errors
}

// Remote speaks to the server at an http or https address with an API key.
func Remote(address, key string, lang core.Lang) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, core.E(core.Invalid, "errors.server_address", core.Args{"URL": address})
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	return newClient(transport, strings.TrimRight(u.String(), "/"), key, lang, u.Host), nil
}

// Local speaks to the server that listens on a Unix socket. It needs no key.
func Local(socket string, lang core.Lang) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	return newClient(&http.Transport{DialContext: dial}, "http://solidaire", "", lang, socket)
}

func newClient(transport *http.Transport, base, key string, lang core.Lang, name string) *Client {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{http: &http.Client{Transport: transport, CheckRedirect: stay}, base: base, key: key, lang: lang, name: name}
}

// Exposed reports whether the key travels unencrypted over a network.
func (c *Client) Exposed() bool {
	u, err := url.Parse(c.base)
	if err != nil || c.key == "" || u.Scheme == "https" || u.Hostname() == "localhost" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return ip == nil || !ip.IsLoopback()
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Answers reports whether a server is there, within a second.
func (c *Client) Answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := c.call(ctx, request{method: http.MethodGet, path: "/healthz"})
	return err == nil
}

// request is one call.
type request struct {
	method, path string
	query        url.Values
	media        string
	body         io.Reader
}

// call sends the request and returns the body of a good answer.
func (c *Client) call(ctx context.Context, r request) ([]byte, error) {
	status, data, err := c.exchange(ctx, r)
	if err != nil {
		return nil, err
	}
	if status < 200 || status > 299 {
		return nil, c.refusal(status, data)
	}
	return data, nil
}

// exchange sends the request and reads the answer, whatever its status.
func (c *Client) exchange(ctx context.Context, r request) (status int, data []byte, err error) {
	req, err := c.prepare(ctx, r)
	if err != nil {
		return 0, nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return 0, nil, c.unreachable(ctx, err)
	}
	defer res.Body.Close()
	data, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return 0, nil, c.unreachable(ctx, err)
	}
	if len(data) > maxAnswer {
		return 0, nil, core.E(core.TooLarge, "errors.server_unintelligible", core.Args{"Server": c.name})
	}
	return res.StatusCode, data, nil
}

func (c *Client) prepare(ctx context.Context, r request) (*http.Request, error) {
	address := c.base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, r.body)
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.server_address", core.Args{"URL": c.name})
	}
	if r.body != nil {
		req.Header.Set("Content-Type", r.media)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Language", string(c.lang))
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	return req, nil
}

// get reads a JSON answer into out.
func (c *Client) get(ctx context.Context, path string, query url.Values, out any) error {
	data, err := c.call(ctx, request{method: http.MethodGet, path: path, query: query})
	if err != nil {
		return err
	}
	return c.decode(data, out)
}

func (c *Client) decode(data []byte, out any) error {
	if err := json.Unmarshal(data, out); err != nil {
		return core.Wrap(err, core.Unavailable, "errors.server_unintelligible", core.Args{"Server": c.name})
	}
	return nil
}

func (c *Client) unreachable(ctx context.Context, cause error) error {
	if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) {
		return core.Wrap(cause, core.Cancelled, "errors.cancelled", nil)
	}
	return core.Wrap(cause, core.Unavailable, "errors.server_unreachable", core.Args{"Server": c.name})
}

// refusal reads the server's own words. An answer that is not ours, such as a proxy's page, is never shown.
func (c *Client) refusal(status int, data []byte) error {
	var shown struct {
		Error Error `json:"error"`
	}
	if json.Unmarshal(data, &shown) != nil || shown.Error.Message == "" {
		return core.E(core.Unavailable, "errors.server_answered", core.Args{"Server": c.name, "Status": strconv.Itoa(status)})
	}
	// Where other programs come too, the sentence ends with what to do, which we show by itself.
	shown.Error.Message = strings.TrimSuffix(shown.Error.Message, " "+shown.Error.Next)
	shown.Error.Status, shown.Error.Raw = status, bytes.TrimSpace(data)
	return &shown.Error
}
