package memory

import "testing"

// What stands near a question of which no document has a word is given only where it is very near.
func TestAQuestionOfUnknownWordsNeedsASurerAnswer(t *testing.T) {
	t.Parallel()
	c := calibration{found: weights{bias: 1}, accept: 0.5} // a chance of 0.73, whatever the features
	sure := calibration{found: weights{bias: 3}, accept: 0.5}
	var known, unknown, foreign Features
	unknown[FeatureUnknown] = 1
	foreign[FeatureUnknown], foreign[FeatureForeign] = 1, 1
	for name, accepted := range map[string]bool{
		"words that are there":                      c.accepts(known),
		"unknown words, another language":           c.accepts(foreign),
		"unknown words, and as good as the same":    sure.accepts(unknown),
		"unknown words, and nothing else but alike": !c.accepts(unknown),
	} {
		if !accepted {
			t.Error(name)
		}
	}
}
