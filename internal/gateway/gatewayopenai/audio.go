package gatewayopenai

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
)

// Bounds of a recording.
const (
	maxRecording = 32 << 20 // a little more than the 25 MB that OpenAI's clients may send
	maxFields    = 32
	maxField     = 64 << 10
)

// speech speaks a text.
func (a *API) speech(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	req, body, err := a.request(w, r)
	if err != nil {
		return err
	}
	if input, _ := req.get("input"); input.Type != gjson.String || input.Str == "" {
		return param("errors.input_empty", "input")
	}
	if format, _ := req.get("stream_format"); format.Str == "sse" {
		return param("errors.feature_unsupported", "stream_format: sse")
	}
	result, sound, err := a.gateway.Speak(r.Context(), actor, gateway.SpeechRequest{Model: req.model, Text: text(body), Body: body})
	if err != nil {
		return err
	}
	setHeaders(w, result.Receipt, false)
	header := w.Header()
	header.Set("Content-Type", sound.Media)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Length", strconv.Itoa(len(sound.Body)))
	w.Write(sound.Body) // an error here means that the client has left
	return nil
}

// transcriptions writes down what is said.
func (a *API) transcriptions(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	recording, err := readRecording(w, r)
	if err != nil {
		return err
	}
	result, said, err := a.gateway.Transcribe(r.Context(), actor, recording)
	if err != nil {
		return err
	}
	setHeaders(w, result.Receipt, false)
	if said.Media == "application/json" {
		answer, err := withUsage(said.Body, result)
		if err != nil {
			return err
		}
		return writeJSON(w, answer)
	}
	w.Header().Set("Content-Type", said.Media+"; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Write(said.Body) // an error here means that the client has left
	return nil
}

// formOf begins to read a form of at most limit bytes, in bounded time; done must be called.
func formOf(w http.ResponseWriter, r *http.Request, limit int64) (parts *multipart.Reader, done func(), err error) {
	media, args, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" || args["boundary"] == "" {
		return nil, nil, core.E(core.Invalid, "errors.form_missing", nil)
	}
	if r.ContentLength > limit {
		return nil, nil, core.E(core.TooLarge, "errors.body_too_large", core.Args{"Limit": limit})
	}
	connection, done := http.NewResponseController(w), func() {}
	if connection.SetReadDeadline(time.Now().Add(bodyTimeout)) == nil {
		done = func() { connection.SetReadDeadline(time.Time{}) }
	}
	return multipart.NewReader(http.MaxBytesReader(w, r.Body, limit), args["boundary"]), done, nil
}

func readRecording(w http.ResponseWriter, r *http.Request) (gateway.Recording, error) {
	var recording gateway.Recording
	parts, done, err := formOf(w, r, maxRecording)
	if err != nil {
		return recording, err
	}
	defer done()
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return recording, brokenForm(err)
		}
		if err := addPart(&recording, part); err != nil {
			return recording, err
		}
	}
	switch {
	case strings.TrimSpace(recording.Model) == "":
		return recording, param("errors.model_missing", "model")
	case len(recording.Sound) == 0:
		return recording, param("errors.input_empty", "file")
	}
	return recording, nil
}

func addPart(recording *gateway.Recording, part *multipart.Part) error {
	name := part.FormName()
	if name == "file" {
		data, err := io.ReadAll(part)
		if err != nil {
			return brokenForm(err)
		}
		recording.Sound, recording.File = data, path.Base("/"+part.FileName())
		return nil
	}
	value, err := io.ReadAll(io.LimitReader(part, maxField+1))
	switch {
	case err != nil:
		return brokenForm(err)
	case len(value) > maxField || len(recording.Fields) >= maxFields:
		return core.E(core.TooLarge, "errors.body_too_large", core.Args{"Limit": maxField})
	case name == "model":
		recording.Model = string(value)
	case name == "stream" && string(value) == "true":
		return param("errors.feature_unsupported", "stream")
	case name != "":
		recording.Fields = append(recording.Fields, gateway.Field{Name: name, Value: string(value)})
	}
	return nil
}

func brokenForm(err error) error {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return core.Wrap(err, core.TooLarge, "errors.body_too_large", core.Args{"Limit": over.Limit})
	}
	return core.Wrap(err, core.Invalid, "errors.form_broken", nil)
}
