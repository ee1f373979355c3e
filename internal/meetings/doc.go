// Package meetings is how a body meets: convened in time, with an agenda, a quorum that anybody can count again, and minutes
// made of facts.
//
// Promises:
//
//   - Notice, quorum, proxies and presence from afar follow the voted set of rules (governance.RuleSet); a refusal names the
//     rule and where it comes from. A meeting keeps the rules under which it was convened.
//   - The roll is frozen with each notice. Whoever is not on it may be present and is not counted.
//   - What members were told is kept as it was: a notice is canonical bytes with their SHA-256. What changed since is shown as a
//     change. A decision that was not in the notice cannot be added without another one.
//   - The quorum is a pure function of the roll, the comings and goings, and an instant: exact, the same on any machine.
//     Without it nothing is put to the vote in the meeting.
//   - Votes are those of the governance room, with their own quorum and certificate. This room counts no vote.
//   - Minutes, once approved, are canonical bytes; the log states their hash, salted, so that it tells nothing of anybody.
//
// Not promised: that whoever signs in is who they say beyond their session, nor that somebody who is present from afar listens. This
// room carries no sound and no picture. Whether the law is satisfied is for counsel to say.
package meetings
