// Package charterhttp is the page of the charter: the rules in force in plain words, each with the rule that
// the machine applies on demand, the voted settings as sentences, and the history of versions.
//
// Promises: what is shown is the version named, article by article and word for word; the canonical bytes
// can be downloaded and hashed by anybody; a past or future version says that it is not the one in force.
package charterhttp
