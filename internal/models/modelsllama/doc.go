// Package modelsllama runs llama-server children, one per loaded model, and reaches them as models.Engines.
//
// Promises: an engine starts when it is first asked for, after its model's file was checked; it
// listens on a Unix socket in a private folder, never on a port; it is started again with back-off
// when it crashes; it is gone within 5 s of Stop, and also when this program is killed; its output is
// kept in a bounded file and never holds a prompt; why it failed is told in the house's errors, its
// own words only to the operator's log.
package modelsllama
