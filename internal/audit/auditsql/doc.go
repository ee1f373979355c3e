// Package auditsql is the vault: the erasable half of the audit. It keeps each private record with the
// key that opens its commitment, its leaf, and, once integrated, the index of the leaf in the log.
//
// Promises: a record enters the vault exactly once, by its id, in the same transaction as the
// projections of other rooms (see Projector), so replaying the write-ahead log after a crash changes
// nothing. Erasing a record removes it, its key and its index: what stays in the public log is 32 bytes
// that nobody can link to anything. The database overwrites what it deletes on SQLite (secure_delete);
// on PostgreSQL the space is reused after a VACUUM.
package auditsql
