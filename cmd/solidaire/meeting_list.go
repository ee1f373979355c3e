package main

import (
	"context"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

func meetingListCommand() command {
	return reading("meeting list", func(ctx context.Context, s *server) ([]gatewayapi.Meeting, error) { return s.Meetings(ctx) },
		(*call).tellMeetings, `meeting list`, `meeting list --json`)
}

func (c *call) tellMeetings(list []gatewayapi.Meeting) {
	if len(list) == 0 {
		fmt.Fprintln(c.term.out, c.speech.T("cli.meeting.none"))
		return
	}
	rows := [][]string{{c.speech.T("cli.column.meeting"), c.speech.T("cli.column.state"), c.speech.T("cli.column.date"), c.speech.T("cli.column.title")}}
	for _, m := range list {
		rows = append(rows, []string{string(m.ID), c.speech.T("meetings.state." + string(m.State)), c.moment(m.Starts), printable(m.Title.In(c.speech.Lang()))})
	}
	c.table(rows)
}
