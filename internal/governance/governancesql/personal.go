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
	SELECT 'proposal', m.id, m.title_fr, m.title_en, '', 0, m.created FROM governance_motions m
	WHERE m.organisation = $1 AND m.author = $2
	UNION ALL SELECT 'amendment', m.id, m.title_fr, m.title_en, x.reasons, 0, x.at FROM governance_amendments x JOIN governance_motions m ON m.id = x.motion
	WHERE m.organisation = $1 AND x.author = $2
	UNION ALL SELECT 'argument', m.id, m.title_fr, m.title_en, x.text, 0, x.at FROM governance_arguments x JOIN governance_motions m ON m.id = x.motion
	WHERE m.organisation = $1 AND x.author = $2
	UNION ALL SELECT 'statement', m.id, m.title_fr, m.title_en, x.text, 0, x.at FROM governance_statements x JOIN governance_motions m ON m.id = x.motion
	WHERE m.organisation = $1 AND x.author = $2
	UNION ALL SELECT 'opinion', m.id, m.title_fr, m.title_en, s.text, x.opinion, x.at FROM governance_opinions x
	JOIN governance_statements s ON s.id = x.statement JOIN governance_motions m ON m.id = x.motion
	WHERE m.organisation = $1 AND x.person = $2
	UNION ALL SELECT 'cosignature', m.id, m.title_fr, m.title_en, '', 0, x.at FROM governance_signatures x
	JOIN governance_texts t ON t.proposal = x.proposal JOIN governance_motions m ON m.id = t.motion
	WHERE m.organisation = $1 AND x.person = $2
	UNION ALL SELECT 'proxy', m.id, m.title_fr, m.title_en, '', 0, m.updated FROM governance_proxies x JOIN governance_motions m ON m.ballot = x.ballot
	WHERE m.organisation = $1 AND x.giver = $2
	UNION ALL SELECT 'contestation', m.id, m.title_fr, m.title_en, x.reasons, 0, x.at FROM governance_contests x JOIN governance_motions m ON m.proposal = x.proposal
	WHERE m.organisation = $1 AND x.person = $2`

// Contributions implements governance.Store.
func (s *Store) Contributions(ctx context.Context, organisation, person core.ID) ([]governance.Contribution, error) {
	said, err := list(ctx, s.db.Reader(), func(r row) (c governance.Contribution, err error) {
		var at int64
		var o governance.Opinion
		err = r.Scan(&c.Kind, &c.Motion, &c.Title.FR, &c.Title.EN, &c.Text, &o, &at)
		if c.Time = sqldb.Time(at); o != governance.Unseen {
			c.Answer = o.String()
		}
		return c, err
	}, contributions, organisation, person)
	if err != nil {
		return nil, err
	}
	votes, err := list(ctx, s.db.Reader(), func(r row) (governance.Contribution, error) {
		c := governance.Contribution{Kind: "vote"}
		var at int64
		var canonical []byte
		err := r.Scan(&c.Motion, &c.Title.FR, &c.Title.EN, &canonical, &at)
		c.Text, c.Time = string(canonical), sqldb.Time(at)
		return c, err
	}, `SELECT m.id, m.title_fr, m.title_en, v.bytes, v.at FROM governance_votes v JOIN governance_motions m ON m.ballot = v.ballot
		WHERE m.organisation = $1 AND (v.voice = $2 OR v.person = $2)`, organisation, person)
	said = append(said, votes...)
	slices.SortStableFunc(said, func(a, b governance.Contribution) int { return cmp.Compare(a.Time.UnixMilli(), b.Time.UnixMilli()) })
	return said, err
}
