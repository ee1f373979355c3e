package charterhttp

import (
	"math"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

// settings says each voted figure as a sentence; what is not bounded says so too.
func settings(l *i18n.Localizer, s charter.Settings) []string {
	return []string{
		modelsLine(l, s.Models),
		amount(l, "charterpages.settings.tokens", "charterpages.settings.tokens_none", s.DailyTokensPerMember),
		energyLine(l, s),
		amount(l, "charterpages.settings.output", "charterpages.settings.output_none", int64(s.MaxOutputTokens)),
		days(l, "charterpages.settings.conversations", "charterpages.settings.conversations_none", s.ConversationDays),
		days(l, "charterpages.settings.receipts", "charterpages.settings.receipts_none", s.ReceiptDays),
		amount(l, "charterpages.settings.microwave", "charterpages.settings.microwave_none", int64(s.MicrowaveWatts)),
	}
}

func modelsLine(l *i18n.Localizer, digests []string) string {
	if len(digests) == 0 {
		return l.T("charterpages.settings.models_any")
	}
	return l.T("charterpages.settings.models_some", core.Args{"Count": len(digests)})
}

func energyLine(l *i18n.Localizer, s charter.Settings) string {
	if s.DailyJoulesPerMember <= 0 {
		return l.T("charterpages.settings.joules_none")
	}
	joules := float64(s.DailyJoulesPerMember)
	args := core.Args{"Value": l.Joules(joules), "Hours": l.WattHours(joules / 3600)}
	if s.MicrowaveWatts <= 0 {
		return l.T("charterpages.settings.joules_plain", args)
	}
	args["Time"] = oven(s.DailyJoulesPerMember, int64(s.MicrowaveWatts))
	return l.T("charterpages.settings.joules", args)
}

// oven is how long a microwave oven of the given power runs on the energy.
func oven(joules, watts int64) time.Duration {
	return time.Duration(min(joules/watts, int64(math.MaxInt64/time.Second))) * time.Second
}

func amount(l *i18n.Localizer, some, none string, value int64) string {
	if value <= 0 {
		return l.T(none)
	}
	return l.T(some, core.Args{"Value": value})
}

func days(l *i18n.Localizer, some, none string, count int) string {
	if count <= 0 {
		return l.T(none)
	}
	return l.T(some, core.Args{"Count": count})
}
