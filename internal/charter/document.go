package charter

import (
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Document is what members vote: text and rule side by side. Its canonical bytes are charter state.
type Document struct {
	Format   string    `json:"format"` // "solidaire-charter/1"
	Template string    `json:"template,omitempty"`
	Title    core.Text `json:"title"`
	Preamble core.Text `json:"preamble"`
	Articles []Article `json:"articles"`
	Settings Settings  `json:"settings"`
}

// Article is one rule: what it says to people, what it says to the machine.
type Article struct {
	Number int       `json:"number"`
	Title  core.Text `json:"title"`
	Text   core.Text `json:"text"`
	Policy string    `json:"policy"` // Cedar
	// Remedy says what a person can do instead, when the article refuses.
	Remedy core.Text `json:"remedy"`
}

// Settings are the voted figures. Zero means none unless said otherwise.
type Settings struct {
	// Models lists the digests that may answer; empty: any installed model.
	Models []string `json:"models,omitempty"`
	// DailyTokensPerMember bounds what one member may use in a day; 0: no bound.
	DailyTokensPerMember int64 `json:"daily_tokens_per_member"`
	// DailyJoulesPerMember bounds the energy of one member in a day; 0: no bound.
	DailyJoulesPerMember int64 `json:"daily_joules_per_member"`
	// MaxOutputTokens bounds one answer; 0: no bound.
	MaxOutputTokens int `json:"max_output_tokens"`
	// ConversationDays is how long conversations are kept; 0: until deleted.
	ConversationDays int `json:"conversation_days"`
	// ReceiptDays is how long private records are kept; 0: until erased.
	ReceiptDays int `json:"receipt_days"`
	// MicrowaveWatts is the input power of the microwave oven used as an image of energy.
	MicrowaveWatts int `json:"microwave_watts"`
}

// Status says by what right a version is in force.
type Status string

// The statuses.
const (
	Provisional Status = "provisional" // a template chosen at install, until members vote
	Voted       Status = "voted"
)

// Version is one charter in the chain.
type Version struct {
	Number    int
	Hash      string // SHA-256 of Bytes, hex
	Parent    string // hash of the version before, "" for the genesis
	Status    Status
	Effective time.Time
	Bytes     []byte // canonical
	Document  Document
	// Certificate is the signed result of the vote that enacted this version, nil for a provisional one.
	Certificate []byte
}

// Article returns the numbered article.
func (v Version) Article(number int) (Article, bool) {
	for _, a := range v.Document.Articles {
		if a.Number == number {
			return a, true
		}
	}
	return Article{}, false
}
