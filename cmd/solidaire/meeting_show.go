package main

import (
	"context"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
	"github.com/solidaire-coop/solidaire/internal/meetings"
)

func meetingShowCommand() command {
	return readingOf(command{
		name: "meeting show", args: []string{"cli.arg.meeting"}, min: 1, max: 1,
		examples: []string{`meeting show 0q3k8v…`, `meeting show 0q3k8v… --json`},
	}, func(ctx context.Context, s *server, id string) (gatewayapi.MeetingDetail, error) {
		return s.Meeting(ctx, id)
	}, (*call).tellMeeting)
}

// tellMeeting gives when and where, the quorum, and the agenda.
func (c *call) tellMeeting(m gatewayapi.MeetingDetail) {
	lang, out := c.speech.Lang(), c.term.out
	fmt.Fprintf(out, "%s\n%s · %s\n%s\n", printable(m.Title.In(lang)), c.speech.T("meetings.state."+string(m.State)), c.speech.T("meetings.kind."+string(m.Kind)), c.moment(m.Starts))
	for _, where := range []string{m.Place, m.Link} {
		if where != "" {
			fmt.Fprintln(out, printable(where))
		}
	}
	fmt.Fprintln(out)
	for n, i := range m.Items {
		line := fmt.Sprintf("%d. %s · %s", n+1, printable(i.Title.In(lang)), c.speech.T("meetings.item."+string(i.Kind)))
		if i.Outcome != "" {
			line += " · " + c.speech.T("meetings.outcome."+string(i.Outcome))
		}
		fmt.Fprintln(out, line)
	}
	if len(m.Notices) == 0 {
		return
	}
	last := m.Notices[len(m.Notices)-1]
	fmt.Fprintln(out, c.speech.T("cli.meeting.notice", core.Args{"When": c.moment(last.Sent), "Hash": last.Hash}))
	if m.Opened != nil && m.State != meetings.Cancelled {
		fmt.Fprintln(out, c.speech.T("cli.meeting.quorum", core.Args{"Counted": m.Quorum.Counted, "Needed": m.Quorum.Needed, "Roll": m.Quorum.Roll}))
	}
	if m.Hash != "" {
		fmt.Fprintln(out, c.speech.T("cli.meeting.minutes", core.Args{"Hash": m.Hash}))
	}
}
