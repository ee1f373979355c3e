package memoryhttp

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

const (
	maxUploadBytes = 512 << 20 // one request; each file has its own bound
	maxNameRunes   = 500
	addPatience    = 15 * time.Minute // for one file, once it has arrived
)

// report says what became of the files of one upload.
type report struct {
	Files   []fileReport
	Ready   int
	Waiting int
	Failed  int
	Problem *core.Error // of the upload as a whole: what followed was not read
}

type fileReport struct {
	Name      string
	Href      string // of the new version; "" when it failed
	Unchanged bool
	Problem   *core.Error
	Archive   bool
	Waiting   int // documents of an archive that wait to be read
	LeftOut   int // its members that are no documents
}

// add reads each file into the memory as it arrives: nothing is kept beside it. A script sends the files
// one by one and gets the lines of the report alone.
func (p *Pages) add(w http.ResponseWriter, r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return core.Wrap(err, core.Invalid, "errors.memorypages_upload_malformed", nil)
	}
	done := p.addAll(r.Context(), organisation(r), parts)
	if len(done.Files) == 0 && done.Problem != nil {
		return done.Problem
	}
	view, err := p.list(r)
	if err != nil {
		return err
	}
	view.Report, view.Here = &done, "/memory"
	if strings.HasPrefix(r.Header.Get("Accept"), "text/plain") {
		return p.templates.Block(w, r, "memory.html", "report-rows", view)
	}
	return p.templates.Render(w, r, "memory.html", view)
}

// addAll goes through the parts until the end, or until the upload breaks.
func (p *Pages) addAll(ctx context.Context, organisation core.ID, parts *multipart.Reader) report {
	var out report
	var modified time.Time
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			out.Problem = brokenUpload(err)
			return out
		}
		switch {
		case part.FormName() == "modified":
			modified = readModified(part)
		case part.FileName() == "":
		case len(out.Files) == maxFiles:
			out.Problem = core.E(core.Invalid, "errors.memorypages_upload_too_many", core.Args{"Max": maxFiles})
			return out
		default:
			broken := out.addFile(p.memory, ctx, organisation, part, modified)
			modified = time.Time{}
			if broken != nil {
				out.Problem = brokenUpload(broken)
				return out
			}
		}
	}
	if len(out.Files) == 0 {
		out.Problem = core.E(core.Invalid, "errors.memorypages_upload_empty", nil)
	}
	return out
}

// addFile adds one file and notes what became of it. broken is set when the upload itself broke off.
func (out *report) addFile(m Memory, ctx context.Context, organisation core.ID, part *multipart.Part, modified time.Time) (broken error) {
	// Leaving the page does not stop the reading of a file that has arrived whole; one that is cut off
	// fails by itself, since its reader does.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), addPatience)
	defer cancel()
	body := &watched{Reader: part}
	file := fileReport{Name: cleanName(partName(part))}
	if memory.IsArchive(file.Name) {
		out.addArchive(m, ctx, organisation, file, body)
		return body.err
	}
	added, err := m.Add(ctx, organisation, file.Name, modified, body)
	switch {
	case err != nil:
		file.Problem = core.AsError(err)
	case added.Problem != nil:
		file.Problem = added.Problem
	default:
		file.Unchanged, file.Href = added.Unchanged, versionHref(added.Version)
	}
	if body.err != nil {
		file.Problem = brokenUpload(body.err)
	}
	if file.Problem != nil {
		out.Failed++
	} else {
		out.Ready++
	}
	out.Files = append(out.Files, file)
	return body.err
}

// addArchive takes in the documents of an archive and notes how many wait.
func (out *report) addArchive(m Memory, ctx context.Context, organisation core.ID, file fileReport, body *watched) {
	file.Archive = true
	archive, err := m.OfferArchive(ctx, organisation, file.Name, body)
	if file.LeftOut = archive.LeftOut; err != nil {
		file.Problem = core.AsError(err)
	} else {
		file.Problem = archive.Problem
	}
	for _, member := range archive.Files {
		switch {
		case member.Problem != nil:
			out.Failed++
			out.Files = append(out.Files, fileReport{Name: member.Name, Problem: member.Problem})
		case member.Unchanged:
			out.Ready++
		default:
			file.Waiting++
		}
	}
	if body.err != nil {
		file.Problem = brokenUpload(body.err)
	}
	if file.Problem != nil {
		out.Failed++
	}
	out.Waiting += file.Waiting
	out.Files = append(out.Files, file)
}

// partName is the name that a file was sent under, with its folders: a browser sends them beside the file.
func partName(part *multipart.Part) string {
	_, parameters, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err == nil && parameters["filename"] != "" {
		return parameters["filename"]
	}
	return part.FileName()
}

// watched remembers why a reader broke off, whatever its reader makes of it.
type watched struct {
	io.Reader
	err error
}

// Read passes on, and remembers.
func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

func brokenUpload(err error) *core.Error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return core.Wrap(err, core.TooLarge, "errors.memorypages_upload_too_large", core.Args{"Size": tooLarge.Limit})
	}
	return core.Wrap(err, core.Invalid, "errors.memorypages_upload_malformed", nil)
}

// readModified reads the date of the file that follows, in milliseconds; what is none counts as unknown.
func readModified(part io.Reader) time.Time {
	raw, err := io.ReadAll(io.LimitReader(part, 32))
	ms, parseErr := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || parseErr != nil || ms <= 0 || ms > 253402300799000 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// cleanName keeps what people wrote and drops what no name should hold.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name)
	runes := []rune(strings.TrimSpace(name))
	if len(runes) > maxNameRunes { // the end holds the extension
		runes = append(runes[:maxNameRunes/2:maxNameRunes/2], runes[len(runes)-maxNameRunes/2:]...)
	}
	return string(runes)
}
