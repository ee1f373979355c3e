// Package energyrapl reads the energy counters of Intel and AMD processors that Linux shows under
// /sys/class/powercap: the packages, and the memory where it is counted apart.
//
// They cover the processor, not the power supply, fans and disks: figures are metered-partial. Since
// Linux 5.10 only root may read them unless a rule says otherwise; the error says so. Counters start again
// at a range that the kernel names; a counter that starts again twice between two readings (at least ten
// minutes on current processors) would go unseen, and the meter reads once a minute.
package energyrapl

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
)

// Root is where Linux shows the counters; see Find.
const Root = "/sys/class/powercap"

// zoneName matches a package (intel-rapl:0) or a part of one (intel-rapl:0:2). intel-rapl-mmio:0 shows the
// same package a second time and must not be counted again.
var zoneName = regexp.MustCompile(`^intel-rapl:\d{1,4}(:\d{1,4})?$`)

// counter is one zone.
type counter struct {
	dir   string // in the probe's files
	name  string // "package-0", "dram"
	span  uint64 // the counter starts again at zero after this value
	last  uint64
	based bool // last is good
}

// Probe sums the counters. Safe for concurrent use.
type Probe struct {
	files    fs.FS
	mu       sync.Mutex
	counters []counter
	total    uint64
}

var _ energy.Probe = (*Probe)(nil)

// Find looks for readable counters in files, os.DirFS(Root) on a real machine. Its error, core.Unavailable,
// says why there are none.
func Find(files fs.FS) (energy.Probe, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, core.Wrap(err, core.Unavailable, "errors.energy_no_counter", nil)
	}
	p := &Probe{files: files}
	for _, e := range entries {
		if !zoneName.MatchString(e.Name()) {
			continue
		}
		c, counted, err := open(files, e.Name())
		if err != nil {
			return nil, refuse(err)
		}
		if counted {
			p.counters = append(p.counters, c)
		}
	}
	if len(p.counters) == 0 {
		return nil, core.E(core.Unavailable, "errors.energy_no_counter", nil)
	}
	if _, err := p.Read(); err != nil {
		return nil, refuse(err)
	}
	return p, nil
}

func refuse(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return core.Wrap(err, core.Unavailable, "errors.energy_counter_forbidden", nil)
	}
	return core.Wrap(err, core.Unavailable, "errors.energy_counter_unreadable", nil)
}

// open reads what a zone is. Cores and graphics are inside their package, and the platform zone (psys) is
// around it: none of these is counted.
func open(files fs.FS, dir string) (c counter, counted bool, err error) {
	name, err := readLine(files, path.Join(dir, "name"))
	if err != nil {
		return c, false, err
	}
	if !strings.HasPrefix(name, "package-") && name != "dram" {
		return c, false, nil
	}
	span, err := readNumber(files, path.Join(dir, "max_energy_range_uj"))
	if err == nil && span == 0 {
		err = fmt.Errorf("%s: the range of the counter is zero", dir)
	}
	return counter{dir: dir, name: name, span: span}, true, err
}

// Read implements energy.Probe.
func (p *Probe) Read() (uint64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := make([]uint64, len(p.counters))
	for i, c := range p.counters {
		value, err := readNumber(p.files, path.Join(c.dir, "energy_uj"))
		if err == nil && value > c.span {
			err = fmt.Errorf("%s: %d is past the range of the counter", c.dir, value)
		}
		if err != nil {
			p.rebase()
			return p.total, err
		}
		now[i] = value
	}
	for i := range p.counters {
		p.total += p.counters[i].since(now[i])
	}
	return p.total, nil
}

// rebase forgets where the counters were: what they count until the next good reading is lost.
func (p *Probe) rebase() {
	for i := range p.counters {
		p.counters[i].based = false
	}
}

// since is what was counted since the last reading.
func (c *counter) since(now uint64) uint64 {
	last, based := c.last, c.based
	c.last, c.based = now, true
	switch {
	case !based:
		return 0
	case now < last: // it started again
		return now + (c.span - last)
	}
	return now - last
}

// Describe implements energy.Probe.
func (p *Probe) Describe() energy.ProbeFacts {
	facts := energy.ProbeFacts{Name: "rapl", Scope: energy.ScopePackage, Label: core.EnergyMeteredPartial}
	for _, c := range p.counters {
		facts.Parts = append(facts.Parts, c.name)
		if c.name == "dram" {
			facts.Scope = energy.ScopePackageMemory
		}
	}
	slices.Sort(facts.Parts)
	return facts
}

// longest bounds one file of the kernel.
const longest = 128

func readLine(files fs.FS, name string) (string, error) {
	f, err := files.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, longest))
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(raw)), nil
}

func readNumber(files fs.FS, name string) (uint64, error) {
	line, err := readLine(files, name)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(line, 10, 62) // two of them can be added
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return n, nil
}
