package gatewaytest

import (
	"context"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// CharterHash names the charter that decides here.
const CharterHash = "4f2a91c07be4d5138a6c2f90e1b7d4483c5a6e7f8091a2b3c4d5e6f708192a3b"

// Questions answers what holds the word « quorum », refuses what holds the word « assurance », knows no engine
// for what holds the word « panne », and finds nothing else. A model that writes adds
// what no passage says where the question holds the word « invente ».
type Questions struct {
	Clock core.Clock
	// Writing and Chatting are the models offered.
	Writing  []gateway.ModelChoice
	Chatting []gateway.ModelChoice
	// Pause, when not nil, is called between the pieces of a chat; what it returns ends the chat.
	Pause func(ctx context.Context) error
}

// Ask implements gateway.Questions.
func (q *Questions) Ask(ctx context.Context, _ core.Actor, req gateway.AskRequest) (gateway.AskResult, error) {
	question := strings.ToLower(strings.TrimSpace(req.Question))
	switch {
	case question == "":
		return gateway.AskResult{}, core.E(core.Invalid, "errors.question_empty", nil)
	case strings.Contains(question, "assurance"):
		return gateway.AskResult{}, q.refuse()
	}
	result := gateway.AskResult{Result: q.result(0.4), Question: req.Question, Mode: "extractive"}
	result.Answer.ByMeaning = !strings.Contains(question, "panne")
	if !strings.Contains(question, "quorum") {
		result.Outcome, result.Answer.Nearest = audit.NotFound, Nearest()
		return result, ctx.Err()
	}
	result.Answer.Found, result.Answer.Quotes, result.Answer.Passages = true, Quorum(), Quorum()
	if req.Writer != "" {
		return q.write(req, result)
	}
	return result, ctx.Err()
}

func (q *Questions) write(req gateway.AskRequest, result gateway.AskResult) (gateway.AskResult, error) {
	result.Mode, result.Model, result.Result.Energy = "model", req.Writer, joules(24)
	pieces := []string{"Le quorum est de **25\u202f%** des membres en règle.", "\n\nSans quorum, une seconde assemblée ", "se tient dans les quinze jours."}
	if strings.Contains(strings.ToLower(req.Question), "invente") {
		pieces = append(pieces, " Le quorum était de 40\u202f% jusqu’en 1998 [1]. Les membres en règle votent sur place <script>x</script>. [9]")
	}
	for _, piece := range pieces {
		result.Written += piece
		if req.Write != nil {
			if err := req.Write(piece); err != nil {
				return result, err
			}
		}
	}
	checked := memory.CheckWritten(result.Written, result.Answer.Passages)
	result.Checked = &checked
	return result, nil
}

// Chat implements gateway.Questions.
func (q *Questions) Chat(ctx context.Context, _ core.Actor, req gateway.ChatRequest, write func(string) error) (gateway.ChatResult, error) {
	last := req.Messages[len(req.Messages)-1].Content
	if strings.Contains(strings.ToLower(last), "assurance") {
		return gateway.ChatResult{}, q.refuse()
	}
	if len(q.Chatting) == 0 {
		return gateway.ChatResult{}, core.E(core.Unavailable, "errors.engine_unavailable", nil)
	}
	result := gateway.ChatResult{Result: q.result(31)}
	result.Model, result.Trial = req.Model, q.trial(req.Model)
	if req.Model == gateway.AutoModel {
		result.Model, result.Auto = q.choose(req.Bigger)
	}
	for _, piece := range []string{"Bonjour, ", "je suis un petit modèle. ", "Voici une liste\u00a0:\n\n- un point\n- un **autre** point"} {
		result.Text += piece
		if err := write(piece); err != nil {
			return result, core.Wrap(err, core.Cancelled, "errors.left", nil)
		}
		if q.Pause == nil {
			continue
		}
		if err := q.Pause(ctx); err != nil {
			return result, err
		}
	}
	return result, nil
}

// choose takes the first model, or the last one where a bigger one is wished for.
func (q *Questions) choose(wish *gateway.Bigger) (string, *audit.Auto) {
	first, last := "", ""
	for _, c := range q.Chatting {
		if c.Name == gateway.AutoModel {
			continue
		}
		if first == "" {
			first = c.Name
		}
		last = c.Name
	}
	if wish != nil {
		return last, &audit.Auto{Task: "chat", Why: []string{"bigger"}, Bigger: wish.Reason, Instead: first, Biggest: last}
	}
	return first, &audit.Auto{Task: "chat", Why: []string{"language", "smallest", "a word of later"}, Biggest: last}
}

// Writers implements gateway.Questions.
func (q *Questions) Writers(context.Context) ([]gateway.ModelChoice, error) { return q.Writing, nil }

// Chatters implements gateway.Questions.
func (q *Questions) Chatters(context.Context) ([]gateway.ModelChoice, error) { return q.Chatting, nil }

func (q *Questions) trial(name string) bool {
	for _, choice := range q.Chatting {
		if choice.Name == name {
			return choice.Trial
		}
	}
	return false
}

func (q *Questions) refuse() error {
	return core.E(core.Refused, "errors.charter_refused", core.Args{
		"Article": 4, "Charter": CharterHash, "Receipt": core.NewID(q.Clock.Now()),
	})
}

func (q *Questions) result(energy float64) gateway.Result {
	return gateway.Result{
		Receipt: core.NewID(q.Clock.Now()), Node: "local", Energy: joules(energy), Outcome: audit.Completed,
		Decision: charter.Decision{Allow: true, Charter: CharterHash, Articles: []int{3}},
	}
}

func joules(v float64) core.Energy {
	return core.Energy{Joules: &v, Label: core.EnergyEstimatedPublished, Scope: "package"}
}

// Charter is in force here.
func Charter() charter.Version {
	return charter.Version{
		Number: 1, Hash: CharterHash, Status: charter.Provisional, Effective: time.Date(2025, 3, 12, 0, 0, 0, 0, time.UTC),
		Document: charter.Document{
			Title: core.Text{FR: "Charte équilibrée", EN: "Balanced charter"},
			Articles: []charter.Article{{
				Number: 4,
				Title:  core.Text{FR: "Numéros personnels", EN: "Personal numbers"},
				Text: core.Text{
					FR: "Aucun numéro d’assurance sociale ni de carte de crédit n’est envoyé à un modèle.",
					EN: "No social insurance number or credit card number is sent to a model.",
				},
				Remedy: core.Text{
					FR: "Retirez le numéro de votre question, puis posez-la de nouveau.",
					EN: "Remove the number from your question, then ask it again.",
				},
			}},
			Settings: charter.Settings{MicrowaveWatts: 1000},
		},
	}
}

// InForce lets Questions stand for the charter too.
func (q *Questions) InForce() charter.Version { return Charter() }
