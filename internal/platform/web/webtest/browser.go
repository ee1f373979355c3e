package webtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// patience bounds everything that a test does in one tab, so that a page that hangs fails the test.
const patience = 2 * time.Minute

// Browser is a running Chromium.
type Browser struct{ ctx context.Context }

// Screen is what a reader looks at.
type Screen struct {
	Name          string
	Width, Height int
	Dark          bool
	Lang          string // of the browser
	NoScript      bool
	Forced        bool // high contrast imposed by the system
	Print         bool
}

// Desk and Phone are the two usual screens.
func Desk(lang string) Screen {
	return Screen{Name: "desk-" + lang, Width: 1280, Height: 900, Lang: lang}
}

// Phone is a small telephone held upright.
func Phone(lang string) Screen {
	return Screen{Name: "phone-" + lang, Width: 390, Height: 844, Lang: lang}
}

// InTheDark is the same screen for a reader who prefers dark pages.
func (s Screen) InTheDark() Screen {
	s.Dark, s.Name = true, s.Name+"-dark"
	return s
}

// Narrow is the narrowest page that must lose nothing: 320 pixels, or 1280 at 400 %.
func Narrow(lang string) Screen {
	return Screen{Name: "narrow-" + lang, Width: 320, Height: 640, Lang: lang}
}

// Start runs Chromium until the test ends.
func Start(t testing.TB) *Browser {
	t.Helper()
	program := find()
	if program == "" {
		if os.Getenv("SOLIDAIRE_TEST_BROWSER") == "required" {
			t.Fatal("Chromium is not installed, and SOLIDAIRE_TEST_BROWSER requires it")
		}
		t.Skip("Chromium is not installed: the pages are not looked at (on Debian: apt-get install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(func() { closeBrowser(); stop() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return &Browser{ctx}
}

func find() string {
	for _, name := range []string{os.Getenv("SOLIDAIRE_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Tab is one page open in the browser.
type Tab struct {
	t      testing.TB
	ctx    context.Context
	screen Screen
}

// Open opens a tab on a screen, with a session cookie for the site at base when session is not empty.
func (b *Browser) Open(t testing.TB, screen Screen, base, session string) *Tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as this first context
		t.Fatalf("a tab does not open: %v", err)
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	t.Cleanup(stop)
	tab := &Tab{t, ctx, screen}
	var options []chromedp.EmulateViewportOption
	if screen.Width < 500 {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulatePortrait)
	}
	tab.Do(chromedp.EmulateViewport(int64(screen.Width), int64(screen.Height), options...))
	command(tab, network.Enable, network.EnableParams{})
	command(tab, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
		Headers: network.Headers{"Accept-Language": screen.Lang},
	})
	command(tab, emulation.SetEmulatedMedia, screen.media())
	command(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: screen.NoScript})
	if session != "" {
		command(tab, network.SetCookie, network.SetCookieParams{Name: "solidaire_session", Value: session, URL: base})
	}
	return tab
}

func (s Screen) media() emulation.SetEmulatedMediaParams {
	scheme, forced := "light", "none"
	if s.Dark {
		scheme = "dark"
	}
	if s.Forced {
		forced = "active"
	}
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "forced-colors", Value: forced},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}}
	if s.Print {
		params.Media = "print"
	}
	return params
}

// command sends one command of the DevTools protocol to the tab.
func command[P, R any](tab *Tab, c cdp.Command[P, R], params P) {
	tab.t.Helper()
	tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, c, params)
		return err
	}))
}

// Do runs steps in the tab; a failure ends the test.
func (tab *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, steps...); err != nil {
		tab.t.Fatalf("%s: %v", tab.screen.Name, err)
	}
}

// Get runs one step in the tab and returns what it found; a failure ends the test.
func Get[T any](tab *Tab, step chromedp.Action[T]) T {
	tab.t.Helper()
	found, err := chromedp.Run(tab.ctx, step)
	if err != nil {
		tab.t.Fatalf("%s: %v", tab.screen.Name, err)
	}
	return found
}

// Go opens an address and waits for the page with its fonts.
func (tab *Tab) Go(address string) {
	tab.t.Helper()
	tab.Do(chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("main")))
	tab.Settle()
}

// Settle waits for the fonts of the page.
func (tab *Tab) Settle() {
	tab.t.Helper()
	if !tab.screen.NoScript {
		Get(tab, chromedp.Evaluate[bool](`document.fonts.ready.then(() => true)`, chromedp.EvalAwaitPromise))
	}
}

// Click clicks the first element that matches, once it is visible.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Type writes into the first field that matches.
func (tab *Tab) Type(selector, text string) {
	tab.t.Helper()
	tab.Do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Await waits until an element that matches is visible.
func (tab *Tab) Await(selector string) {
	tab.t.Helper()
	tab.Do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

// Text returns what a reader sees of the first element that matches.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	return strings.TrimSpace(Get(tab, chromedp.Text(chromedp.CSS(selector))))
}

// Address is where the tab is.
func (tab *Tab) Address() string { tab.t.Helper(); return Get(tab, chromedp.Location()) }

// CheckWidth fails the test when the page goes farther to the right than the screen: something is lost.
func (tab *Tab) CheckWidth() {
	tab.t.Helper()
	if width := Get(tab, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)); width > tab.screen.Width {
		tab.t.Errorf("%s: the page is %d pixels wide, the screen %d", tab.screen.Name, width, tab.screen.Width)
	}
}

// Picture keeps a picture of what is on the screen, where pictures are asked for.
func (tab *Tab) Picture(name string) {
	tab.t.Helper()
	if folder := os.Getenv("SOLIDAIRE_TEST_PICTURES"); folder != "" {
		tab.keep(folder, name, Get(tab, chromedp.CaptureScreenshot()))
	}
}

// WholePicture keeps a picture of the page from top to bottom, where pictures are asked for.
func (tab *Tab) WholePicture(name string) {
	tab.t.Helper()
	if folder := os.Getenv("SOLIDAIRE_TEST_PICTURES"); folder != "" {
		tab.keep(folder, name+"-whole", Get(tab, chromedp.FullScreenshot(100)))
	}
}

func (tab *Tab) keep(folder, name string, picture []byte) {
	tab.t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		tab.t.Fatal(err)
	}
	file := filepath.Join(folder, name+"-"+tab.screen.Name+".png")
	if err := os.WriteFile(file, picture, 0o644); err != nil {
		tab.t.Fatal(err)
	}
}
