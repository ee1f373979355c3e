package gatewayhttp

import (
	"fmt"
	"html/template"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// turnView is one question and what came of it.
type turnView struct {
	ID           core.ID
	Number       int
	Conversation core.ID
	Question     string
	IsHeading    bool // the page's heading already says the question
	Asked        time.Time
	Answer       *answerView
	Chat         *chatAnswer
	Refusal      *refusalView
	Problem      *core.Error
	Writers      []gateway.ModelChoice // offered to write over the same passages
	CanGrow      bool                  // a bigger model may be asked the same
	Feedback     *feedbackView         // of an answer from the memory
}

// answerView is what the memory says.
type answerView struct {
	Found    bool
	Written  template.HTML // by Model, from Passages
	Model    string
	Trial    bool
	Passages int
	Check    *checkView // of what a model wrote; nil for a quotation
	Quotes   []quoteView
	Sources  []web.Source
	Nearest  []quoteView
	CanAdd   bool // the reader may add the document that is missing
	ByWords  bool // the engine that finds by meaning did not answer
	Declines bool // the reader wants no model to read for them
	Foot     footView
}

// chatAnswer is what a model says by itself.
type chatAnswer struct {
	Text  template.HTML
	Model string
	Trial bool
	Auto  []string // keys of why the model was chosen; nil: it was named
	Wish  string   // why the member asked for a bigger model
	Foot  footView
}

// quoteView is one quotation, split where the most direct answer is.
type quoteView struct {
	Before, Marked, After string
	Number                int
	Source                web.Source
}

// footView says who served an answer, with what energy, by which article, and where its receipt is.
type footView struct {
	Node     string // "" is this machine
	Energy   core.Energy
	Watts    int
	Articles []int
	Receipt  core.ID
}

// refusalView explains a refusal by the charter.
type refusalView struct {
	Article int
	Rule    string // what the article says
	Remedy  string
	Why     *core.Error
	Hidden  bool // digits of the question were not kept
	Charter string
	Receipt core.ID

	Restricted  bool // by an emergency restriction, and not by the charter
	Provisional bool // the charter in force is a template, until members vote
}

// turn prepares one turn for the page.
func (p *Pages) turn(l *i18n.Localizer, inForce charter.Version, turn gateway.Turn) turnView {
	view := turnView{ID: turn.ID, Question: turn.Question, Asked: turn.Asked, Problem: turn.Problem}
	watts := inForce.Document.Settings.MicrowaveWatts
	if turn.Problem != nil {
		if refusal, ok := gateway.RefusalOf(turn.Problem); ok {
			view.Refusal, view.Problem = refused(l.Lang(), inForce, refusal, turn.Problem), nil
			view.Refusal.Hidden = withoutDigits(turn.Question) != turn.Question || strings.ContainsRune(turn.Question, hiddenDigit)
		}
	}
	if turn.Ask != nil {
		view.Answer = p.answer(l, *turn.Ask, watts)
	}
	if c := turn.Chat; c != nil {
		view.Chat = &chatAnswer{Text: p.markdown.HTML(c.Text), Model: c.Model, Trial: c.Trial, Foot: foot(c.Result, watts)}
		if c.Auto != nil {
			view.Chat.Auto, view.Chat.Wish = whyKeys(c.Auto.Why), c.Auto.Bigger
		}
	}
	return view
}

func (p *Pages) answer(l *i18n.Localizer, ask gateway.AskResult, watts int) *answerView {
	view := &answerView{
		Found: ask.Answer.Found, Model: ask.Model, Trial: ask.Trial, Passages: len(ask.Answer.Passages),
		ByWords: !ask.Answer.ByMeaning, Foot: foot(ask.Result, watts),
	}
	if ask.Mode == "model" && ask.Written != "" {
		view.Written = p.markdown.HTML(ask.Written)
	}
	for i, quote := range ask.Answer.Quotes {
		q := quoted(quote, i+1)
		view.Quotes, view.Sources = append(view.Quotes, q), append(view.Sources, q.Source)
	}
	if view.Written != "" && ask.Checked != nil {
		p.checked(l, ask, view)
	}
	for _, quote := range ask.Answer.Nearest {
		view.Nearest = append(view.Nearest, quoted(quote, 0))
	}
	return view
}

func foot(result gateway.Result, watts int) footView {
	view := footView{Energy: result.Energy, Watts: watts, Articles: result.Decision.Articles, Receipt: result.Receipt}
	if result.Node != "local" {
		view.Node = result.Node
	}
	return view
}

// refused looks the article up when the charter that refused is the one in force.
func refused(lang core.Lang, inForce charter.Version, refusal gateway.Refusal, why *core.Error) *refusalView {
	view := &refusalView{Why: why, Article: refusal.Article, Charter: refusal.Charter, Receipt: refusal.Receipt,
		Restricted: refusal.Restriction > 0, Provisional: inForce.Status == charter.Provisional}
	if article, ok := inForce.Article(refusal.Article); ok && inForce.Hash == refusal.Charter {
		view.Rule, view.Remedy = article.Text.In(lang), article.Remedy.In(lang)
	}
	return view
}

// quoted splits a quotation around its most direct part.
func quoted(quote memory.Quote, number int) quoteView {
	view := quoteView{Before: quote.Text, Number: number, Source: source(quote, number)}
	start, end := quote.Highlight[0], quote.Highlight[1]
	if start < 0 || end <= start || end > len(quote.Text) || !utf8.ValidString(quote.Text[start:end]) {
		return view
	}
	view.Before, view.Marked, view.After = quote.Text[:start], quote.Text[start:end], quote.Text[end:]
	return view
}

// source is the citation of a quotation; its link opens the version at the exact range.
func source(quote memory.Quote, number int) web.Source {
	return web.Source{
		Later:  later(quote.Later),
		Number: number, Title: quote.Title, Name: quote.Name, Heading: quote.Heading, Sheet: quote.Sheet(), Page: quote.Page, Slide: quote.Slide,
		Dated: quote.Dated, Newer: quote.Newer, Version: quote.Version,
		Href: fmt.Sprintf("/memory/versions/%s?start=%d&end=%d#q", quote.Version, quote.Start, quote.End),
	}
}

// later tells what the text says today.
func later(l *memory.Later) *web.Later {
	if l == nil {
		return nil
	}
	return &web.Later{Same: l.Same, Dated: l.Dated, Text: l.Text}
}

// offers are the writers that have not already answered this turn.
func (v turnView) offers(writers []gateway.ModelChoice) []gateway.ModelChoice {
	if v.Answer == nil || !v.Answer.Found {
		return nil
	}
	var out []gateway.ModelChoice
	for _, writer := range writers {
		if writer.Name != v.Answer.Model || v.Answer.Written == "" {
			out = append(out, writer)
		}
	}
	return out
}

// excerptLength bounds a nearest passage on the page, in bytes; its link shows the whole.
const excerptLength = 280

// Excerpt is the beginning of the quotation, cut between words.
func (q quoteView) Excerpt() string {
	text := strings.Join(strings.Fields(q.Before+q.Marked+q.After), " ")
	if len(text) <= excerptLength {
		return text
	}
	cut := strings.ToValidUTF8(text[:excerptLength], "")
	if space := strings.LastIndexByte(cut, ' '); space > 0 {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}
