// Package members holds who may come in: organisations, people, one-time sign-in links, sessions and
// API keys. Secrets are kept only as SHA-256 of 256 random bits; a revoked credential stops working
// at once, in streams too.
package members
