package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// memoryServer takes documents: "bad.*" fails, "big.*" is refused, "same.*" is already there.
func memoryServer(t *testing.T) (url string, names func() []string) {
	t.Helper()
	var mu sync.Mutex
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.URL.Query().Get("name")
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		seen = append(seen, name)
		mu.Unlock()
		switch {
		case strings.Contains(name, "bad."):
			io.WriteString(w, `{"name":"`+name+`","state":"failed","problem":{"message":"Unreadable.","next":"Convert it."}}`)
		case strings.Contains(name, "big."):
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			io.WriteString(w, `{"error":{"message":"Too large.","next":"Split it.","code":"too_large"}}`)
		case strings.Contains(name, "gone."):
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, `{"error":{"message":"This key does not hold.","next":"Ask for another.","code":"invalid_api_key"}}`)
		default:
			if !strings.HasSuffix(name, string(body)) {
				t.Errorf("%s came as %q", name, body)
			}
			same := strings.Contains(name, "same.")
			io.WriteString(w, `{"name":"`+name+`","state":"indexed","unchanged":`+map[bool]string{true: "true", false: "false"}[same]+`}`)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string { mu.Lock(); defer mu.Unlock(); slices.Sort(seen); return seen }
}

func TestAddingAFolderTakesWhatIsVisible(t *testing.T) {
	t.Parallel()
	root := tree(t, "docs/a.md", "docs/sub/b.md", "docs/.hidden.md", "docs/.git/c.md", "docs/same.md")
	if err := os.Symlink("/etc/passwd", filepath.Join(root, "docs", "link.md")); err != nil {
		t.Fatal(err)
	}
	url, names := memoryServer(t)
	got := play(t, "memory", "add", "--url", url, filepath.Join(root, "docs"))
	if got.code != exitDone || !strings.HasSuffix(got.out, "Added: 2. Already there: 1. Failed: 0.\n") || got.err != "" {
		t.Errorf("%+v", got)
	}
	if want := []string{"docs/a.md", "docs/same.md", "docs/sub/b.md"}; !slices.Equal(names(), want) {
		t.Errorf("sent %v", names())
	}
}

func TestOneFileThatFailsDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	root := tree(t, "docs/a.md", "docs/bad.pdf", "docs/big.md", "docs/z.md")
	url, _ := memoryServer(t)
	got := play(t, "memory", "add", "--url", url, filepath.Join(root, "docs"))
	want := "✓ docs/a.md\n✗ docs/bad.pdf\n  Unreadable.\n  → Convert it.\n✗ docs/big.md\n  Too large.\n  → Split it.\n✓ docs/z.md\nAdded: 2. Already there: 0. Failed: 2.\n"
	if got.code != exitFailed || got.out != want || got.err != "" {
		t.Errorf("%+v", got)
	}
	got = play(t, "memory", "add", "--json", "--url", url, filepath.Join(root, "docs"))
	lines := strings.Split(strings.TrimSpace(got.out), "\n")
	if got.code != exitFailed || len(lines) != 4 || !strings.Contains(lines[2], `"state":"failed"`) || !strings.Contains(lines[2], `"next":"Split it."`) {
		t.Errorf("%+v", got)
	}
}

func TestAKeyThatDoesNotHoldStopsAtOnce(t *testing.T) {
	t.Parallel()
	root := tree(t, "docs/gone.md", "docs/z.md")
	url, names := memoryServer(t)
	got := play(t, "memory", "add", "--url", url, filepath.Join(root, "docs"))
	if got.code != exitFailed || !strings.Contains(got.err, "This key does not hold.") || len(names()) != 1 {
		t.Errorf("%+v %v", got, names())
	}
}

func TestWhatCannotBeAdded(t *testing.T) {
	t.Parallel()
	root := tree(t, "a/x/pv.md", "b/x/pv.md", "empty/.hidden")
	for _, c := range []struct {
		paths []string
		code  int
		want  string
	}{
		{[]string{"a/nothing.md"}, exitFailed, "does not exist"},
		{[]string{"empty"}, exitFailed, "There is no file to add"},
		{[]string{"a/x/pv.md", "b/x/pv.md"}, exitUsage, "would both be named x/pv.md"},
		{[]string{"a/x", "b/x"}, exitUsage, "would both be named x/pv.md"},
	} {
		line := []string{"memory", "add", "--url", "http://127.0.0.1:1"}
		for _, path := range c.paths {
			line = append(line, filepath.Join(root, path))
		}
		if got := play(t, line...); got.code != c.code || !strings.Contains(got.err, c.want) {
			t.Errorf("%v: %+v", c.paths, got)
		}
	}
}

func TestNamesOfFiles(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"statuts.md": "statuts.md", "./docs//statuts.md": "docs/statuts.md", "/srv/coop/docs/statuts.md": "docs/statuts.md", "/statuts.md": "statuts.md",
	} {
		if got := strings.TrimPrefix(fileName(path), "/"); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]string{"docs": "docs", "./docs/": "docs", ".": ".", "/srv/coop/docs/": "docs", "/": ""} {
		if got := folderName(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestListsAndSearches(t *testing.T) {
	t.Parallel()
	list := `[{"id":"d1","name":"statuts.md","state":"indexed","passages":3,"vectors":true,"dated":"2024-05-12"},{"id":"d2","name":"bad.pdf","state":"failed"}]`
	got := play(t, "memory", "list", "--url", answering(t, list))
	if want := "Id  Document    State       Date\nd1  statuts.md  3 passages  12 May 2024\nd2  bad.pdf     failed\n"; got.out != want {
		t.Errorf("%+v", got)
	}
	if got := play(t, "memory", "list", "--url", answering(t, `[]`)); !strings.Contains(got.out, "no document yet") {
		t.Errorf("%+v", got)
	}
	found := `{"hits":[{"document":"statuts.md","text":"Le quorum","page":"3"}],"by_meaning":true}`
	if got := play(t, "memory", "search", "le", "quorum", "--url", answering(t, found)); got.out != "[1] statuts.md · p. 3\n    Le quorum\n" {
		t.Errorf("%+v", got)
	}
	if got := play(t, "memory", "search", "zzz", "--url", answering(t, `{"hits":[],"by_meaning":true}`)); got.code != exitNotFound {
		t.Errorf("%+v", got)
	}
}

func TestErasingNamesOneDocument(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			if r.URL.Path != "/api/memory/documents/d2" {
				t.Errorf("erased %s", r.URL.Path)
			}
			w.WriteHeader(http.StatusNoContent)
			return
		}
		switch r.URL.Query().Get("name") {
		case "b.md":
			io.WriteString(w, `[{"id":"d2","name":"b.md"}]`)
		case "twice.md":
			io.WriteString(w, `[{"id":"d2","name":"twice.md"},{"id":"d3","name":"twice.md"}]`)
		case "":
			io.WriteString(w, `{"id":"d2","name":"b.md"}`)
		default:
			io.WriteString(w, `[]`)
		}
	}))
	defer server.Close()
	id := "06a2z8k5v4qf1c2d3e4f5g6h7j" // the test's server gives it as d2
	for which, code := range map[string]int{"b.md": exitDone, id: exitDone, "c.md": exitFailed, "twice.md": exitFailed} {
		if got := play(t, "memory", "remove", which, "--url", server.URL); got.code != code {
			t.Errorf("%s: %+v", which, got)
		}
	}
}
