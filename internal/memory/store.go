package memory

import (
	"context"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Store keeps the memory. Every method that takes an organisation sees nothing of another one:
// the filter is part of the query, not of what is done with its result.
type Store interface {
	// Current finds the document of that name; the zero Current when there is none.
	Current(ctx context.Context, organisation core.ID, name string) (Current, error)
	// Save writes a version with its passages in one transaction: the newest version is the old one
	// or this one, never something between. Passages of older versions leave the index; their text
	// stays readable. A text equal to the newest version's changes nothing but the state.
	Save(ctx context.Context, v NewVersion) (Saved, error)
	// Fail records why a file could not be read. A document that had a version keeps it.
	Fail(ctx context.Context, organisation core.ID, name string, problem *core.Error) (core.ID, error)
	// Remove erases a document and everything drawn from it, down to the bytes of the file;
	// core.NotFound when the organisation has no such document.
	Remove(ctx context.Context, organisation, document core.ID) error

	// Documents lists by name; Vectors is told for that model.
	Documents(ctx context.Context, organisation core.ID, model string) ([]Document, error)
	// Version finds a version by its hash; core.NotFound when there is none.
	Version(ctx context.Context, organisation core.ID, hash string) (Version, error)

	// Editions lists every version of the organisation's documents, without their texts.
	Editions(ctx context.Context, organisation core.ID) ([]Edition, error)

	// Statistics counts what BM25 needs, over the organisation's passages only.
	Statistics(ctx context.Context, organisation core.ID, terms []string) (Statistics, error)
	// Vocabulary lists terms of the organisation's passages that begin with a prefix of ASCII letters, those that most
	// passages hold first, at most limit.
	Vocabulary(ctx context.Context, organisation core.ID, prefix string, limit int) ([]string, error)
	// Candidates gives the passages that hold at least one term, the most promising limit of them,
	// in no promised order. Weights tell how much a term counts. They are of the documents in among; nil means all.
	Candidates(ctx context.Context, organisation core.ID, terms []WeightedTerm, among []core.ID, limit int) ([]Candidate, error)
	// Shadows gives passages with an id above after, in the order of ids, at most limit: full text kept in memory is made of them.
	Shadows(ctx context.Context, organisation core.ID, after int64, limit int) ([]Candidate, error)
	// Living tells which of some passages the organisation still has.
	Living(ctx context.Context, organisation core.ID, ids []int64) ([]int64, error)
	// PassagesOf lists the passages of documents.
	PassagesOf(ctx context.Context, organisation core.ID, documents []core.ID) ([]int64, error)
	// Passages reads passages for quoting; ids that are gone or foreign are left out.
	Passages(ctx context.Context, organisation core.ID, model string, ids []int64) ([]StoredPassage, error)

	// Revision tells whether the organisation's passages or their vectors changed.
	Revision(ctx context.Context, organisation core.ID) (Revision, error)
	// Vectors streams the vectors of a model written after a revision.
	Vectors(ctx context.Context, organisation core.ID, model string, after int64, each func(id int64, vector []float32) error) error
	// Unembedded gives passages of any organisation without a vector of the model, oldest first,
	// with an id above after.
	Unembedded(ctx context.Context, model string, after int64, limit int) ([]Unembedded, error)
	// PutVectors keeps vectors beside the model that made them, in place of any other model's.
	// Passages that are gone meanwhile are passed over.
	PutVectors(ctx context.Context, organisation core.ID, model string, vectors []PassageVectors) error
}

// NewVersion is all that one reading of a file yields.
type NewVersion struct {
	Organisation core.ID
	Version      Version // Document, Seen and Newer are the store's to fill
	Pages        int
	Lang         core.Lang
	Passages     []NewPassage

	// Document is known already when its file waited or comes from a source; core.NotFound when it was
	// erased meanwhile. Without it the document is found, or made, by its name.
	Document    core.ID
	Ticket      string // the file of the inbox that was read; another one goes on waiting
	Fingerprint string // of the source's item

	Original *Original // of a document that has page images; nil of any other
}

// NewPassage is a passage with the shadows that full text searches.
type NewPassage struct {
	Passage
	Body   string // shadow of the range
	Header string // shadow of the context
}

// Saved tells what Save did.
type Saved struct {
	Document  core.ID
	Unchanged bool
	Passages  []int64 // ids in the order of NewVersion.Passages; nil when unchanged
}

// Current is the newest version of a document, as far as adding needs to know it.
type Current struct {
	Document core.ID
	State    State
	Version  string
	FileHash string
}

// Statistics are the counts behind BM25.
type Statistics struct {
	Passages  int
	Terms     int            // of all shadows together
	Frequency map[string]int // passages that hold the term
}

// WeightedTerm is a term of a question and how much it counts.
type WeightedTerm struct {
	Term   string
	Weight float64
}

// Candidate is a passage that full text found, with its shadows.
type Candidate struct {
	ID     int64
	Body   string
	Header string
}

// StoredPassage is a passage of a newest version, ready to be ranked and quoted.
type StoredPassage struct {
	Passage
	ID       int64
	Document core.ID
	Name     string
	Title    string
	Version  string
	Dated    time.Time
	Lang     core.Lang
	Text     string // the version's bytes [Start:End)
	Shadow   string // of the text, as full text keeps it; "" when it is not at hand
	Vectors  PassageVectors

	Superseded bool // another edition of the text held on the day that is asked about; filled by search

	words  []token   // of Text; filled by search
	spoken core.Lang // the language of these words
}

// Unembedded is a passage that waits for its vectors.
type Unembedded struct {
	ID           int64
	Organisation core.ID
	Passage
	Text string
}

// PassageVectors are the vector of a passage and those of its sentences, in order.
type PassageVectors struct {
	ID        int64
	Whole     []float32
	Sentences [][]float32
}

// Revision counts what an organisation's index holds, and its changes. No two states of an index have the same one.
type Revision struct {
	Change   int64 // grows whenever vectors are written or passages go
	Removal  int64 // the change at which passages last went
	Passages int64
	Terms    int64 // of all shadows together
}
