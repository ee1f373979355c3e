package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/app"
	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/platform/config"
	"github.com/solidaire-coop/solidaire/internal/platform/telemetry"
	"github.com/solidaire-coop/solidaire/internal/platform/web/webtest"
)

// house is the demonstration co-operative, running.
type house struct {
	*app.App
	settings config.Config
	base     string
}

// start runs it with the real engine where that is installed.
func start(t *testing.T) house {
	t.Helper()
	return startWith(t, func(*config.Config) {})
}

// startBare runs the program with the engine and nothing to read: programs that only talk to models wait for no documents.
func startBare(t *testing.T) house {
	t.Helper()
	return startWith(t, func(settings *config.Config) { settings.Demo = false })
}

// startWith runs it with other settings.
func startWith(t *testing.T, change func(*config.Config)) house {
	t.Helper()
	settings := config.Default()
	settings.Data, settings.Addr, settings.Demo = filepath.Join(audittest.Dir(t), "data"), "127.0.0.1:0", true
	change(&settings)
	installModels(t, settings)
	program, err := app.New(t.Context(), app.Options{
		Config: settings, Listen: true, Version: "test", Log: telemetry.NewLogger(io.Discard, "error", "text"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if settings.Demo {
		if err := program.AddDemo(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
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
	return house{App: program, settings: settings, base: "http://" + program.Addr()}
}

// link makes a one-time sign-in link.
func (h house) link(t *testing.T) string {
	t.Helper()
	link, err := h.SignInLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// signIn uses a one-time link without a browser; the client keeps the session.
func (h house) signIn(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	response, err := client.Post(h.link(t), "application/x-www-form-urlencoded", nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("sign in: %s", response.Status)
	}
	return client
}

// key makes an API key, beside the running program as the key command does.
func (h house) key(t *testing.T) string {
	t.Helper()
	stores, err := app.OpenStores(t.Context(), h.settings, telemetry.NewLogger(io.Discard, "error", "text"))
	if err != nil {
		t.Fatal(err)
	}
	defer stores.Close()
	_, secret, err := stores.Members.CreateKey(t.Context(), stores.Person.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// session is the token that a browser would keep.
func (h house) session(t *testing.T) string {
	t.Helper()
	client := h.signIn(t)
	address, err := url.Parse(h.base)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range client.Jar.Cookies(address) {
		if strings.Contains(cookie.Name, "session") {
			return cookie.Value
		}
	}
	t.Fatal("no session cookie")
	return ""
}

// TestAMemberAsks is the first whole, in a browser: the question, the cited answer, its source at the exact place, its
// receipt, and the receipt's file verified offline.
func TestAMemberAsks(t *testing.T) {
	browser := webtest.Start(t)
	h := start(t)
	tab := browser.Open(t, webtest.Desk("fr-CA"), h.base, "")
	tab.Go(h.link(t))
	tab.Click("main form button")
	tab.Await("textarea[name=question]")
	tab.CheckAccessible()
	tab.Picture("e2e-home")

	tab.Type("textarea[name=question]", "Quel est le quorum de l’assemblée générale ?")
	tab.Click(".composer .button")
	tab.Await("article.card blockquote")
	quote := tab.Text("article.card blockquote")
	if !strings.Contains(quote, "25") {
		t.Errorf("the quote does not give the quorum: %q", quote)
	}
	tab.CheckAccessible()
	tab.CheckWidth()
	tab.WholePicture("e2e-answer")

	answer := tab.Address()
	tab.Click(".sources a")
	tab.Await("#q")
	if marked := tab.Text("#q"); !strings.Contains(marked, "25") {
		t.Errorf("the reader highlights %q", marked)
	}
	tab.CheckAccessible()
	tab.Picture("e2e-reader")

	tab.Go(answer)
	tab.Click("a.receipt")
	tab.Await("a[href$='/file']")
	tab.CheckAccessible()
	tab.WholePicture("e2e-receipt")
	verifyFile(t, h, tab.Address())
}

// verifyFile downloads the file of a receipt and verifies it with its bytes alone.
func verifyFile(t *testing.T, h house, address string) {
	t.Helper()
	response, err := h.signIn(t).Get(address + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	file, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	verified, err := audittlog.Verify(file, audittlog.Options{})
	if err != nil {
		t.Fatalf("the receipt does not verify: %v", err)
	}
	if verified.Record.Action != "ask" || len(verified.Record.Sources) == 0 {
		t.Errorf("record: %+v", verified.Record)
	}
	receipt, err := audit.DecodeReceipt(file)
	if err != nil {
		t.Fatal(err)
	}
	receipt.Record = bytes.Replace(receipt.Record, []byte(`"allow"`), []byte(`"ALLOW"`), 1)
	altered, err := receipt.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := audittlog.Verify(altered, audittlog.Options{}); err == nil {
		t.Error("an altered receipt verifies")
	}
}

// TestEveryPage looks at every page on each screen, in both languages, and checks each with axe.
func TestEveryPage(t *testing.T) {
	browser := webtest.Start(t)
	h := start(t)
	session := h.session(t)
	pages := map[string]string{
		"questions": "/", "chat": "/chat", "conversations": "/conversations", "memory": "/memory", "search": "/memory?q=quorum", "quality": "/memory/quality", "question-set": "/memory/questions",
		"question": "/memory/questions/new", "feedback": "/memory/feedback",
		"charter": "/charter", "receipts": "/receipts", "verify": "/receipts/verify", "energy": "/energy", "models": "/models", "members": "/members", "bodies": "/bodies", "my-data": "/me",
		"operations": "/operations", "decisions": "/decisions", "propose": "/propose", "propose-charter": "/propose/charter",
		"propose-rules": "/propose/rules", "rules": "/decisions/rules", "propose-space": "/propose/space?name=Paie&detail=le+conseil", "meetings": "/meetings",
	}
	screens := []webtest.Screen{
		webtest.Desk("fr-CA"), webtest.Desk("en"), webtest.Phone("fr"), webtest.Desk("fr").InTheDark(), webtest.Phone("en").InTheDark(), webtest.Narrow("fr"),
	}
	for _, screen := range screens {
		tab := browser.Open(t, screen, h.base, session)
		for name, path := range pages {
			tab.Go(h.base + path)
			tab.CheckAccessible()
			tab.CheckWidth()
			tab.WholePicture("page-" + name + "-" + screen.Name)
		}
	}
}

// TestReadiness says what runs, also where there is no engine.
func TestReadiness(t *testing.T) {
	h := start(t)
	response, err := http.Get(h.base + "/readyz")
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
