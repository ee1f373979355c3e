package client

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Text returns a document's text as it was read: of its newest version, or of the one whose hash is given.
func (c *Client) Text(ctx context.Context, document, version string) (gatewayapi.Text, error) {
	var text gatewayapi.Text
	err := c.get(ctx, "/api/memory/text", url.Values{"document": {document}, "version": {version}}, &text)
	return text, err
}

// Evaluate puts a question set, one JSON object a line, to the memory, and tells progress how far it is.
func (c *Client) Evaluate(ctx context.Context, questions io.Reader, progress func(done, of int)) (memory.Evaluation, error) {
	res, err := c.open(ctx, request{
		method: http.MethodPost, path: "/api/memory/evaluations", media: "application/x-ndjson", body: questions,
	})
	if err != nil {
		return memory.Evaluation{}, err
	}
	defer res.Close()
	lines := bufio.NewScanner(res)
	lines.Buffer(nil, maxAnswer)
	for lines.Scan() {
		var line gatewayapi.EvaluationLine
		if err := c.decode(lines.Bytes(), &line); err != nil {
			return memory.Evaluation{}, err
		}
		switch {
		case line.Evaluation != nil:
			return *line.Evaluation, nil
		case line.Error != nil:
			return memory.Evaluation{}, c.refusal(http.StatusOK, lines.Bytes())
		case line.Done != nil:
			progress(*line.Done, line.Of)
		}
	}
	return memory.Evaluation{}, c.unreachable(ctx, lines.Err())
}

// open sends the request and returns the body of a good answer while it arrives.
func (c *Client) open(ctx context.Context, r request) (io.ReadCloser, error) {
	req, err := c.prepare(ctx, r)
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	if res.StatusCode >= 200 && res.StatusCode <= 299 {
		return res.Body, nil
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	return nil, c.refusal(res.StatusCode, data)
}
