package charter_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/charter"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// kept is a store and a log that fail and forget when a test says so.
type kept struct {
	mu        sync.Mutex
	chain     []charter.Version
	stated    []audit.Statement
	loadErr   error
	appendErr error
	stateErr  error
}

func (k *kept) Load(context.Context) ([]charter.Version, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.chain), k.loadErr
}

func (k *kept) Genesis(_ context.Context, id string) (charter.Version, error) {
	d, err := charter.Template(id)
	if err != nil {
		return charter.Version{}, err
	}
	v, err := charter.Genesis(d, day)
	k.chain = append(k.chain, v)
	return v, err
}

func (k *kept) Append(_ context.Context, next charter.Version) error {
	if k.appendErr != nil {
		return k.appendErr
	}
	if newest := k.chain[len(k.chain)-1]; next.Parent != newest.Hash {
		return core.E(core.Conflict, "errors.charter_parent", core.Args{"Number": newest.Number})
	}
	k.chain = append(k.chain, next)
	return nil
}

func (k *kept) State(_ context.Context, s audit.Statement) error {
	if k.stateErr != nil {
		return k.stateErr
	}
	k.stated = append(k.stated, s)
	return nil
}

func (k *kept) Scan(_ context.Context, _ uint64, each func(uint64, audit.Statement) error) (uint64, error) {
	for i, s := range k.stated {
		if err := each(uint64(i), s); err != nil {
			return 0, err
		}
	}
	return uint64(len(k.stated)), nil
}

// voted authorises what carries the certificate "adopted" and the hash.
type voted struct{}

func (voted) Authorises(_ core.ID, _, next charter.Version) error {
	if string(next.Certificate) != "adopted "+next.Hash {
		return core.E(core.Forbidden, "errors.charter_right", nil)
	}
	return nil
}

// plain decides nothing: it only tells which version it is.
type plain struct {
	version charter.Version
	cause   error
}

func (p plain) Decide(context.Context, charter.Question) (charter.Decision, error) {
	return charter.Decision{Allow: p.cause == nil, Charter: p.version.Hash, Articles: []int{1}}, p.cause
}
func (p plain) InForce() charter.Version { return p.version }

type dayClock struct{ at time.Time }

func (c dayClock) Now() time.Time { return c.at }

func openKeeper(t testing.TB, k *kept) *charter.Keeper {
	t.Helper()
	keeper, err := charter.Open(t.Context(), needs(k))
	if err != nil {
		t.Fatal(err)
	}
	return keeper
}

func needs(k *kept) charter.Needs {
	return charter.Needs{
		Organisation: "org", Template: "equilibree", Store: k, Log: k, Authority: voted{},
		Compile: func(v charter.Version) (charter.Evaluator, error) { return plain{version: v}, nil },
		Closed:  func(v charter.Version, cause error) charter.Evaluator { return plain{v, cause} },
		Clock:   dayClock{day.Add(time.Hour)}, Logger: slog.New(slog.DiscardHandler),
	}
}

// adopt gives a document's bytes and the certificate that voted accepts.
func adopt(t testing.TB, id string) (document, certificate []byte) {
	t.Helper()
	document, err := template(t, id).Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return document, []byte("adopted " + charter.HashOf(document))
}

func enact(t testing.TB, k *charter.Keeper, id string) charter.Version {
	t.Helper()
	document, certificate := adopt(t, id)
	v, err := k.Enact(t.Context(), document, certificate)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wantObeyed(t testing.TB, k *charter.Keeper, number int) {
	t.Helper()
	if got := k.InForce().Number; got != number {
		t.Errorf("version %d is in force, want %d", got, number)
	}
}

func wantTrouble(t testing.TB, k *charter.Keeper, key string) {
	t.Helper()
	switch err := k.Trouble(); {
	case key == "" && err != nil:
		t.Errorf("trouble: %v", err)
	case key != "" && (err == nil || core.AsError(err).Key != key):
		t.Errorf("trouble %v, want %s", err, key)
	}
}

func TestWhatWasEnactedIsObeyedAfterARestart(t *testing.T) {
	t.Parallel()
	k := &kept{}
	keeper := openKeeper(t, k)
	wantObeyed(t, keeper, 1)
	enact(t, keeper, "ouverte")
	wantObeyed(t, keeper, 2)
	enact(t, keeper, "prudente")
	again := openKeeper(t, k)
	wantObeyed(t, again, 3)
	wantTrouble(t, again, "")
	if history, _ := again.History(t.Context()); len(history) != 3 || history[0].Number != 3 {
		t.Errorf("history: %d versions", len(history))
	}
}

func TestOnlyACertificateForTheseBytesEnacts(t *testing.T) {
	t.Parallel()
	k := &kept{}
	keeper := openKeeper(t, k)
	document, certificate := adopt(t, "ouverte")
	other, _ := adopt(t, "prudente")
	for name, try := range map[string][2][]byte{
		"no certificate":         {document, nil},
		"another's certificate":  {other, certificate},
		"bytes not canonical":    {append([]byte(" "), document...), certificate},
		"a certificate altered":  {document, append([]byte("not "), certificate...)},
		"nothing":                {nil, certificate},
		"a document of one byte": {[]byte("{"), certificate},
	} {
		if _, err := keeper.Enact(t.Context(), try[0], try[1]); err == nil {
			t.Errorf("%s: enacted", name)
		}
	}
	wantObeyed(t, keeper, 1)
	if len(k.chain) != 1 || len(k.stated) != 1 {
		t.Errorf("%d rows, %d statements", len(k.chain), len(k.stated))
	}
}

func TestAnEnactmentCutShortIsEndedOrNeverHappened(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk")
	for name, cut := range map[string]struct {
		fail  func(k *kept)
		after int // version in force after the restart
	}{
		"before the store": {func(k *kept) { k.appendErr = broken }, 1},
		"before the log":   {func(k *kept) { k.stateErr = broken }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := &kept{}
			keeper := openKeeper(t, k)
			cut.fail(k)
			document, certificate := adopt(t, "ouverte")
			if _, err := keeper.Enact(t.Context(), document, certificate); err == nil {
				t.Fatal("no error")
			}
			wantObeyed(t, keeper, 1)
			k.appendErr, k.stateErr = nil, nil
			again := openKeeper(t, k)
			wantObeyed(t, again, cut.after)
			wantTrouble(t, again, "")
			if _, err := keeper.Enact(t.Context(), document, certificate); err != nil && cut.after == 1 {
				t.Errorf("tried again in the same process: %v", err)
			}
		})
	}
}

func TestADatabaseEditedByHandIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	forged := func(v charter.Version) charter.Version {
		document, certificate := adopt(t, "ouverte")
		d, err := charter.Parse(document)
		if err != nil {
			t.Fatal(err)
		}
		next, err := v.Next(d, certificate, day.Add(2*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	for name, edit := range map[string]struct {
		change  func(k *kept)
		trouble string
		inForce int // 0: everything is refused
	}{
		"the newest version removed": {func(k *kept) { k.chain = k.chain[:1] }, "errors.charter_removed", 0},
		"everything removed":         {func(k *kept) { k.chain = nil }, "errors.charter_removed", 0},
		"the genesis exchanged, its seal recomputed": {func(k *kept) {
			first, _ := charter.Genesis(template(t, "ouverte"), day)
			k.chain = []charter.Version{first, forged(first)}
		}, "errors.charter_altered", 0},
		"a version added without a vote": {func(k *kept) {
			next := forged(k.chain[1])
			next.Certificate = []byte("adopted by me")
			k.chain = append(k.chain, next)
		}, "errors.charter_unstated", 2},
		"a row that does not verify": {func(k *kept) { k.loadErr = core.E(core.Corrupt, "errors.charter_corrupt", nil) }, "errors.charter_corrupt", 0},
		"an older log":               {func(k *kept) { k.stated = k.stated[:0] }, "errors.charter_unstated", 0},
		"a log of another organisation": {func(k *kept) {
			for i := range k.stated {
				k.stated[i].Subject = charter.HashOf([]byte("another"))
			}
		}, "errors.charter_unstated", 0},
		"a log that says two things": {func(k *kept) {
			s := k.stated[1]
			s.Chain = charter.HashOf([]byte("another"))
			k.stated = append(k.stated, s)
		}, "errors.charter_log", 0},
		"a statement that stands twice": {func(k *kept) { k.stated = append(k.stated, k.stated[1]) }, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := &kept{}
			enact(t, openKeeper(t, k), "prudente")
			edit.change(k)
			keeper := openKeeper(t, k)
			wantTrouble(t, keeper, edit.trouble)
			wantObeyed(t, keeper, edit.inForce)
			if d, err := keeper.Decide(t.Context(), charter.Question{}); d.Allow != (edit.inForce > 0) || (err == nil) != (edit.inForce > 0) {
				t.Errorf("allow %v, %v", d.Allow, err)
			}
		})
	}
}

func TestADatabaseEditedWhileRunningChangesNothingAndIsSaid(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]struct {
		change  func(k *kept)
		trouble string
	}{
		"a version removed":          {func(k *kept) { k.chain = k.chain[:1] }, "errors.charter_removed"},
		"a version exchanged":        {func(k *kept) { k.chain[1].Certificate = []byte("another") }, "errors.charter_altered"},
		"a version added":            {func(k *kept) { k.chain = append(k.chain, k.chain[1]) }, "errors.charter_unstated"},
		"a row that does not verify": {func(k *kept) { k.loadErr = core.E(core.Corrupt, "errors.charter_corrupt", nil) }, "errors.charter_corrupt"},
		"a database that is away":    {func(k *kept) { k.loadErr = core.E(core.Unavailable, "errors.charter_unavailable", nil) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := &kept{}
			keeper := openKeeper(t, k)
			enact(t, keeper, "prudente")
			before := slices.Clone(k.chain)
			edit.change(k)
			keeper.Check(t.Context())
			wantTrouble(t, keeper, edit.trouble)
			wantObeyed(t, keeper, 2)
			k.chain, k.loadErr = before, nil
			keeper.Check(t.Context())
			wantTrouble(t, keeper, "")
		})
	}
}

func TestOfTwoEnactmentsAtOnceOneFollowsTheParent(t *testing.T) {
	t.Parallel()
	k := &kept{}
	keeper := openKeeper(t, k)
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := map[int]int{}
	for range 8 {
		document, certificate := adopt(t, "ouverte")
		wg.Go(func() {
			v, err := keeper.Enact(t.Context(), document, certificate)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				done[v.Number]++
			}
		})
	}
	wg.Wait()
	for number, times := range done {
		if times != 1 {
			t.Errorf("version %d enacted %d times", number, times)
		}
	}
	if err := charter.VerifyChain(k.chain); err != nil {
		t.Error(err)
	}
}

func TestWhatCannotBeReadIsAnErrorAndNotARefusal(t *testing.T) {
	t.Parallel()
	k := &kept{loadErr: core.E(core.Unavailable, "errors.charter_unavailable", nil)}
	if _, err := charter.Open(t.Context(), needs(k)); !core.Is(err, core.Unavailable) {
		t.Errorf("%v", err)
	}
}
