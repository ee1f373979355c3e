package config

import (
	"time"
	_ "time/tzdata" // small machines and containers have no list of time zones
)

// Zone is the time zone of the organisation; the machine's when none is set.
func (c Config) Zone() *time.Location {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil || c.TimeZone == "" {
		return time.Local
	}
	return zone
}
