package meetingshttp

import (
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/meetings"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

var eight = time.Date(2026, 6, 12, 20, 0, 0, 0, time.UTC)

func words(t *testing.T) func(core.Lang) *i18n.Localizer {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return bundle.InZone(time.UTC).For
}

func TestMinutesAreTextInBothLanguages(t *testing.T) {
	t.Parallel()
	say := words(t)
	m, err := meetings.Compile(meetings.Facts{
		Name: "Coop", BodyName: core.Text{FR: "Assemblée", EN: "Assembly"}, Zone: "+00:00",
		Meeting: meetings.Meeting{Kind: governance.MeetingOrdinary, Title: core.Text{FR: "Juin", EN: "June"}, Opened: eight, Ended: eight.Add(time.Hour), Items: []meetings.Item{
			{Kind: meetings.Decision, Title: core.Text{FR: "Le prix", EN: "The price"}, Motion: "m", Outcome: meetings.Balloted, At: eight.Add(time.Minute), Text: "Un | deux.\n# Trois"}}},
		Voted: map[core.ID]meetings.MinutesVoted{"m": {Title: core.Text{FR: "Prix", EN: "Price"}, Certificate: "abc", Decision: "adopted", Method: governance.YesNoAbstain, Yes: 7, No: 2, Votes: 9, Roll: 12}},
	})
	if err != nil {
		t.Fatal(err)
	}
	fr, en := MinutesText(say(core.FrenchCanada), m, ""), MinutesText(say(core.English), m, "ff00")
	for text, wants := range map[string][]string{
		fr: {"# Juin", "### 1. Le prix", `Un \| deux.`, `\# Trois`, "pour 7, contre 2", "abc", "Projet, non approuvé"},
		en: {"# June", "### 1. The price", "for 7, against 2", "SHA-256: ff00", "put to the vote"},
	} {
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
	}
}

func TestLettersSpeakToEachPersonAndHoldTheAgenda(t *testing.T) {
	t.Parallel()
	write := Letters(words(t), "Coop", core.French, time.UTC, func() string { return "https://coop.example" })
	n := meetings.Notice{Why: meetings.NoticeCall, Meeting: "x1", Title: core.Text{FR: "Juin", EN: "June"}, Starts: eight, Place: "La salle", Link: "https://video.example/j",
		Items: []meetings.NoticeItem{{Kind: meetings.Discussion, Title: core.Text{FR: "Le jardin", EN: "The garden"}, Length: 20}}}
	fr, en := write(n, members.Person{Name: "Zoé"}), write(n, members.Person{Name: "Ian", Lang: core.English})
	for letter, wants := range map[members.Letter][]string{
		fr: {"Bonjour Zoé", "Coop vous convoque", "1. Le jardin (discussion, 20 minutes)", "https://coop.example/meetings/x1", "La salle"},
		en: {"Hello Ian", "1. The garden", "https://video.example/j", "8 p.m."},
	} {
		for _, want := range wants {
			if !strings.Contains(strings.ReplaceAll(letter.Text, "\u00a0", " "), want) {
				t.Errorf("%q is not in\n%s", want, letter.Text)
			}
		}
	}
	n.Why, n.Reason = meetings.NoticeCancelled, "Tempête"
	if off := write(n, members.Person{Name: "Zoé"}); !strings.Contains(off.Text, "Tempête") || strings.Contains(off.Text, "Le jardin") || !strings.Contains(off.Subject, "Annulation") {
		t.Errorf("%+v", off)
	}
}

func TestAnHourThatTheClocksSkipIsNoHour(t *testing.T) {
	t.Parallel()
	montreal, err := time.LoadLocation("America/Montreal")
	if err != nil {
		t.Skip("no time zones on this machine")
	}
	for typed, ok := range map[string]bool{"2027-03-14 02:30": false, "2027-03-14 03:30": true, "2027-02-30 10:00": false, " ": false} {
		date, hour, _ := strings.Cut(typed, " ")
		if _, err := (form{Date: date, Time: hour, Length: "60"}).plan(montreal); (err == nil) != ok {
			t.Errorf("%q: %v", typed, err)
		}
	}
}
