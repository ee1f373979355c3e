package governancehttp

import "github.com/solidaire-coop/solidaire/internal/governance"

// weighed is how the classes made the total: the certificate has it exactly, this is for reading.
type weighed struct{ Classes []weighedClass }

// weighedClass is what one class gives to the total: its part of all the weights, times the share of its own voices that agree.
type weighedClass struct {
	Class         string
	Parts         int64
	Part          float64 // of the classes where somebody counts
	Share         float64
	Gives         float64
	Counts        bool
	X, Width, Yes float64 // in the picture, of 400
}

// Weighed is nil where every voice counts alike, and where no share decides.
func (v resultView) Weighed() *weighed {
	tally, threshold := v.Certificate.Tally, v.Certificate.Threshold
	if len(tally.Weights) == 0 || v.Certificate.Method != governance.YesNoAbstain {
		return nil
	}
	classes := governance.Classes{Weights: tally.Weights}
	var w weighed
	sum := 0.0
	for _, c := range tally.Classes {
		line := weighedClass{Class: c.Class, Parts: classes.Parts(c.Class)}
		if on := c.On(threshold.Base); on > 0 {
			line.Counts, line.Share = true, float64(c.Yes)/float64(on)
			sum += float64(line.Parts)
		}
		w.Classes = append(w.Classes, line)
	}
	at := 0.0
	const wide = 400
	for i := range w.Classes {
		c := &w.Classes[i]
		if c.Counts && sum > 0 {
			c.Part = float64(c.Parts) / sum
			c.Gives = c.Part * c.Share
		}
		c.X, c.Width, c.Yes = at, wide*c.Part, wide*c.Gives
		at += c.Width
	}
	return &w
}
