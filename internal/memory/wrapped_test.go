package memory

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestJoin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lines, want string }{
		{"une ligne|suivie", "une ligne suivie"},
		{"l’asso-|ciation", "l’association"},
		{"peut-|être", "peut-être"},
		{"un vice-|président", "un vice-président"},
		{"doit-|elle", "doit-elle"},
		{"Levallois-|Perret", "Levallois-Perret"},
		{"mou\u00ad|lin", "moulin"},
		{"2024 -|2025", "2024 - 2025"},
		{"seul", "seul"},
	} {
		if got := Join(strings.Split(c.lines, "|")...); got != c.want {
			t.Errorf("%q: %q, want %q", c.lines, got, c.want)
		}
	}
}

func TestJoinWrapped(t *testing.T) {
	t.Parallel()
	lines := []string{
		"Une ligne qui va jusqu’au bord de la page et que la largeur a cou-",
		"pée en deux, puis finit.",
		"Présents :",
		"Amélie",
		"Article 3. Un article commence toujours sa propre ligne, même après",
		"une ligne pleine.",
		"- un point assez long pour remplir toute la largeur de la ligne et",
		"continuer",
	}
	want := []string{
		"Une ligne qui va jusqu’au bord de la page et que la largeur a coupée en deux, puis finit.",
		"Présents :", "Amélie",
		"Article 3. Un article commence toujours sa propre ligne, même après une ligne pleine.",
		"- un point assez long pour remplir toute la largeur de la ligne et continuer",
	}
	if diff := cmp.Diff(want, JoinWrapped(lines, utf8.RuneCountInString)); diff != "" {
		t.Error(diff)
	}
	if got := JoinWrapped(nil, utf8.RuneCountInString); got != nil {
		t.Errorf("nothing joins to %q", got)
	}
}
