package app

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/charter/charterhttp"
	"github.com/solidaire-coop/solidaire/internal/charter/chartersql"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/members"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// openRestrictions obeys the emergency restrictions that the log states. What the gateway asks is the charter under them.
func (a *App) openRestrictions(ctx context.Context) (err error) {
	started := time.Now()
	a.restrictions, err = charter.OpenRestrictions(ctx, charter.RestrictionNeeds{
		Organisation: a.organisation.ID, Acts: chartersql.New(a.db, a.clock, a.organisation.ID), Log: a.audit, Signer: a.audit, People: a.members,
		Known: a.knownScope, Clock: a.clock, Elapsed: func() time.Duration { return time.Since(started) }, LogWritten: a.logWritten, Logger: a.log,
	})
	a.services = append(a.services, func(ctx context.Context) error { return a.restrictions.Watch(ctx, charterEvery) })
	return err
}

// rules are what decides on every request: the charter, under emergency restrictions.
func (a *App) rules() charter.Restricted {
	return charter.Restricted{Charter: a.charter, By: a.restrictions}
}

// lastWritten is when a process last wrote the head of the log.
func lastWritten(dir DataDir) time.Time {
	info, err := os.Stat(filepath.Join(dir.Secrets(), "log.head"))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// rulesTrouble is what every page says first: that the charter or the record of restrictions was tampered with.
func (a *App) rulesTrouble() error {
	if err := a.charter.Trouble(); err != nil {
		return err
	}
	return a.restrictions.Trouble()
}

// notices are the restrictions in force, for the head of every page.
func (a *App) notices() []error {
	var list []error
	for _, r := range a.restrictions.Standing() {
		list = append(list, r.Problem())
	}
	return list
}

// knownScope finds what a restriction names: a model with its bytes, a server, a key.
func (a *App) knownScope(ctx context.Context, s charter.Scope) (charter.Scope, error) {
	switch s.Kind {
	case charter.ScopeModel:
		m, err := a.findModel(ctx, s.Value)
		if err != nil {
			return s, err
		}
		s.Value, s.Digest = m.Name, ""
		if m.Digest != models.UnknownDigest {
			s.Digest = m.Digest
		}
	case charter.ScopeBackend:
		servers, err := a.outside(ctx)
		if err == nil && !slices.Contains(servers, s.Value) {
			err = core.E(core.NotFound, "errors.restriction_backend", core.Args{"Backends": strings.Join(servers, ", ")})
		}
		return s, err
	case charter.ScopeKey:
		key, err := a.members.Key(ctx, a.organisation.ID, s.Value)
		s.Value = string(key.ID)
		return s, err
	}
	return s, nil
}

// findModel finds a model by its name or its digest.
func (a *App) findModel(ctx context.Context, which string) (models.Model, error) {
	if strings.HasPrefix(which, "sha256:") {
		all, err := a.catalogue.List(ctx)
		if i := slices.IndexFunc(all, func(m models.Model) bool { return m.Digest == which }); err == nil && i >= 0 {
			return all[i], nil
		}
	}
	return a.catalogue.Find(ctx, which)
}

// outside lists the servers that models stand on, as receipts name them.
func (a *App) outside(ctx context.Context) ([]string, error) {
	all, err := a.catalogue.List(ctx)
	var names []string
	for _, b := range a.config.Backends {
		names = append(names, b.Name)
	}
	for _, m := range all {
		if node := gateway.NodeOf(m); node != gateway.LocalNode {
			names = append(names, node)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// restrictable is what can be restricted, for the form.
func (a *App) restrictable(ctx context.Context) ([]charterhttp.Choice, error) {
	list := []charterhttp.Choice{{Scope: charter.Scope{Kind: charter.ScopeModels}}, {Scope: charter.Scope{Kind: charter.ScopeRemote}}}
	add := func(kind charter.ScopeKind, value, label string) {
		list = append(list, charterhttp.Choice{Scope: charter.Scope{Kind: kind, Value: value}, Label: label})
	}
	servers, err := a.outside(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range servers {
		add(charter.ScopeBackend, name, name)
	}
	all, err := a.catalogue.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		add(charter.ScopeModel, m.Name, m.Name)
	}
	for _, class := range charter.DataClasses() {
		add(charter.ScopeData, class, "")
	}
	add(charter.ScopePrograms, "", "")
	for _, surface := range charter.Surfaces() {
		add(charter.ScopeSurface, surface, "")
	}
	keys, err := a.members.ListKeys(ctx, a.organisation.ID)
	for _, k := range keys {
		if k.Revoked.IsZero() {
			add(charter.ScopeKey, string(k.ID), keyLabel(k))
		}
	}
	return list, err
}

func keyLabel(k members.APIKey) string { return k.Name + " (" + k.Prefix + "…)" }

// suspendedEmbedder sends no document to an embedding model that an emergency restriction suspends: what waits is findable by words, and
// gets its vectors later.
type suspendedEmbedder struct {
	memory.Embedder
	app *App
}

// Embed implements memory.Embedder.
func (e suspendedEmbedder) Embed(ctx context.Context, kind memory.TextKind, texts []string) ([][]float32, int, error) {
	model, known := e.app.embeddingModel(ctx)
	if known {
		q := charter.Question{Action: charter.ActionEmbed, Model: gateway.Facts(model)}
		if over := e.app.restrictions.Refuses(ctx, q); over != nil {
			problem := over.Problem()
			return nil, 0, core.E(core.Unavailable, problem.Key, problem.Args)
		}
	}
	return e.Embedder.Embed(ctx, kind, texts)
}

// fromSurface marks requests with the surface by which they came in.
func fromSurface(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(charter.FromSurface(r.Context(), surfaceOf(r.URL.Path))))
	})
}

// ollamas are the paths of Ollama's dialect, which lie among our own.
func ollamas() []string {
	return []string{"/api/chat", "/api/generate", "/api/embed", "/api/embeddings", "/api/tags", "/api/show", "/api/ps", "/api/version"}
}

func surfaceOf(path string) string {
	switch {
	case path == "/v1/messages", strings.HasPrefix(path, "/v1/messages/"):
		return charter.SurfaceAnthropic
	case strings.HasPrefix(path, "/v1/"):
		return charter.SurfaceOpenAI
	case slices.Contains(ollamas(), path):
		return charter.SurfaceOllama
	case strings.HasPrefix(path, "/api/"):
		return charter.SurfaceAPI
	}
	return charter.SurfacePages
}
