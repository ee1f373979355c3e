package i18n

import (
	"fmt"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Date writes the day of an instant, in the bundle's zone: 12 mars 2025, 12 March 2025.
func (l *Localizer) Date(t time.Time) string { return l.calendar(t.In(l.zone)) }

// Day writes a calendar day that has no hour, such as the date a document bears. It is not moved to another zone.
func (l *Localizer) Day(t time.Time) string { return l.calendar(t.UTC()) }

// Time writes the hour of an instant, in the bundle's zone: 14 h 02, 2:02 p.m.
func (l *Localizer) Time(t time.Time) string {
	t = t.In(l.zone)
	if l.lang != core.English {
		if t.Minute() == 0 {
			return fmt.Sprintf("%d%sh", t.Hour(), nbsp)
		}
		return fmt.Sprintf("%d%sh%s%02d", t.Hour(), nbsp, nbsp, t.Minute())
	}
	hour, half := t.Hour()%12, "a.m."
	if t.Hour() >= 12 {
		half = "p.m."
	}
	if hour == 0 {
		hour = 12
	}
	if t.Minute() == 0 {
		return fmt.Sprintf("%d%s%s", hour, nbsp, half)
	}
	return fmt.Sprintf("%d:%02d%s%s", hour, t.Minute(), nbsp, half)
}

// DateTime writes both: 12 mars 2025 à 14 h 02.
func (l *Localizer) DateTime(t time.Time) string {
	return l.T("date.at", core.Args{"Date": l.Date(t), "Time": l.Time(t)})
}

// Relative writes an instant as people say it: il y a 5 minutes under a day, the date beyond.
func (l *Localizer) Relative(t, now time.Time) string {
	switch age := now.Sub(t); {
	case age < 0 || age >= 24*time.Hour:
		return l.Date(t)
	case age < time.Minute:
		return l.T("date.now")
	case age < time.Hour:
		return l.T("date.minutes_ago", core.Args{"Count": int(age / time.Minute)})
	default:
		return l.T("date.hours_ago", core.Args{"Count": int(age / time.Hour)})
	}
}

func (l *Localizer) calendar(t time.Time) string {
	day := fmt.Sprint(t.Day())
	if l.lang != core.English && t.Day() == 1 {
		day = "1er"
	}
	return fmt.Sprintf("%s %s %d", day, l.month(t.Month()), t.Year())
}

func (l *Localizer) month(m time.Month) string {
	if l.lang == core.English {
		return m.String()
	}
	return [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
		"septembre", "octobre", "novembre", "décembre"}[m-1]
}
