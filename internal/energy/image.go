package energy

import "github.com/solidaire-coop/solidaire/internal/core"

// MicrowaveSeconds is the time that a microwave oven drawing the given watts needs to use the same
// energy: an image, always shown beside the joules. Nil when the energy or the oven is unknown.
func MicrowaveSeconds(e core.Energy, watts int) *float64 {
	if e.Joules == nil || watts <= 0 {
		return nil
	}
	seconds := *e.Joules / float64(watts)
	return &seconds
}
