package app

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
)

// Who has said nothing is let go, and who does not read what is written is not waited for.
func TestNobodyHoldsUpTheEnd(t *testing.T) {
	t.Parallel()
	var c callers
	pipe := func() (ours, theirs net.Conn) {
		ours, theirs = net.Pipe()
		t.Cleanup(func() { ours.Close(); theirs.Close() })
		return ours, theirs
	}
	silent, silentPeer := pipe()
	deaf, _ := pipe()
	resting, _ := pipe()
	c.note(silent, http.StateNew)
	c.note(deaf, http.StateNew)
	c.note(deaf, http.StateActive)
	c.note(resting, http.StateActive)
	c.note(resting, http.StateIdle)
	c.closeSilent()
	if _, err := silentPeer.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("a connection on which nothing was said: %v", err)
	}
	written := make(chan error, 1)
	go func() {
		_, err := deaf.Write([]byte("encore"))
		written <- err
	}()
	c.hurry(0)
	if err := <-written; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a caller who does not read: %v", err)
	}
	if len(c.state) != 2 {
		t.Errorf("%d connections are kept in mind", len(c.state))
	}
	c.note(silent, http.StateClosed)
	c.note(deaf, http.StateHijacked)
	if len(c.state) != 0 {
		t.Errorf("connections that are gone are kept in mind: %d", len(c.state))
	}
}
