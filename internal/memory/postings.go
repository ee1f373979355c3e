package memory

import (
	"encoding/binary"
	"slices"
	"strings"
)

// inverted is an index of one organisation's passages by their terms, in memory. Passages are rows, in the order of their ids; a
// term has the list of the rows that hold it, with how often each does. Scores are those of Statistics.bm25 to the last bit, because
// the same sums are made in the same order.
type inverted struct {
	ids     []int64  // of the rows, ascending
	lengths []uint32 // terms of each row
	longest uint32
	number  map[string]uint32 // of a term's list
	lists   []postings
	size    int // bytes, about
}

// postings are the rows that hold one term. Each is written as its distance from the one before it, in as few bytes as that takes,
// and with one bit more that tells whether how often follows; most hold a term once, and take one byte. The last row stays open
// beside them, so that a passage is counted word by word without a table of its own.
type postings struct {
	written []byte
	next    uint32 // row from which the next distance counts
	open    uint32 // the last row
	times   uint32 // that it holds the term; 0: there is none yet
}

// What a list and a term cost beside their bytes.
const (
	listBytes = 40
	termBytes = 64
	rowBytes  = 12
)

func newInverted() *inverted { return &inverted{number: map[string]uint32{}} }

// add takes a passage in. Its id is above all others'.
func (x *inverted) add(c Candidate) {
	row := uint32(len(x.ids))
	length := uint32(0)
	for _, shadow := range []string{c.Body, c.Header} {
		for term := range strings.SplitSeq(shadow, " ") {
			if term != "" {
				length++
				x.count(row, term)
			}
		}
	}
	x.ids, x.lengths = append(x.ids, c.ID), append(x.lengths, length)
	x.longest = max(x.longest, length)
	x.size += rowBytes
}

func (x *inverted) count(row uint32, term string) {
	n, ok := x.number[term]
	if !ok {
		n = uint32(len(x.lists))
		x.number[strings.Clone(term)] = n
		x.lists = append(x.lists, postings{})
		x.size += len(term) + termBytes + listBytes
	}
	list := &x.lists[n]
	if list.times > 0 && list.open == row {
		list.times++
		return
	}
	before := cap(list.written)
	list.put(row, 1)
	x.size += cap(list.written) - before
}

// put closes the last row and opens another one.
func (p *postings) put(row, times uint32) {
	if p.times > 0 {
		distance := uint64(p.open-p.next) << 1
		if p.times > 1 {
			p.written = binary.AppendUvarint(binary.AppendUvarint(p.written, distance|1), uint64(p.times))
		} else {
			p.written = binary.AppendUvarint(p.written, distance)
		}
		p.next = p.open + 1
	}
	p.open, p.times = row, times
}

// each calls do for every row that holds the term, in order.
func (p *postings) each(do func(row, times uint32)) {
	if p.times == 0 {
		return
	}
	row := uint32(0)
	for rest := p.written; len(rest) > 0; row++ {
		distance, n := uint64(rest[0]), 1
		if distance >= 0x80 {
			distance, n = binary.Uvarint(rest)
		}
		rest = rest[n:]
		row += uint32(distance >> 1)
		times := uint64(1)
		if distance&1 != 0 {
			times, n = binary.Uvarint(rest)
			rest = rest[n:]
		}
		do(row, uint32(times))
	}
	do(p.open, p.times)
}

// drop takes passages out and leaves nothing of them: rows move up, and terms that no passage holds any more go.
func (x *inverted) drop(ids []int64) {
	gone := make(map[int64]bool, len(ids))
	for _, id := range ids {
		gone[id] = true
	}
	const none = ^uint32(0)
	moved := make([]uint32, len(x.ids)) // where each row goes
	out := newInverted()
	for row, id := range x.ids {
		if moved[row] = none; !gone[id] {
			moved[row] = uint32(len(out.ids))
			out.ids, out.lengths = append(out.ids, id), append(out.lengths, x.lengths[row])
			out.longest = max(out.longest, x.lengths[row])
		}
	}
	if len(out.ids) == len(x.ids) {
		return
	}
	out.size = rowBytes * len(out.ids)
	var list postings
	for term, n := range x.number {
		list = postings{written: list.written[:0]}
		x.lists[n].each(func(row, times uint32) {
			if to := moved[row]; to != none {
				list.put(to, times)
			}
		})
		if list.times == 0 {
			continue
		}
		out.number[term] = uint32(len(out.lists))
		kept := list
		kept.written = slices.Clone(list.written)
		out.lists = append(out.lists, kept)
		out.size += len(term) + termBytes + listBytes + cap(kept.written)
	}
	*x = *out
}

// best gives the limit passages that score highest for a question, best first: of all, or of those in only. Those in without are
// passed over. Every word is looked up: the whole index has some eighty postings for a passage, which bounds what any question costs.
func (x *inverted) best(s Statistics, question []soughtWord, only []int64, without map[int64]bool, limit int) []scored {
	sums := x.sums(s, question)
	top := topScored{limit: limit}
	if only == nil {
		for row, sum := range sums {
			if id := x.ids[row]; sum > 0 && !without[id] {
				top.offer(scored{id, sum})
			}
		}
		return top.sorted()
	}
	for _, id := range only {
		row, ok := slices.BinarySearch(x.ids, id)
		if ok && sums[row] > 0 && !without[id] {
			top.offer(scored{id, sums[row]})
		}
	}
	return top.sorted()
}

// ownSpelling marks a frequency of the word itself, which counts before any of what stands for it.
const ownSpelling = 1 << 31

// sums scores every row.
func (x *inverted) sums(s Statistics, question []soughtWord) []float64 {
	norms := make([]float64, x.longest+1)
	average := s.averageLength()
	for length := range norms {
		norms[length] = lengthNorm(float64(length), average)
	}
	sums := make([]float64, len(x.ids))
	most := make([]uint32, len(x.ids)) // of the spellings of one word
	var rows []uint32
	for _, word := range question {
		rows = rows[:0]
		gather := func(spellings concept, mark uint32) {
			for _, term := range spellings {
				n, ok := x.number[term]
				if !ok {
					continue
				}
				x.lists[n].each(func(row, times uint32) {
					if most[row] == 0 {
						rows = append(rows, row)
					}
					most[row] = max(most[row], times|mark)
				})
			}
		}
		gather(word.own, ownSpelling)
		gather(word.kin, 0)
		for _, row := range rows {
			times, norm := most[row], norms[x.lengths[row]]
			most[row] = 0
			worth := saturation(float64(times&^ownSpelling), norm)
			if times&ownSpelling == 0 {
				worth = kinWorth * worth
			}
			sums[row] += float64(word.weight * worth)
		}
	}
	return sums
}

// last is the highest id; 0: there is none.
func (x *inverted) last() int64 {
	if len(x.ids) == 0 {
		return 0
	}
	return x.ids[len(x.ids)-1]
}
