package main

import (
	"context"
	"flag"
	"time"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/members"
)

func membersExportCommand() command {
	var at local
	var asJSON bool
	return command{
		name: "members export", examples: []string{`members export > membres.csv`, `members export --json`},
		flags: func(set *flag.FlagSet) {
			at.define(set)
			set.BoolVar(&asJSON, "json", false, "cli.flag.export_json")
		},
		run: func(ctx context.Context, c *call) error {
			return at.withStores(ctx, c, func(stores *app.Stores) error {
				if !asJSON {
					return stores.Members.Export(ctx, stores.Organisation.ID, c.term.out, c.speech.Lang(), c.zone)
				}
				register, err := registerOf(ctx, stores)
				if err != nil {
					return c.failJSON(true, err)
				}
				return c.writeJSON(register)
			})
		},
	}
}

// registerJSON is the whole register for a script, history included; times that are not known are null.
type registerJSON struct {
	Classes []classJSON  `json:"classes"`
	Bodies  []bodyJSON   `json:"bodies"`
	Members []memberJSON `json:"members"`
}

type classJSON struct {
	Key  string    `json:"key"`
	Name core.Text `json:"name"`
}

type bodyJSON struct {
	Key      string        `json:"key"`
	Kind     string        `json:"kind"`
	Name     core.Text     `json:"name"`
	Mandates []mandateJSON `json:"mandates"`
}

type mandateJSON struct {
	Person core.ID    `json:"person"`
	Office string     `json:"office"`
	Start  time.Time  `json:"start"`
	End    *time.Time `json:"end"`
	By     string     `json:"decided_by"`
}

type memberJSON struct {
	Person     core.ID        `json:"person"`
	Name       string         `json:"name"`
	Lang       string         `json:"lang"`
	Number     string         `json:"number"`
	Email      string         `json:"email"`
	Class      string         `json:"class"`
	Voting     bool           `json:"voting"`
	Voices     int            `json:"voices"`
	Joined     time.Time      `json:"joined"`
	Left       *time.Time     `json:"left"`
	DeclinesAI bool           `json:"declines_ai"`
	History    []standingJSON `json:"history,omitempty"`
}

type standingJSON struct {
	Start  time.Time  `json:"start"`
	End    *time.Time `json:"end"`
	Class  string     `json:"class"`
	Voting bool       `json:"voting"`
	Voices int        `json:"voices"`
}

func memberOf(r members.Record, history bool) memberJSON {
	m := r.Membership()
	out := memberJSON{Person: r.Person.ID, Name: r.Person.Name, Lang: string(r.Person.Lang), Number: m.Number, Email: m.Email, Class: m.Class,
		Voting: m.Voting, Voices: m.Voices, Joined: m.Joined, Left: known(m.Left), DeclinesAI: m.DeclinesAI}
	if history {
		for _, s := range r.History {
			out.History = append(out.History, standingJSON{s.Start, known(s.End), s.Class, s.Voting, s.Voices})
		}
	}
	return out
}

// registerOf reads the whole register.
func registerOf(ctx context.Context, stores *app.Stores) (registerJSON, error) {
	m, organisation := stores.Members, stores.Organisation.ID
	out := registerJSON{Classes: []classJSON{}, Bodies: []bodyJSON{}, Members: []memberJSON{}}
	classes, err := m.Classes(ctx, organisation)
	if err != nil {
		return out, err
	}
	for _, c := range classes {
		out.Classes = append(out.Classes, classJSON{c.Key, c.Name})
	}
	bodies, err := m.Bodies(ctx, organisation)
	if err != nil {
		return out, err
	}
	mandates, err := m.Mandates(ctx, organisation)
	if err != nil {
		return out, err
	}
	for _, b := range bodies {
		body := bodyJSON{b.Key, string(b.Kind), b.Name, []mandateJSON{}}
		for _, d := range mandates {
			if d.Body == b.ID {
				body.Mandates = append(body.Mandates, mandateJSON{d.Person, string(d.Office), d.Start, known(d.End), d.By})
			}
		}
		out.Bodies = append(out.Bodies, body)
	}
	records, err := m.Members(ctx, organisation)
	for _, r := range records {
		out.Members = append(out.Members, memberOf(r, true))
	}
	return out, err
}
