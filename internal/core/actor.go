package core

// Lang is a BCP 47 tag of a language that the interface speaks.
type Lang string

// The languages. FrenchCanada differs from French in wording and typography only.
const (
	French       Lang = "fr"
	FrenchCanada Lang = "fr-CA"
	English      Lang = "en"
)

// Langs lists the languages in the order of preference when nothing else decides.
func Langs() []Lang { return []Lang{French, FrenchCanada, English} }

// Role is what an actor may do beside asking.
type Role string

// The roles. Powers over the organisation come from mandates in bodies, not from here.
const (
	RoleMember   Role = "member"   // asks, reads, keeps conversations and receipts
	RoleOperator Role = "operator" // adds documents, models and keys; never reads prompts
)

// Actor is who stands behind a request, as established once, on arrival.
type Actor struct {
	Organisation ID
	Person       ID
	Name         string // shown to the person, never logged
	Roles        []Role
	Bodies       []string // keys of the bodies where the person sits now, sorted: the assembly by right, others by mandate
	Class        string   // key of the class of members; "" when none
	DeclinesAI   bool     // nothing of theirs goes to a model
	Credential   ID       // the session or API key that vouches for the actor
	ByKey        bool     // Credential is an API key
}

// Has reports whether the actor holds the role.
func (a Actor) Has(role Role) bool {
	for _, r := range a.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// Text is a sentence in French and in English; neither may be empty.
type Text struct {
	FR string `json:"fr" yaml:"fr"`
	EN string `json:"en" yaml:"en"`
}

// In gives the text in the reader's language.
func (t Text) In(lang Lang) string {
	if lang == English {
		return t.EN
	}
	return t.FR
}

// DataClass names a kind of sensitive data that a text carries, as the charter's policies see it.
type DataClass string

// The data classes that can be detected today.
const (
	DataSIN        DataClass = "canadian_sin" // Canadian social insurance number
	DataCreditCard DataClass = "credit_card"
)
