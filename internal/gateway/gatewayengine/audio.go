package gatewayengine

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Bounds of what engines of speech may answer.
const (
	maxSound      = 64 << 20
	maxTranscript = 8 << 20
)

// Speak implements gateway.Engine.
func (e *Engine) Speak(ctx context.Context, model models.Model, body []byte) (gateway.Sound, error) {
	if model.Dialect != models.OpenAI {
		return gateway.Sound{}, core.E(core.Invalid, "errors.model_not_for_speech", core.Args{"Model": model.Name})
	}
	data, media, err := e.fetch(ctx, model, "/v1/audio/speech", body, maxSound)
	if err == nil && !strings.HasPrefix(media, "audio/") && media != "application/octet-stream" {
		err = core.E(core.Unavailable, "errors.engine_unintelligible", nil)
	}
	return gateway.Sound{Body: data, Media: media}, err
}

// Transcribe implements gateway.Engine.
func (e *Engine) Transcribe(ctx context.Context, model models.Model, r gateway.Recording) (gateway.Transcript, error) {
	if model.Dialect != models.OpenAI {
		return gateway.Transcript{}, core.E(core.Invalid, "errors.model_not_for_transcription", core.Args{"Model": model.Name})
	}
	body, err := form(model.EngineName(), r)
	if err != nil {
		return gateway.Transcript{}, err
	}
	data, media, err := e.fetch(ctx, model, "/v1/audio/transcriptions", body, maxTranscript)
	if err != nil {
		return gateway.Transcript{}, err
	}
	said := gateway.Transcript{Body: data, Media: media, Text: string(data)}
	if media == "application/json" {
		text := gjson.GetBytes(data, "text")
		if !gjson.ValidBytes(data) || text.Type != gjson.String {
			return gateway.Transcript{}, core.E(core.Unavailable, "errors.engine_unintelligible", nil)
		}
		said.Text = text.Str
	} else if !strings.HasPrefix(media, "text/") || media == "text/html" {
		return gateway.Transcript{}, core.E(core.Unavailable, "errors.engine_unintelligible", nil)
	}
	return said, nil
}

// form writes a recording as engines read it. The engine room knows a form by its first line.
func form(model string, r gateway.Recording) ([]byte, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	fields := append([]gateway.Field{{Name: "model", Value: model}}, r.Fields...)
	for _, f := range fields {
		if err := w.WriteField(f.Name, f.Value); err != nil {
			return nil, err
		}
	}
	file, err := w.CreateFormFile("file", r.File)
	if err != nil {
		return nil, err
	}
	file.Write(r.Sound) // into memory
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// fetch asks for an answer that comes whole, of at most limit bytes, and tells its media type.
func (e *Engine) fetch(ctx context.Context, model models.Model, path string, body []byte, limit int64) ([]byte, string, error) {
	response, err := e.engines.Open(ctx, model, path, body)
	if err != nil {
		return nil, "", e.unreachable(ctx, err)
	}
	if response.Status != http.StatusOK {
		return nil, "", e.refused(ctx, response)
	}
	defer response.Body.Close()
	data, err := readSome(response.Body, limit)
	if err != nil {
		return nil, "", e.unreachable(ctx, err)
	}
	return data, mediaType(response.ContentType), nil
}
