// Package gatewaysql keeps conversations in the database. A conversation is readable by its person only;
// deleting it removes its turns in the same transaction and, on SQLite, overwrites them.
package gatewaysql
