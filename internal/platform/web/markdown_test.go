package web_test

import (
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

func TestMarkdownIsHarmless(t *testing.T) {
	t.Parallel()
	m := web.NewMarkdown()
	for text, want := range map[string]string{
		"un **mot** et `du code`":          "<p>un <strong>mot</strong> et <code>du code</code></p>",
		"# Titre":                          "<p><strong>Titre</strong></p>",
		"- a\n- b":                         "<li>a</li>",
		"[ici](https://evil.example/?q=x)": "<p>ici</p>",
		"![x](https://evil.example/p.png)": "<p></p>",
		"a < b":                            "<p>a &lt; b</p>",
	} {
		if got := string(m.HTML(text)); !strings.Contains(got, want) {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add("<script>alert(1)</script>")
	f.Add("[x](javascript:alert(1)) <img src=x onerror=alert(1)>")
	f.Add("# <h1 onclick=x>\n```\n<style>")
	m := web.NewMarkdown()
	f.Fuzz(func(t *testing.T, text string) {
		got := strings.ToLower(string(m.HTML(text)))
		for _, bad := range []string{"<script", "<style", "<img", "<a ", "<iframe", "<svg", "<h1"} {
			if strings.Contains(got, bad) {
				t.Fatalf("%q gives %q", text, got)
			}
		}
	})
}
