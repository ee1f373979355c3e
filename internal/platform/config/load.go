package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// MaxFileBytes bounds the configuration file and each secret file.
const MaxFileBytes = 64 << 10

// Load reads the file at path, "" for none, then the environment (os.Environ()). It fails with core.Invalid.
func Load(path string, environ []string) (Config, error) {
	c := Default()
	if path != "" {
		if err := c.loadFile(path); err != nil {
			return Default(), err
		}
	}
	if err := c.loadEnvironment(environ); err != nil {
		return Default(), err
	}
	if err := c.agrees(); err != nil {
		return Default(), err
	}
	return c, nil
}

// agrees looks at values that go together.
func (c *Config) agrees() error {
	switch {
	case c.DatabaseURL != "" && c.DatabaseFile != "":
		return core.E(core.Invalid, "errors.config_two_databases", core.Args{})
	case c.Energy.CarbonGramsPerKwh > 0 && strings.TrimSpace(c.Energy.CarbonSource) == "":
		return core.E(core.Invalid, "errors.config_carbon_source", core.Args{})
	}
	return nil
}

func (c *Config) loadEnvironment(environ []string) error {
	values := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		values[name] = value
	}
	for _, k := range keys(c) {
		if value, ok := values[variable(k.name)]; ok {
			if err := c.set(k.name, value, variable(k.name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Config) loadFile(path string) error {
	raw, err := readBounded(path)
	if err != nil {
		return err
	}
	return c.parse(filepath.Base(path), raw)
}

// parse reads YAML strictly: one document, of mappings and plain values only.
func (c *Config) parse(name string, raw []byte) error {
	f := file{name: name, into: c, seen: map[string]bool{}}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	var document, more yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF): // nothing but comments
		return nil
	case err != nil:
		return f.syntax(err, lineOf(err))
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return f.syntax(err, max(more.Line, 1))
	}
	if len(document.Content) != 1 {
		return f.syntax(nil, document.Line)
	}
	if root := document.Content[0]; root.Tag == "!!null" {
		return nil
	}
	return f.mapping(document.Content[0], "")
}

// file is a configuration file being read.
type file struct {
	name string
	into *Config
	seen map[string]bool
}

func (f *file) at(line int) string { return fmt.Sprintf("%s:%d", f.name, line) }

func (f *file) syntax(cause error, line int) error {
	return core.Wrap(cause, core.Invalid, "errors.config_syntax", core.Args{"Origin": f.at(line)})
}

var inMessage = regexp.MustCompile(`line (\d+)`)

// lineOf finds the line that the YAML library names in its message, the only place where it does.
func lineOf(err error) int {
	found := inMessage.FindStringSubmatch(err.Error())
	if found == nil {
		return 1
	}
	line, err := strconv.Atoi(found[1])
	if err != nil {
		return 1
	}
	return line
}

func (f *file) mapping(node *yaml.Node, path string) error {
	if node.Kind != yaml.MappingNode {
		if path == "" {
			return f.syntax(nil, node.Line)
		}
		return core.E(core.Invalid, "errors.config_not_group", core.Args{"Key": strings.TrimSuffix(path, "."), "Origin": f.at(node.Line)})
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if err := f.entry(path+node.Content[i].Value, node.Content[i], node.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) entry(name string, key, value *yaml.Node) error {
	args := core.Args{"Key": name, "Origin": f.at(key.Line)}
	if key.Kind != yaml.ScalarNode {
		return f.syntax(nil, key.Line)
	}
	if f.seen[name] {
		return core.E(core.Invalid, "errors.config_key_twice", args)
	}
	f.seen[name] = true
	if name == "backends" {
		list, err := f.backends(value, name)
		f.into.Backends = list
		return err
	}
	if isGroup(name) {
		return f.mapping(value, name+".")
	}
	if !isKey(name) {
		return core.E(core.Invalid, "errors.config_key_unknown", args)
	}
	if value.Kind != yaml.ScalarNode || value.Tag == "!!null" {
		return core.E(core.Invalid, "errors.config_not_plain", args)
	}
	return f.into.set(name, value.Value, f.at(value.Line))
}

func isKey(name string) bool {
	for _, k := range keys(&Config{}) {
		if k.name == name {
			return true
		}
	}
	return false
}

func isGroup(name string) bool {
	for _, k := range keys(&Config{}) {
		if strings.HasPrefix(k.name, name+".") {
			return true
		}
	}
	return false
}

// Database returns the address of the database, read from its file when it is given so; "" is SQLite in
// the data directory.
func (c Config) Database() (string, error) {
	if c.DatabaseFile == "" {
		return c.DatabaseURL, nil
	}
	address, err := readSecret(c.DatabaseFile)
	if err == nil && databaseAddress(address) != nil {
		err = core.E(core.Invalid, "errors.config_not_database", core.Args{"Key": "database_file", "Origin": filepath.Base(c.DatabaseFile)})
	}
	if err != nil {
		return "", err
	}
	return address, nil
}

// TelemetryKey returns the Authorization header for the collector; "" when it needs none.
func (c Config) TelemetryKey() (string, error) {
	if c.Telemetry.KeyFile == "" {
		return "", nil
	}
	return readSecret(c.Telemetry.KeyFile)
}

// MailPassword returns the password of the mail server; "" when it needs none.
func (c Config) MailPassword() (string, error) {
	if c.Mail.PasswordFile == "" {
		return "", nil
	}
	return readSecret(c.Mail.PasswordFile)
}

// EngineKey returns the key of the engine's server; "" when it needs none.
func (c Config) EngineKey() (string, error) {
	if c.Engine.KeyFile == "" {
		return "", nil
	}
	return readSecret(c.Engine.KeyFile)
}

// readSecret reads a file that holds one secret, on one line.
func readSecret(path string) (string, error) {
	raw, err := readBounded(path)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(raw))
	if secret == "" || strings.ContainsAny(secret, "\x00\r\n") {
		return "", core.E(core.Invalid, "errors.config_secret", core.Args{"File": path})
	}
	return secret, nil
}

func readBounded(path string) ([]byte, error) {
	args := core.Args{"File": path}
	f, err := os.Open(path)
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.config_unreadable", args)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, MaxFileBytes+1))
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.config_unreadable", args)
	}
	if len(raw) > MaxFileBytes {
		args["Limit"] = int64(MaxFileBytes)
		return nil, core.E(core.Invalid, "errors.config_too_large", args)
	}
	return raw, nil
}
