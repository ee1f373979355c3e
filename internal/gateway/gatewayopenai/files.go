package gatewayopenai

import (
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
)

// Documents is what files are here: the organisation's memory.
type Documents interface {
	Add(ctx context.Context, organisation core.ID, name string, modified time.Time, r io.Reader) (memory.Report, error)
	Documents(ctx context.Context, organisation core.ID) ([]memory.Document, error)
	Version(ctx context.Context, organisation core.ID, hash string) (memory.Version, error)
	Remove(ctx context.Context, organisation, document core.ID) error
}

// Files is the part of the surface that adds documents to the memory: /v1/files. As everywhere, operators add and remove,
// and members read.
type Files struct {
	api       *API
	documents Documents
}

// NewFiles makes it. It shares keys and errors with api.
func NewFiles(api *API, documents Documents) *Files { return &Files{api: api, documents: documents} }

// Routes adds it to mux.
func (f *Files) Routes(mux *http.ServeMux) {
	mux.Handle("POST /v1/files", f.api.authenticated(operator(f.add)))
	mux.Handle("GET /v1/files", f.api.authenticated(f.list))
	mux.Handle("GET /v1/files/{id}", f.api.authenticated(f.show))
	mux.Handle("GET /v1/files/{id}/content", f.api.authenticated(f.content))
	mux.Handle("DELETE /v1/files/{id}", f.api.authenticated(operator(f.remove)))
}

func operator(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
		if !actor.Has(core.RoleOperator) {
			return core.E(core.Forbidden, "errors.role_missing", nil)
		}
		return h(w, r, actor)
	}
}

const filePrefix = "file-"

// file is OpenAI's shape. Bytes are those of what was sent, and null once that is no longer known.
type file struct {
	ID      string  `json:"id"`
	Object  string  `json:"object"`
	Bytes   *int64  `json:"bytes"`
	Created int64   `json:"created_at"`
	Name    string  `json:"filename"`
	Purpose string  `json:"purpose"`
	Status  string  `json:"status"`
	Details *string `json:"status_details"`
}

func (f *Files) fileOf(r *http.Request, d memory.Document, bytes *int64) file {
	shown := file{ID: filePrefix + string(d.ID), Object: "file", Bytes: bytes, Created: max(d.Added.Unix(), 0), Name: d.Name, Purpose: "user_data", Status: "uploaded"}
	switch {
	case d.State == memory.Indexed:
		shown.Status = "processed"
	case d.State == memory.Failed && d.Problem != nil:
		told := f.api.errors.Show(r, d.Problem)
		sentence := told.Message + " " + told.Next
		shown.Status, shown.Details = "error", &sentence
	}
	return shown
}

// find gives the document of an id, which the organisation must have.
func (f *Files) find(r *http.Request, actor core.Actor, id core.ID) (memory.Document, error) {
	all, err := f.documents.Documents(r.Context(), actor.Organisation)
	if err != nil {
		return memory.Document{}, err
	}
	for _, d := range all {
		if d.ID == id {
			return d, nil
		}
	}
	return memory.Document{}, core.E(core.NotFound, "errors.file_unknown", nil)
}

func (f *Files) asked(r *http.Request, actor core.Actor) (memory.Document, error) {
	id, err := core.ParseID(strings.TrimPrefix(r.PathValue("id"), filePrefix))
	if err != nil {
		return memory.Document{}, core.E(core.NotFound, "errors.file_unknown", nil)
	}
	return f.find(r, actor, id)
}

// add reads one file into the memory, as it arrives.
func (f *Files) add(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	parts, done, err := formOf(w, r, memory.MaxFileBytes+maxField)
	if err != nil {
		return err
	}
	defer done()
	for fields := 0; fields < maxFields; fields++ {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return brokenForm(err)
		}
		if part.FormName() == "file" {
			return f.addPart(w, r, actor, part)
		}
	}
	return param("errors.input_empty", "file")
}

func (f *Files) addPart(w http.ResponseWriter, r *http.Request, actor core.Actor, part *multipart.Part) error {
	counted := &counting{Reader: part}
	report, err := f.documents.Add(r.Context(), actor.Organisation, part.FileName(), time.Time{}, counted)
	if counted.err != nil {
		return brokenForm(counted.err)
	}
	if err != nil {
		return err
	}
	if report.Problem != nil {
		return report.Problem
	}
	document, err := f.find(r, actor, report.Document)
	if err != nil {
		return err
	}
	return f.write(w, f.fileOf(r, document, &counted.size))
}

// counting counts what is read, and remembers why it broke off.
type counting struct {
	io.Reader
	size int64
	err  error
}

// Read implements io.Reader.
func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.size += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

func (f *Files) list(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	all, err := f.documents.Documents(r.Context(), actor.Organisation)
	if err != nil {
		return err
	}
	list := struct {
		Object string  `json:"object"`
		Data   []file  `json:"data"`
		More   bool    `json:"has_more"`
		First  *string `json:"first_id"`
		Last   *string `json:"last_id"`
	}{Object: "list", Data: []file{}}
	for _, d := range all {
		list.Data = append(list.Data, f.fileOf(r, d, nil))
	}
	if n := len(list.Data); n > 0 {
		list.First, list.Last = &list.Data[0].ID, &list.Data[n-1].ID
	}
	return f.write(w, list)
}

func (f *Files) show(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	document, err := f.asked(r, actor)
	if err != nil {
		return err
	}
	return f.write(w, f.fileOf(r, document, nil))
}

// content gives the text of the newest version: what the memory reads and quotes.
func (f *Files) content(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	document, err := f.asked(r, actor)
	if err != nil {
		return err
	}
	if document.Version == "" {
		return core.E(core.NotFound, "errors.file_without_text", nil)
	}
	version, err := f.documents.Version(r.Context(), actor.Organisation, document.Version)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Length", strconv.Itoa(len(version.Text)))
	io.WriteString(w, version.Text) // an error here means that the client has left
	return nil
}

func (f *Files) remove(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	document, err := f.asked(r, actor)
	if err != nil {
		return err
	}
	if err := f.documents.Remove(r.Context(), actor.Organisation, document.ID); err != nil {
		return err
	}
	return writeJSON(w, []byte(`{"id":`+quote(filePrefix+string(document.ID))+`,"object":"file","deleted":true}`))
}

func (f *Files) write(w http.ResponseWriter, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return writeJSON(w, data)
}
