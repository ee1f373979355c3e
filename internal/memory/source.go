package memory

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// SourceKind names where documents come from.
type SourceKind string

// The kinds. Files are what people add by hand, Conversations what they save; neither is read by runs.
const (
	Files         SourceKind = "files"
	Conversations SourceKind = "conversations"
	Folder        SourceKind = "folder"
	WebDAV        SourceKind = "webdav"
	S3            SourceKind = "s3"
	IMAP          SourceKind = "imap"
	Web           SourceKind = "web"
	Git           SourceKind = "git"
)

// Source is a place that documents are taken from, again and again.
type Source struct {
	ID           core.ID
	Organisation core.ID
	Kind         SourceKind
	Name         string            // begins the names of its documents
	Settings     map[string]string // never a secret
	Every        time.Duration     // between runs; 0: only when somebody asks
	Paused       bool
	Added        time.Time
	Due          time.Time // of the next run; zero: none
	Last         Run
}

// Run is what one look at a source found and did.
type Run struct {
	Started  time.Time // zero: never
	Ended    time.Time // zero while it lasts, and when a stop cut it short
	Listed   int       // items found
	LeftOut  int       // items of kinds that are not documents
	Erased   int       // items that somebody erased from the memory: they do not come back
	Total    int       // items to read
	Done     int       // of them, read so far
	Added    int
	Changed  int
	Renamed  int
	Removed  int
	Failed   int
	Held     int         // documents that are gone from the source and were kept, since that looks like a mistake
	Problem  *core.Error // why the run as a whole went wrong
	Problems []ItemProblem
}

// ItemProblem is one item that a run could not read.
type ItemProblem struct {
	Name    string
	Problem *core.Error
}

// MaxProblems bounds what a run remembers; each failed document also shows its own.
const MaxProblems = 20

// Going reports whether the run is under way, as far as the store knows.
func (r Run) Going() bool { return !r.Started.IsZero() && r.Ended.IsZero() }

// Field is one setting of a kind of source.
type Field struct {
	Name     string
	Kind     FieldKind
	Required bool
	Example  string
}

// FieldKind is how a setting is asked for.
type FieldKind string

// The kinds of fields.
const (
	TextField   FieldKind = "text"
	SecretField FieldKind = "secret"
	SwitchField FieldKind = "switch" // "true" or ""
)

// SourceItem is one file of a source, as its listing tells.
type SourceItem struct {
	Key         string // finds it again in the source
	Path        string // readable: the document's name after the source's
	Fingerprint string // changes with the content; "" when the listing cannot tell
	Identity    string // stays when the item is renamed; "" when the source has none
	Size        int64  // -1: unknown
	Modified    time.Time
}

// Content is what reading an item gives.
type Content struct {
	Body        io.ReadCloser // nil when Unchanged
	Fingerprint string        // what was really read; "" leaves the listing's
	Modified    time.Time
	Unchanged   bool // the item is as its known fingerprint says
}

// Connector reaches one kind of source.
type Connector interface {
	Kind() SourceKind
	// Fields are the settings that it needs, in the order to ask for them.
	Fields() []Field
	// Connect checks the settings and reaches the source. Its errors say which setting is wrong.
	Connect(ctx context.Context, c Connection) (Origin, error)
}

// Forgetter is a connector that keeps something of a source beside the memory.
type Forgetter interface {
	// Forget removes it when the source is removed.
	Forget(source core.ID) error
}

// Connection is what a connector is given.
type Connection struct {
	Source   core.ID // "" when only trying
	Settings map[string]string
	Secrets  map[string]string
}

// Value gives a setting or a secret.
func (c Connection) Value(name string) string {
	if v, ok := c.Secrets[name]; ok {
		return v
	}
	return c.Settings[name]
}

// Origin is a source while it is read. It is used by one run at a time, which may read several items
// at once.
type Origin interface {
	// List gives every item, in any order. An error means that the listing is not whole: nothing is
	// then taken to be gone.
	List(ctx context.Context, found func(SourceItem) error) error
	// Read opens an item. known is the fingerprint of the content that the memory has, "" for none.
	// core.NotFound means that the source itself says that the item is gone.
	Read(ctx context.Context, item SourceItem, known string) (Content, error)
	Close() error
}

// Secrets keeps passwords and keys of sources, outside the database.
type Secrets interface {
	Put(source core.ID, secrets map[string]string) error
	Get(source core.ID) (map[string]string, error)
	Drop(source core.ID) error
}

// Bounds of sources.
const (
	MaxSourceName = 80
	MaxSetting    = 2000
	MaxItems      = 100_000 // of one listing
	MinEvery      = time.Minute
	MaxEvery      = 31 * 24 * time.Hour
	maxSources    = 200
)

// SourceStore keeps sources and what they know of their items.
type SourceStore interface {
	// AddSource keeps a new source; core.Conflict when its name is taken.
	AddSource(ctx context.Context, s Source) error
	// Sources lists an organisation's sources by name, or everybody's for "".
	Sources(ctx context.Context, organisation core.ID) ([]Source, error)
	// ChangeSource replaces settings, schedule, pause and the next run.
	ChangeSource(ctx context.Context, s Source) error
	// KeepRun notes how a run stands, and when the next one is due.
	KeepRun(ctx context.Context, source core.ID, run Run, due time.Time) error
	// RemoveSource forgets a source. Its documents are erased, or kept as files that somebody added;
	// it gives what the inbox held for them.
	RemoveSource(ctx context.Context, organisation, source core.ID, keepDocuments bool) error
	// Items lists what the memory has of a source, and the marks of what somebody erased.
	Items(ctx context.Context, source core.ID) (known []KnownItem, erased map[string]bool, err error)
	// Readmit forgets the marks of a source: what was erased may come back.
	Readmit(ctx context.Context, organisation, source core.ID) error
	// Expect makes documents for new items, and lets known ones wait, in the order given.
	Expect(ctx context.Context, s Source, items []Expected) ([]core.ID, error)
	// Settle notes that a document is what its source has: it waits no more.
	Settle(ctx context.Context, document core.ID, item SourceItem) error
	// Move gives a document the place of an item that is the same file elsewhere. placeholder, the
	// document made for that item, goes.
	Move(ctx context.Context, document, placeholder core.ID, name string, item SourceItem) error
	// RemoveAll erases documents as Store.Remove does.
	RemoveAll(ctx context.Context, organisation core.ID, documents []core.ID) error
}

// KnownItem is a document as the item of a source.
type KnownItem struct {
	Document    core.ID
	Name        string
	State       State
	Version     string
	Item        string
	Identity    string
	Fingerprint string
	FileHash    string
}

// Marks are what is remembered of an erased document, so that its source does not bring it back: hashes
// of its key, its identity and its file, and no word of it.
func Marks(item, identity, fileHash string) []string {
	var out []string
	for _, m := range []struct{ kind, value string }{{"item", item}, {"identity", identity}, {"file", fileHash}} {
		if m.value != "" {
			out = append(out, hashOf([]byte(m.kind+"\x00"+m.value)))
		}
	}
	return out
}

// Expected is an item that is about to be read.
type Expected struct {
	Document core.ID // "" when it is new
	Name     string
	Title    string
	Item     SourceItem
}

// Names of Settings and fields are the same words; this checks what was given against the fields.
func checkSettings(fields []Field, given map[string]string) (settings, secrets map[string]string, err error) {
	settings, secrets = map[string]string{}, map[string]string{}
	for _, f := range fields {
		value := strings.TrimSpace(given[f.Name])
		if f.Kind == SecretField {
			value = given[f.Name] // a password may end with a space
		}
		switch {
		case len(value) > MaxSetting || strings.ContainsAny(value, "\x00\r\n") && f.Kind != SecretField:
			return nil, nil, core.E(core.Invalid, "errors.source_setting_invalid", core.Args{"Field": f.Name})
		case f.Required && value == "":
			return nil, nil, core.E(core.Invalid, "errors.source_setting_missing", core.Args{"Field": f.Name})
		case value == "":
		case f.Kind == SecretField:
			secrets[f.Name] = value
		default:
			settings[f.Name] = value
		}
	}
	for name := range given {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name }) {
			return nil, nil, core.E(core.Invalid, "errors.source_setting_unknown", core.Args{"Field": cutTo(name, 40), "Known": fieldNames(fields)})
		}
	}
	return settings, secrets, nil
}

func fieldNames(fields []Field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

func cutTo(text string, bytes int) string {
	if len(text) > bytes {
		text = text[:bytes]
	}
	return strings.ToValidUTF8(oneLine(text), "")
}

// cleanSourceName keeps a name that can begin a path.
func cleanSourceName(name string) (string, error) {
	name = strings.TrimSpace(oneLine(name))
	if name == "" {
		return "", core.E(core.Invalid, "errors.source_name_missing", nil)
	}
	if len(name) > MaxSourceName || strings.ContainsAny(name, `/\`) || strings.HasPrefix(name, ".") {
		return "", core.E(core.Invalid, "errors.source_name_invalid", core.Args{"Bytes": MaxSourceName})
	}
	return name, nil
}
