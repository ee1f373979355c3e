// Package e2e tests the whole program as people use it: from the terminal, by readable scripts over the real binary, and in
// a real browser over the real engine with its models. It holds tests only.
package e2e
