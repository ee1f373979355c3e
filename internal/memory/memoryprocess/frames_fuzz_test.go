package memoryprocess

import (
	"bufio"
	"bytes"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/memory"
)

// FuzzFrames feeds what a reader's process may send when it has been taken over.
func FuzzFrames(f *testing.F) {
	var whole bytes.Buffer
	w := bufio.NewWriter(&whole)
	if err := writeExtracted(w, memory.Extracted{Text: "quorum", Media: "text/plain", Places: []memory.Place{{Start: 0, End: 6}}}, true); err != nil {
		f.Fatal(err)
	}
	w.Flush()
	f.Add(whole.Bytes())
	f.Add([]byte("\x00\x00\x00\x02{}"))
	f.Add([]byte("\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, frame []byte) {
		r := bytes.NewReader(frame)
		var head answer
		if readHead(r, &head) == nil {
			readExtracted(r, head)
		}
	})
}
