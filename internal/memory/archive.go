package memory

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// Bounds of an archive. Its files have the bounds of any file.
const (
	MaxArchiveBytes = 1 << 30
	maxMembers      = 20_000
	maxUnpacked     = 8 << 30
	maxRatio        = 200 // unpacked bytes for one of the archive, beyond the first maxSmall
	maxSmall        = 16 << 20
)

// ArchiveReport says what became of the files of an archive.
type ArchiveReport struct {
	Files   []Report    // those that wait, were known, or could not be kept
	LeftOut int         // members that are no documents
	Problem *core.Error // why the rest of the archive was not read; nil when all of it was
}

// IsArchive tells by its name a file that is unpacked rather than read. A document that happens to be an
// archive inside, such as a DOCX, is none.
func IsArchive(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, ".zip") || strings.HasSuffix(name, ".tar.gz") || strings.HasSuffix(name, ".tgz") || strings.HasSuffix(name, ".tar")
}

// OfferArchive keeps every document of an archive, as Offer does, under the archive's own name. What was
// kept before something went wrong stays.
func (in *Intake) OfferArchive(ctx context.Context, organisation core.ID, name string, r io.Reader) (ArchiveReport, error) {
	name = cleanName(name)
	if name == "" || len(name) > maxNameBytes/2 {
		return ArchiveReport{}, core.E(core.Invalid, "errors.memory_name_invalid", core.Args{"Bytes": maxNameBytes / 2})
	}
	kept, err := in.inbox.Keep(ctx, r, MaxArchiveBytes)
	if err != nil {
		return ArchiveReport{}, orCancelled(ctx, err)
	}
	defer in.drop(context.WithoutCancel(ctx), kept.Ticket)
	file, err := in.inbox.Open(kept.Ticket)
	if err != nil {
		return ArchiveReport{}, err
	}
	defer file.Close()
	u := &unpacking{Intake: in, ctx: ctx, organisation: organisation, prefix: archivePrefix(name), size: kept.Size}
	if strings.HasSuffix(strings.ToLower(name), ".zip") {
		err = u.zip(file)
	} else {
		err = u.tar(name, file)
	}
	if ctx.Err() != nil {
		return u.report, orCancelled(ctx, err)
	}
	if err != nil {
		u.report.Problem = core.AsError(err)
	} else if len(u.report.Files) == 0 {
		u.report.Problem = core.E(core.Invalid, "errors.memory_archive_empty", nil)
	}
	return u.report, nil
}

func archivePrefix(name string) string {
	base := strings.TrimSuffix(name, path.Ext(name))
	return strings.TrimSuffix(base, ".tar")
}

// unpacking is one archive on its way in.
type unpacking struct {
	*Intake
	ctx          context.Context
	organisation core.ID
	prefix       string
	size         int64 // of the archive
	members      int
	unpacked     int64
	report       ArchiveReport
}

func (u *unpacking) zip(file KeptFile) error {
	reader, err := zip.NewReader(file, u.size)
	if err != nil {
		return core.Wrap(err, core.Corrupt, "errors.memory_archive_damaged", nil)
	}
	for _, member := range reader.File {
		if !member.Mode().IsRegular() || strings.HasSuffix(member.Name, "/") {
			continue
		}
		if member.Flags&1 != 0 {
			return core.E(core.Invalid, "errors.memory_file_protected", nil)
		}
		if err := u.member(member.Name, member.Modified, member.Open); err != nil {
			return err
		}
	}
	return nil
}

func (u *unpacking) tar(name string, file KeptFile) error {
	var plain io.Reader = file
	if !strings.HasSuffix(strings.ToLower(name), ".tar") {
		zipped, err := gzip.NewReader(file)
		if err != nil {
			return core.Wrap(err, core.Corrupt, "errors.memory_archive_damaged", nil)
		}
		defer zipped.Close()
		plain = zipped
	}
	reader := tar.NewReader(&bounded{Reader: plain, u: u}) // what is skipped is unpacked too
	for {
		header, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return damaged(err)
		case header.Typeflag != tar.TypeReg:
			continue
		}
		open := func() (io.ReadCloser, error) { return io.NopCloser(reader), nil }
		if err := u.member(header.Name, header.ModTime, open); err != nil {
			return err
		}
	}
}

func damaged(err error) error {
	var known *core.Error
	if errors.As(err, &known) {
		return known
	}
	return core.Wrap(err, core.Corrupt, "errors.memory_archive_damaged", nil)
}

// member keeps one file. Its error ends the unpacking; what concerns the file alone is in the report.
func (u *unpacking) member(name string, modified time.Time, open func() (io.ReadCloser, error)) error {
	if u.members++; u.members > maxMembers {
		return core.E(core.TooLarge, "errors.memory_archive_many", core.Args{"Max": maxMembers})
	}
	name = cleanName(strings.ToValidUTF8(name, "�"))
	if LeftOut(name) {
		u.report.LeftOut++
		return nil
	}
	body, err := open()
	if err != nil {
		return damaged(err)
	}
	defer body.Close()
	content := &bounded{Reader: body, u: u}
	report, err := u.Offer(u.ctx, u.organisation, u.prefix+"/"+name, modified, content)
	if content.broken != nil {
		return content.broken // a bomb, or a damaged archive: the file's own report says so too
	}
	if err != nil {
		return err
	}
	u.report.Files = append(u.report.Files, report)
	if report.Problem != nil && noRoom(report.Problem) {
		return report.Problem
	}
	return nil
}

// bounded counts what is unpacked, and stops a bomb.
type bounded struct {
	io.Reader
	u      *unpacking
	broken error
}

// Read passes on.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.u.unpacked += int64(n)
	if b.u.unpacked > maxUnpacked || b.u.unpacked > maxSmall+maxRatio*b.u.size {
		b.broken = core.E(core.TooLarge, "errors.memory_archive_bomb", nil)
		return n, b.broken
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.broken = damaged(err)
		return n, b.broken
	}
	return n, err
}
