package gateway

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// weary are servers some of which rest; others serve the same models elsewhere.
type weary struct {
	shelf
	resting   []string // "server/model"
	elsewhere []models.Model
}

func (w weary) Candidates(_ context.Context, name string) ([]models.Model, error) {
	var standing, resting []models.Model
	for _, m := range slices.Concat(w.shelf, w.elsewhere) {
		switch {
		case m.Name != name:
		case w.Rests(context.Background(), m):
			resting = append(resting, m)
		default:
			standing = append(standing, m)
		}
	}
	return append(standing, resting...), nil
}

func (w weary) Rests(_ context.Context, m models.Model) bool {
	return slices.Contains(w.resting, m.Backend+"/"+m.Name)
}

func on(server string) func(*models.Model) { return func(m *models.Model) { m.Backend = server } }

// A model whose server rests after failures is chosen only where no other one stands, and the reason says so.
func TestAutoLeavesServersAloneThatRest(t *testing.T) {
	t.Parallel()
	small, medium, big := chat("small", 0.5), chat("medium", 4), chat("big", 32)
	for name, c := range map[string]struct {
		weary
		more, wish string
		model, why string
		server     string
	}{
		"all stand":                       {weary{shelf: shelf{big, small, medium}}, "", "", "small", "smallest", "gpu"},
		"the smallest rests":              {weary{shelf: shelf{big, small, medium}, resting: []string{"gpu/small"}}, "", "", "medium", "resting smallest", "gpu"},
		"another one rests":               {weary{shelf: shelf{big, small, medium}, resting: []string{"gpu/medium"}}, "", "", "small", "smallest", "gpu"},
		"all rest":                        {weary{shelf: shelf{big, small}, resting: []string{"gpu/small", "gpu/big"}}, "", "", "small", "smallest", "gpu"},
		"it stands on another server":     {weary{shelf: shelf{big, small}, resting: []string{"gpu/small"}, elsewhere: []models.Model{chat("small", 0.5, on("voisine"))}}, "", "", "small", "smallest", "voisine"},
		"it rests there too":              {weary{shelf: shelf{big, small}, resting: []string{"gpu/small", "voisine/small"}, elsewhere: []models.Model{chat("small", 0.5, on("voisine"))}}, "", "", "big", "resting smallest", "gpu"},
		"a soft rule gives way":           {weary{shelf: shelf{small, chat("thinks", 7, thinks)}, resting: []string{"gpu/thinks"}}, `,"reasoning_effort":"high"`, "", "small", "thinking resting smallest", "gpu"},
		"a hard one does not":             {weary{shelf: shelf{small, chat("tools", 7, tools)}, resting: []string{"gpu/tools"}}, `,"tools":[{}]`, "", "tools", "tools only", "gpu"},
		"a bigger one is one that stands": {weary{shelf: shelf{big, small, medium}, resting: []string{"gpu/medium"}}, "", "trop court", "big", "bigger", "gpu"},
		"or that rests, if none does":     {weary{shelf: shelf{small, medium}, resting: []string{"gpu/medium"}}, "", "trop court", "medium", "bigger", "gpu"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(Needs{Catalogue: c.shelf, Others: c.weary, Charter: lets{}, Scan: func([]byte) []core.DataClass { return nil }})
			raw, ctx := body("Bonjour !", c.more), t.Context()
			if c.wish != "" {
				ctx = WithBigger(ctx, Bigger{Reason: c.wish})
			}
			in, err := s.aim(ctx, core.Actor{}, Completion{Model: AutoModel, Text: raw, Body: func(int) []byte { return raw }})
			if err != nil {
				t.Fatal(err)
			}
			if in.model.Name != c.model || in.model.Backend != c.server || strings.Join(in.auto.Why, " ") != c.why {
				t.Errorf("%s on %s because of %v; want %s on %s because of %s", in.model.Name, in.model.Backend, in.auto.Why, c.model, c.server, c.why)
			}
		})
	}
}
