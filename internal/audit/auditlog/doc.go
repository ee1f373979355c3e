// Package auditlog is the audit at work: it implements audit.Log and audit.Receipts from the write-ahead log,
// the vault and the Merkle log.
//
//	Append ──fsync──▶ write-ahead log        acknowledged here
//	                      │  background, in batches
//	                      ├─▶ vault + projections of other rooms   one transaction, once per record
//	                      ├─▶ Merkle log                            integrated, index known
//	                      ├─▶ index noted in the vault
//	                      └─▶ segment removed                       the record is erasable from here on
//
// Every step may fail or be cut by a crash, and is tried again from the write-ahead log:
//
//   - before the vault's commit: nothing happened;
//   - between the commit and the Merkle log: the vault knows the record already, passes it over, and hands out
//     its leaf, which has no index;
//   - between the Merkle log and the index: the leaf is added a second time. Two equal leaves are both true, one
//     of them is noted and proves the record, and nobody can link either to anything. Harmless, and rare;
//   - before the segment is removed: all of it is passed over at the next start.
//
// Open brings the rest of an earlier run to the end before it returns. While nothing is appended there is no
// timer, no goroutine at work and no file written: after IdleAfter the Merkle log's driver sleeps and the
// write-ahead log is empty.
package auditlog
