package memory

import (
	"context"
	"io"
	"path"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// State is where a document stands on its way into the memory.
type State string

// The states.
const (
	Waiting State = "waiting"
	Reading State = "reading"
	Indexed State = "indexed" // findable; Vectors tells whether by meaning too
	Failed  State = "failed"
)

// Document is a named series of versions.
type Document struct {
	ID           core.ID
	Organisation core.ID
	Name         string // path as it was added
	Title        string // first heading or file name without extension
	State        State
	Problem      *core.Error // why it failed, with a next step
	Notice       *core.Error // what of the newest version could not be read though the rest was; nil: nothing
	Version      string      // hash of the newest version; "" when none
	Dated        time.Time   // date that the newest version states, or the file's; zero unknown
	Added        time.Time
	Pages        int // 0: not paged
	Passages     int
	Vectors      bool // every passage has its vector
	Lang         core.Lang
}

// Version is one immutable text.
type Version struct {
	Hash     string // SHA-256 of Text, hex
	Document core.ID
	Name     string // document name
	Title    string
	Text     string
	Marks    []Mark
	Seen     time.Time   // when it was added
	Dated    time.Time   // date it states; zero unknown
	FileHash string      // SHA-256 of the file it came from, hex
	Media    string      // "text/markdown", "application/pdf", …
	Newer    string      // hash of the next version; "" when this is the newest
	Notice   *core.Error // what of the file could not be read though the rest was; nil: nothing
}

// Mark is a structural point of a version's text, in order of Start.
type Mark struct {
	Start int    // byte offset
	Kind  string // MarkPage, MarkSlide or MarkHeading
	Level int    // of a heading, 1 = highest
	Label string // page number or heading text; "" of a page mark: what follows is on no page
}

// The kinds of marks.
const (
	MarkPage    = "page"
	MarkSlide   = "slide"
	MarkHeading = "heading"
)

// IsPage tells the marks that open a page, or what stands for one.
func (m Mark) IsPage() bool { return m.Kind == MarkPage || m.Kind == MarkSlide }

// Quote is a byte range of a version, word for word, with what a reader needs to place it.
type Quote struct {
	Document  core.ID
	Name      string // document name
	Title     string
	Version   string
	Start     int
	End       int
	Text      string    // exactly the version's bytes [Start:End)
	SHA256    string    // of Text, hex
	Page      string    // "" when not paged
	Slide     bool      // Page is the number of a slide
	Heading   string    // nearest heading above; "" when none
	Dated     time.Time // of the version
	Newer     bool      // a newer version of the text exists
	Later     *Later    // that version, and whether it says the same; filled in answers
	Score     float64   // higher is better; comparable within one answer only
	Highlight [2]int    // byte range inside Text that answers most directly; equal when none
}

// Sheet reports whether Heading names a sheet of a workbook.
func (q Quote) Sheet() bool {
	switch strings.ToLower(path.Ext(q.Name)) {
	case ".xlsx", ".xlsm", ".ods":
		return q.Heading != ""
	}
	return false
}

// Answer is what the memory says to a question.
type Answer struct {
	Found   bool
	Quotes  []Quote // the answer, best first; empty when not Found
	Nearest []Quote // nearest passages when not Found
	// Passages are the whole passages around the quotes, for a model to write from.
	Passages []Quote
	// ByMeaning is false when only full text was searched, because no embedding engine answered.
	ByMeaning bool
	// Embedded counts the tokens sent to the embedding engine.
	Embedded int
}

// Query asks the memory.
type Query struct {
	Organisation core.ID
	Text         string
	Limit        int // passages, 0: 10
	Among        Among
	ByWords      bool // the text is shown to no model: full text alone
}

// Among narrows a search to some documents. The zero value of a field leaves all.
type Among struct {
	Source string    // kind of source, or the beginning of the path: « files », "minutes/"
	Kind   string    // of file: "pdf", "text", "word", "sheet", "slides", "mail", "web"
	Body   string    // the body that the document comes from: "assembly", "board", "committee"
	Since  time.Time // dated on that day or later
	Until  time.Time // dated on that day or before
}

// Report says what became of one file.
type Report struct {
	Name      string
	Document  core.ID
	Version   string
	State     State
	Unchanged bool // the same bytes were already there
	Problem   *core.Error
}

// Memory is what the rest of the house asks. Safe for concurrent use.
type Memory interface {
	// Add reads one file into the memory and returns when it is findable or has failed. name is the
	// path shown to people. At most MaxFileBytes are read from r.
	Add(ctx context.Context, organisation core.ID, name string, modified time.Time, r io.Reader) (Report, error)
	// Search returns whole passages, best first.
	Search(ctx context.Context, q Query) (hits []Quote, byMeaning bool, err error)
	// Answer returns the exact sentences that answer, or the nearest passages.
	Answer(ctx context.Context, q Query) (Answer, error)
	// Documents lists an organisation's documents by name.
	Documents(ctx context.Context, organisation core.ID) ([]Document, error)
	// Version returns one version; core.NotFound when the organisation has no such version.
	Version(ctx context.Context, organisation core.ID, hash string) (Version, error)
	// Remove erases a document with all its versions, passages and vectors.
	Remove(ctx context.Context, organisation, document core.ID) error
}

// Embedder turns texts into unit vectors. It is owned here and satisfied by the engine room.
type Embedder interface {
	// Embed returns one vector per text and the tokens used. The embedder adds the model's prefix,
	// normalises, and cuts what is too long. core.Unavailable when no engine answers.
	Embed(ctx context.Context, kind TextKind, texts []string) (vectors [][]float32, tokens int, err error)
	// Model names the model and its digest, kept beside each vector; "" when none is installed.
	Model(ctx context.Context) string
}

// TextKind tells an asymmetric embedding model what it reads.
type TextKind string

// The kinds.
const (
	QueryText    TextKind = "query"
	PassageText  TextKind = "passage"
	SentenceText TextKind = "sentence" // read as a passage is; told apart so that it can come later
)

// MaxFileBytes bounds one file.
const MaxFileBytes = 64 << 20
