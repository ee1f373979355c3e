// Package audittessera keeps the Merkle log on disk with Tessera's POSIX driver: C2SP tlog-tiles under one
// directory, with a signed checkpoint that any web server can publish as they are.
//
// Promises:
//
//   - Add returns an index only once its leaf is written, synced and integrated. A leaf whose Add failed may be
//     in the log all the same; adding it again puts it there twice, which harms nobody: each is a true leaf,
//     and a receipt proves one of them.
//   - No tree head is signed before it is recorded, durably and outside the log directory (see headLock), and
//     none that is not an extension of the last one. A log restored from an older copy than its last signed head is
//     refused at opening: continuing it would show the world two histories under one key.
//   - Every proof is verified against its checkpoint before it is given out, so a flipped bit in a tile is an
//     error here and not a receipt that fails later.
//   - The driver runs only while there is something to do: it looks at files several times a second as long as it
//     runs. Add and Checkpoint wake it, Rest puts it to sleep once all is published.
//
// Limits: restoring the log and the recorded head together from one backup cannot be seen from inside;
// witnesses can see it. Tessera panics if it cannot open its lock files; what was acknowledged is in the
// write-ahead log then, and the next start goes on from there.
package audittessera
