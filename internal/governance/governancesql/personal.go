package governancesql

import (
	"cmp"
	"context"
	"slices"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// contributions are what a person said or did, by the tables that hold it. A vote stands apart: it is bytes.
const contributions = `
	SELECT 'proposal', m.id, m.title_fr, m.title_en, '', m.created FROM governance_motions m
	WHERE m.organisation = $1 AND m.author = $2
	UNION ALL SELECT 'amendment', m.id, m.title_fr, m.title_en, x.reasons, x.at FROM governance_amendments x JOIN governance_motions m ON m.id = x.motion
	WHERE m.organisation = $1 AND x.author = $2
	UNION ALL SELECT 'argument', m.id, m.title_fr, m.title_en, x.text, x.at FROM governance_arguments x JOIN governance_motions m ON m.id = x.motion
	WHERE m.organisation = $1 AND x.author = $2
	UNION ALL SELECT 'statement', m.id, m.title_fr, m.title_en, x.text, x.at FROM governance_statements x JOIN governance_motions m ON m.id = x.motion
	WHERE m.organisation = $1 AND x.author = $2
	UNION ALL SELECT 'cosignature', m.id, m.title_fr, m.title_en, '', x.at FROM governance_signatures x
	JOIN governance_texts t ON t.proposal = x.proposal JOIN governance_motions m ON m.id = t.motion
	WHERE m.organisation = $1 AND x.person = $2
	UNION ALL SELECT 'proxy', m.id, m.title_fr, m.title_en, '', m.updated FROM governance_proxies x JOIN governance_motions m ON m.ballot = x.ballot
	WHERE m.organisation = $1 AND x.giver = $2
	UNION ALL SELECT 'contestation', m.id, m.title_fr, m.title_en, x.reasons, x.at FROM governance_contests x JOIN governance_motions m ON m.proposal = x.proposal
	WHERE m.organisation = $1 AND x.person = $2`

// Contributions implements governance.Store.
func (s *Store) Contributions(ctx context.Context, organisation, person core.ID) ([]governance.Contribution, error) {
	said, err := list(ctx, s.db.Reader(), func(r sqldb.Scanner) (c governance.Contribution, err error) {
		var at int64
		err = r.Scan(&c.Kind, &c.Motion, &c.Title.FR, &c.Title.EN, &c.Text, &at)
		c.Time = sqldb.Time(at)
		return c, err
	}, contributions, organisation, person)
	if err != nil {
		return nil, err
	}
	votes, err := list(ctx, s.db.Reader(), func(r sqldb.Scanner) (governance.Contribution, error) {
		c := governance.Contribution{Kind: "vote"}
		var at int64
		var canonical []byte
		err := r.Scan(&c.Motion, &c.Title.FR, &c.Title.EN, &canonical, &at)
		c.Text, c.Time = string(canonical), sqldb.Time(at)
		return c, err
	}, `SELECT m.id, m.title_fr, m.title_en, v.bytes, v.at FROM governance_votes v JOIN governance_motions m ON m.ballot = v.ballot
		WHERE m.organisation = $1 AND (v.voice = $2 OR v.person = $2)`, organisation, person)
	if err != nil {
		return nil, err
	}
	answers, err := s.answers(ctx, organisation, person)
	said = slices.Concat(said, votes, answers)
	slices.SortStableFunc(said, func(a, b governance.Contribution) int { return cmp.Compare(a.Time.UnixMilli(), b.Time.UnixMilli()) })
	return said, err
}

// answers are what the person answered, statement by statement.
func (s *Store) answers(ctx context.Context, organisation, person core.ID) ([]governance.Contribution, error) {
	type sheet struct {
		of      governance.Contribution
		answers string
	}
	sheets, err := list(ctx, s.db.Reader(), func(r sqldb.Scanner) (sheet, error) {
		var at int64
		held := sheet{of: governance.Contribution{Kind: "opinion"}}
		err := r.Scan(&held.of.Motion, &held.of.Title.FR, &held.of.Title.EN, &held.answers, &at)
		held.of.Time = sqldb.Time(at)
		return held, err
	}, `SELECT m.id, m.title_fr, m.title_en, x.answers, x.at FROM governance_sheets x JOIN governance_motions m ON m.id = x.motion
		WHERE m.organisation = $1 AND x.person = $2`, organisation, person)
	var out []governance.Contribution
	for _, held := range sheets {
		if err != nil {
			return nil, err
		}
		var statements []governance.Statement
		statements, err = s.Statements(ctx, held.of.Motion)
		mine := unfold(held.answers)
		for _, st := range statements {
			if o := mine[st.ID]; o != governance.Unseen {
				c := held.of
				c.Text, c.Answer = st.Text, o.String()
				out = append(out, c)
			}
		}
	}
	return out, err
}
