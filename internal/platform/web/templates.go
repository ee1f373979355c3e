package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/i18n"
)

//go:embed templates/*.html
var ownTemplates embed.FS

// ownPages are the pages of this package; its shared parts and layout are their neighbours.
func ownPages() fs.FS {
	sub, err := fs.Sub(ownTemplates, "templates")
	if err != nil {
		panic(err) // the folder is embedded: it cannot be missing
	}
	return sub
}

// parseBase reads the layout and the shared parts: the files whose name begins with "_".
func (s *Site) parseBase() error {
	funcs := s.funcs(s.config.Bundle.For(core.French))
	base, err := template.New("").Funcs(funcs).ParseFS(ownPages(), "_*.html")
	s.base = base
	return err
}

// Templates are the pages of one module.
type Templates struct {
	site  *Site
	pages map[string]*pageSet
}

// pageSet is one page in each language; each is made when first shown.
type pageSet struct {
	french *template.Template // parsed, never executed: the others are cloned from it
	ready  map[core.Lang]func() (*template.Template, error)
}

// Templates reads a module's pages from the top of files. A file whose name begins with "_" holds parts
// that its neighbours share; every other file is one page and defines the block "content".
func (s *Site) Templates(files fs.FS) (*Templates, error) {
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		return nil, err
	}
	var parts, pages []string
	for _, name := range names {
		if strings.HasPrefix(name, "_") {
			parts = append(parts, name)
		} else {
			pages = append(pages, name)
		}
	}
	t := &Templates{site: s, pages: map[string]*pageSet{}}
	for _, name := range pages {
		set, err := s.pageSet(files, append(parts[:len(parts):len(parts)], name))
		if err != nil {
			return nil, fmt.Errorf("web: %s: %w", name, err)
		}
		t.pages[name] = set
	}
	return t, nil
}

func (s *Site) pageSet(files fs.FS, names []string) (*pageSet, error) {
	french, err := s.base.Clone()
	if err != nil {
		return nil, err
	}
	if french, err = french.ParseFS(files, names...); err != nil {
		return nil, err
	}
	set := &pageSet{french: french, ready: map[core.Lang]func() (*template.Template, error){}}
	for _, lang := range core.Langs() {
		set.ready[lang] = sync.OnceValues(func() (*template.Template, error) {
			own, err := set.french.Clone()
			if err != nil {
				return nil, err
			}
			return own.Funcs(s.funcs(s.config.Bundle.For(lang))), nil
		})
	}
	return set, nil
}

// Render shows a page inside the layout. The view embeds Page.
func (t *Templates) Render(w http.ResponseWriter, r *http.Request, name string, view any) error {
	return t.render(w, r, name, http.StatusOK, view)
}

// RenderStatus shows a page with another status than 200.
func (t *Templates) RenderStatus(w http.ResponseWriter, r *http.Request, name string, status int, view any) error {
	return t.render(w, r, name, status, view)
}

func (t *Templates) render(w http.ResponseWriter, r *http.Request, name string, status int, view any) error {
	return t.write(w, r, name, "layout", status, view)
}

// Block shows one named block of a page alone, for a script to put in its place.
func (t *Templates) Block(w http.ResponseWriter, r *http.Request, name, block string, view any) error {
	return t.write(w, r, name, block, http.StatusOK, view)
}

// write executes into memory first: a page that fails is never half sent.
func (t *Templates) write(w http.ResponseWriter, r *http.Request, name, block string, status int, view any) error {
	set, ok := t.pages[name]
	if !ok {
		return fmt.Errorf("web: no page is named %s", name)
	}
	page, err := set.ready[t.site.Lang(r)]()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, block, view); err != nil {
		return fmt.Errorf("web: %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(t.site.Lang(r)))
	w.WriteHeader(status)
	w.Write(out.Bytes()) //nolint:errcheck // the reader left
	return nil
}

// funcs are what a template may call, speaking one language.
func (s *Site) funcs(l *i18n.Localizer) template.FuncMap {
	return template.FuncMap{
		"t": func(key string, pairs ...any) (string, error) { return translate(l, key, pairs) },
		"tlink": func(key, href string, pairs ...any) (template.HTML, error) {
			return translateLink(l, key, href, pairs)
		},
		"text": l.Text, "date": l.Date, "day": l.Day, "time": l.Time, "datetime": l.DateTime,
		"relative": func(at any) (template.HTML, error) { return s.relative(l, at) },
		"number":   l.Figure, "percent": l.Percent, "joules": l.Joules, "watthours": l.WattHours,
		"bytes": l.Bytes, "seconds": l.Seconds, "duration": l.Duration, "energylabel": l.Energy,
		"integer": func(n any) (string, error) { return integer(l, n) },
		"quoted":  l.Quoted,
		"problem": func(e *core.Error) string { sentence, _ := l.Error(e); return sentence },
		"remedy":  func(e *core.Error) string { _, next := l.Error(e); return next },
		"icon":    icon, "asset": s.assets.url, "microwave": microwave,
		"dict": dict,
	}
}
