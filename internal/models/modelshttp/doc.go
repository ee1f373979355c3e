// Package modelshttp is the page of models: what is installed, what each model is fit for, and how the engines
// that run them are doing, with the next step when something is missing.
//
// Promises: a trial model always bears its warning; what is not known of a model says so; an engine's trouble
// is told in words with a next step, never with its address book or its log.
package modelshttp
