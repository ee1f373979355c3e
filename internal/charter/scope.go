package charter

import (
	"context"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// ScopeKind is what an emergency restriction is about.
type ScopeKind string

// The kinds of restrictions, the widest first.
const (
	ScopeModels   ScopeKind = "models"   // every model: everything off
	ScopeRemote   ScopeKind = "remote"   // every engine outside this machine
	ScopeBackend  ScopeKind = "backend"  // one engine outside
	ScopeModel    ScopeKind = "model"    // one model
	ScopeData     ScopeKind = "data"     // one class of sensitive data
	ScopePrograms ScopeKind = "programs" // every API key
	ScopeKey      ScopeKind = "key"      // one API key
	ScopeSurface  ScopeKind = "surface"  // one way in, such as a dialect
)

// ScopeKinds lists them.
func ScopeKinds() []ScopeKind {
	return []ScopeKind{ScopeModels, ScopeRemote, ScopeBackend, ScopeModel, ScopeData, ScopePrograms, ScopeKey, ScopeSurface}
}

// named reports whether the kind needs to say which one.
func (k ScopeKind) named() bool {
	return k == ScopeBackend || k == ScopeModel || k == ScopeData || k == ScopeKey || k == ScopeSurface
}

// Scope is what a restriction refuses.
type Scope struct {
	Kind   ScopeKind `json:"kind"`
	Value  string    `json:"value,omitempty"`  // which one, where the kind needs it
	Digest string    `json:"digest,omitempty"` // of a model whose bytes are known: its other names are refused too
}

// The surfaces, as a restriction names them.
const (
	SurfaceOpenAI    = "openai"
	SurfaceAnthropic = "anthropic"
	SurfaceOllama    = "ollama"
	SurfaceAPI       = "api"
	SurfacePages     = "pages"
)

// Surfaces lists them.
func Surfaces() []string {
	return []string{SurfaceOpenAI, SurfaceAnthropic, SurfaceOllama, SurfaceAPI, SurfacePages}
}

// DataClasses lists the classes of sensitive data that a restriction can name.
func DataClasses() []string { return []string{string(core.DataSIN), string(core.DataCreditCard)} }

type surfaceKey struct{}

// FromSurface notes by which surface a request came in.
func FromSurface(ctx context.Context, surface string) context.Context {
	return context.WithValue(ctx, surfaceKey{}, surface)
}

// maxScopeValue bounds what a scope names.
const maxScopeValue = 120

// validate refuses a scope that names nothing, or what cannot be named in the log.
func (s Scope) validate() error {
	bad := core.E(core.Invalid, "errors.restriction_scope", nil)
	if !slices.Contains(ScopeKinds(), s.Kind) || s.Kind.named() != (s.Value != "") || len(s.Value) > maxScopeValue {
		return bad
	}
	if s.Digest != "" && (s.Kind != ScopeModel || len(s.Digest) > maxScopeValue || strings.ContainsFunc(s.Digest, unplain)) {
		return bad
	}
	if strings.ContainsFunc(s.Value, unplain) ||
		s.Kind == ScopeData && !slices.Contains(DataClasses(), s.Value) ||
		s.Kind == ScopeSurface && !slices.Contains(Surfaces(), s.Value) {
		return bad
	}
	return nil
}

// unplain tells what may not stand in a word of the log.
func unplain(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }

// public is what the log says of a scope. It is as strict or stricter, and about nobody: a key becomes all keys.
func (s Scope) public() Scope {
	if s.Kind == ScopeKey {
		return Scope{Kind: ScopePrograms}
	}
	return s
}

// words writes a scope as the log does.
func (s Scope) words() string {
	return strings.TrimRight(strings.Join([]string{string(s.Kind), s.Value, s.Digest}, " "), " ")
}

// parseScope reads words back.
func parseScope(words []string) (Scope, error) {
	words = append(slices.Clone(words), "", "", "")
	s := Scope{Kind: ScopeKind(words[0]), Value: words[1], Digest: words[2]}
	return s, s.validate()
}

// sending are the actions by which something is asked of this program. Nothing else is ever restricted: everybody keeps
// reading and erasing what is theirs.
func sending(a Action) bool {
	return a == ActionChat || a == ActionEmbed || a == ActionAsk || a == ActionAnswer
}

// Covers reports whether the scope refuses a question.
func (s Scope) Covers(ctx context.Context, q Question) bool {
	if !sending(q.Action) {
		return false
	}
	switch m := q.Model; s.Kind {
	case ScopeModels:
		return m.named()
	case ScopeRemote:
		return m.named() && !m.Local
	case ScopeBackend:
		return m.named() && !m.Local && m.Node == s.Value
	case ScopeModel:
		return m.named() && (plainName(m.Name) == plainName(s.Value) || s.Digest != "" && m.Digest == s.Digest)
	case ScopeData:
		return slices.Contains(q.DataClasses, core.DataClass(s.Value))
	case ScopePrograms:
		return q.Actor.ByKey
	case ScopeKey:
		return q.Actor.ByKey && string(q.Actor.Credential) == s.Value
	case ScopeSurface:
		surface, _ := ctx.Value(surfaceKey{}).(string)
		return surface == s.Value
	}
	return true // a kind that this program does not know
}

// named reports whether a model is involved.
func (m ModelFacts) named() bool { return m.Name != "" || m.Kind != "" || m.Digest != "" }

// plainName is a model's name without the server before it: the same model has both.
func plainName(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[i+1:]
	}
	return name
}
