// Package energy says what a request cost in energy: measured where the machine has a probe and shared
// out, estimated and labelled so elsewhere, unknown when nothing is known; null, never zero.
//
// Invariant: requests + standby + unattributed = what the probe read, within rounding.
package energy
