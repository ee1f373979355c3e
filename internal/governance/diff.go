package governance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// Mark says what became of a piece of text.
type Mark string

// The marks.
const (
	Same    Mark = "same"
	Added   Mark = "added"
	Removed Mark = "removed"
	Changed Mark = "changed" // of an article only
)

// Span is a run of words, or of lines of a rule, with one mark.
type Span struct {
	Mark Mark
	Text string
}

// ArticleChange is what a proposal does to one article, its words and its rule side by side. In each language the words read
// as one text with what goes and what comes.
type ArticleChange struct {
	Mark   Mark
	Number int // in the next charter; in the one in force when it is removed
	Title  core.Text
	FR, EN []Span // text
	Remedy struct{ FR, EN []Span }
	Rule   []Span // lines of Cedar
}

// SettingChange is a voted figure that changes.
type SettingChange struct {
	Setting       string // as the canonical bytes name it
	Before, After int64
}

// CharterChange is all that differs between two charters.
type CharterChange struct {
	Preamble struct{ FR, EN []Span } // empty where it stays
	Title    struct{ FR, EN []Span }
	Articles []ArticleChange // those that change, in order
	Settings []SettingChange
	Models   struct{ Added, Removed []string } // digests
	Kept     int                               // articles that stay as they are
}

// Between compares two charters.
func Between(before, after charter.Document) CharterChange {
	var c CharterChange
	c.Title.FR, c.Title.EN = changed(before.Title.FR, after.Title.FR), changed(before.Title.EN, after.Title.EN)
	c.Preamble.FR, c.Preamble.EN = changed(before.Preamble.FR, after.Preamble.FR), changed(before.Preamble.EN, after.Preamble.EN)
	for _, p := range align(before.Articles, after.Articles) {
		if a, differs := articleChange(p[0], p[1]); differs {
			c.Articles = append(c.Articles, a)
		} else {
			c.Kept++
		}
	}
	c.Settings = settingChanges(before.Settings, after.Settings)
	for _, digest := range after.Settings.Models {
		if !slices.Contains(before.Settings.Models, digest) {
			c.Models.Added = append(c.Models.Added, digest)
		}
	}
	for _, digest := range before.Settings.Models {
		if !slices.Contains(after.Settings.Models, digest) {
			c.Models.Removed = append(c.Models.Removed, digest)
		}
	}
	return c
}

// align pairs the articles that are the same one, by title, in order; what stands between two pairs is paired as it comes.
func align(before, after []charter.Article) (pairs [][2]*charter.Article) {
	i, j := 0, 0
	for _, m := range common(len(before), len(after), func(i, j int) bool { return before[i].Title.FR == after[j].Title.FR }) {
		pairs, i, j = pairUp(pairs, before, after, i, j, m[0], m[1])
		pairs = append(pairs, [2]*charter.Article{&before[i], &after[j]})
		i, j = i+1, j+1
	}
	pairs, _, _ = pairUp(pairs, before, after, i, j, len(before), len(after))
	return pairs
}

func pairUp(pairs [][2]*charter.Article, before, after []charter.Article, i, j, iEnd, jEnd int) ([][2]*charter.Article, int, int) {
	for i < iEnd || j < jEnd {
		var p [2]*charter.Article
		if i < iEnd {
			p[0] = &before[i]
			i++
		}
		if j < jEnd {
			p[1] = &after[j]
			j++
		}
		pairs = append(pairs, p)
	}
	return pairs, i, j
}

func articleChange(before, after *charter.Article) (ArticleChange, bool) {
	var b, a charter.Article
	c := ArticleChange{Mark: Changed}
	switch {
	case before == nil:
		a, c.Mark = *after, Added
	case after == nil:
		b, c.Mark = *before, Removed
	default:
		b, a = *before, *after
	}
	c.Number, c.Title = a.Number, a.Title
	if after == nil {
		c.Number, c.Title = b.Number, b.Title
	}
	c.FR, c.EN = words(b.Text.FR, a.Text.FR), words(b.Text.EN, a.Text.EN)
	c.Remedy.FR, c.Remedy.EN = changed(b.Remedy.FR, a.Remedy.FR), changed(b.Remedy.EN, a.Remedy.EN)
	c.Rule = spans(strings.Split(b.Policy, "\n"), strings.Split(a.Policy, "\n"), "\n")
	a.Number, b.Number = 0, 0
	return c, a != b
}

func settingChanges(b, a charter.Settings) (out []SettingChange) {
	for _, s := range []SettingChange{
		{"daily_tokens_per_member", b.DailyTokensPerMember, a.DailyTokensPerMember},
		{"daily_joules_per_member", b.DailyJoulesPerMember, a.DailyJoulesPerMember},
		{"max_output_tokens", int64(b.MaxOutputTokens), int64(a.MaxOutputTokens)},
		{"conversation_days", int64(b.ConversationDays), int64(a.ConversationDays)},
		{"receipt_days", int64(b.ReceiptDays), int64(a.ReceiptDays)},
		{"microwave_watts", int64(b.MicrowaveWatts), int64(a.MicrowaveWatts)},
	} {
		if s.Before != s.After {
			out = append(out, s)
		}
	}
	return out
}

// changed is nil where nothing does.
func changed(before, after string) []Span {
	if before == after {
		return nil
	}
	return words(before, after)
}

func words(before, after string) []Span {
	return spans(strings.Fields(before), strings.Fields(after), " ")
}

// spans marks what goes and what comes, in reading order.
func spans(before, after []string, space string) []Span {
	var out []Span
	add := func(mark Mark, pieces []string) {
		if text := strings.Join(pieces, space); text != "" {
			if n := len(out); n > 0 && out[n-1].Mark == mark {
				out[n-1].Text += space + text
				return
			}
			out = append(out, Span{mark, text})
		}
	}
	i, j := 0, 0
	for _, m := range common(len(before), len(after), func(i, j int) bool { return before[i] == after[j] }) {
		add(Removed, before[i:m[0]])
		add(Added, after[j:m[1]])
		add(Same, before[m[0]:m[0]+1])
		i, j = m[0]+1, m[1]+1
	}
	add(Removed, before[i:])
	add(Added, after[j:])
	return out
}

// mostCells bounds the work of one comparison: beyond it everything is said to have changed.
const mostCells = 4 << 20

// common is a longest common subsequence of two lists, as pairs of places.
func common(n, m int, equal func(i, j int) bool) (pairs [][2]int) {
	if n*m > mostCells {
		return nil
	}
	length := make([][]uint16, n+1)
	for i := range length {
		length[i] = make([]uint16, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if equal(i, j) {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case equal(i, j):
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// String writes a span for logs and tests.
func (s Span) String() string { return fmt.Sprintf("%s:%s", s.Mark, s.Text) }
