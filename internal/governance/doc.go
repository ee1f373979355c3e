// Package governance is how members decide: proposals, ballots under a voted set of rules, certificates.
//
// Everything that decides is a pure function of bytes. A proposal, a set of rules, a ballot, a vote and a
// certificate each have one canonical form (JSON without insignificant whitespace, fields in the order of
// their type), and their SHA-256 names them. A ballot names the proposal, the rules and the root of the
// electoral roll; every vote names the ballot; the certificate names them all. Certify is deterministic: the
// same roll, rules and votes give the same bytes on any machine, and Check makes them again to compare.
//
// Promises:
//
//   - The order in which votes arrived does not change the count.
//   - One person of the roll casts one vote; nobody outside the roll casts any. It is one voice, or, where the voted
//     rules say so, as many as the register gave its member on the date of the roll: federations of organisations.
//     Weights of classes apply to the totals of a class, never to a ballot paper.
//   - Figures are integers and fractions of integers, of any size: nothing is rounded.
//   - A tie is said. A winner is named only where the votes make one.
//   - Votes form a chain that is stated in the public log before a vote is acknowledged. A vote that was
//     edited, added or removed afterwards makes the ballot invalid, and the reason is kept.
//   - A person outside learns nothing from the log: a vote is salted before it is hashed.
//   - Texts keep to the charter's alphabet: nothing invisible, nothing that reorders a line, no letter that
//     passes for another.
//
// Not promised: secrecy (these votes are recorded votes), resistance to pressure or to a compromised device,
// and that the person in charge of the machine did not cast a vote in the place of a member before it was
// first recorded; members see their own vote and its proof, which is how they notice. Counsel must confirm
// that a set of rules is what the law asks for.
package governance
