// Package memorygit reads the documents of a branch of a Git repository, through the program git.
//
// Promises: git asks nothing, runs no hook, reads no configuration but ours, and speaks only protocols that are
// safe to speak; a password reaches it by its environment alone, never by the command line; time and disk are
// bounded; each document has the date of the commit that last changed it.
package memorygit

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

const (
	example       = "https://forge.exemple.coop/coop/reglements.git"
	fetchPatience = 15 * time.Minute
	localPatience = time.Minute
	maxMirror     = 4 << 30
	sizeBeat      = time.Second
	maxTree       = 256 << 20 // of a listing
	branchRef     = "refs/heads/source"
)

// Connector satisfies memory.Connector.
type Connector struct {
	dir     string
	allowed func(dir string) error
}

var _ memory.Connector = (*Connector)(nil)

// New makes the connector. Mirrors are kept under dir; allowed says whether a repository of this machine may be
// read.
func New(dir string, allowed func(dir string) error) *Connector {
	return &Connector{dir: dir, allowed: allowed}
}

// Kind names it.
func (c *Connector) Kind() memory.SourceKind { return memory.Git }

// Fields are its settings.
func (c *Connector) Fields() []memory.Field {
	return []memory.Field{
		{Name: "url", Kind: memory.TextField, Required: true, Example: example},
		{Name: "branch", Kind: memory.TextField, Example: "main"},
		{Name: "folder", Kind: memory.TextField, Example: "docs"},
		{Name: "user", Kind: memory.TextField},
		{Name: "password", Kind: memory.SecretField},
	}
}

// Connect brings the branch here.
func (c *Connector) Connect(ctx context.Context, given memory.Connection) (memory.Origin, error) {
	program, err := exec.LookPath("git")
	if err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.source_git_missing", nil)
	}
	address, err := c.address(given.Value("url"))
	if err != nil {
		return nil, err
	}
	branch, folder := given.Value("branch"), strings.Trim(filepath.ToSlash(filepath.Clean("/"+given.Value("folder"))), "/")
	if branch != "" && !safeBranch(branch) {
		return nil, core.E(core.Invalid, "errors.source_setting_invalid", core.Args{"Field": "branch"})
	}
	r := &repository{program: program, folder: folder, env: environment(address, given)}
	if given.Source == "" {
		r.temporary = true
		r.dir, err = os.MkdirTemp("", "solidaire-git-")
	} else {
		r.dir = filepath.Join(c.dir, string(given.Source)+".git")
		err = os.MkdirAll(r.dir, 0o700)
	}
	if err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.memory_inbox_unusable", nil)
	}
	if err := r.fetch(ctx, address, branch); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Forget removes the mirror of a source.
func (c *Connector) Forget(source core.ID) error {
	return os.RemoveAll(filepath.Join(c.dir, string(source)+".git"))
}

func safeBranch(name string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}$`).MatchString(name) && !strings.Contains(name, "..")
}

// address admits what git may be given: no option, no command, no password.
func (c *Connector) address(text string) (string, error) {
	wrong := core.E(core.Invalid, "errors.source_address", core.Args{"Example": example})
	u, err := url.Parse(text)
	if err != nil {
		return "", wrong
	}
	_, password := u.User.Password()
	switch {
	case password || u.Fragment != "":
		return "", wrong
	case u.Scheme == "file" || u.Scheme == "" && filepath.IsAbs(text):
		real, err := filepath.EvalSymlinks(u.Path)
		if err != nil {
			return "", core.Wrap(err, core.Unavailable, "errors.source_not_found", nil)
		}
		return "file://" + real, c.allowed(real)
	case u.Host == "" || strings.HasPrefix(u.Host, "-") || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "ssh" && u.Scheme != "git":
		return "", wrong
	case u.Scheme != "ssh" && u.User != nil:
		return "", wrong
	}
	return u.String(), nil
}

// needed is what git must have of the environment that we run in.
func needed(environ []string) []string {
	var out []string
	for _, pair := range environ {
		switch name, _, _ := strings.Cut(pair, "="); name {
		case "PATH", "HOME", "SSH_AUTH_SOCK", "http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY":
			out = append(out, pair)
		}
	}
	return out
}

// environment is what git is told beside.
func environment(address string, given memory.Connection) []string {
	env := []string{
		"LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_ALLOW_PROTOCOL=https:http:ssh:git:file", "GIT_SSH_COMMAND=ssh -oBatchMode=yes",
		"GIT_CONFIG_COUNT=3", "GIT_CONFIG_KEY_0=core.hooksPath", "GIT_CONFIG_VALUE_0=" + os.DevNull,
		"GIT_CONFIG_KEY_1=http.followRedirects", "GIT_CONFIG_VALUE_1=initial", "GIT_CONFIG_KEY_2=gc.auto", "GIT_CONFIG_VALUE_2=0",
	}
	if password := given.Value("password"); password != "" && strings.HasPrefix(address, "http") {
		basic := base64.StdEncoding.EncodeToString([]byte(given.Value("user") + ":" + password))
		env = append(env, "GIT_CONFIG_COUNT=4", "GIT_CONFIG_KEY_3=http."+address+".extraHeader", "GIT_CONFIG_VALUE_3=Authorization: Basic "+basic)
	}
	return env
}

// repository is a bare mirror of one branch.
type repository struct {
	program, dir, folder string
	temporary            bool
	env                  []string

	mu    sync.Mutex
	blobs map[string]string // path → blob, of the last listing
}

// Close lets a mirror that was only for trying go.
func (r *repository) Close() error {
	if r.temporary {
		return os.RemoveAll(r.dir)
	}
	return nil
}

// fetch makes the mirror what the branch is.
func (r *repository) fetch(ctx context.Context, address, branch string) error {
	if _, err := os.Stat(filepath.Join(r.dir, "HEAD")); errors.Is(err, fs.ErrNotExist) {
		if _, err := r.git(ctx, localPatience, "init", "--quiet", "--bare", "."); err != nil {
			return err
		}
	}
	from := "HEAD"
	if branch != "" {
		from = "refs/heads/" + branch
	}
	watched, stop := r.watch(ctx)
	defer stop()
	_, err := r.git(watched, fetchPatience, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-gc", "--", address, "+"+from+":"+branchRef)
	if context.Cause(watched) == errTooBig(true) {
		return core.E(core.TooLarge, "errors.source_too_many", core.Args{"Max": memory.MaxItems})
	}
	return err
}

type errTooBig bool

func (errTooBig) Error() string { return "the mirror is too big" }

// watch ends a fetch that fills the disk.
func (r *repository) watch(ctx context.Context) (watched context.Context, stop func()) {
	watched, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(sizeBeat)
		defer tick.Stop()
		for {
			select {
			case <-watched.Done():
				return
			case <-tick.C:
				if size(r.dir) > maxMirror {
					cancel(errTooBig(true))
				}
			}
		}
	}()
	return watched, func() { cancel(nil); <-ended }
}

func size(dir string) (total int64) {
	filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error { // what cannot be seen does not count
		if err == nil && !entry.IsDir() {
			if info, err := entry.Info(); err == nil {
				total += info.Size()
			}
		}
		return nil
	})
	return total
}

// git runs the program and gives what it writes.
func (r *repository) git(ctx context.Context, patience time.Duration, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	command := exec.CommandContext(ctx, r.program, args...)
	command.Dir, command.WaitDelay = r.dir, 5*time.Second
	command.Env = append(append(needed(command.Environ()), r.env...), "GIT_DIR="+r.dir)
	var out, said capped
	out.left, said.left = maxTree, 4<<10
	command.Stdout, command.Stderr = &out, &said
	err := command.Run()
	switch {
	case err == nil && out.left <= 0:
		return nil, core.E(core.TooLarge, "errors.source_too_many", core.Args{"Max": memory.MaxItems})
	case err == nil:
		return out.Bytes(), nil
	case errors.Is(ctx.Err(), context.Canceled):
		return nil, core.Wrap(err, core.Cancelled, "errors.cancelled", nil)
	}
	return nil, refusal(err, said.String())
}

// capped keeps the first bytes and lets the rest pass.
type capped struct {
	bytes.Buffer
	left int
}

// Write keeps what fits.
func (c *capped) Write(p []byte) (int, error) {
	if n := min(len(p), c.left); n > 0 {
		c.Buffer.Write(p[:n])
	}
	c.left -= len(p)
	return len(p), nil
}

// refusal reads why git failed. Its words are not for people, and may hold an address: they go nowhere.
func refusal(err error, said string) error {
	key := "errors.source_unreachable"
	switch {
	case strings.Contains(said, "Authentication failed") || strings.Contains(said, "could not read Username") || strings.Contains(said, "Permission denied") || strings.Contains(said, "403"):
		key = "errors.source_refused"
	case strings.Contains(said, "couldn't find remote ref") || strings.Contains(said, "not found") || strings.Contains(said, "does not appear to be a git repository"):
		key = "errors.source_not_found"
	case strings.Contains(said, "dubious ownership"):
		key = "errors.source_refused"
	case strings.Contains(said, "No space left"):
		key = "errors.memory_disk_full"
	}
	return core.Wrap(err, core.Unavailable, key, nil)
}

// List gives the files of the branch.
func (r *repository) List(ctx context.Context, found func(memory.SourceItem) error) error {
	args := []string{"ls-tree", "-r", "-z", "-l", "--full-tree", branchRef}
	if r.folder != "" {
		args = append(args, "--", r.folder+"/")
	}
	out, err := r.git(ctx, localPatience, args...)
	if err != nil {
		return err
	}
	blobs := map[string]string{}
	for line := range strings.SplitSeq(string(out), "\x00") {
		item, ok := parseEntry(line)
		if !ok {
			continue
		}
		blobs[item.Key] = item.Fingerprint
		if err := found(item); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.blobs = blobs
	return nil
}

// parseEntry reads « mode blob hash size TAB path ». Links and modules are no documents.
func parseEntry(line string) (memory.SourceItem, bool) {
	about, path, found := strings.Cut(line, "\t")
	fields := strings.Fields(about)
	if !found || len(fields) != 4 || fields[0] != "100644" && fields[0] != "100755" || fields[1] != "blob" {
		return memory.SourceItem{}, false
	}
	size, err := strconv.ParseInt(fields[3], 10, 64)
	return memory.SourceItem{Key: path, Path: path, Fingerprint: fields[2], Size: size}, err == nil
}

// Read gives a file and the date of the commit that last changed it.
func (r *repository) Read(ctx context.Context, item memory.SourceItem, known string) (memory.Content, error) {
	r.mu.Lock()
	blob, there := r.blobs[item.Key]
	r.mu.Unlock()
	switch {
	case !there:
		return memory.Content{}, core.E(core.NotFound, "errors.source_item_gone", nil)
	case blob == known:
		return memory.Content{Unchanged: true}, nil
	case item.Size > memory.MaxFileBytes:
		return memory.Content{}, core.E(core.TooLarge, "errors.memory_file_large", core.Args{"Size": memory.MaxFileBytes})
	}
	data, err := r.git(ctx, localPatience, "cat-file", "blob", blob)
	if err != nil {
		return memory.Content{}, err
	}
	content := memory.Content{Body: io.NopCloser(bytes.NewReader(data)), Fingerprint: blob}
	said, err := r.git(ctx, localPatience, "log", "-1", "--format=%ct", branchRef, "--", ":(literal)"+item.Key)
	if err != nil {
		return memory.Content{}, err
	}
	if at, err := strconv.ParseInt(strings.TrimSpace(string(said)), 10, 64); err == nil {
		content.Modified = time.Unix(at, 0).UTC()
	}
	return content, nil
}
