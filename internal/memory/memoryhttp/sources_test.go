package memoryhttp

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryfolder"
	"github.com/solidaire-coop/solidaire/internal/memory/memorygit"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryimap"
	"github.com/solidaire-coop/solidaire/internal/memory/memorys3"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryweb"
	"github.com/solidaire-coop/solidaire/internal/memory/memorywebdav"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

const nuageID = core.ID("0000000000000000000000000n")

// places are sources that note what is asked of them.
type places struct {
	list    []memory.Source
	fault   error
	given   memory.NewSource
	orders  []string
	retried core.ID
}

// Connectors are the real ones: every form is theirs.
func (p *places) Connectors() []memory.Connector {
	return []memory.Connector{memoryfolder.New(), memorywebdav.Connector{}, memorys3.Connector{}, memoryimap.New(nil), memoryweb.Connector{}, memorygit.New("", nil)}
}

// Sources lists them.
func (p *places) Sources(_ context.Context, organisation core.ID) ([]memory.Source, error) {
	if organisation != pagetest.Organisation {
		return nil, nil
	}
	return p.list, nil
}

// Source finds one.
func (p *places) Source(ctx context.Context, organisation, id core.ID) (memory.Source, error) {
	list, _ := p.Sources(ctx, organisation)
	for _, s := range list {
		if s.ID == id {
			return s, nil
		}
	}
	return memory.Source{}, core.E(core.NotFound, "errors.source_unknown", nil)
}

// Try gives a sample, or the fault.
func (p *places) Try(_ context.Context, n memory.NewSource) (memory.Sample, error) {
	p.given = n
	return memory.Sample{Names: []string{"statuts.md", "pv/2025.md"}, Count: 12}, p.fault
}

// TryChange does the same.
func (p *places) TryChange(ctx context.Context, _ core.ID, n memory.NewSource) (memory.Sample, error) {
	return p.Try(ctx, n)
}

// Add notes the source.
func (p *places) Add(_ context.Context, n memory.NewSource) (memory.Source, error) {
	p.given = n
	return memory.Source{}, p.fault
}

// Change notes the change.
func (p *places) Change(_ context.Context, _ core.ID, n memory.NewSource) (memory.Source, error) {
	p.given = n
	return memory.Source{}, p.fault
}

func (p *places) order(words ...string) error {
	p.orders = append(p.orders, strings.Join(words, " "))
	return nil
}

// Pause notes the order.
func (p *places) Pause(_ context.Context, _, _ core.ID, on bool) error {
	return p.order(map[bool]string{true: "pause", false: "resume"}[on])
}

// Ask notes the order.
func (p *places) Ask(_ context.Context, _, _ core.ID, all bool) error {
	return p.order(map[bool]string{true: "accept", false: "run"}[all])
}

// Readmit notes the order.
func (p *places) Readmit(context.Context, core.ID, core.ID) error { return p.order("readmit") }

// Remove notes the order.
func (p *places) Remove(_ context.Context, _, _ core.ID, keep bool) error {
	return p.order(map[bool]string{true: "keep", false: "erase"}[keep])
}

// Retry notes the document.
func (p *places) Retry(_ context.Context, _, document core.ID) (int, error) {
	p.retried = document
	return 1, nil
}

func furnishedPlaces() *places {
	began := pagetest.Now().Add(-2 * time.Hour)
	return &places{list: []memory.Source{
		{ID: "0000000000000000000000000m", Organisation: pagetest.Organisation, Kind: memory.Folder, Name: "Partage", Every: time.Hour,
			Last: memory.Run{Started: began, Listed: 8000, LeftOut: 120, Total: 7000, Done: 2400, Added: 2400}},
		{ID: nuageID, Organisation: pagetest.Organisation, Kind: memory.WebDAV, Name: "Nuage", Every: 6 * time.Hour, Paused: true,
			Settings: map[string]string{"url": "https://nuage.exemple.coop/dav/", "user": "amelie"},
			Last: memory.Run{Started: began, Ended: began.Add(time.Minute), Listed: 40, Added: 2, Failed: 2, Held: 30, Erased: 1,
				Problem: core.E(core.Conflict, "errors.source_shrunk", core.Args{"Count": 30, "Total": 40}),
				Problems: []memory.ItemProblem{{Name: "Nuage/casse.pdf", Problem: core.E(core.Corrupt, "errors.memory_file_damaged", nil)},
					{Name: "Nuage/gros.pdf", Problem: core.E(core.TooLarge, "errors.memory_file_large", core.Args{"Size": memory.MaxFileBytes})}}}},
		{ID: "0000000000000000000000000p", Organisation: pagetest.Organisation, Kind: memory.Git, Name: "Règlements"},
	}}
}

func post(t *testing.T, h http.Handler, path string, form url.Values) *pagetest.Page {
	t.Helper()
	return pagetest.Do(t, h, pagetest.Ask{Method: http.MethodPost, Path: path, Session: pagetest.Operator,
		Body: strings.NewReader(form.Encode()), Media: "application/x-www-form-urlencoded"})
}

func TestSourcesSayHowTheyStand(t *testing.T) {
	t.Parallel()
	h := pagesOf(t, furnished())
	page := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/sources", Session: pagetest.Operator})
	page.Says(t, "Partage", "lecture en cours : 2 400 sur 7 000", "Nuage", "en pause", "30 documents sur 40 ont disparu", "Vérifiez la source.",
		"Retirer aussi ces 30 documents de la mémoire", "1 document effacé de la mémoire est encore dans la source", "2 fichiers n’ont pas pu être lus",
		"Ce fichier est abîmé", "Règlements", "jamais lue", "Lire maintenant", "Nextcloud (WebDAV)")
	pagetest.Do(t, pagesOf(t, &fake{}), pagetest.Ask{Path: "/memory/sources", Session: pagetest.Operator, Lang: "en"}).Says(t, "No source for the moment.", "Choose below")
}

func TestASourceIsTriedThenAdded(t *testing.T) {
	t.Parallel()
	f := furnished()
	h := pagesOf(t, f)
	form := url.Values{"kind": {"webdav"}, "name": {"Conseil"}, "every": {"60"}, "do": {"try"},
		"field-url": {"https://nuage.exemple.coop/"}, "field-user": {"amelie"}, "field-password": {"hunter2"}}
	page := post(t, h, "/memory/sources/new", form)
	page.Says(t, "12 documents trouvés", "pv/2025.md")
	if page.Status != http.StatusOK || f.sources.given.Given["password"] != "hunter2" || page.One(t, "input", "id=field-password").Attribute("value") != "" || page.One(t, "input", "id=field-url").Attribute("value") != "https://nuage.exemple.coop/" {
		t.Errorf("%d %+v", page.Status, f.sources.given)
	}
	f.sources.fault = core.E(core.Unavailable, "errors.source_refused", nil)
	if page = post(t, h, "/memory/sources/new", form); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", page.Status)
	}
	page.Says(t, "La source a refusé l’accès.", "Vérifiez l’identifiant")
	f.sources.fault = nil
	form.Set("do", "save")
	if page = post(t, h, "/memory/sources/new", form); page.Status != http.StatusSeeOther || f.sources.given.Every != time.Hour || f.sources.given.Name != "Conseil" {
		t.Errorf("%d %+v", page.Status, f.sources.given)
	}
	for _, bad := range []url.Values{{"kind": {"ftp"}, "every": {"60"}}, {"kind": {"web"}, "every": {"x"}}, {"kind": {"web"}, "every": {"-1"}}} {
		if page := post(t, h, "/memory/sources/new", bad); page.Status < 400 {
			t.Errorf("%v: %d", bad, page.Status)
		}
	}
}

func TestASourceIsChangedWithoutShowingItsPassword(t *testing.T) {
	t.Parallel()
	f := furnished()
	h := pagesOf(t, f)
	page := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/sources/" + string(nuageID), Session: pagetest.Operator})
	page.Says(t, "Laissez vide pour garder celui qui est enregistré.", "après 6 h")
	if page := post(t, h, "/memory/sources/"+string(nuageID), url.Values{"every": {"0"}, "field-url": {"https://autre.coop/"}}); page.Status != http.StatusSeeOther || f.sources.given.Given["url"] != "https://autre.coop/" || f.sources.given.Every != 0 {
		t.Errorf("%d %+v", page.Status, f.sources.given)
	}
}

func TestOrdersOfASource(t *testing.T) {
	t.Parallel()
	f := furnished()
	h := pagesOf(t, f)
	pagetest.Do(t, h, pagetest.Ask{Path: "/memory/sources/" + string(nuageID) + "/remove", Session: pagetest.Operator}).
		Says(t, "Retirer la source « Nuage » ?", "1 document en vient", "Retirer la source, garder les documents", "Retirer la source et effacer les documents")
	all := []string{"run", "accept", "pause", "resume", "readmit", "keep", "erase"}
	for _, order := range all {
		if page := post(t, h, "/memory/sources/"+string(nuageID)+"/"+order, nil); page.Status != http.StatusSeeOther {
			t.Errorf("%s: %d", order, page.Status)
		}
		pagetest.Do(t, h, pagetest.Ask{Path: "/memory/sources?done=" + order, Session: pagetest.Operator}).One(t, "h1")
	}
	if got := strings.Join(f.sources.orders, " "); got != strings.Join(all, " ") {
		t.Errorf("%s", got)
	}
	for _, path := range []string{"/memory/sources/" + string(nuageID) + "/nonsense", "/memory/sources/0000000000000000000000000z/run", "/memory/sources/x/run"} {
		if page := post(t, h, path, nil); page.Status < 400 {
			t.Errorf("%s: %d", path, page.Status)
		}
	}
	member := pagetest.Do(t, h, pagetest.Ask{Path: "/memory/sources", Session: pagetest.Member})
	if member.Status != http.StatusForbidden {
		t.Errorf("a member sees sources: %d", member.Status)
	}
}
