package app

import (
	"context"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance/governancehttp"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/meetings/meetingshttp"
	"github.com/solidaire-coop/solidaire/internal/meetings/meetingssql"
)

// openMeetings is how bodies meet. The zone of the machine is the organisation's.
func (a *App) openMeetings(context.Context) error {
	a.meetings = meetings.NewService(meetings.Needs{
		Organisation: a.organisation.ID, Name: a.organisation.Name, Store: meetingssql.New(a.db), Members: a.members, Governance: a.governance,
		Statements: a.audit, Post: a.post, Write: meetingshttp.Letters(a.bundle.For, a.organisation.Name, a.organisation.Lang, a.config.Zone(), a.base),
		Zone: a.config.Zone(), Clock: a.clock, Log: a.log,
	})
	a.services = append(a.services, a.meetings.Run)
	return nil
}

// invitations are the meetings that somebody is convened to, for the page of what awaits them.
func (a *App) invitations(ctx context.Context, actor core.Actor) ([]governancehttp.Invitation, error) {
	all, err := a.meetings.Meetings(ctx, actor)
	var out []governancehttp.Invitation
	for _, m := range all {
		if m.State == meetings.Convened || m.State == meetings.Open {
			out = append(out, governancehttp.Invitation{Href: "/meetings/" + string(m.ID), Title: m.Title, Starts: m.Starts, Now: m.State == meetings.Open})
		}
	}
	return out, err
}

// keepMinutes puts approved minutes into the memory, as a document among others.
func (a *App) keepMinutes(ctx context.Context, organisation core.ID, name string, modified time.Time, text string) error {
	_, err := a.memory.Offer(ctx, organisation, name, modified, strings.NewReader(text))
	return err
}

// minutesText writes minutes for programs, in a language that we speak.
func (a *App) minutesText(lang core.Lang, m meetings.Minutes, hash string) string {
	return meetingshttp.MinutesText(a.bundle.For(lang), m, hash)
}
