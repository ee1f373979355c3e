package modelsfetch

import "time"

// SetStall shortens how long a silent server is waited for.
func (a *Adder) SetStall(d time.Duration) { a.stall = d }

// Parts of the way that are easier to prove alone.
var (
	ContentRange  = contentRange
	CheckRedirect = checkRedirect
	IsTrial       = isTrial
)
