package memory

import (
	"encoding/binary"
	"errors"
)

// errPlaces says that bytes are no places.
var errPlaces = errors.New("places are malformed")

// EncodePlaces writes places in few bytes: most differ little from the one before.
func EncodePlaces(places []Place) []byte {
	out := make([]byte, 0, 10*len(places))
	var last Place
	for _, p := range places {
		out = binary.AppendUvarint(out, uint64(p.Start-last.End))
		out = binary.AppendUvarint(out, uint64(p.End-p.Start))
		out = binary.AppendVarint(out, int64(p.Page-last.Page))
		out = binary.AppendVarint(out, int64(p.Left)-int64(last.Right))
		out = binary.AppendVarint(out, int64(p.Right)-int64(p.Left))
		out = binary.AppendVarint(out, int64(p.Top)-int64(last.Top))
		out = binary.AppendVarint(out, int64(p.Bottom)-int64(last.Bottom))
		last = p
	}
	return out
}

// DecodePlaces reads them back. Whatever the bytes are, places come in order and inside their units, or not at
// all.
func DecodePlaces(b []byte) ([]Place, error) {
	r := placeReader{rest: b}
	var out []Place
	var last Place
	for len(r.rest) > 0 {
		p := Place{Start: last.End + r.size(), Page: last.Page}
		p.End = p.Start + r.size()
		p.Page += int(r.delta())
		p.Left = r.unit(int64(last.Right))
		p.Right = r.unit(int64(p.Left))
		p.Top = r.unit(int64(last.Top))
		p.Bottom = r.unit(int64(last.Bottom))
		if r.broken || p.Page < 0 || len(out) == MaxPlaces {
			return nil, errPlaces
		}
		out = append(out, p)
		last = p
	}
	return out, nil
}

// placeReader reads numbers until one is none.
type placeReader struct {
	rest   []byte
	broken bool
}

func (r *placeReader) delta() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 || v > MaxTextBytes || v < -MaxTextBytes {
		r.broken, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *placeReader) size() int {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > MaxTextBytes {
		r.broken, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return int(v)
}

func (r *placeReader) unit(from int64) uint16 {
	v := from + r.delta()
	if v < 0 || v > PlaceUnits {
		r.broken, r.rest = true, nil
		return 0
	}
	return uint16(v)
}
