package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static/*.woff2 static/*.txt static/*.js static/*.svg css/*.css
var embedded embed.FS

// assets are the embedded files, under an address that changes with any of them, so that a browser may
// keep them for ever. One address for all lets a style sheet or a module name its neighbours simply.
type assets struct {
	build string
	files map[string]asset
}

type asset struct {
	media   string
	plain   []byte
	gzipped []byte // nil when it would not be smaller
}

func newAssets() (*assets, error) {
	a := &assets{files: map[string]asset{}}
	hash := sha256.New()
	add := func(name string, content []byte) error {
		hash.Write([]byte(name))
		hash.Write(content)
		file := asset{media: mediaOf(name), plain: content}
		var err error
		if path.Ext(name) != ".woff2" { // compressed already
			file.gzipped, err = squeeze(content)
		}
		a.files[name] = file
		return err
	}
	sheet, err := styleSheet()
	if err != nil {
		return nil, err
	}
	if err := add("app.css", sheet); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(embedded, "static")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		content, err := fs.ReadFile(embedded, "static/"+entry.Name())
		if err != nil {
			return nil, err
		}
		if err := add(entry.Name(), content); err != nil {
			return nil, err
		}
	}
	a.build = hex.EncodeToString(hash.Sum(nil)[:6])
	return a, nil
}

// styleSheet joins css/ in the order of names.
func styleSheet() ([]byte, error) {
	entries, err := fs.ReadDir(embedded, "css")
	if err != nil {
		return nil, err
	}
	var sheet bytes.Buffer
	for _, entry := range entries {
		part, err := fs.ReadFile(embedded, "css/"+entry.Name())
		if err != nil {
			return nil, err
		}
		sheet.Write(part)
	}
	return sheet.Bytes(), nil
}

func squeeze(content []byte) ([]byte, error) {
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := zip.Write(content); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	if out.Len() >= len(content) {
		return nil, nil
	}
	return out.Bytes(), nil
}

func mediaOf(name string) string {
	switch path.Ext(name) {
	case ".woff2":
		return "font/woff2"
	case ".js":
		return "text/javascript; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func (a *assets) url(name string) string { return "/static/" + a.build + "/" + name }

// serve answers with the file; for ever when the address is this build's, once when it is another's.
func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	file, ok := a.files[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.media)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	if r.PathValue("build") == a.build {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := file.plain
	if file.gzipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = file.gzipped
		}
	}
	w.Write(body) //nolint:errcheck // the reader left
}
