package webtest

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

// axe-core 4.14.1, from its npm package,
// sha256 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c.
//
//go:embed testdata/axe.min.js
var axeSource string

// violation is one rule of accessibility that a page breaks.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML           string `json:"html"`
		FailureSummary string `json:"failureSummary"`
	} `json:"nodes"`
}

// CheckAccessible fails the test for every rule of axe-core that the page breaks: WCAG 2.1 A and AA, and
// axe's own best practices.
func (tab *Tab) CheckAccessible() {
	tab.t.Helper()
	Get(tab, chromedp.Evaluate[bool](axeSource+"\n;true"))
	found := Get(tab, chromedp.Evaluate[[]violation](
		`axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations)`, chromedp.EvalAwaitPromise))
	for _, v := range found {
		var where strings.Builder
		for _, node := range v.Nodes {
			fmt.Fprintf(&where, "\n  %s\n    %s", node.HTML, strings.ReplaceAll(node.FailureSummary, "\n", "\n    "))
		}
		tab.t.Errorf("%s: %s: %s%s", tab.screen.Name, v.ID, v.Help, where.String())
	}
}
