package governancebelenios

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/governance"
)

// Bounds of what is shown.
const (
	maxQuestions   = 200
	maxAnswers     = 2000
	maxLine        = 2000
	maxDescription = 20_000
)

// election is what is read of election.json; its keys are not.
type election struct {
	UUID        string
	Name        string
	Description string
	Questions   []question
}

// question is a homomorphic one as the first formats write it, or any kind with its type.
type question struct {
	Type  string
	Value json.RawMessage
	asked
}

type asked struct {
	Question string
	Answers  json.RawMessage
	Blank    *bool
}

// begin reads the setup: the election, and that its trustees and credentials stand before it.
func (a *reader) begin(body []byte) error {
	var setup struct{ Election, Trustees, Credentials string }
	if err := strict(body, &setup); err != nil {
		return err
	}
	for _, name := range []string{setup.Trustees, setup.Credentials} {
		if _, err := a.data(name); err != nil {
			return err
		}
	}
	text, err := a.data(setup.Election)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &a.setup); err != nil {
		return err
	}
	e := &a.setup
	if e.UUID == "" || len(e.UUID) > 100 || !governance.PlainLine(e.UUID, 100) || !governance.PlainLine(e.Name, maxLine) ||
		!governance.PlainLine(strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(e.Description), maxDescription) {
		return errors.New("a name that cannot be shown as it is")
	}
	if len(e.Questions) == 0 || len(e.Questions) > maxQuestions {
		return fmt.Errorf("%d questions", len(e.Questions))
	}
	for i := range e.Questions {
		if err := a.question(&e.Questions[i]); err != nil {
			return fmt.Errorf("question %d: %w", i+1, err)
		}
	}
	a.out.ID, a.out.Name, a.out.Description = e.UUID, e.Name, e.Description
	a.out.Fingerprint = fingerprint(digest(sha256.Sum256(text)))
	return nil
}

// question reads one question of whichever kind; answers in lists are shown with the head of their list.
func (a *reader) question(q *question) error {
	if q.Type != "" {
		if err := json.Unmarshal(q.Value, &q.asked); err != nil {
			return err
		}
	} else {
		q.Type = "Homomorphic"
	}
	var shown []string
	if err := json.Unmarshal(q.Answers, &shown); err != nil {
		var lists [][]string
		if err := json.Unmarshal(q.Answers, &lists); err != nil {
			return err
		}
		for _, list := range lists {
			shown = append(shown, strings.Join(list, " · "))
		}
	}
	if len(shown) == 0 || len(shown) > maxAnswers || !governance.PlainLine(q.Question, maxLine) {
		return fmt.Errorf("%d answers", len(shown))
	}
	for _, answer := range shown {
		if !governance.PlainLine(answer, maxLine) {
			return errors.New("an answer that cannot be shown as it is")
		}
	}
	a.out.Questions = append(a.out.Questions, governance.Asked{Question: q.Question, Answers: shown})
	return nil
}

// tally reads how many ballots were counted, and that they can be those that were cast.
func (a *reader) tally(body []byte) error {
	var sized struct {
		Counted   int             `json:"num_tallied"`
		Weight    json.RawMessage `json:"total_weight"`
		Encrypted string          `json:"encrypted_tally"`
	}
	if err := json.Unmarshal(body, &sized); err != nil {
		return err
	}
	if _, err := a.data(sized.Encrypted); err != nil {
		return err
	}
	weight, err := strconv.ParseInt(strings.Trim(string(sized.Weight), `"`), 10, 64)
	if err != nil || weight < 0 || sized.Counted < 0 || sized.Counted > a.out.Ballots {
		return fmt.Errorf("%d counted of %d, weight %.40s", sized.Counted, a.out.Ballots, sized.Weight)
	}
	a.out.Counted, a.out.Weight = sized.Counted, weight
	return nil
}

// result reads the totals of the questions that have some.
func (a *reader) result(body []byte) error {
	var said struct{ Result []json.RawMessage }
	if err := json.Unmarshal(body, &said); err != nil {
		return err
	}
	if len(said.Result) != len(a.setup.Questions) {
		return fmt.Errorf("%d results for %d questions", len(said.Result), len(a.setup.Questions))
	}
	for i, raw := range said.Result {
		q := a.setup.Questions[i]
		if q.Type != "Homomorphic" {
			continue // each ballot, or nested lists: the program that counted them says what they come to
		}
		if err := a.totals(&a.out.Questions[i], raw, q.Blank != nil && *q.Blank); err != nil {
			return fmt.Errorf("question %d: %w", i+1, err)
		}
	}
	return nil
}

func (a *reader) totals(q *governance.Asked, raw json.RawMessage, blank bool) error {
	var written []json.RawMessage
	if err := json.Unmarshal(raw, &written); err != nil {
		return err
	}
	want := len(q.Answers)
	if blank {
		want++
	}
	if len(written) != want {
		return fmt.Errorf("%d totals for %d answers", len(written), want)
	}
	totals := make([]int64, want)
	for i, w := range written {
		n, err := strconv.ParseInt(strings.Trim(string(w), `"`), 10, 64)
		if err != nil || n < 0 || n > min(a.out.Weight, math.MaxInt64) {
			return fmt.Errorf("%.40s voices of %d", w, a.out.Weight)
		}
		totals[i] = n
	}
	if blank {
		q.Blank, totals = &totals[0], totals[1:]
	}
	q.Totals = totals
	return nil
}
