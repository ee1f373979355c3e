package gateway

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// SpeechRequest is text to be spoken, in OpenAI's dialect.
type SpeechRequest struct {
	Model string
	Text  []byte // all text of the request, unescaped
	Body  []byte
}

// Sound is audio as an engine sent it.
type Sound struct {
	Body  []byte
	Media string
}

// Speak has a model speak a text. Sound comes whole: nobody hears the beginning of what has no receipt.
func (s *Service) Speak(ctx context.Context, actor core.Actor, req SpeechRequest) (Result, Sound, error) {
	model, err := s.modelOf(ctx, req.Model, models.Speech, "errors.model_not_for_speech")
	if err != nil {
		return Result{}, Sound{}, err
	}
	t, err := s.admit(ctx, actor, intent{action: charter.ActionChat, text: req.Text, model: &model})
	if err != nil {
		return Result{}, Sound{}, err
	}
	var sound Sound
	err = s.attempt(ctx, actor, t, func(model models.Model) (err error) {
		sound, err = s.Engine.Speak(ctx, model, req.Body)
		return err
	})
	if err != nil {
		return Result{}, Sound{}, t.fail(ctx, err)
	}
	t.record.AnswerSHA256 = digest(sound.Body)
	if err := t.settle(ctx, audit.Completed, nil); err != nil {
		return Result{}, Sound{}, err
	}
	return t.result(), sound, nil
}

// Recording is sound to be written down: the fields of a form, and its file.
type Recording struct {
	Model  string
	Fields []Field
	File   string // name
	Sound  []byte
}

// Field is one field of a form, "model" and the file left out.
type Field struct{ Name, Value string }

// Transcript is what an engine wrote, in the format that was asked for.
type Transcript struct {
	Body  []byte
	Media string
	Text  string // what was said
}

// Transcribe has a model write down what is said. What is in the sound cannot be labelled before it is written: what was
// written is, and it is decided on again before anybody reads it.
func (s *Service) Transcribe(ctx context.Context, actor core.Actor, req Recording) (Result, Transcript, error) {
	model, err := s.modelOf(ctx, req.Model, models.Transcription, "errors.model_not_for_transcription")
	if err != nil {
		return Result{}, Transcript{}, err
	}
	t, err := s.admit(ctx, actor, intent{action: charter.ActionChat, text: req.text(), model: &model})
	if err != nil {
		return Result{}, Transcript{}, err
	}
	t.record.PromptSHA256 = digest(req.Sound)
	var written Transcript
	err = s.attempt(ctx, actor, t, func(model models.Model) (err error) {
		written, err = s.Engine.Transcribe(ctx, model, req)
		return err
	})
	if err != nil {
		return Result{}, Transcript{}, t.fail(ctx, err)
	}
	t.record.AnswerSHA256 = digest([]byte(written.Text))
	if err := t.relabel(ctx, actor, []byte(written.Text)); err != nil {
		return Result{}, Transcript{}, err
	}
	if err := t.settle(ctx, audit.Completed, nil); err != nil {
		return Result{}, Transcript{}, err
	}
	return t.result(), written, nil
}

// text is what of a recording is text: a prompt may be among the fields.
func (r Recording) text() []byte {
	var text []byte
	for _, f := range r.Fields {
		text = append(append(text, f.Value...), '\n')
	}
	return text
}
