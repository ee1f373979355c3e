// Package web is the ground on which every page stands: one way from an error to a page, one layout, the
// session and the language of the reader, and the embedded style, fonts and scripts.
//
// Promises: a page works without a script, with a strict Content-Security-Policy and nothing from another
// host; what a handler returns as an error is shown once, in the reader's language, with a next step and a
// short number that finds it in the log, never with its cause; a page that breaks off half-way never looks
// whole; logs hold the pattern of a route, never its address, since addresses can hold secrets.
//
// Style sheets are the files of css/, joined in the order of their names; scripts and fonts are in static/.
package web
