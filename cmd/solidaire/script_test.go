package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"solidaire": main})
}

// TestScripts runs the program as people and scripts do: internal/e2e/testdata/script says what it promises them.
// There is neither network nor engine.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "internal", "e2e", "testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("SOLIDAIRE_LANG", "fr")
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			e.Values[held] = &holder{environ: e.Vars}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "start": start, "stop": stop, "field": field, "tamper": tamper, "envfile": envfile, "gguf": gguf,
		},
	})
}

// exits CODE PROGRAM ARGS… runs a program that must end with the code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS…")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			ts.Check(err)
		}
		got = ended.ExitCode()
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// background is the server of a script.
type background struct {
	command *exec.Cmd
	more    chan string // what stdout says after its one line
	log     bytes.Buffer
}

// held is where a script keeps its server.
const held = "server"

type holder struct {
	environ []string
	*background
}

// start PROGRAM ARGS… runs a server and waits for its one line, the way in. Its address is then in SERVER and ADDR.
func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start PROGRAM ARGS…")
	}
	b := &background{command: exec.Command(args[0], args[1:]...), more: make(chan string, 1)}
	b.command.Dir, b.command.Env, b.command.Stderr = ts.MkAbs("."), ts.Value(held).(*holder).environ, &b.log
	out, err := b.command.StdoutPipe()
	ts.Check(err)
	ts.Check(b.command.Start())
	ts.Defer(func() { b.command.Process.Kill() })
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		b.command.Wait()
		ts.Fatalf("no line: %s", b.log.String())
	}
	go func() {
		rest := new(strings.Builder)
		lines.WriteTo(rest)
		b.more <- rest.String()
	}()
	link, err := url.Parse(strings.TrimSpace(line))
	ts.Check(err)
	ts.Setenv("SERVER", link.Scheme+"://"+link.Host)
	ts.Setenv("ADDR", link.Host)
	ts.Value(held).(*holder).background = b
}

// stop interrupts the server as Ctrl-C does. It must end well, having said nothing more.
func stop(ts *testscript.TestScript, neg bool, args []string) {
	b := ts.Value(held).(*holder).background
	if neg || len(args) > 0 || b == nil {
		ts.Fatalf("usage: stop, after start")
	}
	ts.Check(b.command.Process.Signal(syscall.SIGINT))
	if more := <-b.more; more != "" {
		ts.Fatalf("the server says more than its one line: %q", more)
	}
	if err := b.command.Wait(); err != nil {
		ts.Fatalf("the server ended with %v:\n%s", err, b.log.String())
	}
}

// field VARIABLE NAME takes a text field of the JSON object that the last command wrote.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: field VARIABLE NAME")
	}
	var object map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &object))
	for _, name := range strings.Split(args[1], ".") {
		if inner, ok := object[name].(map[string]any); ok {
			object = inner
			continue
		}
		text, ok := object[name].(string)
		if !ok {
			ts.Fatalf("no text %s in %v", args[1], object)
		}
		ts.Setenv(args[0], text)
	}
}

// tamper FROM TO FIELD copies a receipt with one byte of a field changed.
func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: tamper FROM TO FIELD")
	}
	var receipt map[string]string
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &receipt))
	raw, err := base64.StdEncoding.DecodeString(receipt[args[2]])
	ts.Check(err)
	raw[len(raw)/2] ^= 1
	receipt[args[2]] = base64.StdEncoding.EncodeToString(raw)
	altered, err := json.Marshal(receipt)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), altered, 0o600))
}

// envfile VARIABLE FILE sets a variable to the one line of a file.
func envfile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: envfile VARIABLE FILE")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile(args[1])))
}

// gguf FILE ARCHITECTURE writes the smallest model file that is one.
func gguf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: gguf FILE ARCHITECTURE")
	}
	file := []byte("GGUF")
	number := func(size int, n uint64) {
		for i := range size {
			file = append(file, byte(n>>(8*i)))
		}
	}
	text := func(s string) { number(8, uint64(len(s))); file = append(file, s...) }
	number(4, 3) // version
	number(8, 1) // tensors
	number(8, 1) // entries
	text("general.architecture")
	number(4, 8) // a text
	text(args[1])
	text("token_embd.weight")
	number(4, 1)  // dimensions
	number(8, 32) // its size
	number(4, 0)  // f32
	number(8, 0)  // offset
	for len(file)%32 != 0 {
		file = append(file, 0)
	}
	file = append(file, make([]byte, 32*4)...)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), file, 0o600))
}
