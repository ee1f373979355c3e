package energyrapl_test

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/energy"
	"github.com/solidaire-coop/solidaire/internal/energy/energyrapl"
)

// tree is an imagined /sys/class/powercap.
type tree struct {
	t    *testing.T
	root string
}

func newTree(t *testing.T) tree { return tree{t, t.TempDir()} }

func (tr tree) write(zone, file, content string) {
	tr.t.Helper()
	dir := filepath.Join(tr.root, zone)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tr.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o644); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr tree) zone(zone, name string, span, value uint64) {
	tr.write(zone, "name", name+"\n")
	tr.write(zone, "max_energy_range_uj", strconv.FormatUint(span, 10)+"\n")
	tr.count(zone, value)
}

func (tr tree) count(zone string, value uint64) {
	tr.write(zone, "energy_uj", strconv.FormatUint(value, 10)+"\n")
}

func (tr tree) find() energy.Probe {
	tr.t.Helper()
	p, err := energyrapl.Find(os.DirFS(tr.root))
	if err != nil {
		tr.t.Fatal(err)
	}
	return p
}

func wantRead(t *testing.T, p energy.Probe, want uint64) {
	t.Helper()
	if got, err := p.Read(); got != want || err != nil {
		t.Errorf("Read = %d, %v, want %d", got, err, want)
	}
}

func TestPackagesAndMemoryAreAddedUpOnce(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	tr.write("intel-rapl", "enabled", "1") // the control type itself
	tr.zone("intel-rapl:0", "package-0", 1000, 100)
	tr.zone("intel-rapl:0:0", "core", 1000, 100)
	tr.zone("intel-rapl:0:1", "dram", 1000, 100)
	tr.zone("intel-rapl:1", "package-1", 1000, 100)
	tr.zone("intel-rapl:2", "psys", 1000, 100)
	tr.zone("intel-rapl-mmio:0", "package-0", 1000, 100)
	p := tr.find()
	wantRead(t, p, 0)
	for i, zone := range []string{"intel-rapl:0", "intel-rapl:0:0", "intel-rapl:0:1", "intel-rapl:1", "intel-rapl:2", "intel-rapl-mmio:0"} {
		tr.count(zone, 100+1<<i)
	}
	wantRead(t, p, 1+4+8)
	facts := p.Describe()
	if facts.Scope != energy.ScopePackageMemory || facts.Label != core.EnergyMeteredPartial || !slices.Equal(facts.Parts, []string{"dram", "package-0", "package-1"}) {
		t.Errorf("facts %+v", facts)
	}
}

func TestACounterThatStartsAgainGoesOn(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	tr.zone("intel-rapl:0", "package-0", 1000, 990)
	p := tr.find()
	tr.count("intel-rapl:0", 30)
	wantRead(t, p, 40)
	if scope := p.Describe().Scope; scope != energy.ScopePackage {
		t.Errorf("scope %q", scope)
	}
}

// Whatever the increments, as long as none passes the range: the total is their sum.
func TestTotalIsTheSumOfIncrements(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	rapid.Check(t, func(rt *rapid.T) {
		span := rapid.Uint64Range(1, 1<<40).Draw(rt, "span")
		value := rapid.Uint64Range(0, span).Draw(rt, "start")
		tr.zone("intel-rapl:0", "package-0", span, value)
		p := tr.find()
		var sum uint64
		for _, more := range rapid.SliceOfN(rapid.Uint64Range(0, span-1), 0, 5).Draw(rt, "increments") {
			sum += more
			if value += more; value > span {
				value -= span
			}
			tr.count("intel-rapl:0", value)
			if got, err := p.Read(); got != sum || err != nil {
				rt.Fatalf("Read = %d, %v, want %d", got, err, sum)
			}
		}
	})
}

func TestAfterAFaultTheCountGoesOnFromWhereItWas(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(tree){
		"the file vanishes": func(tr tree) { os.Remove(filepath.Join(tr.root, "intel-rapl:1", "energy_uj")) },
		"garbage":           func(tr tree) { tr.write("intel-rapl:1", "energy_uj", "unknown\n") },
		"empty":             func(tr tree) { tr.write("intel-rapl:1", "energy_uj", "") },
		"negative":          func(tr tree) { tr.write("intel-rapl:1", "energy_uj", "-1") },
		"past its range":    func(tr tree) { tr.count("intel-rapl:1", 1001) },
		"endless digits":    func(tr tree) { tr.write("intel-rapl:1", "energy_uj", string(slices.Repeat([]byte("9"), 4096))) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTree(t)
			tr.zone("intel-rapl:0", "package-0", 1000, 100)
			tr.zone("intel-rapl:1", "package-1", 1000, 100)
			p := tr.find()
			tr.count("intel-rapl:0", 150)
			wantRead(t, p, 50)
			tr.count("intel-rapl:0", 300) // lost
			spoil(tr)
			if got, err := p.Read(); got != 50 || err == nil {
				t.Errorf("Read = %d, %v during the fault", got, err)
			}
			tr.count("intel-rapl:1", 900)
			wantRead(t, p, 50)
			tr.count("intel-rapl:0", 310)
			wantRead(t, p, 60)
		})
	}
}

func TestFindSaysWhyNot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		build func(tree)
		want  string
	}{
		"no such folder, as on other systems": {func(tr tree) { os.Remove(tr.root) }, "errors.energy_no_counter"},
		"an empty folder, as in containers":   {func(tree) {}, "errors.energy_no_counter"},
		"only a platform zone":                {func(tr tree) { tr.zone("intel-rapl:0", "psys", 1000, 1) }, "errors.energy_no_counter"},
		"a zone without a name":               {func(tr tree) { tr.count("intel-rapl:0", 1) }, "errors.energy_counter_unreadable"},
		"a range of zero":                     {func(tr tree) { tr.zone("intel-rapl:0", "package-0", 0, 0) }, "errors.energy_counter_unreadable"},
		"garbage for a count": {func(tr tree) {
			tr.zone("intel-rapl:0", "package-0", 1000, 1)
			tr.write("intel-rapl:0", "energy_uj", "x")
		}, "errors.energy_counter_unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTree(t)
			c.build(tr)
			p, err := energyrapl.Find(os.DirFS(tr.root))
			if p != nil || !core.Is(err, core.Unavailable) || core.AsError(err).Key != c.want {
				t.Errorf("Find = %v, %v, want %s", p, err, c.want)
			}
		})
	}
}

// closed refuses one kind of file, as the kernel does to anybody but root.
type closed struct{ fs.FS }

func (c closed) Open(name string) (fs.File, error) {
	if path.Base(name) == "energy_uj" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return c.FS.Open(name)
}

func TestAForbiddenCounterIsNamedSo(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	tr.zone("intel-rapl:0", "package-0", 1000, 1)
	p, err := energyrapl.Find(closed{os.DirFS(tr.root)})
	if p != nil || core.AsError(err).Key != "errors.energy_counter_forbidden" || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Find = %v, %v", p, err)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("package-0", "1000", "10")
	f.Add("dram", "-1", "99999999999999999999")
	f.Add("\x00", "", "1e3")
	f.Fuzz(func(t *testing.T, name, span, value string) {
		tr := newTree(t)
		tr.write("intel-rapl:0", "name", name)
		tr.write("intel-rapl:0", "max_energy_range_uj", span)
		tr.write("intel-rapl:0", "energy_uj", value)
		p, err := energyrapl.Find(os.DirFS(tr.root))
		if (p == nil) == (err == nil) {
			t.Fatalf("Find = %v, %v", p, err)
		}
		if p != nil {
			wantRead(t, p, 0)
		}
	})
}
