package meetings

import (
	"slices"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// ItemKind is what an item of the agenda is for.
type ItemKind string

// The kinds. A decision or an election is bound to a proposal of the governance room, which holds its ballot.
const (
	Information ItemKind = "information"
	Discussion  ItemKind = "discussion"
	Decision    ItemKind = "decision"
	Election    ItemKind = "election"
)

// ItemKinds lists them.
func ItemKinds() []ItemKind { return []ItemKind{Information, Discussion, Decision, Election} }

// Decides reports whether an item of this kind may be put to the vote.
func (k ItemKind) Decides() bool { return k == Decision || k == Election }

// Outcome is what became of an item.
type Outcome string

// The outcomes. Balloted says that the meeting, with its quorum, put the item to the ballot of its proposal.
const (
	Heard     Outcome = "heard"
	Discussed Outcome = "discussed"
	Postponed Outcome = "postponed"
	Balloted  Outcome = "balloted"
)

// Outcomes lists them.
func Outcomes() []Outcome { return []Outcome{Heard, Discussed, Balloted, Postponed} }

// Item is one point of the agenda.
type Item struct {
	ID     core.ID
	Kind   ItemKind
	Title  core.Text
	Motion core.ID // of a decision or an election; "" while it is not known
	Length int     // minutes, estimated; 0: not said
	By     core.ID // the member who asked for it; "" when it is the secretary's

	Outcome Outcome
	Text    string    // what the minutes say of it
	At      time.Time // when the outcome was recorded
}

func (i Item) check() error {
	for _, title := range []string{i.Title.FR, i.Title.EN} {
		if err := checkLine("title", title, maxTitle); err != nil {
			return err
		}
	}
	if !slices.Contains(ItemKinds(), i.Kind) || i.Length < 0 || i.Length > maxLength || i.Motion != "" && !i.Kind.Decides() {
		return core.E(core.Invalid, "errors.meetings_item", nil)
	}
	return nil
}

func (m Meeting) index(item core.ID) (int, error) {
	i := slices.IndexFunc(m.Items, func(it Item) bool { return it.ID == item })
	if i < 0 {
		return 0, core.E(core.NotFound, "errors.meetings_item_unknown", nil)
	}
	return i, nil
}

// add puts an item at the end. After the notice only information and discussion can be added.
func (m Meeting) add(i Item) (Meeting, error) {
	if err := i.check(); err != nil {
		return m, err
	}
	if len(m.Items) >= maxItems {
		return m, core.E(core.TooLarge, "errors.meetings_items_many", core.Args{"Max": maxItems})
	}
	if m.State != Draft && i.Kind.Decides() {
		return m, core.E(core.Conflict, "errors.meetings_item_noticed", nil)
	}
	m.Items = append(slices.Clone(m.Items), i)
	return m, nil
}

// replace gives an item other words. After the notice what is decided stays what it was.
func (m Meeting) replace(i Item) (Meeting, error) {
	at, err := m.index(i.ID)
	if err == nil {
		err = i.check()
	}
	if err != nil {
		return m, err
	}
	was := m.Items[at]
	if m.State != Draft && (was.Kind != i.Kind || was.Kind.Decides() && (was.Title != i.Title || was.Motion != "" && was.Motion != i.Motion)) {
		return m, core.E(core.Conflict, "errors.meetings_item_noticed", nil)
	}
	i.By, i.Outcome, i.Text, i.At = was.By, was.Outcome, was.Text, was.At
	m.Items = slices.Clone(m.Items)
	m.Items[at] = i
	return m, nil
}

// remove takes an item off the agenda.
func (m Meeting) remove(item core.ID) (Meeting, error) {
	at, err := m.index(item)
	if err != nil {
		return m, err
	}
	m.Items = slices.Delete(slices.Clone(m.Items), at, at+1)
	return m, nil
}

// move puts an item one place up (-1) or down (+1); at an end nothing happens.
func (m Meeting) move(item core.ID, by int) (Meeting, error) {
	at, err := m.index(item)
	if err != nil {
		return m, err
	}
	to := at + by
	if to < 0 || to >= len(m.Items) {
		return m, nil
	}
	m.Items = slices.Clone(m.Items)
	m.Items[at], m.Items[to] = m.Items[to], m.Items[at]
	return m, nil
}

// Mark is what became of an item since the notice.
type Mark string

// The marks.
const (
	Same    Mark = ""
	Added   Mark = "added"
	Changed Mark = "changed"
	Moved   Mark = "moved"
)

// Since compares the agenda with the one of a notice: a mark for each item of now, and the items that were taken off.
func (m Meeting) Since(n Notice) (marks map[core.ID]Mark, gone []NoticeItem) {
	marks = make(map[core.ID]Mark, len(m.Items))
	kept := []core.ID{} // in the order of the notice
	for _, was := range n.Items {
		i, err := m.index(was.ID)
		if err != nil {
			gone = append(gone, was)
			continue
		}
		kept = append(kept, was.ID)
		if now := m.Items[i]; now.noticed() != was {
			marks[was.ID] = Changed
		}
	}
	place := 0
	for _, now := range m.Items {
		switch {
		case !slices.Contains(kept, now.ID):
			marks[now.ID] = Added
			continue
		case marks[now.ID] == Same && kept[place] != now.ID:
			marks[now.ID] = Moved
		}
		place++
	}
	return marks, gone
}
