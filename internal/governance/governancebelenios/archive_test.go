package governancebelenios_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/governance/governancebelenios"
)

// An election that we held with belenios-tool 2.0: five voters, five ballots of which one replaces another, one trustee.
func archive(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/election.bel")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAnElectionIsReadAsBeleniosShowsIt(t *testing.T) {
	t.Parallel()
	data := archive(t)
	e, err := governancebelenios.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err, errors.Unwrap(err))
	}
	whole := sha256.Sum256(data)
	if e.Name != "Présidence du conseil" || e.Ballots != 5 || e.Counted != 4 || e.Weight != 4 || e.Events != 10 || e.File != hex.EncodeToString(whole[:]) {
		t.Errorf("%+v", e)
	}
	if e.Fingerprint != "2/jGngUdWbmrVYBXvkmTZIC3vdWXEx59dI9Fb7IbB5s" {
		t.Errorf("fingerprint %q", e.Fingerprint)
	}
	q := e.Questions[0]
	if diff := cmp.Diff([]string{"Amélie Tremblay", "Jean Côté"}, q.Answers); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{1, 2}, q.Totals); diff != "" || q.Blank == nil || *q.Blank != 1 {
		t.Error(diff, q.Blank)
	}
}

// entry is a file of an archive.
type entry struct {
	name string
	body []byte
}

func unpack(t testing.TB, data []byte) (all []entry) {
	t.Helper()
	files := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := files.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(files)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entry{h.Name, body})
	}
}

func pack(t testing.TB, all []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range all {
		if err := w.WriteHeader(&tar.Header{Name: e.name, Size: int64(len(e.body)), Mode: 0o644, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.body); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	return b.Bytes()
}

func TestAnArchiveThatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	good := unpack(t, archive(t))
	if _, err := governancebelenios.Read(bytes.NewReader(pack(t, good))); err != nil {
		t.Fatal(err)
	}
	renamed := func(all []entry, i int, body string) {
		id := sha256.Sum256([]byte(body))
		_, kind, _ := strings.Cut(all[i].name, ".")
		all[i] = entry{hex.EncodeToString(id[:]) + "." + kind, []byte(body)}
	}
	last := len(good) - 1
	for name, spoil := range map[string]func(all []entry) []entry{
		"nothing":         func([]entry) []entry { return nil },
		"no header":       func(all []entry) []entry { return all[1:] },
		"another version": func(all []entry) []entry { all[0].body = []byte(`{"version":2,"timestamp":"1"}`); return all },
		"no result":       func(all []entry) []entry { return all[:last] },
		"a byte changed": func(all []entry) []entry {
			all[1].body = bytes.Replace(all[1].body, []byte("Jean"), []byte("Luce"), 1)
			return all
		},
		"a ballot removed":     func(all []entry) []entry { return append(all[:6:6], all[8:]...) },
		"an event removed":     func(all []entry) []entry { return append(all[:7:7], all[8:]...) },
		"something after":      func(all []entry) []entry { return append(all, all[1]) },
		"another result":       func(all []entry) []entry { renamed(all, last-1, `{"result":[[0,4,0]]}`); return all },
		"a folder in its name": func(all []entry) []entry { all[1].name = "../" + all[1].name; return all },
	} {
		all := make([]entry, len(good))
		for i, e := range good {
			all[i] = entry{e.name, bytes.Clone(e.body)}
		}
		if _, err := governancebelenios.Read(bytes.NewReader(pack(t, spoil(all)))); !core.Is(err, core.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A result whose figures cannot be those of the ballots is refused even when every hash is right.
func TestFiguresThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for name, result := range map[string]string{
		"more voices than ballots": `{"result":[[0,5,0]]}`, "fewer than none": `{"result":[[0,-1,0]]}`, "an answer too many": `{"result":[[0,0,0,0]]}`,
		"a question too many": `{"result":[[0,0,0],[0]]}`, "no figures": `{"result":[["a","b","c"]]}`, "huge": `{"result":[[0,99999999999999999999999,0]]}`,
	} {
		if _, err := governancebelenios.Read(bytes.NewReader(withResult(t, result))); !core.Is(err, core.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if e, err := governancebelenios.Read(bytes.NewReader(withResult(t, `{"result":[["0","4","0"]]}`))); err != nil || e.Questions[0].Totals[0] != 4 {
		t.Errorf("figures in words, which large weights are: %+v, %v", e, err) // and which no cryptography was checked of
	}
}

// withResult makes the last two entries anew, hashes and all.
func withResult(t testing.TB, result string) []byte {
	t.Helper()
	all := unpack(t, archive(t))
	last := len(all) - 1
	old, _, _ := strings.Cut(all[last-1].name, ".")
	id := sha256.Sum256([]byte(result))
	all[last-1] = entry{hex.EncodeToString(id[:]) + ".data.json", []byte(result)}
	event := bytes.Replace(all[last].body, []byte(old), []byte(hex.EncodeToString(id[:])), 1)
	id = sha256.Sum256(event)
	all[last] = entry{hex.EncodeToString(id[:]) + ".event.json", event}
	return pack(t, all)
}

// FuzzRead checks that no file, however strange, breaks the reader, and that what it accepts can be shown.
func FuzzRead(f *testing.F) {
	f.Add(archive(f))
	f.Add(withResult(f, `{"result":[[0,1,2]]}`))
	f.Add([]byte("BELENIOS"))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := governancebelenios.Read(bytes.NewReader(data))
		if err != nil {
			if c := core.CodeOf(err); c != core.Invalid && c != core.TooLarge {
				t.Fatalf("%v", err)
			}
			return
		}
		if e.Counted > e.Ballots || e.ID == "" || len(e.Questions) == 0 {
			t.Fatalf("%+v", e)
		}
	})
}
