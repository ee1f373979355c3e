package modelsgguf

import (
	"fmt"
	"io"
)

// Types of pieces in a GGUF vocabulary.
const (
	pieceNormal  int32 = 1
	pieceUnknown int32 = 2
	pieceControl int32 = 3
	pieceUnused  int32 = 5
)

// unusedScore keeps a piece that only fills the table from ever being chosen.
const unusedScore = -1000

// describe writes the metadata that llama.cpp needs to run the model as its authors meant it.
func (m *e5) describe(w *writer) {
	bos, eos, pad, unk := m.special[0], m.special[1], m.special[2], m.special[3]
	w.text("general.architecture", "bert")
	w.text("general.name", "multilingual-e5-small")
	w.text("general.organization", "intfloat")
	w.text("general.license", "mit")
	w.text("general.source.url", "https://huggingface.co/intfloat/multilingual-e5-small")
	w.number("general.file_type", 2) // mostly Q4_0
	w.number("general.quantization_version", 2)
	w.number("bert.context_length", uint32(m.dim.Positions))
	w.number("bert.embedding_length", uint32(m.dim.Hidden))
	w.number("bert.block_count", uint32(m.dim.Layers))
	w.number("bert.feed_forward_length", uint32(m.dim.Feed))
	w.number("bert.attention.head_count", uint32(m.dim.Heads))
	w.float("bert.attention.layer_norm_epsilon", m.epsilon)
	w.flag("bert.attention.causal", false)
	w.number("bert.pooling_type", 1) // mean
	w.text("tokenizer.ggml.model", "t5")
	w.text("tokenizer.ggml.pre", "default")
	pieces, scores, types := m.vocabulary()
	w.texts("tokenizer.ggml.tokens", pieces)
	w.floats("tokenizer.ggml.scores", scores)
	w.ints("tokenizer.ggml.token_type", types)
	w.number("tokenizer.ggml.token_type_count", uint32(m.dim.Types))
	w.number("tokenizer.ggml.bos_token_id", uint32(bos))
	w.number("tokenizer.ggml.eos_token_id", uint32(eos))
	w.number("tokenizer.ggml.unknown_token_id", uint32(unk))
	w.number("tokenizer.ggml.seperator_token_id", uint32(eos)) // spelled so in the format
	w.number("tokenizer.ggml.padding_token_id", uint32(pad))
	w.flag("tokenizer.ggml.add_space_prefix", true)
	w.flag("tokenizer.ggml.remove_extra_whitespaces", true)
	w.flag("tokenizer.ggml.add_bos_token", true)
	w.flag("tokenizer.ggml.add_eos_token", true)
}

// vocabulary fills the pieces up to the rows of the word table.
func (m *e5) vocabulary() (pieces []string, scores []float32, types []int32) {
	rows := int(m.dim.Vocabulary)
	pieces, scores, types = make([]string, rows), make([]float32, rows), make([]int32, rows)
	for i := range rows {
		if i < len(m.pieces) {
			pieces[i], scores[i], types[i] = m.pieces[i], m.scores[i], pieceNormal
		} else {
			pieces[i], scores[i], types[i] = fmt.Sprintf("[PAD%d]", i), unusedScore, pieceUnused
		}
	}
	for i, kind := range []int32{pieceControl, pieceControl, pieceControl, pieceUnknown} {
		if id := m.special[i]; id >= 0 && int(id) < rows {
			types[id] = kind
		}
	}
	return pieces, scores, types
}

// layout lists the tensors under the names and in the shapes of llama.cpp.
func (m *e5) layout(w *writer) error {
	hidden, feed := uint64(m.dim.Hidden), uint64(m.dim.Feed)
	type want struct {
		from, to  string
		quantised bool
		dims      []uint64
	}
	wants := []want{
		{"emb.word", "token_embd.weight", true, []uint64{hidden, uint64(m.dim.Vocabulary)}},
		{"emb.pos", "position_embd.weight", false, []uint64{hidden, uint64(m.dim.Positions)}},
		{"emb.type", "token_types.weight", false, []uint64{hidden, uint64(m.dim.Types)}},
		{"emb.ln.w", "token_embd_norm.weight", false, []uint64{hidden}},
		{"emb.ln.b", "token_embd_norm.bias", false, []uint64{hidden}},
	}
	for i := range m.dim.Layers {
		from, to := fmt.Sprintf("l%d.", i), fmt.Sprintf("blk.%d.", i)
		for _, p := range []struct {
			from, to string
			in, out  uint64
		}{
			{"q", "attn_q", hidden, hidden}, {"k", "attn_k", hidden, hidden}, {"v", "attn_v", hidden, hidden},
			{"ao", "attn_output", hidden, hidden}, {"fi", "ffn_up", hidden, feed}, {"fo", "ffn_down", feed, hidden},
		} {
			wants = append(wants,
				want{from + p.from + ".w", to + p.to + ".weight", true, []uint64{p.in, p.out}},
				want{from + p.from + ".b", to + p.to + ".bias", false, []uint64{p.out}})
		}
		for _, p := range [][2]string{{"aln", "attn_output_norm"}, {"oln", "layer_output_norm"}} {
			wants = append(wants,
				want{from + p[0] + ".w", to + p[1] + ".weight", false, []uint64{hidden}},
				want{from + p[0] + ".b", to + p[1] + ".bias", false, []uint64{hidden}})
		}
	}
	for _, want := range wants {
		t, err := m.tensor(want.from, want.to, want.quantised, want.dims)
		if err != nil {
			return err
		}
		w.tensors = append(w.tensors, t)
	}
	return nil
}

// tensor checks that the source has the tensor in the very shape and type expected.
func (m *e5) tensor(from, to string, quantised bool, dims []uint64) (tensor, error) {
	kind, numbers := uint32(0), uint64(1)
	if quantised {
		kind = 2
	}
	for _, d := range dims {
		numbers *= d
	}
	layout, _ := blockOf(kind)
	got, ok := m.tensors[from]
	if !ok || got.quantised != quantised || uint64(got.numbers) != numbers || got.bytes != numbers/layout.numbers*layout.bytes {
		return tensor{}, fmt.Errorf("tensor %s: %w", from, errE5)
	}
	return tensor{name: to, dims: dims, kind: kind, data: io.NewSectionReader(m.src, int64(got.offset), int64(got.bytes))}, nil
}
