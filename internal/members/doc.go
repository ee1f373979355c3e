// Package members holds who may come in: organisations, people, one-time sign-in links, sessions and
// API keys.
//
// Promises:
//
//   - A secret is 256 random bits, shown once, kept only as its SHA-256. It is looked for by that hash, so how
//     long a refusal takes says nothing of the secret; malformed, unknown, ended and revoked look the same.
//   - A revoked key or an ended session stops working at most one second later, in every process that
//     shares the database and in streams too; at once in the process that revoked it.
//   - A one-time link opens one session, however many try it together.
//   - Who asks often is answered from memory: one read per credential and half second, nothing written on the
//     way. What is remembered is bounded, also against somebody who tries many secrets.
//   - When a key was last used is known to the minute, and written within seconds or at Close.
//
// Service holds the rules and is what other rooms use. Store, behind it, only keeps rows.
package members
