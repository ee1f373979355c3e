package e2e_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

// start runs the demonstration co-operative with the real engine where it is installed, and returns its address and a
// one-time sign-in link.
func start(t *testing.T) (base, link string) {
	t.Helper()
	settings := config.Default()
	settings.Data, settings.Addr, settings.Demo = filepath.Join(t.TempDir(), "data"), "127.0.0.1:0", true
	program, err := app.New(t.Context(), app.Options{
		Config: settings, Listen: true, Version: "test", Log: telemetry.NewLogger(io.Discard, "error", "text"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := program.AddDemo(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- program.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		if err := program.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	<-program.Listening()
	link, err = program.SignInLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + program.Addr(), link
}

// TestAMemberAsks is the first whole, in a browser: the question, the cited answer, its source at the exact place, its
// receipt, and the receipt's file verified offline.
func TestAMemberAsks(t *testing.T) {
	browser := webtest.Start(t)
	base, link := start(t)
	tab := browser.Open(t, webtest.Desk("fr-CA"), base, "")
	tab.Go(link)
	tab.Click("main button[type=submit]")
	tab.Await("textarea[name=question]")
	tab.CheckAccessible()
	tab.Picture("e2e-home")

	tab.Type("textarea[name=question]", "Quel est le quorum de l’assemblée générale ?")
	tab.Click("form.q button[type=submit]")
	tab.Await(".answer blockquote, .reponse blockquote")
	quote := tab.Text(".answer blockquote, .reponse blockquote")
	if !strings.Contains(quote, "25") {
		t.Errorf("the quote does not give the quorum: %q", quote)
	}
	tab.CheckAccessible()
	tab.CheckWidth()
	tab.WholePicture("e2e-answer")

	answer := tab.Address()
	tab.Click("a.source, .sources a")
	tab.Await("#q")
	if marked := tab.Text("#q"); !strings.Contains(marked, "25") {
		t.Errorf("the reader highlights %q", marked)
	}
	tab.CheckAccessible()
	tab.Picture("e2e-reader")

	tab.Go(answer)
	tab.Click("a[href^='/receipts/']")
	tab.Await("a[href$='/file']")
	tab.CheckAccessible()
	tab.WholePicture("e2e-receipt")
	verifyFile(t, tab, base)
}

// verifyFile downloads the receipt of the page that is open and verifies it with its bytes alone.
func verifyFile(t *testing.T, tab *webtest.Tab, base string) {
	t.Helper()
	file := tab.Fetch(tab.Address() + "/file")
	verified, err := audittlog.Verify(file, audittlog.Options{})
	if err != nil {
		t.Fatalf("the receipt does not verify: %v", err)
	}
	if verified.Record.Action != "ask" || len(verified.Record.Sources) == 0 {
		t.Errorf("record: %+v", verified.Record)
	}
	tampered := strings.Replace(string(file), `"key":"`, `"key":"A`, 1)
	if _, err := audittlog.Verify([]byte(tampered), audittlog.Options{}); err == nil {
		t.Error("an altered receipt verifies")
	}
}

// TestEveryPage looks at every page on each screen, in both languages, and checks each with axe.
func TestEveryPage(t *testing.T) {
	browser := webtest.Start(t)
	base, link := start(t)
	session := signIn(t, base, link)
	pages := map[string]string{
		"questions": "/", "chat": "/chat", "conversations": "/conversations", "memory": "/memory", "search": "/memory?q=quorum",
		"charter": "/charter", "receipts": "/receipts", "verify": "/receipts/verify", "energy": "/energy", "models": "/models",
	}
	screens := []webtest.Screen{
		webtest.Desk("fr-CA"), webtest.Desk("en"), webtest.Phone("fr"), webtest.Desk("fr").InTheDark(), webtest.Phone("en").InTheDark(), webtest.Narrow("fr"),
	}
	for _, screen := range screens {
		tab := browser.Open(t, screen, base, session)
		for name, path := range pages {
			tab.Go(base + path)
			tab.CheckAccessible()
			tab.CheckWidth()
			tab.WholePicture("page-" + name + "-" + screen.Name)
		}
	}
}

// signIn uses the one-time link without a browser.
func signIn(t *testing.T, base, link string) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Post(link, "application/x-www-form-urlencoded", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	for _, cookie := range response.Cookies() {
		if strings.Contains(cookie.Name, "session") {
			return cookie.Value
		}
	}
	t.Fatalf("no session after %s: %s", link, response.Status)
	return ""
}

// TestReadiness says what runs, also where there is no engine.
func TestReadiness(t *testing.T) {
	base, _ := start(t)
	response, err := http.Get(base + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var ready app.Readiness
	if err := json.NewDecoder(response.Body).Decode(&ready); err != nil || !ready.Ready {
		t.Errorf("%+v %v", ready, err)
	}
	if os.Getenv("SOLIDAIRE_TEST_FULL") == "1" && len(ready.Components) < 4 {
		t.Errorf("no engine in %+v", ready)
	}
}
