package auditwal

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/solidaire-coop/solidaire/internal/audit"
)

const (
	frameHead = 12            // magic, length, CRC
	maxFrame  = maxBatchBytes // bytes of payload
	entryHead = 4 + 2 + len(audit.Key{})
)

// frameMagic holds bytes that no UTF-8 text holds, so that no record or leaf can imitate it.
var frameMagic = [4]byte{0xf5, 'S', 0xff, 'L'}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var (
	errNoFrame = errors.New("no frame here")
	errTorn    = errors.New("frame cut short or altered")
	errPayload = errors.New("frame payload malformed")
)

// frameSum covers where the frame stands, so that no frame is valid at another place.
func frameSum(segment uint64, offset int64, payload []byte) uint32 {
	var place [20]byte
	binary.LittleEndian.PutUint64(place[0:], segment)
	binary.LittleEndian.PutUint64(place[8:], uint64(offset))
	binary.LittleEndian.PutUint32(place[16:], uint32(len(payload)))
	return crc32.Update(crc32.Update(0, castagnoli, place[:]), castagnoli, payload)
}

// finishFrame fills in the head that frame was started with.
func finishFrame(frame []byte, segment uint64, offset int64) {
	copy(frame, frameMagic[:])
	binary.LittleEndian.PutUint32(frame[4:], uint32(len(frame)-frameHead))
	binary.LittleEndian.PutUint32(frame[8:], frameSum(segment, offset, frame[frameHead:]))
}

// cutFrame finds the frame at the start of b, which stands at offset of the segment, and returns its payload.
func cutFrame(b []byte, segment uint64, offset int64) (payload []byte, err error) {
	if len(b) < frameHead || [4]byte(b[:4]) != frameMagic {
		return nil, errNoFrame
	}
	n := int64(binary.LittleEndian.Uint32(b[4:]))
	if n > maxFrame || n > int64(len(b)-frameHead) {
		return nil, errTorn
	}
	payload = b[frameHead : frameHead+n]
	if frameSum(segment, offset, payload) != binary.LittleEndian.Uint32(b[8:]) {
		return nil, errTorn
	}
	return payload, nil
}

func entrySize(s audit.Sealed) int { return entryHead + len(s.Record) + len(s.Leaf) }

func appendEntry(b []byte, s audit.Sealed) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s.Record)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(s.Leaf)))
	b = append(b, s.Key[:]...)
	b = append(b, s.Record...)
	return append(b, s.Leaf...)
}

// appendEntries reads the entries of a payload; they refer to its memory.
func appendEntries(entries []audit.Sealed, payload []byte) ([]audit.Sealed, error) {
	for len(payload) > 0 {
		if len(payload) < entryHead {
			return entries, errPayload
		}
		record, leaf := int(binary.LittleEndian.Uint32(payload)), int(binary.LittleEndian.Uint16(payload[4:]))
		if record > audit.MaxRecordBytes || leaf > audit.MaxLeafBytes || entryHead+record+leaf > len(payload) {
			return entries, errPayload
		}
		s := audit.Sealed{Key: audit.Key(payload[6:entryHead])}
		rest := payload[entryHead:]
		s.Record, s.Leaf, payload = rest[:record:record], rest[record:record+leaf:record+leaf], rest[record+leaf:]
		entries = append(entries, s)
	}
	return entries, nil
}
