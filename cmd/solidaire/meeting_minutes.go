package main

import (
	"context"
	"fmt"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayapi"
)

func meetingMinutesCommand() command {
	lang := core.French
	described := readingOf(command{
		name: "meeting minutes", args: []string{"cli.arg.meeting"}, min: 1, max: 1,
		examples: []string{`meeting minutes 0q3k8v…`, `meeting minutes 0q3k8v… --lang en > minutes.md`, `meeting minutes 0q3k8v… --json`},
	}, func(ctx context.Context, s *server, id string) (gatewayapi.MeetingMinutes, error) {
		return s.Minutes(ctx, id, lang)
	}, func(c *call, m gatewayapi.MeetingMinutes) { fmt.Fprint(c.term.out, passage(m.Text, "")) })
	run := described.run
	described.run = func(ctx context.Context, c *call) error {
		lang = c.speech.Lang()
		return run(ctx, c)
	}
	return described
}
