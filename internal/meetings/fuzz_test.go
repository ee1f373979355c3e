package meetings_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/meetings"
)

// minutes are those of a short meeting.
func minutes(t testing.TB) (meetings.Minutes, []byte, string) {
	t.Helper()
	m, err := meetings.Compile(meetings.Facts{
		Meeting: meetings.Meeting{ID: person(1), Title: core.Text{FR: "Réunion", EN: "Meeting"}, Opened: noon, Ended: noon.Add(1e9), Items: []meetings.Item{
			{ID: person(2), Kind: meetings.Discussion, Title: core.Text{FR: "Le <pain>", EN: "Bread"}, Text: "Oui & non.\nPuis oui."}}},
		Names: map[core.ID]string{person(0): "Zoé"}, Attendance: meetings.Attendance{Roll: roll("a", "b"), Sittings: []meetings.Sitting{sits(0, meetings.InRoom)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	text, hash, err := m.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return m, text, hash
}

func TestMinutesReadBackAsTheyWereFrozen(t *testing.T) {
	t.Parallel()
	m, text, hash := minutes(t)
	read, err := meetings.OpenMinutes(text, hash)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, read); diff != "" {
		t.Error(diff)
	}
	if len(m.Present) != 1 || m.Present[0].Name != "Zoé" || m.Absent != 1 {
		t.Errorf("%+v", m.Present)
	}
	if _, err := meetings.OpenMinutes(bytes.Replace(text, []byte("Zoé"), []byte("Zoe"), 1), hash); !core.Is(err, core.Corrupt) {
		t.Errorf("altered minutes: %v", err)
	}
}

// FuzzOpenMinutes reads bytes under their own hash: what is accepted encodes to the same bytes.
func FuzzOpenMinutes(f *testing.F) {
	_, text, _ := minutes(f)
	f.Add(text)
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := meetings.OpenMinutes(text, charter.HashOf(text))
		if err != nil {
			return
		}
		if again, _, err := m.Canonical(); err != nil || !bytes.Equal(again, text) {
			t.Errorf("%q became %q (%v)", text, again, err)
		}
	})
}

// FuzzOpenNotice is the same for notices.
func FuzzOpenNotice(f *testing.F) {
	text, _, err := meetings.Notice{Items: []meetings.NoticeItem{}}.Canonical()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := meetings.OpenNotice(text, charter.HashOf(text))
		if err != nil {
			return
		}
		if again, _, err := n.Canonical(); err != nil || !bytes.Equal(again, text) {
			t.Errorf("%q became %q (%v)", text, again, err)
		}
	})
}
