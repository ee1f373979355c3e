// Package auditwal is the write-ahead log that acknowledges audit records: a directory of segments to which
// concurrent callers append with one shared fsync.
//
//	segment  = header, frames
//	header   = magic, own number, number and valid length of the segment before it, CRC
//	frame    = magic, length, CRC-32C of (segment number, offset, length, payload), payload
//	payload  = the entries that shared one write and one fsync
//
// Zeros may follow the last frame: room for the next ones.
//
// Promises:
//
//   - Append returns nil only after the frame of its entry was written and fsynced. On an error nothing is
//     acknowledged, though the entry may turn out to have been saved, as after a crash.
//   - After a failed write or fsync a segment is never written again, since the kernel may have dropped the
//     dirty pages. The next append opens a fresh segment whose header says, durably, how much of the broken one
//     counts; nothing is acknowledged before that. So the log recovers by itself when space returns.
//   - At opening, a torn last frame is cut: nobody was told that it was saved. A broken frame with a whole frame
//     after it, a segment shorter than its successor says, or a missing segment is damage, not a crash: Open
//     refuses with core.Corrupt and touches nothing.
//   - Segments disappear oldest first, and only when Release says that what they hold is safe elsewhere. Then
//     no copy of the records is left here, which is what makes them erasable.
//
// The log does not lock its directory: its owner does (see auditlog).
package auditwal
