// Package audittlog speaks the C2SP formats of the log: the signed note and its key, the checkpoint, and the
// tlog-proof that makes a receipt verifiable by anybody, offline, with the file alone.
//
// What a receipt proves, in order (see Verify): the checkpoint was signed by the key of the log; the leaf is in
// the tree that the checkpoint commits to; the leaf commits to the record; record and leaf say the same.
// Without a pinned key it proves only that the file agrees with the key that it carries itself: Verified.Pinned
// tells the two apart, and so does its sentence.
//
// Every input is hostile: sizes are bounded, parsing is strict (one spelling per value), nothing panics.
package audittlog
