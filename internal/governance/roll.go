package governance

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Elector is one line of the roll: somebody who may vote on the date of the roll.
type Elector struct {
	Person core.ID `json:"person"`
	Class  string  `json:"class"`  // "" when the organisation has none
	Weight int64   `json:"weight"` // 1: one person, one vote; a federation may weigh its members
}

const (
	maxRoll   = 1_000_000
	maxWeight = 1_000_000
)

// Roll is who may vote, sorted by person.
type Roll struct {
	electors []Elector
	leaves   [][32]byte
	root     string
}

// NewRoll freezes a roll. Nobody is on it twice.
func NewRoll(electors []Elector) (Roll, error) {
	r := Roll{electors: slices.Clone(electors)}
	slices.SortFunc(r.electors, func(a, b Elector) int { return strings.Compare(string(a.Person), string(b.Person)) })
	if len(r.electors) > maxRoll {
		return Roll{}, core.E(core.TooLarge, "errors.governance_roll", core.Args{"Max": maxRoll})
	}
	r.leaves = make([][32]byte, len(r.electors))
	for i, e := range r.electors {
		if !e.valid() || i > 0 && r.electors[i-1].Person == e.Person {
			return Roll{}, core.E(core.Invalid, "errors.governance_roll", core.Args{"Max": maxRoll})
		}
		r.leaves[i] = leafHash(e.bytes())
	}
	r.root = hexOf(root(r.leaves))
	return r, nil
}

func (e Elector) valid() bool {
	id, err := core.ParseID(string(e.Person))
	return err == nil && id == e.Person && (e.Class == "" || validKey(e.Class)) && e.Weight >= 1 && e.Weight <= maxWeight
}

// bytes are the canonical bytes of a leaf.
func (e Elector) bytes() []byte {
	b, err := json.Marshal(e)
	if err != nil {
		panic(err) // three plain fields
	}
	return b
}

// Root binds the whole roll.
func (r Roll) Root() string { return r.root }

// Size is how many may vote.
func (r Roll) Size() int { return len(r.electors) }

// Electors lists them, sorted by person.
func (r Roll) Electors() []Elector { return slices.Clone(r.electors) }

// Find returns the line of a person.
func (r Roll) Find(person core.ID) (Elector, bool) {
	i, ok := r.index(person)
	if !ok {
		return Elector{}, false
	}
	return r.electors[i], true
}

func (r Roll) index(person core.ID) (int, bool) {
	return slices.BinarySearchFunc(r.electors, person, func(e Elector, p core.ID) int { return strings.Compare(string(e.Person), string(p)) })
}

// RollProof shows that an elector is on a roll, to somebody who knows only the root.
type RollProof struct {
	Elector Elector  `json:"elector"`
	Index   int      `json:"index"`
	Size    int      `json:"size"`
	Path    []string `json:"path"`
	Root    string   `json:"root"`
}

// Prove makes the proof of a person; false for somebody who is not on the roll.
func (r Roll) Prove(person core.ID) (RollProof, bool) {
	i, ok := r.index(person)
	if !ok {
		return RollProof{}, false
	}
	p := RollProof{Elector: r.electors[i], Index: i, Size: len(r.leaves), Root: r.root, Path: []string{}}
	for _, h := range path(r.leaves, i) {
		p.Path = append(p.Path, hexOf(h))
	}
	return p, true
}

// Holds checks the proof by itself.
func (p RollProof) Holds() bool {
	if p.Size < 1 || p.Size > maxRoll || len(p.Path) > 64 {
		return false
	}
	way := make([][32]byte, len(p.Path))
	for i, s := range p.Path {
		h, ok := hashFromHex(s)
		if !ok {
			return false
		}
		way[i] = h
	}
	got, ok := climb(leafHash(p.Elector.bytes()), p.Index, p.Size, way)
	return ok && hexOf(got) == p.Root
}
