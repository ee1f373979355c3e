package models

import "strings"

// Known says whether a model has an ability, as its sheet, its file or a configuration tells. What
// nobody told is not the same as no.
type Known int8

// The answers.
const (
	NotSaid Known = 0
	Yes     Known = 1
	No      Known = -1
)

// KnownIf turns an answer that was given into a Known.
func KnownIf(yes bool) Known {
	if yes {
		return Yes
	}
	return No
}

// Abilities are what a model can do beside writing. Languages are two-letter codes divided by spaces,
// those in which it is said to write well; "" when nobody said.
type Abilities struct {
	Tools     Known // calls functions
	Images    Known // sees images in messages
	Thinking  Known // can think aloud before it answers, and can leave it
	Languages string
}

// Speaks tells whether the model is said to write well in a language, by its two-letter code.
func (a Abilities) Speaks(language string) Known {
	if a.Languages == "" {
		return NotSaid
	}
	for said := range strings.FieldsSeq(a.Languages) {
		if said == language {
			return Yes
		}
	}
	return No
}

// Score is how a model did in our own test of cited answers: a floor, not a measure of quality. The zero Score says that
// nobody put it to the test.
type Score struct {
	Answerable   int // questions that the passages answer
	Right        int // of those, answered and cited
	Unanswerable int
	Honest       int // of those, answered by saying so
}

// Tested tells whether there was a test.
func (s Score) Tested() bool { return s.Answerable+s.Unanswerable > 0 }

// Cites tells whether the model passed our own test of cited answers. One that failed is told from one that nobody tested.
func (m Model) Cites() Known {
	switch {
	case m.WritesFrom:
		return Yes
	case m.Score.Tested():
		return No
	}
	return NotSaid
}

// Weight orders models by what they cost to run: their parameters, or else the bytes of their file, which
// are about as many in the usual quantisations. Zero when neither is known.
func (m Model) Weight() int64 {
	if m.Parameters > 0 {
		return m.Parameters
	}
	return m.Bytes
}
