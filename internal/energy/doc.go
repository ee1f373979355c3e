// Package energy says what a request cost in energy: measured where the machine has a probe and shared
// out, estimated and labelled so elsewhere, unknown when nothing is known; null, never zero.
//
// # What is measured
//
// A probe counts the energy of the machine, or of a part of it. Each interval between two readings goes
// into three pots: standby (a low percentile of the power seen in quiet moments, never a residual), requests
// (the rest, while any is under way), unattributed (the rest otherwise, and everything before standby is
// known). At each instant the requests under way share equally.
//
// Invariant: requests + standby + unattributed = what the probe read, within rounding.
//
// Where two requests run together nothing is measured for one of them alone: the label speaks of the
// meter, the method says "shared". Equal shares are wrong when a short question runs beside a long answer;
// the error cancels out in the sum.
//
// # What is estimated
//
// A request too short for the probe gets the mean active power measured on this node times its time at work
// (estimated-calibrated). Without a probe, or before it is calibrated, figures come from published numbers
// (estimated-published), with an interval:
//
//   - done here: time at work × 30 to 100 W, the power at the wall of machines without a graphics card that
//     run a model. The published rule is watts × seconds per token; the seconds are measured here, so that
//     only the watts are assumed. The middle is wrong by a factor of at most 1.8 for such machines, more
//     for a large server or a part of one. An answer quoted from documents has no other cost than that time.
//   - done elsewhere, by a model of known size: published energy per token, from a full batch on a large
//     accelerator to a desktop's processor. The bounds are about a hundred times apart: an order of magnitude.
//   - anything else is unknown.
//
// Estimates share the machine too: requests that run together never add up to more than its power.
// docs/adr/0004-energy-estimates.md gives the sources and weighs the choice.
package energy
