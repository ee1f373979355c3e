// Package modelsgguf reads the header of a GGUF model file and repacks the embedding model that the
// product ships with into GGUF.
//
// Promises of the reader: the file is hostile; memory stays small whatever it claims; it never
// panics; it reads the header only, once, in order; a file shorter than its header says is refused.
// Promise of the writer: the same bytes in give the same bytes out, so the result can be pinned.
package modelsgguf

// magic starts every GGUF file.
const magic = "GGUF"

// Types of metadata values.
const (
	typeUint8 uint32 = iota
	typeInt8
	typeUint16
	typeInt16
	typeUint32
	typeInt32
	typeFloat32
	typeBool
	typeString
	typeArray
	typeUint64
	typeInt64
	typeFloat64
)

// block is how one tensor type lays out its numbers: so many numbers in so many bytes.
type block struct{ numbers, bytes uint64 }

// blockOf returns the layout of a tensor type; false for one that is not known here.
func blockOf(kind uint32) (block, bool) {
	b, ok := map[uint32]block{
		0: {1, 4}, 1: {1, 2}, 2: {32, 18}, 3: {32, 20}, 6: {32, 22}, 7: {32, 24}, 8: {32, 34}, 9: {32, 36},
		10: {256, 84}, 11: {256, 110}, 12: {256, 144}, 13: {256, 176}, 14: {256, 210}, 15: {256, 292},
		16: {256, 66}, 17: {256, 74}, 18: {256, 98}, 19: {256, 50}, 20: {32, 18}, 21: {256, 110},
		22: {256, 82}, 23: {256, 136}, 24: {1, 1}, 25: {1, 2}, 26: {1, 4}, 27: {1, 8}, 28: {1, 8},
		29: {256, 56}, 30: {1, 2}, 34: {256, 54}, 35: {256, 66}, 39: {32, 17},
	}[kind]
	return b, ok
}

// fileTypes names the values of general.file_type as people know them.
func fileType(n uint64) string {
	return map[uint64]string{
		0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
		12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K",
		19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL",
		26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16",
		36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE",
	}[n]
}
