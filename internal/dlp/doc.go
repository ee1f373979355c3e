// Package dlp labels the classes of sensitive data that a text carries, so that the charter can decide
// what may be sent. It only detects: what follows from a label is the charter's business. It never
// keeps, logs or returns the data itself.
//
// Two classes are known: Canadian social insurance numbers and payment-card numbers. A number is found
// in plain text and in the raw bytes of a JSON request, whatever separates its groups: spaces, no-break
// spaces, hyphens, dashes, zero-width characters, written plainly or as JSON escapes. Its check digit must
// hold, and what surrounds it must not explain it as something else (a phone number, an IBAN, a French
// SIRET, a Canadian business number, an amount of money …); friends.go lists those explanations.
//
// Decisions, and their price:
//
//   - A number must stand within one string. Pieces spread over several messages are not put together.
//   - A first digit of 0 counts: the Canada Revenue Agency gives such numbers to individuals who have no
//     SIN (ITN), and they identify people just as well. A first digit of 8 does not: it begins business numbers,
//     which are public. Nine zeros are a blank form.
//   - One nine-digit number in ten has a valid check digit by chance. Where nothing explains it, it is
//     labelled: a needless refusal costs less than a leak.
//   - Somebody who wants to hide a number can (spelling it out, letters in between). This protects
//     from carelessness, not from intent.
//
// Scanning is linear in the size of the text, allocates nothing but its result, and never fails.
package dlp
