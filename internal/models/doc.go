// Package models is the catalogue of AI models on this installation and the way to the engines that
// run them. A model is named by people and identified by the SHA-256 of its file; an engine answers in
// OpenAI's dialect. Nothing here runs inference.
package models
