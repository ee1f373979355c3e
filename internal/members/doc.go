// Package members holds who belongs and who may come in: organisations, people, classes, bodies and mandates; one-time
// sign-in links, sessions and API keys.
//
// Promises:
//
//   - A secret is 256 random bits, shown once, kept only as its SHA-256. It is looked for by that hash, so how
//     long a refusal takes says nothing of the secret; malformed, unknown, ended and revoked look the same.
//
//   - A revoked key or an ended session stops working at most one second later, in every process that
//     shares the database and in streams too; at once in the process that revoked it.
//
//   - A one-time link opens one session, however many try it together.
//
//   - Who asks often is answered from memory: one read per credential and half second, nothing written on the
//     way. What is remembered is bounded, also against somebody who tries many secrets.
//
//   - When a key was last used is known to the minute, and written within seconds or at Close.
//
//   - Powers in a body come from mandates, and end with them, within a second. A mandate is never deleted: it ends.
//
//   - Roll is true for past dates: who joins, leaves, or changes class, voting right or number of voices does so from a date, and what
//     held before stays known. Who left cannot sign in, nor use a key.
//
// Service holds the rules and is what other rooms use. Store, behind it, only keeps rows.
package members
