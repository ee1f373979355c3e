package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// peer is another gateway, installed by whoever measures; bench/peers.md tells how.
type peer struct {
	Name    string            `json:"name"` // with its version
	Command []string          `json:"command"`
	Files   map[string]string `json:"files"` // written beside it before it starts
	Env     map[string]string `json:"env"`
	Addr    string            `json:"addr"`
	Ready   string            `json:"ready"` // path that answers 200 once it is ready
	Path    string            `json:"path"`  // of chat completions
	Model   string            `json:"model"` // as it calls the mock's
	Header  map[string]string `json:"header"`
}

// readPeers reads the file that says how each peer is started. {MOCK} in it becomes the address of the mock.
func readPeers(path, mock string) ([]peer, error) {
	if path == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []peer
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(raw), "{MOCK}", mock)), &list); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

// startPeers starts them all, in the directory that holds them. One that does not start is reported and left out: that too is a result.
func startPeers(ctx context.Context, list []peer, installed, dir string, r *report) (targets []target, stop func()) {
	var running []*process
	for i, p := range list {
		env := os.Environ()
		for name, value := range p.Env {
			env = append(env, name+"="+value)
		}
		started, err := p.start(ctx, fmt.Sprintf("peer%d", i), installed, dir, env)
		if err != nil {
			r.absent = append(r.absent, fmt.Sprintf("%s did not start: %.300s", p.Name, err))
			continue
		}
		running = append(running, started)
		targets = append(targets, target{name: p.Name, addr: p.Addr, path: p.Path, model: p.Model, header: p.Header, process: started, peer: true})
	}
	return targets, func() {
		for _, p := range running {
			p.stop()
		}
	}
}

func (p peer) start(ctx context.Context, name, installed, dir string, env []string) (*process, error) {
	for file, content := range p.Files {
		if err := os.WriteFile(filepath.Join(installed, file), []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	return startIn(ctx, name, p.Addr, p.Ready, dir, installed, env, p.Command[0], p.Command[1:]...)
}
