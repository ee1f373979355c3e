package memorysql

import (
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

var errMalformed = errors.New("stored bytes are malformed")

// encodeFloats writes a vector as little endian float32.
func encodeFloats(v []float32) []byte {
	out := make([]byte, 0, 4*len(v))
	for _, x := range v {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(x))
	}
	return out
}

func decodeFloats(b []byte) ([]float32, error) {
	if len(b)%4 != 0 {
		return nil, fmt.Errorf("vector of %d bytes: %w", len(b), errMalformed)
	}
	out := make([]float32, len(b)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out, nil
}

// encodeSmall writes vectors of one dimension as a uint16 dimension, then for each a float32 scale
// and int8 components: a quarter of the space, for sentences, whose order hardly feels it.
func encodeSmall(vectors [][]float32) []byte {
	if len(vectors) == 0 {
		return []byte{}
	}
	dim := len(vectors[0])
	out := binary.LittleEndian.AppendUint16(make([]byte, 0, 2+len(vectors)*(4+dim)), uint16(dim))
	for _, v := range vectors {
		largest := float32(0)
		for _, x := range v {
			largest = max(largest, x, -x)
		}
		scale := largest / 127
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(scale))
		for _, x := range v {
			q := int8(0)
			if scale > 0 {
				q = int8(math.Round(float64(x / scale)))
			}
			out = append(out, byte(q))
		}
	}
	return out
}

func decodeSmall(b []byte) ([][]float32, error) {
	if len(b) == 0 {
		return nil, nil
	}
	if len(b) < 2 {
		return nil, errMalformed
	}
	dim := int(binary.LittleEndian.Uint16(b))
	b = b[2:]
	if len(b)%(4+dim) != 0 {
		return nil, fmt.Errorf("sentence vectors of dimension %d: %w", dim, errMalformed)
	}
	out := make([][]float32, 0, len(b)/(4+dim))
	for len(b) > 0 {
		scale := math.Float32frombits(binary.LittleEndian.Uint32(b))
		v := make([]float32, dim)
		for i := range v {
			v[i] = scale * float32(int8(b[4+i]))
		}
		out = append(out, v)
		b = b[4+dim:]
	}
	return out, nil
}

// encodeSentences writes ranges as deltas: gap before, length, kind.
func encodeSentences(start int, ss []memory.Sentence) []byte {
	out := []byte{}
	at := start
	for _, s := range ss {
		out = binary.AppendUvarint(out, uint64(s.Start-at))
		out = binary.AppendUvarint(out, uint64(s.End-s.Start))
		out = append(out, byte(s.Kind))
		at = s.End
	}
	return out
}

func decodeSentences(start int, b []byte) ([]memory.Sentence, error) {
	var out []memory.Sentence
	at := uint64(start)
	for len(b) > 0 {
		gap, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errMalformed
		}
		length, m := binary.Uvarint(b[n:])
		if m <= 0 || len(b) == n+m || gap > memory.MaxTextBytes || length > memory.MaxTextBytes {
			return nil, errMalformed
		}
		s := memory.Sentence{Start: int(at + gap), End: int(at + gap + length), Kind: memory.SentenceKind(b[n+m])}
		out = append(out, s)
		at = uint64(s.End)
		b = b[n+m+1:]
	}
	return out, nil
}

func encodeMarks(marks []memory.Mark) (string, error) {
	b, err := json.Marshal(marks)
	return string(b), err
}

func decodeMarks(s string) (marks []memory.Mark, err error) {
	err = json.Unmarshal([]byte(s), &marks)
	return marks, err
}

// problem is core.Error without its cause, which is for the log only.
type problem struct {
	Code core.Code `json:"code"`
	Key  string    `json:"key"`
	Args core.Args `json:"args,omitempty"`
}

// shed leaves the cause behind.
func shed(e *core.Error) *problem {
	if e == nil {
		return nil
	}
	return &problem{e.Code, e.Key, e.Args}
}

func (p *problem) error() *core.Error {
	if p == nil {
		return nil
	}
	return core.E(p.Code, p.Key, p.Args)
}

func encodeProblem(e *core.Error) (sql.NullString, error) {
	if e == nil {
		return sql.NullString{}, nil
	}
	b, err := json.Marshal(shed(e))
	return sql.NullString{String: string(b), Valid: true}, err
}

func decodeProblem(s sql.NullString) (*core.Error, error) {
	if !s.Valid {
		return nil, nil
	}
	var p problem
	if err := json.Unmarshal([]byte(s.String), &p); err != nil {
		return nil, err
	}
	return p.error(), nil
}

func nullTime(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: sqldb.Millis(t), Valid: !t.IsZero()}
}

func timeOf(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return sqldb.Time(n.Int64)
}
