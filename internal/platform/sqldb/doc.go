// Package sqldb opens the one database of the program, SQLite in a data directory or PostgreSQL
// by address, brings its schema up to date, and runs transactions.
//
// SQL is written once for both engines: placeholders are $1, $2 …, booleans and instants are
// integers (instants in Unix milliseconds, UTC), identifiers and hashes are text, bytes are
// BLOB or BYTEA. Where the engines differ, a store asks Tx.Dialect and says why.
//
// Promises: when WithTx returns nil the transaction is on stable storage; when it returns an
// error nothing of it remains. Time is frozen once per transaction. SQLite has one writer at a
// time, so a transaction function must not wait on another.
package sqldb
