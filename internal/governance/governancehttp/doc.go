// Package governancehttp is the pages of the assembly: what is proposed, written, discussed, voted and decided.
//
// Promises: a page shows the text that will be voted and the rule that will run side by side, and what changes before
// anything else; everything works without a script; each step names its effect on its button; what a recorded vote does
// not protect against is said where one votes; a result can be read, printed, downloaded and checked.
package governancehttp
