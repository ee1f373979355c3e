// Package charter holds the voted rules: a canonical document of numbered articles, each with its
// text in French and English and one Cedar policy, and settings. A version is named by the SHA-256
// of its canonical bytes and names its parent. The first version is a provisional genesis, one of
// three templates chosen at install.
//
// Deciding is a pure function of the charter in force and the question. On any doubt (a policy that
// fails, a charter whose hash does not match) the answer is a refusal, never a silent allow.
//
// # Canonical bytes
//
// JSON (RFC 8259) without insignificant whitespace, fields in the order of Document, strings escaped
// only where JSON demands it. Texts use a fixed alphabet without combining marks, so that they are in
// Unicode normalisation form C whatever made them, and nothing in them is invisible, reorders the line,
// or passes for another letter. Parse accepts these bytes and no others: two documents that mean the same
// have the same hash.
//
// # What policies see
//
//	principal  Person::"<id>", in Role::"member" and Role::"operator" as it holds them, in
//	           Organisation::"<id>", in Body::"<key>" of every body where it sits at that instant (the
//	           assembly by right, Body::"board" and others by mandate), and in Class::"<key>" of its class
//	action     Action::"chat", "embed", "ask", "answer", "read", "erase", "read_usage" or "choose_template"
//	resource   Model::"<name>" when a model is involved, with digest, kind, trial, local, and adopted: whether
//	           Settings.Models lets it answer; otherwise Thing::"<action>", with owner when it is a person's
//	context    data_classes, a set of names; provisional, whether the charter has not been voted yet
//
// An allow cites the articles whose policies permit, a refusal those whose policies forbid. When nothing
// permits, the first article whose policy permits that action in some cases is cited, as the one that
// governs it, or article 1 when none does; the decision's Ground says that nothing permits it. A model that the settings exclude is refused whatever the
// policies say, and so is a question on which a policy fails; that article is cited.
package charter
