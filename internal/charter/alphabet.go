package charter

// Strange returns the first character that what members vote may not hold: one outside the closed alphabet,
// or a letter of another script than the rest of its word. Proposals and rules keep to the same alphabet.
func Strange(text string) (r rune, found bool) { return strange(text) }

// Tidy reports whether a text is there, is valid, and has no space at its ends.
func Tidy(text string) bool { return tidy(text) }

// IsHash reports whether a text is a SHA-256 as HashOf writes it.
func IsHash(text string) bool { return validHash(text) }
