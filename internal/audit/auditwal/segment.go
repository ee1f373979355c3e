package auditwal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

const (
	headerSize = 40
	suffix     = ".wal"
	// maxSegment bounds the segment that Open is ready to read into memory.
	maxSegment = 256 << 20
)

var headerMagic = [8]byte{'S', 'O', 'L', 'W', 'A', 'L', 1, 0xff}

// segment is one file of the log as far as it counts.
type segment struct {
	number uint64
	length int64 // end of the last frame that counts; headerSize when there is none
}

// link is what a header says of the segment before it; number 0 means that there was none.
type link struct {
	number uint64
	length int64 // nothing after it counts
	// synced: all of length was synced by the process that wrote it. Otherwise that process died, and its last
	// frames may since have been lost with the page cache: no damage, nobody relied on them.
	synced bool
}

func fileName(number uint64) string { return fmt.Sprintf("%016x%s", number, suffix) }

// fileNumber accepts only what fileName writes.
func fileNumber(name string) (uint64, bool) {
	digits, ok := strings.CutSuffix(name, suffix)
	n, err := strconv.ParseUint(digits, 16, 64)
	return n, ok && err == nil && n > 0 && fileName(n) == name
}

func header(number uint64, before link) []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, headerMagic[:]...)
	b = binary.LittleEndian.AppendUint64(b, number)
	b = binary.LittleEndian.AppendUint64(b, before.number)
	b = binary.LittleEndian.AppendUint64(b, uint64(before.length))
	b = binary.LittleEndian.AppendUint32(b, map[bool]uint32{false: 0, true: 1}[before.synced])
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func parseHeader(b []byte, number uint64) (before link, ok bool) {
	if len(b) < headerSize {
		return link{}, false
	}
	before = link{binary.LittleEndian.Uint64(b[16:]), int64(binary.LittleEndian.Uint64(b[24:])), b[32] == 1}
	return before, bytes.Equal(b[:headerSize], header(number, before))
}

// scan walks the frames of a segment and returns where each good one ends, the header first.
func scan(b []byte, number uint64) (ends []int64, err error) {
	at := int64(headerSize)
	ends = append(ends, at)
	for at < int64(len(b)) {
		payload, err := cutFrame(b[at:], number, at)
		if err != nil {
			return ends, err
		}
		if _, err := appendEntries(nil, payload); err != nil {
			return ends, err
		}
		at += int64(frameHead + len(payload))
		ends = append(ends, at)
	}
	return ends, nil
}

// frameAfter reports whether a whole frame stands anywhere after offset. A frame is written only once the
// one before it was synced, so a whole frame after a broken one means damage rather than a crash.
func frameAfter(b []byte, number uint64, offset int64) bool {
	for at := offset + 1; at < int64(len(b)); at++ {
		next := bytes.Index(b[at:], frameMagic[:])
		if next < 0 {
			return false
		}
		at += int64(next)
		if _, err := cutFrame(b[at:], number, at); err == nil {
			return true
		}
	}
	return false
}
