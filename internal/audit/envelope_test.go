package audit_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func TestTheLeafShowsOnlyCharterDecisionHourAndCommitment(t *testing.T) {
	t.Parallel()
	e := audit.Envelope{
		Charter: zeros, Decision: audit.Refused, Time: time.Date(2026, 11, 22, 4, 59, 6, 7, time.FixedZone("", 3600)),
		Commitment: audit.Commit(audit.Key{}, nil),
	}
	want := `{"format":"solidaire-leaf/1","charter":"` + zeros + `","decision":"refuse","time":"2026-11-22T03:00:00Z",` +
		`"commitment":"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"}`
	if diff := cmp.Diff(want, string(e.AppendCanonical(nil))); diff != "" {
		t.Error(diff)
	}
}

func TestSealThenOpen(t *testing.T) {
	t.Parallel()
	want := audittest.Record(3)
	sealed, err := want.Seal(audit.NewKey(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, envelope, err := sealed.Open()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if envelope.Charter != want.Charter || !envelope.Time.Equal(want.Time.Truncate(time.Hour)) {
		t.Errorf("envelope %+v does not follow the record", envelope)
	}
	if len(sealed.Leaf) > audit.MaxLeafBytes || bytes.Contains(sealed.Leaf, []byte("person")) {
		t.Errorf("leaf %s", sealed.Leaf)
	}
}

func TestOpenNamesTheBrokenTie(t *testing.T) {
	t.Parallel()
	other := audittest.Record(9)
	for name, test := range map[string]struct {
		spoil func(s *audit.Sealed)
		key   string
	}{
		"record altered": {func(s *audit.Sealed) { s.Record = bytes.Replace(s.Record, []byte(`"ask"`), []byte(`"asq"`), 1) }, "errors.audit_commitment"},
		"other key":      {func(s *audit.Sealed) { s.Key[0] ^= 1 }, "errors.audit_commitment"},
		"leaf altered":   {func(s *audit.Sealed) { s.Leaf = bytes.Replace(s.Leaf, []byte("allow"), []byte("alloo"), 1) }, "errors.audit_leaf_malformed"},
		"leaf respelled": {func(s *audit.Sealed) { s.Leaf = append([]byte(" "), s.Leaf...) }, "errors.audit_leaf_malformed"},
		"leaf of another format": {func(s *audit.Sealed) {
			s.Leaf = bytes.Replace(s.Leaf, []byte("leaf/1"), []byte("leaf/2"), 1)
		}, "errors.audit_format"},
		"decision of the leaf turned": {func(s *audit.Sealed) {
			s.Leaf = bytes.Replace(s.Leaf, []byte("allow"), []byte("refuse"), 1)
		}, "errors.audit_leaf_mismatch"},
		"committed bytes are no record": {func(s *audit.Sealed) {
			s.Record = []byte(`{}`)
			e := audit.Envelope{Charter: other.Charter, Decision: audit.Allowed, Time: other.Time, Commitment: audit.Commit(s.Key, s.Record)}
			s.Leaf = e.AppendCanonical(nil)
		}, "errors.audit_format"},
		"record respelled": {func(s *audit.Sealed) {
			s.Record = append(bytes.Clone(s.Record), '\n')
			e := audit.Envelope{Charter: other.Charter, Decision: audit.Allowed, Time: other.Time, Commitment: audit.Commit(s.Key, s.Record)}
			s.Leaf = e.AppendCanonical(nil)
		}, "errors.audit_record_malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sealed := audittest.Sealed(1)
			test.spoil(&sealed)
			_, _, err := sealed.Open()
			if got := core.AsError(err).Key; err == nil || got != test.key {
				t.Errorf("got %v, want %s", err, test.key)
			}
		})
	}
}

func TestEveryKeyIsFresh(t *testing.T) {
	t.Parallel()
	a, b := audittest.Record(1), audittest.Record(1)
	b.ID = a.ID
	first, _ := a.Seal(audit.NewKey(), nil)
	second, _ := b.Seal(audit.NewKey(), nil)
	if !bytes.Equal(first.Record, second.Record) || bytes.Equal(first.Leaf, second.Leaf) {
		t.Error("two leaves of one record can be linked")
	}
}

func FuzzParseEnvelope(f *testing.F) {
	f.Add(audittest.Sealed(1).Leaf)
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := audit.ParseEnvelope(b)
		if err == nil && !bytes.Equal(e.AppendCanonical(nil), b) {
			t.Errorf("%q has a second spelling", b)
		}
	})
}

func TestReceiptFile(t *testing.T) {
	t.Parallel()
	sealed := audittest.Sealed(1)
	want := audit.Receipt{
		Format: audit.ReceiptFormat, Record: sealed.Record, Key: sealed.Key[:], Leaf: sealed.Leaf, Proof: "c2sp.org/tlog-proof@v1\n", Verifier: "v",
	}
	file, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := audit.DecodeReceipt(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	text := string(file)
	for name, spoiled := range map[string]string{
		"empty":             "",
		"not JSON":          "<html>",
		"an array":          "[]",
		"unknown field":     strings.Replace(text, `"key"`, `"clé"`, 1),
		"two values":        text + "{}",
		"cut":               text[:len(text)/2],
		"short key":         strings.Replace(text, `"key": "`, `"key": "AA==","key": "`, 1)[:0] + `{"format":"solidaire-receipt/1","key":"AA=="}`,
		"of another format": strings.Replace(text, "receipt/1", "receipt/9", 1),
		"too large":         text + strings.Repeat(" ", audit.MaxReceiptBytes),
	} {
		if _, err := audit.DecodeReceipt([]byte(spoiled)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzDecodeReceipt(f *testing.F) {
	sealed := audittest.Sealed(1)
	good, _ := audit.Receipt{Format: audit.ReceiptFormat, Record: sealed.Record, Key: sealed.Key[:], Leaf: sealed.Leaf, Proof: "p", Verifier: "v"}.Encode()
	f.Add(good)
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := audit.DecodeReceipt(b); err == nil {
			r.Sealed().Open()
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	record := audittest.Record(1)
	buf := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := record.Seal(audit.NewKey(), buf); err != nil {
			b.Fatal(err)
		}
	}
}
