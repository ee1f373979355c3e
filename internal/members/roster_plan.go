package members

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// plan is what a file would change. It touches nothing.
type plan struct {
	ImportReport
	records []Record
	classes []Class // to be added

	organisation core.ID
	zone         *time.Location
	now          time.Time
	known        []Class
	make         bool // classes that are not known
	byNumber     map[string]int
	byEmail      map[string]int
	byName       map[string][]int
	all          []Record
	taken        map[int]int // record, line that speaks of it
}

func newPlan(organisation core.ID, all []Record, classes []Class, o ImportOptions, now time.Time) *plan {
	p := &plan{organisation: organisation, zone: o.Zone, now: now, known: classes, make: o.AddClasses, all: slices.Clone(all),
		byNumber: map[string]int{}, byEmail: map[string]int{}, byName: map[string][]int{}, taken: map[int]int{}}
	for i := range all {
		p.index(i)
	}
	return p
}

func (p *plan) index(i int) {
	r := p.all[i]
	if r.Number != "" {
		p.byNumber[r.Number] = i
	}
	if r.Email != "" {
		p.byEmail[r.Email] = i
	}
	name := folded(r.Person.Name)
	p.byName[name] = append(p.byName[name], i)
}

// take reads every line; what is wrong with each is noted.
func (p *plan) take(lines []rosterLine) {
	for _, line := range lines {
		if err := p.line(line); err != nil {
			p.Wrong++
			if len(p.Problems) < maxProblems {
				p.Problems = append(p.Problems, LineProblem{Line: line.number, Err: core.AsError(err)})
			}
		}
	}
}

func (p *plan) line(line rosterLine) error {
	for c, cell := range line.cells {
		if len(cell) > maxCell {
			return core.E(core.TooLarge, "errors.roster_cell", core.Args{"Column": c.title(core.French) + " / " + c.title(core.English), "Max": maxCell})
		}
	}
	e, err := p.entry(line)
	if err != nil {
		return err
	}
	i, err := p.find(e)
	if err != nil {
		return err
	}
	if i < 0 {
		return p.add(line, e)
	}
	if first, twice := p.taken[i]; twice {
		return core.E(core.Conflict, "errors.roster_same", core.Args{"Other": first})
	}
	p.taken[i] = line.number
	return p.amend(i, line, e)
}

// entry reads the cells that need nothing else to be understood.
func (p *plan) entry(line rosterLine) (e Entry, err error) {
	e.Name = line.cells[columnName]
	if line.has(columnLast) {
		e.Name = strings.TrimSpace(line.cells[columnFirst] + " " + line.cells[columnLast])
	}
	if e.Name, err = cleanName(e.Name); err != nil {
		return e, err
	}
	if e.Number, err = cleanLine(line.cells[columnNumber], maxNumber); err != nil {
		return e, err
	}
	if e.Email, err = cleanEmail(line.cells[columnEmail]); err != nil {
		return e, err
	}
	if e.Lang, err = readLang(line.cells[columnLang]); err != nil {
		return e, err
	}
	if cell := line.cells[columnJoined]; cell != "" {
		if e.Joined, err = readDay(cell, p.zone); err != nil {
			return e, err
		}
	}
	e.Class, err = p.class(line.cells[columnClass])
	return e, err
}

func readLang(cell string) (core.Lang, error) {
	switch folded(cell) {
	case "":
		return "", nil
	case "fr", "francais", "french":
		return core.French, nil
	case "fr ca", "francais canada", "french canada":
		return core.FrenchCanada, nil
	case "en", "anglais", "english":
		return core.English, nil
	}
	return "", core.E(core.Invalid, "errors.lang_unknown", nil)
}

// class finds a class by its key or by its name, in either language.
func (p *plan) class(cell string) (string, error) {
	if cell == "" {
		return "", nil
	}
	for _, c := range slices.Concat(p.known, p.classes) {
		if c.Key == cell || folded(c.Name.FR) == folded(cell) || folded(c.Name.EN) == folded(cell) {
			return c.Key, nil
		}
	}
	key := keyFor(cell)
	if !p.make || key == "" {
		return "", core.E(core.NotFound, "errors.roster_class", nil)
	}
	name, err := cleanText(core.Text{FR: cell, EN: cell})
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(slices.Concat(p.known, p.classes), func(c Class) bool { return c.Key == key }) {
		return key, nil
	}
	if len(p.known)+len(p.classes) >= maxClasses {
		return "", core.E(core.TooLarge, "errors.classes_many", core.Args{"Max": maxClasses})
	}
	p.classes = append(p.classes, Class{Key: key, Name: name})
	return key, nil
}

// find says whom a line speaks of: the one with this number, with this address, or, where a line has neither or the
// register has neither, the only one with this name. -1: somebody new.
func (p *plan) find(e Entry) (int, error) {
	n, numbered := p.byNumber[e.Number]
	a, addressed := p.byEmail[e.Email]
	switch {
	case numbered && addressed && n != a:
		return 0, core.E(core.Conflict, "errors.roster_two", nil)
	case numbered:
		return n, nil
	case addressed:
		return a, nil
	}
	var same []int
	for _, i := range p.byName[folded(e.Name)] {
		if r := p.all[i]; e.Number == "" && e.Email == "" || r.Number == "" && r.Email == "" {
			same = append(same, i)
		}
	}
	switch len(same) {
	case 0:
		return -1, nil
	case 1:
		return same[0], nil
	}
	return 0, core.E(core.Conflict, "errors.roster_name", core.Args{"Count": len(same)})
}

// add plans somebody new, who may have left already.
func (p *plan) add(line rosterLine, e Entry) error {
	e.Joined = cmp.Or(e.Joined, p.now)
	var err error
	if e.Voting, err = vote(line, true); err != nil {
		return err
	}
	if e.Voices, err = voices(line, 1); err != nil {
		return err
	}
	r, err := enrolled(p.organisation, e, slices.Concat(p.known, p.classes), p.now)
	if err != nil {
		return err
	}
	if r.History, err = p.left(line, r.History); err != nil {
		return err
	}
	p.all = append(p.all, r)
	p.index(len(p.all) - 1)
	p.taken[len(p.all)-1] = line.number
	p.records = append(p.records, r)
	p.New = append(p.New, r.Person.Name)
	return nil
}

// amend plans what changes for somebody known. What the file has no column for stays as it is.
func (p *plan) amend(i int, line rosterLine, e Entry) (err error) {
	before, r := p.all[i], p.all[i]
	was := before.Membership()
	if !line.has(columnNumber) {
		e.Number = was.Number
	}
	if !line.has(columnEmail) {
		e.Email = was.Email
	}
	if !line.has(columnLang) {
		e.Lang = r.Person.Lang
	}
	if !line.has(columnClass) {
		e.Class = was.Class
	}
	if e.Voting, err = vote(line, was.Voting); err != nil {
		return err
	}
	if e.Voices, err = voices(line, was.Voices); err != nil {
		return err
	}
	if err := r.describe(e, slices.Concat(p.known, p.classes)); err != nil {
		return err
	}
	switch {
	case e.Joined.IsZero() || sameDay(e.Joined, was.Joined, p.zone):
	case before.blank():
		r.History = []Standing{{Start: millisecond(e.Joined), Joined: millisecond(e.Joined), Class: e.Class, Voting: e.Voting, Voices: e.Voices}}
	default:
		if r.History, err = joinedOn(r.History, millisecond(e.Joined)); err != nil {
			return err
		}
	}
	if r.History, err = changes(r.History, p.now, e.stands()); err != nil {
		return err
	}
	if r.History, err = p.left(line, r.History); err != nil {
		return err
	}
	if sameRecord(r, before) {
		p.Same++
		return nil
	}
	p.all[i] = r
	p.index(i)
	p.records = append(p.records, r)
	p.Changed = append(p.Changed, r.Person.Name)
	return nil
}

// left ends the membership where the file says so. Coming back is never read from a file: it is decided, one by one.
func (p *plan) left(line rosterLine, history []Standing) ([]Standing, error) {
	if !line.has(columnLeft) {
		return history, nil
	}
	last := history[len(history)-1]
	cell := line.cells[columnLeft]
	if cell == "" {
		if !last.End.IsZero() {
			return nil, core.E(core.Conflict, "errors.roster_back", core.Args{"Date": last.End})
		}
		return history, nil
	}
	at, err := readDay(cell, p.zone)
	if err != nil {
		return nil, err
	}
	if !last.End.IsZero() && sameDay(at, last.End, p.zone) {
		return history, nil
	}
	if at = millisecond(at); at.Before(last.Start) && sameDay(at, last.Start, p.zone) {
		at = last.Start
	}
	return leaves(history, at, p.now)
}

func vote(line rosterLine, otherwise bool) (bool, error) {
	cell := line.cells[columnVoting]
	if cell == "" {
		return otherwise, nil
	}
	answer, ok := yes(cell)
	if !ok {
		return false, core.E(core.Invalid, "errors.roster_yes", nil)
	}
	return answer, nil
}

func voices(line rosterLine, otherwise int) (int, error) {
	cell := line.cells[columnVoices]
	if cell == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(cell)
	if err != nil || n < 1 || n > maxVoices {
		return 0, core.E(core.Invalid, "errors.member_voices", core.Args{"Max": maxVoices})
	}
	return n, nil
}

func sameDay(a, b time.Time, zone *time.Location) bool {
	return a.In(zone).Format(time.DateOnly) == b.In(zone).Format(time.DateOnly)
}

func sameRecord(a, b Record) bool {
	return a.Person.Name == b.Person.Name && a.Person.Lang == b.Person.Lang && a.Number == b.Number && a.Email == b.Email && slices.Equal(a.History, b.History)
}
