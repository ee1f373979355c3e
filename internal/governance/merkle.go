package governance

import (
	"crypto/sha256"
	"encoding/hex"
	"math/bits"
)

// The hashes of RFC 6962, section 2.1: a leaf and a node can never pass for each other.

func leafHash(data []byte) [32]byte {
	return sha256.Sum256(append([]byte{0}, data...))
}

func nodeHash(left, right [32]byte) [32]byte {
	b := make([]byte, 0, 65)
	b = append(append(append(b, 1), left[:]...), right[:]...)
	return sha256.Sum256(b)
}

// root is the hash of the tree over the leaves.
func root(leaves [][32]byte) [32]byte {
	switch n := len(leaves); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	default:
		k := split(n)
		return nodeHash(root(leaves[:k]), root(leaves[k:]))
	}
}

// path lists the hashes that lead from a leaf to the root, lowest first.
func path(leaves [][32]byte, index int) [][32]byte {
	if len(leaves) <= 1 {
		return nil
	}
	k := split(len(leaves))
	if index < k {
		return append(path(leaves[:k], index), root(leaves[k:]))
	}
	return append(path(leaves[k:], index-k), root(leaves[:k]))
}

// climb goes the way of path from a leaf, and reports whether the way fits the tree's size.
func climb(leaf [32]byte, index, size int, way [][32]byte) ([32]byte, bool) {
	if index < 0 || index >= size {
		return leaf, false
	}
	if size == 1 {
		return leaf, len(way) == 0
	}
	if len(way) == 0 {
		return leaf, false
	}
	k, last := split(size), way[len(way)-1]
	if index < k {
		left, ok := climb(leaf, index, k, way[:len(way)-1])
		return nodeHash(left, last), ok
	}
	right, ok := climb(leaf, index-k, size-k, way[:len(way)-1])
	return nodeHash(last, right), ok
}

// split is the largest power of two below n.
func split(n int) int { return 1 << (bits.Len(uint(n-1)) - 1) }

func hexOf(h [32]byte) string { return hex.EncodeToString(h[:]) }

func hashFromHex(s string) (h [32]byte, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, false
	}
	copy(h[:], b)
	return h, hexOf(h) == s
}
