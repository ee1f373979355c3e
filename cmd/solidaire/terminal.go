package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"

	"github.com/solidaire-coop/solidaire/internal/app"
)

// terminal is where a command reads and writes. What it was asked for goes to out, everything else to err, so that a
// pipe carries nothing but the answer.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	outIsTTY bool
	errIsTTY bool
	colour   bool   // of out
	width    int    // of err, in characters
	self     string // path of this program, "" in tests: readers of files are started with it
}

// systemTerminal uses the process's own streams.
func systemTerminal(getenv func(string) string) *terminal {
	t := &terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, width: 80}
	t.self, _ = os.Executable() // without it files are read in this process
	dumb := getenv("TERM") == "dumb"
	t.outIsTTY = term.IsTerminal(int(os.Stdout.Fd()))
	t.errIsTTY = term.IsTerminal(int(os.Stderr.Fd())) && !dumb
	t.colour = t.outIsTTY && !dumb && getenv("NO_COLOR") == ""
	if width, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && width > 20 {
		t.width = width
	}
	return t
}

// reader is the command that starts a reader of files; empty when this program does not know its own path.
func (t *terminal) reader() []string {
	if t.self == "" {
		return nil
	}
	return []string{t.self, app.ReaderWord}
}

// complain says what went wrong, then what to do.
func (t *terminal) complain(sentence, next string) {
	fmt.Fprintln(t.err, "solidaire: "+printable(sentence))
	if next != "" {
		fmt.Fprintln(t.err, "→ "+printable(next))
	}
}

// bold marks a title on a terminal that shows colours.
func (t *terminal) bold(text string) string { return t.dress(text, "1") }

// faint marks what matters less.
func (t *terminal) faint(text string) string { return t.dress(text, "2") }

func (t *terminal) dress(text, code string) string {
	if !t.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// printable takes out of a text what could drive a terminal or deceive its reader: documents, names and servers are not
// trusted to leave it alone. Line breaks become spaces.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, text)
}

// passage is printable line by line: a quotation keeps its lines.
func passage(text, indent string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(printable(line), " ")
	}
	return strings.Join(lines, "\n"+indent)
}
