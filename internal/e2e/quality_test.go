package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// ask sends one request with the key and reads a JSON answer, unless out is nil.
func (f *faulty) ask(t *testing.T, method, path, body string, out any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, f.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+f.secret)
	response, err := f.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err == nil && out != nil {
		err = json.Unmarshal(data, out)
	}
	if err != nil {
		t.Fatalf("%s %s: %v in %.200s", method, path, err, data)
	}
	return response.StatusCode
}

// A question set is imported, measured and exported by programs, and what cannot be is refused.
func TestTheMemoryIsMeasuredByPrograms(t *testing.T) {
	t.Parallel()
	f := newFaulty(t)
	f.ask(t, http.MethodPost, "/api/memory/documents?name=statuts.md", "# Statuts\n\n## Quorum\n\nLe quorum de l’assemblée générale est fixé à 25 % des membres en règle.\n", nil)
	if status := f.ask(t, http.MethodPost, "/api/memory/measurements", "", nil); status != http.StatusBadRequest {
		t.Errorf("nothing to ask: %d", status)
	}
	set := `{"id":"quorum","question":"Quel est le quorum de l’assemblée générale ?","file":"statuts.md","quote":"25 % des membres"}` + "\n" +
		`{"id":"licorne","question":"Quelle licorne habite la mairie ?"}`
	var imported struct{ Questions int }
	f.ask(t, http.MethodPost, "/api/memory/questions", set, &imported)
	if imported.Questions != 2 {
		t.Errorf("%+v", imported)
	}
	f.ask(t, http.MethodPost, "/api/memory/measurements", "", nil)
	var list struct {
		Now          struct{ Kept string }
		Measurements []struct{ ID string }
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for list.Now.Kept == "" {
		f.ask(t, http.MethodGet, "/api/memory/measurements", "", &list)
		<-tick.C
	}
	var m struct {
		Right     float64
		Questions []struct{ ID string }
		Against   *struct{ Verdict string }
	}
	f.ask(t, http.MethodGet, fmt.Sprintf("/api/memory/measurements/%s?against=%[1]s", list.Now.Kept), "", &m)
	if len(m.Questions) != 2 || m.Right < 0.5 || m.Against == nil || m.Against.Verdict != "same" {
		t.Errorf("%+v", m)
	}
	for path, want := range map[string]int{
		"DELETE /api/memory/questions/licorne": http.StatusNoContent, "DELETE /api/memory/questions/rien": http.StatusNotFound,
		"GET /api/memory/measurements/00000000000000000000000000": http.StatusNotFound, "GET /api/memory/feedback": http.StatusOK,
		"POST /api/memory/feedback/00000000000000000000000000": http.StatusNotFound, "DELETE /api/memory/measurements": http.StatusOK,
		"GET /api/conversations": http.StatusOK, "POST /api/conversations/00000000000000000000000000/memory": http.StatusNotFound,
		"GET /api/conversations/00000000000000000000000000/memory": http.StatusNotFound,
	} {
		method, path, _ := strings.Cut(path, " ")
		if status := f.ask(t, method, path, "", nil); status != want {
			t.Errorf("%s %s: %d, want %d", method, path, status, want)
		}
	}
}
