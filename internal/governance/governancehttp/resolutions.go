package governancehttp

import (
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
)

// resolutions are the common decisions that the machine does not carry out by itself: they are voted, certified and stated in the log like
// others, their text names who carries them out meanwhile, and the page says so.
func resolutions() []string { return []string{"price", "space", "witness"} }

// startGroup is a part of the page that offers the common decisions.
type startGroup struct {
	Name   string
	Starts []string
}

// startGroups sorts them by what they change.
func startGroups() []startGroup {
	return []startGroup{
		{"charter", []string{"model", "board", "budget", "retention", "charter"}},
		{"house", []string{"mandate", "rules"}},
		{"resolution", append([]string{"question", "choice"}, resolutions()...)},
	}
}

// starts lists the common decisions to begin from.
func starts() []string {
	var all []string
	for _, g := range startGroups() {
		all = append(all, g.Starts...)
	}
	return all
}

// resolution is the text of one, with what the person said it is about.
func (p *Pages) resolution(r *http.Request, start string) (governance.Sketch, error) {
	k := governance.Sketch{Kind: governance.KindOrdinary, Body: governance.Assembly}
	name, detail := line(r.URL.Query().Get("name")), line(r.URL.Query().Get("detail"))
	if name == "" || detail == "" {
		return k, core.E(core.Invalid, "errors.resolution_empty", nil)
	}
	args := core.Args{"Name": name, "Detail": detail}
	switch start {
	case "price":
		k.Title, k.Reasons = p.both("resolutions.price.title", args), p.both("resolutions.price.text", args)
	case "space":
		k.Title, k.Reasons = p.both("resolutions.space.title", args), p.both("resolutions.space.text", args)
	default:
		k.Title, k.Reasons = p.both("resolutions.witness.title", args), p.both("resolutions.witness.text", args)
	}
	return k, nil
}
