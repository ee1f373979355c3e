package audittlog_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/core"
)

func encode(t testing.TB, r audit.Receipt) []byte {
	t.Helper()
	file, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAReceiptVerifiesWithTheFileAlone(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 3, 7, 256, 300} {
		t.Run(fmt.Sprint(size, " leaves"), func(t *testing.T) {
			t.Parallel()
			want := audittest.Record(4)
			receipt := audittest.Receipt(t, want, size)
			got, err := audittlog.Verify(encode(t, receipt), audittlog.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got.Record); diff != "" {
				t.Error(diff)
			}
			if got.Size != uint64(size) || got.Index != uint64(size/2) || got.Origin != audittest.Origin || got.Pinned {
				t.Errorf("%+v", got)
			}
			if got.Fingerprint != audittlog.Fingerprint(receipt.Verifier) || len(got.Fingerprint) != len("SHA256:")+43 {
				t.Errorf("fingerprint %q", got.Fingerprint)
			}
		})
	}
}

func TestAPinnedKeyIsTheOnlyOneBelieved(t *testing.T) {
	t.Parallel()
	receipt := audittest.Receipt(t, audittest.Record(1), 5)
	got, err := audittlog.Verify(encode(t, receipt), audittlog.Options{Pin: receipt.Verifier})
	if err != nil || !got.Pinned {
		t.Errorf("own key: %v", err)
	}
	other := audittest.Receipt(t, audittest.Record(1), 5)
	_, err = audittlog.Verify(encode(t, receipt), audittlog.Options{Pin: other.Verifier})
	wantKey(t, err, "errors.audit_verifier_unexpected")
}

func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	if err == nil || core.AsError(err).Key != key {
		t.Errorf("got %v, want %s", err, key)
	}
}

func TestEachFailureIsNamed(t *testing.T) {
	t.Parallel()
	other := audittest.Receipt(t, audittest.Record(2), 9)
	for name, test := range map[string]struct {
		spoil func(r *audit.Receipt)
		key   string
	}{
		"record altered":         {func(r *audit.Receipt) { r.Record[len(r.Record)/2] ^= 1 }, "errors.audit_commitment"},
		"record of another":      {func(r *audit.Receipt) { r.Record = other.Record }, "errors.audit_commitment"},
		"key altered":            {func(r *audit.Receipt) { r.Key[31] ^= 1 }, "errors.audit_commitment"},
		"leaf altered":           {func(r *audit.Receipt) { r.Leaf[len(r.Leaf)-3] ^= 1 }, "errors.audit_inclusion"},
		"leaf of another":        {func(r *audit.Receipt) { r.Leaf = other.Leaf }, "errors.audit_inclusion"},
		"proof of another log":   {func(r *audit.Receipt) { r.Proof = other.Proof }, "errors.audit_signature"},
		"key of another log":     {func(r *audit.Receipt) { r.Verifier = other.Verifier }, "errors.audit_signature"},
		"not a key":              {func(r *audit.Receipt) { r.Verifier = "coop.example/log" }, "errors.audit_verifier_malformed"},
		"wrong index":            {func(r *audit.Receipt) { r.Proof = strings.Replace(r.Proof, "index 4", "index 3", 1) }, "errors.audit_inclusion"},
		"index beyond the tree":  {func(r *audit.Receipt) { r.Proof = strings.Replace(r.Proof, "index 4", "index 9", 1) }, "errors.audit_inclusion"},
		"index with a sign":      {func(r *audit.Receipt) { r.Proof = strings.Replace(r.Proof, "index 4", "index +4", 1) }, "errors.audit_proof_malformed"},
		"a hash missing":         {dropLine(2), "errors.audit_inclusion"},
		"an empty hash":          {func(r *audit.Receipt) { r.Proof = strings.Replace(r.Proof, "=\n", "\n", 1) }, "errors.audit_proof_malformed"},
		"extra data":             {func(r *audit.Receipt) { r.Proof = strings.Replace(r.Proof, "\nindex", "\nextra AAAA\nindex", 1) }, "errors.audit_proof_malformed"},
		"carriage returns":       {func(r *audit.Receipt) { r.Proof = strings.ReplaceAll(r.Proof, "\n", "\r\n") }, "errors.audit_proof_malformed"},
		"no proof":               {func(r *audit.Receipt) { r.Proof = "c2sp.org/tlog-proof@v1\n" }, "errors.audit_proof_malformed"},
		"tree size altered":      {func(r *audit.Receipt) { r.Proof = strings.Replace(r.Proof, "\n9\n", "\n8\n", 1) }, "errors.audit_signature"},
		"signature cut":          {func(r *audit.Receipt) { r.Proof = r.Proof[:len(r.Proof)-10] + "\n" }, "errors.audit_signature"},
		"signature line dropped": {func(r *audit.Receipt) { r.Proof = r.Proof[:strings.Index(r.Proof, "— ")] }, "errors.audit_signature"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receipt := audittest.Receipt(t, audittest.Record(1), 9)
			test.spoil(&receipt)
			_, err := audittlog.Verify(encode(t, receipt), audittlog.Options{})
			wantKey(t, err, test.key)
			if !core.Is(err, core.Corrupt) {
				t.Errorf("code %s", core.CodeOf(err))
			}
		})
	}
}

func dropLine(n int) func(r *audit.Receipt) {
	return func(r *audit.Receipt) {
		lines := strings.SplitAfter(r.Proof, "\n")
		r.Proof = strings.Join(append(lines[:n:n], lines[n+1:]...), "")
	}
}

// A liar who holds the key of the log still cannot make a leaf say other than its record.
func TestLeafAndRecordMustAgree(t *testing.T) {
	t.Parallel()
	record := audittest.Record(1)
	canonical, _ := record.AppendCanonical(nil)
	key := audit.NewKey()
	sealed := audit.Sealed{Record: canonical, Key: key}
	lie := audit.Envelope{Charter: audittest.Hash("another charter"), Decision: record.Decision, Time: record.Time, Commitment: audit.Commit(key, canonical)}
	sealed.Leaf = lie.AppendCanonical(nil)
	_, _, err := sealed.Open()
	wantKey(t, err, "errors.audit_leaf_mismatch")
}

func TestNoByteOfAReceiptCanBeChanged(t *testing.T) {
	t.Parallel()
	file := encode(t, audittest.Receipt(t, audittest.Record(1), 9))
	want, err := audittlog.Verify(file, audittlog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		spoiled := bytes.Clone(file)
		at := rapid.IntRange(0, len(file)-1).Draw(t, "at")
		spoiled[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		got, err := audittlog.Verify(spoiled, audittlog.Options{})
		if err == nil && !cmp.Equal(got, want) {
			t.Errorf("byte %d changed what is proved", at)
		}
	})
}

func TestTheSentenceSaysWhatWasProved(t *testing.T) {
	t.Parallel()
	refused := audittest.Record(1)
	refused.Decision, refused.Outcome = audit.Refused, audit.Blocked
	for want, record := range map[string]audit.Record{"audit.statement_allowed": audittest.Record(1), "audit.statement_refused": refused} {
		v, err := audittlog.VerifyReceipt(audittest.Receipt(t, record, 3), audittlog.Options{})
		if err != nil {
			t.Fatal(err)
		}
		key, args := v.Statement()
		if key != want || args["Receipt"] != record.ID || args["Size"] != int64(3) {
			t.Errorf("%s %v", key, args)
		}
		if key, _ := v.Caveat(); key != "audit.key_unpinned" {
			t.Errorf("caveat %s", key)
		}
	}
}

func TestCheckpointHasOneSpelling(t *testing.T) {
	t.Parallel()
	secret, public, err := note.GenerateKey(rand.Reader, "o")
	if err != nil {
		t.Fatal(err)
	}
	signer, _ := note.NewSigner(secret)
	verifier, _ := note.NewVerifier(public)
	root := base64.StdEncoding.EncodeToString(make([]byte, 32))
	for text, ok := range map[string]bool{
		"o\n5\n" + root + "\n":              true,
		"o\n5\n" + root + "\nextension\n":   true,
		"o\n05\n" + root + "\n":             false,
		"o\n-5\n" + root + "\n":             false,
		"p\n5\n" + root + "\n":              false,
		"o\n5\n" + root[:8] + "\n":          false,
		"o\n5\n" + root + root + "\n":       false,
		"o\n5\n":                            false,
		"o\n99999999999999999999999999\n\n": false,
	} {
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := audittlog.ParseCheckpoint(signed, verifier); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParseProof(f *testing.F) {
	f.Add([]byte(audittest.Receipt(f, audittest.Record(1), 9).Proof))
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 0\n\nx\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := audittlog.ParseProof(text)
		if err == nil && !bytes.Equal(p.Encode(), text) {
			t.Errorf("%q has a second spelling %q", text, p.Encode())
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add(encode(f, audittest.Receipt(f, audittest.Record(1), 9)))
	f.Fuzz(func(t *testing.T, file []byte) {
		if v, err := audittlog.Verify(file, audittlog.Options{}); err == nil && v.Fingerprint == "" {
			t.Error("verified without a key")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	file := encode(b, audittest.Receipt(b, audittest.Record(1), 1000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := audittlog.Verify(file, audittlog.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
