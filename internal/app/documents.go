package app

import (
	"context"
	"io/fs"
	"sort"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/app/demo"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// AddDemo reads the demonstration's documents into the memory; what is already there is left alone. Called before Run it
// waits for no engine.
func (a *App) AddDemo(ctx context.Context, progress func(name string, done, total int)) error {
	var names []string
	err := fs.WalkDir(demo.Documents(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	sort.Strings(names)
	for i, name := range names {
		if progress != nil {
			progress(name, i, len(names))
		}
		if err := a.addDemo(ctx, name); err != nil {
			return err
		}
	}
	if progress != nil {
		progress("", len(names), len(names))
	}
	return nil
}

func (a *App) addDemo(ctx context.Context, name string) error {
	file, err := demo.Documents().Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	report, err := a.memory.Add(ctx, a.organisation.ID, name, time.Time{}, file)
	if err != nil {
		return err
	}
	if report.Problem != nil {
		return core.Wrap(report.Problem, core.Internal, "errors.demo_document", core.Args{"Name": name})
	}
	return nil
}
