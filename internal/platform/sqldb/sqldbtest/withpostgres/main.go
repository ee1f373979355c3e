// Command withpostgres runs a command beside a real PostgreSQL server made for it in a temporary
// directory, with SOLIDAIRE_TEST_POSTGRES set to its address, and removes the server afterwards.
//
//	withpostgres go test ./...
//
// The server's programs are looked for in the directory named by SOLIDAIRE_TEST_POSTGRES_BIN, then
// where Debian puts them. PostgreSQL refuses to run as root: as root, it runs as "nobody".
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"syscall"

	"github.com/solidaire-coop/solidaire/internal/platform/sqldb/sqldbtest"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

func run(command []string) (int, error) {
	if len(command) == 0 {
		return 0, errors.New("usage: withpostgres COMMAND [ARGUMENT…]")
	}
	bin, err := binaries()
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "solidaire-pg-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	server := server{bin: bin, dir: dir}
	if err := server.start(); err != nil {
		return 0, err
	}
	defer server.stop()
	return runCommand(command, server.dsn())
}

func binaries() (string, error) {
	if bin := os.Getenv("SOLIDAIRE_TEST_POSTGRES_BIN"); bin != "" {
		return bin, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return "", errors.New("no PostgreSQL found: install Debian's package postgresql, or set SOLIDAIRE_TEST_POSTGRES_BIN")
	}
	sort.Strings(found)
	return filepath.Dir(found[len(found)-1]), nil
}

type server struct{ bin, dir string }

// start makes a cluster without durability (it lives for one test run) that listens only on a Unix
// socket in its own directory.
func (s server) start() error {
	if os.Getuid() == 0 {
		if err := os.Chown(s.dir, nobody, nobody); err != nil {
			return err
		}
	}
	data := filepath.Join(s.dir, "data")
	if err := s.do("initdb", "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"); err != nil {
		return err
	}
	options := fmt.Sprintf("-c listen_addresses='' -c unix_socket_directories='%s' -c fsync=off -c max_connections=200", s.dir)
	return s.do("pg_ctl", "-D", data, "-w", "-l", filepath.Join(s.dir, "log"), "-o", options, "start")
}

func (s server) stop() {
	if err := s.do("pg_ctl", "-D", filepath.Join(s.dir, "data"), "-m", "immediate", "-w", "stop"); err != nil {
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
	}
}

func (s server) dsn() string {
	return "postgres://test@/postgres?host=" + s.dir
}

const nobody = 65534

func (s server) do(program string, args ...string) error {
	cmd := exec.Command(filepath.Join(s.bin, program), args...)
	cmd.Dir = s.dir
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	log, err := os.CreateTemp("", "solidaire-pg-out-")
	if err != nil {
		return err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log // a file: the server keeps a pipe open for ever
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s: %w\n%s", program, err, strings.TrimSpace(string(said)))
	}
	return nil
}

func runCommand(command []string, dsn string) (int, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), sqldbtest.EnvDSN+"="+dsn)
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}
