// Package governancebelenios reads the public archive of an election held with Belenios (the .bel file, format version 1).
//
// Promises: reading is bounded in bytes, entries and memory, whatever the file holds. It is accepted only if every entry is the one that
// its name says (SHA-256), events follow each other from the first to a result, each event's payload stood before it, and the figures
// of the result can be those of that many ballots. The fingerprint is the one that Belenios shows to voters.
//
// Not promised, and not done: the cryptography. Signatures of ballots, proofs of the tally and of the trustees are not checked here, so
// that a file made up with care passes. `belenios-tool election verify` checks them, and voters compare the fingerprint.
package governancebelenios
