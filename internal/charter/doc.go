// Package charter holds the voted rules: a canonical document of numbered articles, each with its
// text in French and English and one Cedar policy, and settings. A version is named by the SHA-256
// of its canonical bytes and names its parent. The first version is a provisional genesis, one of
// three templates chosen at install.
//
// Deciding is a pure function of the charter in force and the question. On any doubt (a policy that
// fails, a charter whose hash does not match) the answer is a refusal, never a silent allow.
package charter
