package memorymail

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/richardlehane/mscfb"
	"golang.org/x/text/encoding/unicode"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// OutlookReader satisfies memory.Extractor for MSG. It holds no state.
type OutlookReader struct{ inner memory.Extractor }

var _ memory.Extractor = OutlookReader{}

// NewOutlookReader makes the extractor; inner reads attachments.
func NewOutlookReader(inner memory.Extractor) OutlookReader { return OutlookReader{inner} }

// Extract reads the file.
func (r OutlookReader) Extract(ctx context.Context, _ string, file []byte) (memory.Extracted, error) {
	s, err := openStorage(file)
	if err != nil {
		return memory.Extracted{}, core.Wrap(err, core.Corrupt, "errors.memory_file_damaged", nil)
	}
	l := s.letter("", 0)
	w := writer{inner: r.inner}
	if err := w.write(ctx, l, 1); err != nil {
		return memory.Extracted{}, err
	}
	w.b.Dated(l.date)
	out, err := w.b.Extracted()
	out.Media = Outlook
	return out, err
}

// Properties of a message and of an attachment, by their tags.
const (
	subjectTag    = "0037"
	senderTag     = "0C1A"
	senderMailTag = "5D01"
	toTag         = "0E04"
	ccTag         = "0E03"
	textTag       = "1000"
	htmlTag       = "1013"
	longNameTag   = "3707"
	shortNameTag  = "3704"
	displayTag    = "3001"
	dataTag       = "3701"
)

const (
	streamPrefix     = "__substg1.0_"
	attachmentPrefix = "__attach_version1.0_"
	propertiesName   = "__properties_version1.0"
	embeddedName     = streamPrefix + dataTag + "000D"
)

// storage holds the streams of a container by folder, then by name.
type storage map[string]map[string][]byte

// Bounds of a container.
const (
	maxStreams = 20_000
	maxStored  = 128 << 20 // all streams together: chains may share sectors
)

var errTooMany = errors.New("the container holds too much")

func openStorage(file []byte) (s storage, err error) {
	r, err := mscfb.New(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	s = storage{}
	count, size := 0, int64(0)
	for {
		entry, err := r.Next()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		if entry.FileInfo().IsDir() {
			continue
		}
		count, size = count+1, size+max(entry.Size, 0)
		if count > maxStreams || size > maxStored || entry.Size > int64(len(file)) {
			return nil, errTooMany
		}
		data := make([]byte, max(entry.Size, 0))
		n, _ := io.ReadFull(entry, data) // a stream that breaks off keeps what came
		folder := strings.Join(entry.Path, "/")
		if s[folder] == nil {
			s[folder] = map[string][]byte{}
		}
		s[folder][entry.Name] = data[:n]
	}
}

// letter gathers the message that a folder holds.
func (s storage) letter(folder string, depth int) *letter {
	l := &letter{subject: s.text(folder, subjectTag), text: s.text(folder, textTag), html: s.text(folder, htmlTag), date: s.sent(folder)}
	sender := s.text(folder, senderTag)
	if address := s.text(folder, senderMailTag); address != "" && !strings.Contains(sender, address) {
		sender = strings.TrimSpace(sender + " <" + address + ">")
	}
	for _, head := range [][2]string{{"From", sender}, {"To", s.text(folder, toTag)}, {"Cc", s.text(folder, ccTag)}} {
		if head[1] != "" {
			l.heads = append(l.heads, head[0]+": "+head[1])
		}
	}
	if !l.date.IsZero() {
		l.heads = append(l.heads, "Date: "+l.date.Format(time.RFC1123Z))
	}
	for _, at := range s.attachmentsOf(folder) {
		inside := at + "/" + embeddedName
		switch data := s[at][streamPrefix+dataTag+"0102"]; {
		case s[inside] != nil && depth < maxDepth:
			l.attachments = append(l.attachments, attachment{letter: s.letter(inside, depth+1)})
		case data != nil:
			name := fileName(s.text(at, longNameTag), s.text(at, displayTag), s.text(at, shortNameTag))
			l.attachments = append(l.attachments, attachment{name: name, data: data})
		}
	}
	return l
}

// attachmentsOf lists the folders of a message's attachments in their order.
func (s storage) attachmentsOf(folder string) []string {
	var out []string
	for at := range s {
		name, inside := at, folder == ""
		if !inside {
			name, inside = strings.CutPrefix(at, folder+"/")
		}
		if inside && strings.HasPrefix(name, attachmentPrefix) && !strings.Contains(name, "/") {
			out = append(out, at)
		}
	}
	slices.Sort(out)
	return out[:min(len(out), maxParts)]
}

// text gives a property in UTF-16, in the code page of its time, or in bytes.
func (s storage) text(folder, tag string) string {
	if wide, ok := s[folder][streamPrefix+tag+"001F"]; ok {
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(wide)
		if err == nil {
			return strings.TrimRight(string(out), "\x00")
		}
	}
	for _, kind := range []string{"001E", "0102"} {
		if narrow, ok := s[folder][streamPrefix+tag+kind]; ok {
			return strings.TrimRight(decoded(narrow), "\x00")
		}
	}
	return ""
}

// The list of properties of fixed size: a head, then 16 bytes each.
const (
	rootHead     = 32
	embeddedHead = 24
	sentTag      = 0x0039_0040 // when the message was sent, as a time
	deliveredTag = 0x0E06_0040
)

// sent is when the message was sent, or else delivered; zero when it does not say.
func (s storage) sent(folder string) time.Time {
	list, head := s[folder][propertiesName], embeddedHead
	if folder == "" {
		head = rootHead
	}
	found := map[uint32]time.Time{}
	for at := head; at+16 <= len(list); at += 16 {
		tag := binary.LittleEndian.Uint32(list[at:])
		if tag == sentTag || tag == deliveredTag {
			found[tag] = fileTime(binary.LittleEndian.Uint64(list[at+8:]))
		}
	}
	if at, ok := found[sentTag]; ok {
		return at
	}
	return found[deliveredTag]
}

// fileTime counts tenths of microseconds since 1601.
func fileTime(ticks uint64) time.Time {
	const toUnix = 11_644_473_600
	seconds := int64(ticks/10_000_000) - toUnix
	if seconds < 0 || seconds > 1<<33 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
