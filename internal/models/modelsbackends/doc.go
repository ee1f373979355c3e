// Package modelsbackends joins the engines of this machine and the servers of the configuration under one
// catalogue and one way in.
//
// Promises: a name is never ambiguous: it stands for the same model wherever it is served, this machine
// first, then the servers in the order of the configuration, and "server/name" for that server alone; a
// server that fails again and again is left alone for a while, then tried by one request; a caller's own
// mistake (any 4xx) never costs a server its turn; a server's Retry-After is obeyed and passed on. Lists
// are kept in memory, fresh while Run runs: finding a model touches no network.
package modelsbackends
