package meetingshttp

import (
	"strconv"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// Letters writes notices as mail. base is the address of this site; lang the language of who chose none.
func Letters(words func(core.Lang) *i18n.Localizer, organisation string, lang core.Lang, zone *time.Location, base func() string) meetings.Write {
	return func(n meetings.Notice, to members.Person) members.Letter {
		l := words(lang)
		if to.Lang != "" {
			l = words(to.Lang)
		}
		args := core.Args{
			"Name": to.Name, "Organisation": organisation, "Title": n.Title.In(l.Lang()), "When": l.DateTime(n.Starts), "Zone": n.Starts.In(zone).Format("-07:00"),
			"Reason": n.Reason, "Page": base() + "/meetings/" + string(n.Meeting),
		}
		why := string(n.Why)
		text := l.T("meetings.letter."+why, args) + "\n\n" + where(n, l)
		if n.Why == meetings.NoticeCall || n.Why == meetings.NoticePostpone {
			text += "\n" + l.T("meetings.agenda") + "\n"
			for number, i := range n.Items {
				text += strconv.Itoa(number+1) + ". " + agendaLine(i, l) + "\n"
			}
		}
		return members.Letter{Subject: l.T("meetings.letter."+why+".subject", args), Text: text + "\n" + l.T("meetings.letter.page", args)}
	}
}

func where(n meetings.Notice, l *i18n.Localizer) string {
	var b strings.Builder
	for _, f := range []fact{{l.T("meetings.where"), n.Place}, {l.T("meetings.link"), n.Link}} {
		if f.Value != "" {
			b.WriteString(l.T("meetings.letter.line", core.Args{"Label": f.Label, "Value": f.Value}) + "\n")
		}
	}
	return b.String()
}
