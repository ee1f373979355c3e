package core

import (
	"errors"
	"fmt"
)

// Code says what kind of failure an Error is. Each surface maps it once: to an HTTP status,
// to the type of an API error, to an exit code.
type Code string

// String makes a code readable in logs.
func (c Code) String() string { return string(c) }

// The codes. Anything that is not an *Error is Internal.
const (
	Invalid         Code = "invalid"         // the caller must change the request
	Unauthenticated Code = "unauthenticated" // no key or session, or one that no longer holds
	Refused         Code = "refused"         // the charter does not allow it
	Forbidden       Code = "forbidden"       // the actor lacks the role
	NotFound        Code = "not_found"
	Conflict        Code = "conflict"    // the state changed, or something holds the resource
	TooLarge        Code = "too_large"   // over a stated bound
	Exhausted       Code = "exhausted"   // a budget or a rate is used up
	Unavailable     Code = "unavailable" // an engine, a disk or a network is missing: try later
	Interrupted     Code = "interrupted" // broken off after it had started
	Cancelled       Code = "cancelled"   // the caller left
	Corrupt         Code = "corrupt"     // bytes are not what they should be
	Internal        Code = "internal"    // our fault; the cause is in the log only
)

// Args fill a translated text. Values are strings, numbers, times or an ID: never content
// that a member wrote.
type Args map[string]any

// Error is the one shape of failure inside the house. It is rendered once, at the edge, in the
// reader's language: Key names the sentence, Key+".next" the next step. Cause is for the
// operator's log and never reaches a client.
type Error struct {
	Code  Code
	Key   string
	Args  Args
	Cause error
}

// E makes an Error without a cause.
func E(code Code, key string, args Args) *Error { return &Error{Code: code, Key: key, Args: args} }

// Wrap makes an Error that keeps its cause for the log.
func Wrap(cause error, code Code, key string, args Args) *Error {
	return &Error{Code: code, Key: key, Args: args, Cause: cause}
}

// Error is for logs and tests; people read the translation of Key.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s (%s): %v", e.Key, e.Code, e.Cause)
	}
	if len(e.Args) > 0 {
		return fmt.Sprintf("%s (%s) %v", e.Key, e.Code, map[string]any(e.Args))
	}
	return fmt.Sprintf("%s (%s)", e.Key, e.Code)
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// AsError finds the Error inside err. What is not one becomes Internal, with err as its cause,
// so that nothing foreign is ever shown.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Wrap(err, Internal, "errors.internal", nil)
}

// CodeOf returns the code of err, Internal for a foreign error, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	return AsError(err).Code
}

// Is reports whether err carries the given code.
func Is(err error, code Code) bool { return CodeOf(err) == code }
