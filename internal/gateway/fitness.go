package gateway

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// Our own test of cited answers: short passages, a question, and what an honest answer must do. A model that fails
// it may chat, and never writes from documents. It is a floor, not a measure of quality: passing says that the
// model can find a fact among three sentences, cite it, and keep silent when there is none.
//
//go:embed fitness.json
var fitnessCases []byte

// fitnessShare is the share of each kind of question that must go well.
const fitnessShare = 0.8

type fitnessCase struct {
	Question string   `json:"question"`
	Passages []string `json:"passages"`
	Expect   []string `json:"expect"` // any of these is right
	Cite     int      `json:"cite"`   // the passage to cite; 0: the passages do not answer
}

// Fitness is how a model did.
type Fitness struct {
	Model      string `json:"model"`
	Digest     string `json:"digest"`
	Answerable int    `json:"answerable"` // questions that the passages answer
	Right      int    `json:"right"`      // of those: the fact is there, with the right citation
	Silent     int    `json:"unanswerable"`
	Honest     int    `json:"honest"` // of those: said that the passages do not answer
	Passed     bool   `json:"passed"`
	Kept       bool   `json:"kept"` // noted in the catalogue, for these very bytes
}

// Adopter notes that a model may write from documents. It is absent where the bytes of models cannot be seen.
type Adopter interface {
	Put(ctx context.Context, m models.Model) error
}

// TestWriter puts a chat model to our own test of cited answers, as ordinary chats of the actor: each has its decision,
// its budget and its receipt. A model that passes is noted in the catalogue as one that may write from documents; one that
// fails loses that right. A trial model is never noted.
func (s *Service) TestWriter(ctx context.Context, actor core.Actor, name string) (Fitness, error) {
	model, err := s.chatModel(ctx, name)
	if err != nil {
		return Fitness{}, err
	}
	var cases []fitnessCase
	if err := json.Unmarshal(fitnessCases, &cases); err != nil {
		return Fitness{}, err
	}
	result := Fitness{Model: model.Name, Digest: model.Digest}
	for _, c := range cases {
		text, err := s.tryCase(ctx, actor, model, c)
		if err != nil {
			return result, err
		}
		result.count(c, text)
	}
	result.Passed = share(result.Right, result.Answerable) >= fitnessShare && share(result.Honest, result.Silent) >= fitnessShare
	return result, s.adopt(ctx, model, &result)
}

func (s *Service) tryCase(ctx context.Context, actor core.Actor, model models.Model, c fitnessCase) (string, error) {
	passages := make([]memory.Quote, len(c.Passages))
	for i, text := range c.Passages {
		passages[i] = memory.Quote{Title: fmt.Sprintf("Document %d", i+1), Text: text}
	}
	messages := writingPrompt(c.Question, passages)
	text := []byte(joinMessages(messages))
	t, err := s.admit(ctx, actor, intent{action: charter.ActionChat, text: text, model: &model, maxOutput: fitnessTokens})
	if err != nil {
		return "", err
	}
	x, err := s.open(ctx, actor, t, s.messagesCall(messages), len(text))
	if err != nil {
		return "", err
	}
	return x.readAll(nil)
}

// fitnessTokens is ample for one sentence.
const fitnessTokens = 256

func (f *Fitness) count(c fitnessCase, text string) {
	if c.Cite == 0 {
		f.Silent++
		if memory.AdmitsSilence(text) {
			f.Honest++
		}
		return
	}
	f.Answerable++
	if !memory.AdmitsSilence(text) && strings.Contains(text, fmt.Sprintf("[%d]", c.Cite)) && containsAny(text, c.Expect) {
		f.Right++
	}
}

// adopt notes the result in the catalogue where that can be bound to the model's bytes.
func (s *Service) adopt(ctx context.Context, model models.Model, result *Fitness) error {
	if s.Adopter == nil || model.Trial || model.Digest == models.UnknownDigest {
		return nil
	}
	model.WritesFrom = result.Passed
	model.Score = models.Score{Answerable: result.Answerable, Right: result.Right, Unanswerable: result.Silent, Honest: result.Honest}
	if err := s.Adopter.Put(ctx, model); err != nil {
		return err
	}
	result.Kept = true
	return nil
}

func containsAny(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
