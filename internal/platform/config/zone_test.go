package config_test

import (
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/platform/config"
)

func TestZone(t *testing.T) {
	t.Parallel()
	c := config.Default()
	if c.Zone() != time.Local {
		t.Errorf("without one: %v", c.Zone())
	}
	if err := c.Set("time_zone", "America/Montreal"); err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 7, 1, 16, 0, 0, 0, time.UTC)
	if hour := noon.In(c.Zone()).Hour(); hour != 12 {
		t.Errorf("noon in Montréal is %d h", hour)
	}
}
