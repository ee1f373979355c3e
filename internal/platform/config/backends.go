package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Whole is the value of Replies that asks for whole answers where the caller wants one.
const Whole = "whole"

// maxBackends bounds both lists: of servers, and of the models of one.
const maxBackends = 256

// Backend is one server that answers beside the engines of this machine.
type Backend struct {
	// Name is how people, receipts and figures call the server.
	Name string
	// URL is its address, without the path of a dialect.
	URL string
	// Dialect is what it speaks: openai, anthropic or ollama.
	Dialect string
	// Replies is how it is asked for an answer that its caller wants whole: streamed, or Whole. See models.Model.
	Replies string
	// KeyFile is a file that holds its key.
	KeyFile string
	// Models are the only ones to use, and what is known of them. Empty: all that the server lists.
	Models []BackendModel
}

// BackendModel is what an operator knows of a model. What is left out is asked of the server, or unknown.
type BackendModel struct {
	// Name is what the server calls it.
	Name string
	// Alias is what people call it, when that is another name.
	Alias string
	// Kind is what it is for: chat, embedding, rerank, transcription or speech.
	Kind string
	// Context is how many tokens it reads.
	Context int64
	// Parameters is its size, as 7B or 350M: what "the smallest model first" goes by.
	Parameters int64
	// Tools says whether it calls functions.
	Tools *bool
	// Vision says whether it sees images.
	Vision *bool
	// Thinking says whether it can think aloud first, and leave it.
	Thinking *bool
	// Languages are the two-letter codes of those in which it writes well, divided by spaces.
	Languages string
}

func newBackend() Backend { return Backend{Dialect: "openai", Replies: "streamed"} }

func backendKeys(b *Backend) []key {
	return []key{
		text("name", &b.Name, backendName),
		text("url", &b.URL, filledWebAddress),
		text("dialect", &b.Dialect, oneOf("openai", "anthropic", "ollama")),
		text("replies", &b.Replies, oneOf("streamed", Whole)),
		text("key_file", &b.KeyFile, anything),
	}
}

func backendModelKeys(m *BackendModel) []key {
	return []key{
		text("name", &m.Name, notEmpty),
		text("alias", &m.Alias, anything),
		text("kind", &m.Kind, oneOf("", "chat", "embedding", "rerank", "transcription", "speech")),
		count("context", &m.Context),
		count("parameters", &m.Parameters),
		maybe("tools", &m.Tools),
		maybe("vision", &m.Vision),
		maybe("thinking", &m.Thinking),
		text("languages", &m.Languages, languages),
	}
}

// BackendKeys lists the keys of one entry of backends, and of one of its models, for the manual.
func BackendKeys() []Key {
	var all []Key
	b := newBackend()
	for _, k := range backendKeys(&b) {
		all = append(all, Key{Name: k.name, Default: k.get(), About: "config.key.backends." + k.name})
	}
	all = append(all, Key{Name: "models", About: "config.key.backends.models"})
	for _, k := range backendModelKeys(&BackendModel{}) {
		all = append(all, Key{Name: "models." + k.name, Default: k.get(), About: "config.key.backends.models." + k.name})
	}
	return all
}

// Key returns the server's key; "" when it needs none.
func (b Backend) Key() (string, error) {
	if b.KeyFile == "" {
		return "", nil
	}
	return readSecret(b.KeyFile)
}

// backendList is the key of the whole list, given as YAML on one line by the environment or the command line.
func backendList(name string, to *[]Backend) key {
	return key{name: name, get: func() string { return "" }, set: func(v string) *core.Error {
		var document yaml.Node
		if err := yaml.Unmarshal([]byte(v), &document); err != nil || len(document.Content) > 1 {
			return invalid("errors.config_not_list")
		}
		if len(document.Content) == 0 {
			*to = nil
			return nil
		}
		f := file{name: variable(name), seen: map[string]bool{}}
		list, err := f.backends(document.Content[0], name)
		if err != nil {
			return core.AsError(err)
		}
		*to = list
		return nil
	}}
}

// backends reads the list of servers at a path.
func (f *file) backends(node *yaml.Node, path string) ([]Backend, error) {
	var list []Backend
	err := f.list(node, path, func(i int, item *yaml.Node, at string) error {
		b := newBackend()
		err := f.item(item, at, backendKeys(&b), map[string]func(*yaml.Node, string) error{
			"models": func(node *yaml.Node, at string) (err error) {
				b.Models, err = f.backendModels(node, at)
				return err
			},
		})
		if err != nil {
			return err
		}
		for _, missing := range []struct{ key, value string }{{"name", b.Name}, {"url", b.URL}} {
			if missing.value == "" {
				return core.E(core.Invalid, "errors.config_missing", core.Args{"Key": at + "." + missing.key, "Origin": f.at(item.Line)})
			}
		}
		if slices.ContainsFunc(list, func(other Backend) bool { return other.Name == b.Name }) {
			return core.E(core.Invalid, "errors.config_name_twice", core.Args{"Key": at + ".name", "Origin": f.at(item.Line), "Name": b.Name})
		}
		list = append(list, b)
		return nil
	})
	return list, err
}

func (f *file) backendModels(node *yaml.Node, path string) ([]BackendModel, error) {
	var list []BackendModel
	err := f.list(node, path, func(i int, item *yaml.Node, at string) error {
		var m BackendModel
		if err := f.item(item, at, backendModelKeys(&m), nil); err != nil {
			return err
		}
		if m.Name == "" {
			return core.E(core.Invalid, "errors.config_missing", core.Args{"Key": at + ".name", "Origin": f.at(item.Line)})
		}
		list = append(list, m)
		return nil
	})
	return list, err
}

// list reads a YAML list of bounded length.
func (f *file) list(node *yaml.Node, path string, read func(i int, item *yaml.Node, at string) error) error {
	if node.Kind != yaml.SequenceNode || len(node.Content) > maxBackends {
		return core.E(core.Invalid, "errors.config_not_list", core.Args{"Key": path, "Origin": f.at(node.Line)})
	}
	for i, item := range node.Content {
		if err := read(i, item, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

// item reads one entry of a list: plain values under the keys, and what the nested readers take.
func (f *file) item(node *yaml.Node, path string, keys []key, nested map[string]func(*yaml.Node, string) error) error {
	if node.Kind != yaml.MappingNode {
		return core.E(core.Invalid, "errors.config_not_group", core.Args{"Key": path, "Origin": f.at(node.Line)})
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		full := path + "." + name.Value
		args := core.Args{"Key": full, "Origin": f.at(name.Line)}
		switch read := nested[name.Value]; {
		case name.Kind != yaml.ScalarNode:
			return f.syntax(nil, name.Line)
		case f.seen[full]:
			return core.E(core.Invalid, "errors.config_key_twice", args)
		case read != nil:
			if err := read(value, full); err != nil {
				return err
			}
		case !slices.ContainsFunc(keys, func(k key) bool { return k.name == name.Value }):
			return core.E(core.Invalid, "errors.config_key_unknown", args)
		case value.Kind != yaml.ScalarNode || value.Tag == "!!null":
			return core.E(core.Invalid, "errors.config_not_plain", args)
		default:
			if err := setIn(keys, path+".", name.Value, value.Value, f.at(value.Line)); err != nil {
				return err
			}
		}
		f.seen[full] = true
	}
	return nil
}

// backendName accepts what is safe in a receipt, a label and before a slash.
func backendName(v string) *core.Error {
	for i, c := range []byte(v) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || c != '-' && c != '_' && c != '.') {
			return invalid("errors.config_not_name")
		}
	}
	if v == "" || len(v) > 40 || v == "local" || v == "engine" || v == "auto" {
		return invalid("errors.config_not_name")
	}
	return nil
}

func filledWebAddress(v string) *core.Error {
	if v == "" {
		return invalid("errors.config_not_url")
	}
	return webAddress(v)
}

func languages(v string) *core.Error {
	for code := range strings.FieldsSeq(v) {
		if len(code) != 2 || strings.ToLower(code) != code {
			return invalid("errors.config_not_languages")
		}
	}
	return nil
}
