package gatewayopenai

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// AskAnswer is the JSON of POST /api/ask and of `solidaire ask --json`.
type AskAnswer struct {
	Answer    string      `json:"answer"` // the quotes joined, or what the model wrote, with the citations that hold; "" when not found
	Found     bool        `json:"found"`
	Mode      string      `json:"mode"` // "extractive" or "model"
	Model     string      `json:"model,omitempty"`
	Sources   []AskSource `json:"sources"`            // of the answer; what a model cites as [n] is the n-th of passages
	Passages  []AskSource `json:"passages,omitempty"` // that a model wrote from
	Checked   *AskCheck   `json:"checked,omitempty"`  // what a model wrote, held against them
	Nearest   []AskSource `json:"nearest,omitempty"`  // nearest passages when not found
	ByMeaning bool        `json:"by_meaning"`         // false: full text only, no embedding engine answered
	Receipt   core.ID     `json:"receipt"`
	Charter   string      `json:"charter"`
	Articles  []int       `json:"articles"`
	Node      string      `json:"node"`
	Energy    AskEnergy   `json:"energy"`
}

// AskCheck is a written answer held against its passages, sentence by sentence.
type AskCheck struct {
	Written     string                   `json:"written"`           // as it was streamed, and as the receipt's hash has it
	Unsupported int                      `json:"unsupported"`       // sentences that no passage supports
	Dropped     []int                    `json:"dropped,omitempty"` // citations that were taken out
	Sentences   []memory.CheckedSentence `json:"sentences"`         // ranges of answer
}

// AskSource is one quoted range.
type AskSource struct {
	Document string `json:"document"`
	Version  string `json:"version"`
	Quote    string `json:"quote"`
	Start    int    `json:"start"` // byte offsets into the version's text
	End      int    `json:"end"`
	SHA256   string `json:"sha256"`
	Title    string `json:"title,omitempty"`
	Heading  string `json:"heading,omitempty"`
	Sheet    bool   `json:"sheet,omitempty"` // heading names a sheet
	Page     string `json:"page,omitempty"`
	Slide    bool   `json:"slide,omitempty"` // page is the number of a slide
	Dated    string `json:"dated,omitempty"` // YYYY-MM-DD
	Newer    bool   `json:"newer_version_exists,omitempty"`
	Later    *Later `json:"newer_version,omitempty"`
}

// Later is the newer version of a quoted text.
type Later struct {
	Document string `json:"document"`
	Version  string `json:"version"`
	Dated    string `json:"dated,omitempty"` // YYYY-MM-DD
	Same     bool   `json:"same"`            // the quoted words still stand there
	Quote    string `json:"quote,omitempty"` // what it says instead, when it says anything like it
	Start    int    `json:"start,omitempty"`
	End      int    `json:"end,omitempty"`
}

// AskEnergy adds watt-hours to the figure; both are null when unknown.
type AskEnergy struct {
	core.Energy
	WattHours *float64 `json:"watt_hours"`
}

// maxAskBody bounds POST /api/ask.
const maxAskBody = 64 << 10

func (a *API) ask(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	var req struct {
		Question string `json:"question"`
		Writer   string `json:"writer"`
	}
	body, err := a.body(w, r)
	if err != nil {
		return err
	}
	if len(body) > maxAskBody {
		return core.E(core.TooLarge, "errors.body_too_large", core.Args{"Limit": maxAskBody})
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&req); err != nil {
		return core.Wrap(err, core.Invalid, "errors.json_invalid", nil)
	}
	result, err := a.gateway.Ask(r.Context(), actor, gateway.AskRequest{Question: req.Question, Writer: req.Writer})
	if err != nil {
		return err
	}
	setHeaders(w, result.Receipt, result.Trial)
	data, err := json.Marshal(NewAskAnswer(result))
	if err != nil {
		return err
	}
	return writeJSON(w, data)
}

// NewAskAnswer shapes a result.
func NewAskAnswer(result gateway.AskResult) AskAnswer {
	answer := AskAnswer{
		Found: result.Answer.Found, Mode: result.Mode, Model: result.Model, ByMeaning: result.Answer.ByMeaning,
		Answer: result.Written, Sources: sources(result.Answer.Quotes), Nearest: sources(result.Answer.Nearest),
		Receipt: result.Receipt, Charter: result.Decision.Charter, Articles: result.Decision.Articles, Node: result.Node,
		Energy: AskEnergy{Energy: result.Energy, WattHours: result.Energy.WattHours()},
	}
	if c := result.Checked; c != nil {
		answer.Answer, answer.Passages = c.Text, sources(result.Answer.Passages)
		answer.Checked = &AskCheck{Written: result.Written, Unsupported: c.Unsupported(), Dropped: c.Dropped(), Sentences: c.Sentences}
	}
	if result.Mode == "extractive" {
		for i, q := range result.Answer.Quotes {
			if i > 0 {
				answer.Answer += "\n"
			}
			answer.Answer += q.Text
		}
	}
	return answer
}

func sources(quotes []memory.Quote) []AskSource {
	list := make([]AskSource, len(quotes))
	for i, q := range quotes {
		list[i] = AskSource{Document: q.Name, Version: q.Version, Quote: q.Text, Start: q.Start, End: q.End,
			SHA256: q.SHA256, Title: q.Title, Heading: q.Heading, Sheet: q.Sheet(), Page: q.Page, Slide: q.Slide, Newer: q.Newer}
		if !q.Dated.IsZero() {
			list[i].Dated = q.Dated.Format("2006-01-02")
		}
		if l := q.Later; l != nil {
			list[i].Later = &Later{Document: l.Name, Version: l.Version, Same: l.Same, Quote: l.Text, Start: l.Start, End: l.End}
			if !l.Dated.IsZero() {
				list[i].Later.Dated = l.Dated.Format("2006-01-02")
			}
		}
	}
	return list
}
