package memory

import (
	"context"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Entry is a document in a list, with where it comes from.
type Entry struct {
	Document
	Source   core.ID
	Kind     SourceKind
	From     string // the source's name; "" for files that people add
	Kept     bool   // its file is still in the inbox: it can be tried again as it is
	Embedded int    // passages that have their vector
}

// Filter chooses documents. The zero value of a field chooses all.
type Filter struct {
	Organisation core.ID
	Document     core.ID
	Name         string // exactly
	Text         string // somewhere in the title or the name, whatever the case and the accents
	State        State
	Noticed      bool    // only those of which something could not be read
	Conversation core.ID // only the one that holds it
	Source       core.ID
	Offset       int
	Limit        int // at most MaxPage; 0 is MaxPage
}

// MaxPage bounds one page of a list.
const MaxPage = 500

// Page is a part of a list, sorted by title.
type Page struct {
	Entries []Entry
	Total   int
}

// Tally counts an organisation's memory.
type Tally struct {
	States   map[State]int
	Noticed  int // documents of which something could not be read
	Passages int
	Embedded int // passages with a vector of the model in use
}

// Library reads lists of documents, page by page: no list of a large memory is ever held whole.
type Library interface {
	// Page lists documents; Embedded is told for that model.
	Page(ctx context.Context, f Filter, model string) (Page, error)
	// Tally counts.
	Tally(ctx context.Context, organisation core.ID, model string) (Tally, error)
}

// Status is what an organisation's memory is doing.
type Status struct {
	Tally
	Model   string      // that makes vectors; "" when none is installed
	Stuck   *core.Error // why vectors do not follow for the moment; nil when they do
	Blocked *core.Error // why files that wait are not read for the moment; nil when they are
	Reading []string    // names of the documents that are being read
}

// VectorsComplete reports whether every passage can be found by its meaning.
func (s Status) VectorsComplete() bool { return s.Embedded >= s.Passages }

// Label is what a document is sorted and filtered by: its title and name without case or accents.
func Label(title, name string) string {
	if title == name {
		return fold(name)
	}
	return fold(title + " " + name)
}

// Fold takes case and accents away from what is looked for in labels.
func Fold(text string) string { return fold(text) }
