package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// killed is the built program, which the test kills as a power cut does.
type killed struct {
	t       *testing.T
	data    string
	key     string
	command *exec.Cmd
	base    string
	client  *http.Client
}

// start runs the program on the data directory and waits for its one line.
func (k *killed) start() {
	k.t.Helper()
	k.command = exec.Command("solidaire", "serve", "--data", k.data, "--addr", "127.0.0.1:0")
	k.command.Env = append(k.command.Environ(), "HOME="+k.data, "XDG_CACHE_HOME="+filepath.Join(k.data, ".cache"), "SOLIDAIRE_LANG=en")
	var log bytes.Buffer
	k.command.Stderr = &log
	out, err := k.command.StdoutPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	if err := k.command.Start(); err != nil {
		k.t.Fatal(err)
	}
	command := k.command
	k.t.Cleanup(func() { command.Process.Kill(); command.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		k.t.Fatalf("%v: %s", err, log.String())
	}
	link, err := url.Parse(strings.TrimSpace(line))
	if err != nil {
		k.t.Fatal(err)
	}
	k.base = link.Scheme + "://" + link.Host
}

// kill ends it without a word.
func (k *killed) kill() {
	k.t.Helper()
	if err := k.command.Process.Kill(); err != nil {
		k.t.Fatal(err)
	}
	k.command.Wait()
	k.client.CloseIdleConnections()
}

// stop ends it as Ctrl-C does.
func (k *killed) stop() {
	k.t.Helper()
	if err := k.command.Process.Signal(os.Interrupt); err != nil {
		k.t.Fatal(err)
	}
	if err := k.command.Wait(); err != nil {
		k.t.Errorf("it ended with %v", err)
	}
}

// ask sends one request and reads a JSON answer.
func (k *killed) ask(method, path string, body io.Reader, out any) error {
	req, err := http.NewRequestWithContext(k.t.Context(), method, k.base+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+k.key)
	res, err := k.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, data)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, out)
}

func (k *killed) must(method, path string, body io.Reader, out any) {
	k.t.Helper()
	if err := k.ask(method, path, body, out); err != nil {
		k.t.Fatalf("%s %s: %v", method, path, err)
	}
}

type counts struct {
	Documents, Passages int
	States              map[string]int
}

// await looks again and again until so many documents are read.
func (k *killed) await(indexed int) counts {
	k.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		var c counts
		k.must(http.MethodGet, "/api/memory/status", nil, &c)
		if c.States["indexed"] >= indexed {
			return c
		}
		select {
		case <-k.t.Context().Done():
			k.t.Fatal("documents are never read")
		case <-tick.C:
		}
	}
}

func minutesOf(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Procès-verbal numéro %d\n", n)
	for i := range 40 {
		fmt.Fprintf(&b, "\n## Résolution %d-%d\n\nLe conseil adopte la résolution %d-%d, qui porte le budget du kiosque à %d dollars pour la saison, et en confie l’exécution à la trésorerie.\n", n, i, n, i, 1000*n+i)
	}
	return b.String()
}

// A power cut while documents are read, three times: what was accepted is read after the next start, once, and nothing is
// found twice.
func TestKilledWhileItReads(t *testing.T) {
	t.Parallel()
	const documents = 40
	k := &killed{t: t, data: filepath.Join(t.TempDir(), "data"), client: &http.Client{Transport: &http.Transport{}}}
	key, err := exec.CommandContext(context.Background(), "solidaire", "key", "create", "--data", k.data, "--name", "essai").Output()
	if err != nil {
		t.Fatal(err)
	}
	k.key = strings.TrimSpace(string(key))
	k.start()
	for n := range documents {
		var report struct{ State string }
		k.must(http.MethodPost, "/api/memory/documents?wait=false&name="+url.QueryEscape(fmt.Sprintf("pv/%02d.md", n)), strings.NewReader(minutesOf(n)), &report)
	}
	interrupted := 0
	for _, indexed := range []int{1, documents / 3, 2 * documents / 3} {
		if c := k.await(indexed); c.States["indexed"] < documents {
			interrupted++
		}
		k.kill()
		k.start()
	}
	if interrupted == 0 {
		t.Error("every document was read before the first kill: the test would prove nothing")
	}
	done := k.await(documents)
	if done.Documents != documents || done.States["failed"]+done.States["waiting"]+done.States["reading"] != 0 {
		t.Errorf("%+v", done)
	}
	perDocument := done.Passages / documents
	if perDocument == 0 || done.Passages%documents != 0 {
		t.Errorf("%d passages of %d documents alike", done.Passages, documents)
	}
	for n := range documents {
		var text struct {
			Text     string
			Passages []json.RawMessage
		}
		k.must(http.MethodGet, "/api/memory/text?document="+url.QueryEscape(fmt.Sprintf("pv/%02d.md", n)), nil, &text)
		if len(text.Passages) != perDocument || !strings.Contains(text.Text, fmt.Sprintf("Résolution %d-39", n)) {
			t.Errorf("document %d: %d passages", n, len(text.Passages))
		}
	}
	var found struct {
		Hits []struct {
			Document   string
			Start, End int
		}
	}
	k.must(http.MethodGet, "/api/memory/search?limit=100&q=budget+du+kiosque", nil, &found)
	seen := map[string]bool{}
	for _, h := range found.Hits {
		place := fmt.Sprint(h.Document, h.Start, h.End)
		if seen[place] {
			t.Errorf("%s is found twice", place)
		}
		seen[place] = true
	}
	if len(found.Hits) == 0 {
		t.Error("nothing is found")
	}
	k.stop()
	inbox, err := filepath.Glob(filepath.Join(k.data, "inbox", "*"))
	if err != nil || len(inbox) > 0 {
		t.Errorf("files stay in the inbox: %v, %v", inbox, err)
	}
}
