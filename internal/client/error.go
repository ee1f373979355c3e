package client

import (
	"fmt"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Error is what a server refused, in its own words.
type Error struct {
	Status  int     `json:"-"`
	Raw     []byte  `json:"-"` // the answer, as it came
	Message string  `json:"message"`
	Next    string  `json:"next"` // what to do
	Code    string  `json:"code"`
	ID      string  `json:"id"` // finds the error in the operator's log
	Article int     `json:"article"`
	Charter string  `json:"charter"`
	Receipt core.ID `json:"receipt"`
}

// Error is for logs; people read Message and Next.
func (e *Error) Error() string { return fmt.Sprintf("%s (%d %s)", e.Message, e.Status, e.Code) }

// Refused reports whether the charter refused the request: the receipt of the refusal is then in Receipt.
func (e *Error) Refused() bool { return e.Code == "charter_refused" }

// OfContent reports whether the refusal is about what was sent, so that something else may well be accepted.
func (e *Error) OfContent() bool {
	switch e.Status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusConflict:
		return true
	}
	return false
}
