package members

import (
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// BodyKind says what a body is.
type BodyKind string

// The kinds of bodies. An organisation has one assembly, from its first day.
const (
	KindAssembly  BodyKind = "assembly"
	KindBoard     BodyKind = "board"
	KindCommittee BodyKind = "committee"
)

// Assembly is the key of the assembly.
const Assembly = "assembly"

// Body is where people sit: the assembly, the board, a committee.
type Body struct {
	ID           core.ID
	Organisation core.ID
	Key          string // a-z, 0-9 and -, as policies name it; one body each in an organisation
	Kind         BodyKind
	Name         core.Text
}

// Office is what somebody does in a body.
type Office string

// The offices.
const (
	OfficeMember    Office = "member"
	OfficeChair     Office = "chair"
	OfficeSecretary Office = "secretary" // keeps the register; convenes
	OfficeModerator Office = "moderator" // of deliberations
)

// Offices lists the offices.
func Offices() []Office { return []Office{OfficeMember, OfficeChair, OfficeSecretary, OfficeModerator} }

// BodyKinds lists the kinds of bodies that can be added.
func BodyKinds() []BodyKind { return []BodyKind{KindBoard, KindCommittee} }

// Mandate is one person's office in a body, from when to when. It is never deleted: it ends.
type Mandate struct {
	ID, Body, Person core.ID
	Office           Office
	Start, End       time.Time // [Start, End); a zero End: none was set
	By               string    // what decided it: a proposal's id, or a note
}

// At reports whether the mandate is held at the instant.
func (m Mandate) At(at time.Time) bool { return within(at, m.Start, m.End) }

// Elector is somebody on the roll of a body.
type Elector struct {
	Person core.ID
	Name   string // as it is now
	Class  string // as it was at the roll's date
	Voices int    // so too; 1 in another body than the assembly. See Standing
}

// Seat is a mandate in short, as a credential's holder carries it.
type Seat struct {
	Body       string // key
	Start, End time.Time
}

// ends gives a mandate its end. One that is over keeps the end it has; one that had not begun is never held.
func (m Mandate) ends(at, now time.Time) (Mandate, error) {
	if !m.End.IsZero() && !m.End.After(now) {
		return Mandate{}, core.E(core.Conflict, "errors.mandate_over", core.Args{"Date": m.End})
	}
	m.End = at
	if at.Before(m.Start) {
		m.End = m.Start
	}
	return m, nil
}

// overlaps reports whether two mandates are for the same office of the same person, at a same instant.
func (m Mandate) overlaps(o Mandate) bool {
	return m.Body == o.Body && m.Person == o.Person && m.Office == o.Office &&
		(o.End.IsZero() || m.Start.Before(o.End)) && (m.End.IsZero() || o.Start.Before(m.End))
}
