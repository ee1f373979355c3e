package web

import (
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Section is a part of the site, marked in the navigation.
type Section string

// The sections.
const (
	Questions Section = "questions"
	Memory    Section = "memory"
	Assembly  Section = "assembly"
	Charter   Section = "charter"
	Receipts  Section = "receipts"
	Energy    Section = "energy"
	Models    Section = "models"
	Members   Section = "members"

	Operations Section = "operations" // shown to the operator only
)

// NavItem is one entry of the navigation.
type NavItem struct {
	Section Section // also the name of its icon; its words are web.nav.<section>
	Href    string
	Current bool
}

// Page is what every view embeds: all that the layout shows.
type Page struct {
	Title        string // of the browser tab and of the page's heading
	Lang         core.Lang
	Langs        []core.Lang
	Section      Section
	Nav          []NavItem
	SignedIn     bool
	Actor        core.Actor
	Operator     bool
	Organisation string
	Here         string // this page's address, to come back to
	Version      string
	Scripts      []string // modules of static/ that this page adds
	Trouble      *Trouble // nil: none
	Notices      []Trouble
}

// Trouble is what every reader must know: what is wrong, and what to do.
type Trouble struct{ What, Next string }

// Page prepares what the layout shows.
func (s *Site) Page(r *http.Request, title string, section Section) Page {
	p := Page{
		Title: title, Lang: s.Lang(r), Langs: core.Langs(), Section: section,
		Here: "/", Version: s.config.Version,
	}
	if r.Method == http.MethodGet {
		p.Here = r.URL.RequestURI()
	}
	if s.config.Trouble != nil {
		if err := s.config.Trouble(); err != nil {
			what, next := s.Localizer(r).Error(err)
			p.Trouble = &Trouble{what, next}
		}
	}
	p.Actor, p.SignedIn = ActorFrom(r.Context())
	if !p.SignedIn {
		return p
	}
	if s.config.Notices != nil { // for members: they name people
		for _, err := range s.config.Notices() {
			what, next := s.Localizer(r).Error(err)
			p.Notices = append(p.Notices, Trouble{what, next})
		}
	}
	p.Operator = p.Actor.Has(core.RoleOperator)
	p.Organisation = s.config.Organisation(r.Context(), p.Actor.Organisation)
	for _, item := range navigation(p.Operator) {
		item.Current = item.Section == section
		p.Nav = append(p.Nav, item)
	}
	return p
}

// NavBar is what fits at the foot of a phone; the rest is behind « Plus ».
func (p Page) NavBar() []NavItem { return p.Nav[:min(4, len(p.Nav))] }

// NavMore is what the bar leaves out.
func (p Page) NavMore() []NavItem { return p.Nav[min(4, len(p.Nav)):] }

// InNavMore reports whether the current page is behind « Plus ».
func (p Page) InNavMore() bool {
	for _, item := range p.NavMore() {
		if item.Current {
			return true
		}
	}
	return false
}

func navigation(operator bool) []NavItem {
	items := []NavItem{
		{Section: Questions, Href: "/"},
		{Section: Memory, Href: "/memory"},
		{Section: Assembly, Href: "/decisions"},
		{Section: Charter, Href: "/charter"},
		{Section: Receipts, Href: "/receipts"},
		{Section: Energy, Href: "/energy"},
		{Section: Models, Href: "/models"},
		{Section: Members, Href: "/members"},
	}
	if operator {
		items = append(items, NavItem{Section: Operations, Href: "/operations"})
	}
	return items
}
