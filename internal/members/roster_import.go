package members

import (
	"cmp"
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Rosters reads and writes the register as files that spreadsheets understand.
type Rosters interface {
	// Import brings in a file of members, or nothing of it: when a line is wrong the report says which and why, the error
	// is errors.roster_lines, and the register stays as it was. Bringing in the same file again changes nothing.
	Import(ctx context.Context, organisation core.ID, file io.Reader, o ImportOptions) (ImportReport, error)
	// Export writes the register. No cell can be taken for a formula.
	Export(ctx context.Context, organisation core.ID, to io.Writer, lang core.Lang, zone *time.Location) error
}

// ImportOptions say how a file is taken.
type ImportOptions struct {
	DryRun     bool           // tells what would change
	AddClasses bool           // classes that are not known are added under the name in the file
	Zone       *time.Location // of the dates
}

// ImportReport says what a file changed, or would.
type ImportReport struct {
	New, Changed []string // names
	Same         int
	Classes      []string // added
	Ignored      []string // titles of columns that mean nothing here
	Wrong        int      // lines
	Problems     []LineProblem
}

var _ Rosters = (*Service)(nil)

// Import implements Rosters.
func (s *Service) Import(ctx context.Context, organisation core.ID, file io.Reader, o ImportOptions) (ImportReport, error) {
	read, err := readRoster(file)
	if err != nil {
		return ImportReport{}, err
	}
	all, err := s.Members(ctx, organisation)
	if err != nil {
		return ImportReport{}, err
	}
	classes, err := s.Classes(ctx, organisation)
	if err != nil {
		return ImportReport{}, err
	}
	p := newPlan(organisation, all, classes, o, s.now())
	p.take(read.lines)
	p.Ignored = read.ignored
	for _, c := range p.classes {
		p.Classes = append(p.Classes, c.Name.FR)
	}
	if p.Wrong > 0 {
		return p.ImportReport, core.E(core.Invalid, "errors.roster_lines", core.Args{"Count": p.Wrong})
	}
	if o.DryRun {
		return p.ImportReport, nil
	}
	return p.ImportReport, s.carryOut(ctx, p)
}

func (s *Service) carryOut(ctx context.Context, p *plan) error {
	if len(p.records) == 0 { // a class is only ever added for somebody
		return nil
	}
	err := s.store.SaveRecords(ctx, p.records, p.classes...)
	s.era.Add(1)
	return failure(ctx, err, "")
}

// Export implements Rosters.
func (s *Service) Export(ctx context.Context, organisation core.ID, to io.Writer, lang core.Lang, zone *time.Location) error {
	all, err := s.Members(ctx, organisation)
	if err != nil {
		return err
	}
	classes, err := s.Classes(ctx, organisation)
	if err != nil {
		return err
	}
	return writeRoster(to, all, classes, lang, zone)
}

// writeRoster writes what spreadsheets open with a double click: a byte order mark, and semicolons in French.
func writeRoster(to io.Writer, all []Record, classes []Class, lang core.Lang, zone *time.Location) error {
	if _, err := io.WriteString(to, "\ufeff"); err != nil {
		return err
	}
	names := map[string]string{}
	for _, c := range classes {
		names[c.Key] = c.Name.In(lang)
	}
	w := csv.NewWriter(to)
	w.UseCRLF = true
	if lang != core.English {
		w.Comma = ';'
	}
	var line []string
	for _, c := range exported() {
		line = append(line, c.title(lang))
	}
	if err := w.Write(line); err != nil {
		return err
	}
	for _, r := range all {
		m := r.Membership()
		cells := map[column]string{
			columnNumber: m.Number, columnName: r.Person.Name, columnEmail: m.Email, columnClass: cmp.Or(names[m.Class], m.Class),
			columnVoting: said(m.Voting, lang), columnVoices: strconv.Itoa(m.Voices), columnJoined: day(m.Joined, zone), columnLeft: day(m.Left, zone),
			columnLang: string(r.Person.Lang), columnDeclines: said(m.DeclinesAI, lang),
		}
		line = line[:0]
		for _, c := range exported() {
			line = append(line, neutral(cells[c]))
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func said(yes bool, lang core.Lang) string {
	switch {
	case yes && lang == core.English:
		return "yes"
	case yes:
		return "oui"
	case lang == core.English:
		return "no"
	}
	return "non"
}

func day(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return at.In(zone).Format(time.DateOnly)
}
