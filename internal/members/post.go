package members

import "context"

// Letter is a mail to one person.
type Letter struct {
	To      string // address
	Name    string
	Subject string
	Text    string
}

// Post sends letters. It returns once the server of the sender has taken the letter, core.Unavailable otherwise.
type Post interface {
	Send(ctx context.Context, l Letter) error
}
