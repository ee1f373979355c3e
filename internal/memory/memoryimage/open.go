package memoryimage

import (
	"bytes"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// maxPixels bounds a picture before it is decoded.
const maxPixels = 100_000_000

// codec is one format of pictures.
type codec struct {
	media  string
	magic  string
	config func(r *bytes.Reader) (image.Config, error)
	decode func(r *bytes.Reader) (image.Image, error)
}

func codecs() []codec {
	return []codec{
		{"image/png", "\x89PNG\r\n\x1a\n", func(r *bytes.Reader) (image.Config, error) { return png.DecodeConfig(r) }, func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) }},
		{"image/jpeg", "\xff\xd8\xff", func(r *bytes.Reader) (image.Config, error) { return jpeg.DecodeConfig(r) }, func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) }},
		{"image/gif", "GIF8", func(r *bytes.Reader) (image.Config, error) { return gif.DecodeConfig(r) }, func(r *bytes.Reader) (image.Image, error) { return gif.Decode(r) }},
		{"image/bmp", "BM", func(r *bytes.Reader) (image.Config, error) { return bmp.DecodeConfig(r) }, func(r *bytes.Reader) (image.Image, error) { return bmp.Decode(r) }},
		{"image/webp", "RIFF", func(r *bytes.Reader) (image.Config, error) { return webp.DecodeConfig(r) }, func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) }},
	}
}

// picture is an open file of one or more pages.
type picture struct {
	media   string
	file    []byte
	codec   codec
	folders []uint32 // of a TIFF: where each page is described
}

var errUnknown = errors.New("no known picture")

func open(file []byte) (*picture, error) {
	if isTIFF(file) {
		folders, err := foldersOf(file)
		return &picture{media: "image/tiff", file: file, folders: folders}, err
	}
	for _, c := range codecs() {
		if bytes.HasPrefix(file, []byte(c.magic)) {
			return &picture{media: c.media, file: file, codec: c}, nil
		}
	}
	return nil, damaged(errUnknown)
}

func (p *picture) count() int { return max(len(p.folders), 1) }

// page decodes one page, turned as people look at it.
func (p *picture) page(index int) (image.Image, error) {
	config, decode := p.codec.config, p.codec.decode
	file := p.file
	if p.folders != nil {
		file = pageOf(p.file, p.folders[index])
		if isJPEG(file) {
			out, err := decodeJPEG(file)
			if err != nil {
				return nil, refusal(err)
			}
			return turned(out, orientation(file)), nil
		}
		config = func(r *bytes.Reader) (image.Config, error) { return tiff.DecodeConfig(r) }
		decode = func(r *bytes.Reader) (image.Image, error) { return tiff.Decode(r) }
	}
	size, err := config(bytes.NewReader(file))
	switch {
	case err != nil:
		return nil, refusal(err)
	case size.Width <= 0 || size.Height <= 0 || size.Width > maxPixels/size.Height:
		return nil, core.E(core.TooLarge, "errors.memory_image_large", core.Args{"Max": maxPixels / 1_000_000})
	}
	out, err := decode(bytes.NewReader(file))
	if err != nil {
		return nil, refusal(err)
	}
	return turned(out, orientation(file)), nil
}

// refusal tells a kind of picture that is not read from one that is damaged.
func refusal(err error) error {
	if text := err.Error(); strings.Contains(text, "unsupported") || strings.Contains(text, "not supported") {
		return core.Wrap(err, core.Invalid, "errors.memory_image_kind", nil)
	}
	return damaged(err)
}

func damaged(err error) error {
	return core.Wrap(err, core.Corrupt, "errors.memory_file_damaged", nil)
}
