// Package gatewayoperations is the page for whoever operates the installation: what the last hour came to, by model and by
// server, and how each engine is.
//
// Promises: only the operator sees it; it shows figures and never content, a person's name or a receipt; what is
// unknown is said and never shown as zero; each chart says the same as the table under it; it reads without a script,
// and a script that refreshes it can be paused.
package gatewayoperations
