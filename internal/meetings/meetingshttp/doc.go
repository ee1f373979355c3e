// Package meetingshttp is the pages of meetings: what a secretary prepares and conducts, what a member reads, signs and asks.
//
// Promises: everything works without a script, on a telephone too; each button names its effect; the quorum is drawn with what is
// missing; what changed since the notice is shown as a change; the notice and the minutes are designed to be printed; a refusal
// says which rule, and where it comes from; that no sound and no picture pass through here is said where one joins.
package meetingshttp
