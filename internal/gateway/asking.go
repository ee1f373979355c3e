package gateway

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// MaxQuestionBytes bounds a question to the memory.
const MaxQuestionBytes = 8 << 10

// Ask puts a question to the memory. See Questions. For somebody who declines AI it is searched by words alone.
func (s *Service) Ask(ctx context.Context, actor core.Actor, req AskRequest) (AskResult, error) {
	question := strings.TrimSpace(req.Question)
	if err := checkQuestion(question); err != nil {
		return AskResult{}, err
	}
	if req.Writer != "" {
		return s.askWriter(ctx, actor, question, req)
	}
	in := intent{action: charter.ActionAsk, text: []byte(question)}
	if model, ok := s.Embedding(ctx); ok && !actor.DeclinesAI && !s.suspended(ctx, actor, model) {
		in.model = &model
	}
	t, err := s.admit(ctx, actor, in)
	if err != nil {
		return AskResult{}, err
	}
	result := AskResult{Question: question, Mode: "extractive"}
	answer, err := s.Memory.Answer(ctx, memory.Query{Organisation: actor.Organisation, Text: question, ByWords: in.model == nil})
	if err != nil {
		return result, t.fail(ctx, err)
	}
	t.remember(answer)
	t.record.AnswerSHA256 = digest([]byte(joinQuotes(answer.Quotes)))
	if err := t.settle(ctx, outcomeOf(answer), nil); err != nil {
		return result, err
	}
	result.Answer, result.Result = answer, t.result()
	return result, nil
}

// suspended reports whether an emergency restriction on the model keeps it from a question that could be answered without it.
func (s *Service) suspended(ctx context.Context, actor core.Actor, model models.Model) bool {
	q := charter.Question{Actor: actor, Action: charter.ActionAsk, Model: facts(&model)}
	with, err := s.Charter.Decide(ctx, q)
	if err != nil || with.Restriction == nil {
		return false
	}
	q.Model = facts(nil)
	without, err := s.Charter.Decide(ctx, q)
	return err == nil && without.Restriction == nil
}

// askWriter has a model write from the passages that the extractive search finds. What it may not see,
// because the charter refuses a data class in a passage, never reaches it; when the memory holds no
// answer, no model is called.
func (s *Service) askWriter(ctx context.Context, actor core.Actor, question string, req AskRequest) (AskResult, error) {
	in := intent{action: charter.ActionAnswer, text: []byte(question)}
	if err := s.aimWriter(ctx, actor, &in, req.Writer); err != nil {
		return AskResult{}, err
	}
	result := AskResult{Question: question, Mode: "model"}
	t, err := s.admit(ctx, actor, in)
	if err != nil {
		return result, err
	}
	answer, err := s.Memory.Answer(ctx, memory.Query{Organisation: actor.Organisation, Text: question})
	if err != nil {
		return result, t.fail(ctx, err)
	}
	t.remember(answer)
	result.Answer = answer
	if !answer.Found {
		err := t.settle(ctx, audit.NotFound, nil)
		result.Result = t.result()
		return result, err
	}
	messages := writingPrompt(question, answer.Passages)
	text := []byte(joinMessages(messages))
	if err := t.relabel(ctx, actor, text); err != nil {
		return result, err
	}
	x, err := s.open(ctx, actor, t, s.messagesCall(messages), len(text))
	if err != nil {
		return result, err
	}
	result.Written, err = x.readAll(req.Write)
	result.Result = x.Result()
	if err == nil { // what was broken off is no answer
		checked := memory.CheckWritten(result.Written, answer.Passages)
		result.Checked = &checked
	}
	return result, err
}

// aimWriter says who writes: the model that is named, or the smallest that may.
func (s *Service) aimWriter(ctx context.Context, actor core.Actor, in *intent, name string) error {
	if name == AutoModel {
		return s.choose(ctx, actor, in, wants{task: taskText, writer: true, language: languageOf(string(in.text))})
	}
	model, err := s.writer(ctx, name)
	in.model = &model
	return err
}

// writer finds a model that may write from documents: one that passed our own test of cited answers.
func (s *Service) writer(ctx context.Context, name string) (models.Model, error) {
	model, err := s.chatModel(ctx, name)
	if err == nil && (model.Trial || !model.WritesFrom) {
		err = core.E(core.Invalid, "errors.model_not_for_writing", core.Args{"Model": name})
	}
	return model, err
}

// fail settles a request that broke before an engine was called, and returns why.
func (t *transit) fail(ctx context.Context, why error) error {
	outcome := audit.Failed
	if ctx.Err() != nil {
		outcome, why = audit.Cancelled, core.Wrap(ctx.Err(), core.Cancelled, "errors.cancelled", nil)
	}
	if err := t.settle(ctx, outcome, why); err != nil {
		return err
	}
	return why
}

// remember notes which passages were used, and by which means.
func (t *transit) remember(answer memory.Answer) {
	t.record.Mode = "extractive"
	if t.record.Action == string(charter.ActionAnswer) {
		t.record.Mode = "model"
	}
	for _, q := range answer.Quotes {
		t.record.Sources = append(t.record.Sources, audit.Source{
			Document: q.Name, Version: q.Version, Start: q.Start, End: q.End, SHA256: q.SHA256,
		})
	}
	if t.model != nil && t.model.Kind == models.Embedding {
		t.record.PromptTokens = answer.Embedded
		if !answer.ByMeaning { // the engine did not answer: no model was used
			t.record.Model, t.record.ModelDigest = "", ""
		}
	}
}

func outcomeOf(answer memory.Answer) audit.Outcome {
	if answer.Found {
		return audit.Completed
	}
	return audit.NotFound
}

func joinQuotes(quotes []memory.Quote) string {
	parts := make([]string, len(quotes))
	for i, q := range quotes {
		parts[i] = q.Text
	}
	return strings.Join(parts, "\n")
}

func checkQuestion(question string) error {
	switch {
	case question == "":
		return core.E(core.Invalid, "errors.question_empty", nil)
	case len(question) > MaxQuestionBytes:
		return core.E(core.TooLarge, "errors.question_too_long", core.Args{"Max": MaxQuestionBytes})
	case !utf8.ValidString(question):
		return core.E(core.Invalid, "errors.text_not_utf8", nil)
	}
	return nil
}
