package governancehttp

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// readCharter makes a charter of the fields, on the ground of the one in force.
func readCharter(d charter.Document, fields url.Values) (charter.Document, error) {
	d.Title, d.Preamble = bothOf(fields, "charter"), bothOf(fields, "preamble")
	d.Articles = nil
	for i := 1; i <= 100 && fields.Has(fmt.Sprintf("a%d.title.fr", i)); i++ {
		name := fmt.Sprintf("a%d.", i)
		a := charter.Article{
			Number: len(d.Articles) + 1, Title: bothOf(fields, name+"title"), Text: bothOf(fields, name+"text"), Remedy: bothOf(fields, name+"remedy"),
			Policy: strings.TrimSpace(strings.ReplaceAll(fields.Get(name+"policy"), "\r\n", "\n")),
		}
		if fields.Get(name+"remove") == "" && a.Title != (core.Text{}) {
			d.Articles = append(d.Articles, a)
		}
	}
	var err error
	for _, s := range settingsOf(&d.Settings) {
		text := line(fields.Get("s." + s.Name))
		n, wrong := strconv.ParseInt(text, 10, 64)
		if wrong != nil || n < 0 {
			err = core.E(core.Invalid, "errors.governance_number", core.Args{"Setting": s.Name})
			continue
		}
		s.set(n)
	}
	d.Settings.Models = append(strings.Fields(fields.Get("s.models")), fields["s.model"]...)
	slices.Sort(d.Settings.Models)
	d.Settings.Models = slices.Compact(d.Settings.Models)
	if len(d.Settings.Models) == 0 {
		d.Settings.Models = nil
	}
	return d, err
}

// setting is one figure of a charter that the form edits.
type setting struct {
	Name  string
	Value int64
	set   func(int64)
}

func settingsOf(s *charter.Settings) []setting {
	whole := func(p *int) func(int64) { return func(n int64) { *p = int(min(n, 1<<31)) } }
	return []setting{
		{"daily_tokens_per_member", s.DailyTokensPerMember, func(n int64) { s.DailyTokensPerMember = n }},
		{"daily_joules_per_member", s.DailyJoulesPerMember, func(n int64) { s.DailyJoulesPerMember = n }},
		{"max_output_tokens", int64(s.MaxOutputTokens), whole(&s.MaxOutputTokens)},
		{"conversation_days", int64(s.ConversationDays), whole(&s.ConversationDays)},
		{"receipt_days", int64(s.ReceiptDays), whole(&s.ReceiptDays)},
		{"microwave_watts", int64(s.MicrowaveWatts), whole(&s.MicrowaveWatts)},
	}
}

// Settings are the figures of the form.
func (v writeView) Settings() []setting { return settingsOf(&v.Document.Settings) }

// Next is the number of the empty article at the end of the form.
func (v writeView) Next() int { return len(v.Document.Articles) + 1 }

// Models are the digests of models that are not installed here, one a line.
func (v writeView) Models() string {
	return strings.Join(slices.DeleteFunc(slices.Clone(v.Document.Settings.Models), func(digest string) bool { return v.Named[digest] != "" }), "\n")
}

// May reports a model that the charter names.
func (v writeView) May(digest string) bool {
	return slices.Contains(v.Document.Settings.Models, digest)
}

// Empty is the article that can be added at the end.
func (v writeView) Empty() charter.Article { return charter.Article{Number: v.Next()} }
