package audithttp

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

//go:embed templates/*.html
var files embed.FS

const (
	pageOf       = 25               // receipts on one page
	pagePatience = 2 * time.Second  // for a leaf to be integrated, while a person waits for a page
	filePatience = 10 * time.Second // for the same, while a file is awaited
)

// Receipts is what the pages need of the vault and the log.
type Receipts interface {
	audit.Receipts
	// Record returns the private record at once, whether or not its leaf is in the log yet.
	// core.NotFound when the id is unknown to the organisation or was erased.
	Record(ctx context.Context, organisation, id core.ID) (audit.Record, error)
	// Erase shreds records and their keys: nothing of them can be read again, here or in the journal.
	Erase(ctx context.Context, organisation core.ID, ids ...core.ID) error
}

// Verified is what a receipt proves.
type Verified struct {
	Record      audit.Record
	Origin      string // the log's name
	Fingerprint string // short form of the log's key, which people compare
}

// Verifier checks a receipt from its own bytes, without a network or a database. The error says what is
// wrong; nil means that the record is the one in the log of the receipt's verifier key.
type Verifier interface {
	Verify(receipt audit.Receipt) (Verified, error)
}

// VerifierFunc is a function that verifies.
type VerifierFunc func(receipt audit.Receipt) (Verified, error)

// Verify calls the function.
func (f VerifierFunc) Verify(receipt audit.Receipt) (Verified, error) { return f(receipt) }

// Config is what the pages need.
type Config struct {
	Receipts Receipts
	Verifier Verifier
	LogKey   string     // C2SP verifier key of this installation's log
	Watts    func() int // of the microwave oven used as an image; 0: no image
	// MayErase asks the charter whether the actor may erase a record of the owner; nil means yes.
	MayErase func(ctx context.Context, actor core.Actor, owner core.ID) error
}

// Pages serves the pages of receipts.
type Pages struct {
	site      *web.Site
	config    Config
	templates *web.Templates

	pagePatience, filePatience time.Duration
}

// New prepares the pages.
func New(site *web.Site, config Config) (*Pages, error) {
	sub, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	templates, err := site.Templates(sub)
	if err != nil {
		return nil, err
	}
	return &Pages{site: site, config: config, templates: templates,
		pagePatience: pagePatience, filePatience: filePatience}, nil
}

// Routes registers the pages. Anybody may verify a receipt, without an account.
func (p *Pages) Routes(mux *http.ServeMux) {
	mux.Handle("GET /receipts", p.site.Member(p.mine))
	mux.Handle("GET /receipts/{id}", p.site.Member(p.one))
	mux.Handle("GET /receipts/{id}/file", p.site.Member(p.file))
	mux.Handle("GET /receipts/{id}/erase", p.site.Member(p.confirmErase))
	mux.Handle("POST /receipts/{id}/erase", p.site.Member(p.erase))
	mux.Handle("GET /receipts/verify", p.site.Open(p.askForFile))
	mux.Handle("POST /receipts/verify", p.site.Open(p.verify, web.MaxBody(maxVerifyBytes)))
}

// listView is a person's receipts, newest first.
type listView struct {
	web.Page
	Rows   []audit.Record
	Erased bool   // one was just erased
	Later  bool   // not the first page
	Older  string // address of the next page; "" when there is none
}

func (p *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	actor, _ := web.ActorFrom(r.Context())
	var before core.ID
	if asked := r.URL.Query().Get("before"); asked != "" {
		id, err := core.ParseID(asked)
		if err != nil {
			return err
		}
		before = id
	}
	records, err := p.config.Receipts.List(r.Context(), actor.Organisation, actor.Person, before, pageOf+1)
	if err != nil {
		return err
	}
	view := listView{Page: p.site.Page(r, p.site.Localizer(r).T("receipts.title"), web.Receipts), Later: before != "", Erased: r.URL.Query().Get("done") == "erased"}
	if len(records) > pageOf {
		records = records[:pageOf]
		view.Older = "/receipts?before=" + records[pageOf-1].ID.String()
	}
	view.Rows = records
	return p.templates.Render(w, r, "receipts.html", view)
}

// receiptView is one receipt.
type receiptView struct {
	web.Page
	recordView
	Pending  bool
	Verified bool
	Problem  *core.Error // why it does not verify
	File     string
}

func (p *Pages) one(w http.ResponseWriter, r *http.Request) error {
	record, err := p.own(r)
	if err != nil {
		return err
	}
	l := p.site.Localizer(r)
	view := receiptView{
		Page:       p.site.Page(r, l.T("receipts.receipt.title", core.Args{"Date": l.DateTime(record.Time)}), web.Receipts),
		recordView: p.recordView(record, true),
		File:       "/receipts/" + record.ID.String() + "/file",
	}
	receipt, pending, err := p.receipt(r, record.ID, p.pagePatience)
	switch {
	case pending:
		view.Pending = true
	case err != nil:
		return err
	default:
		verified, err := p.config.Verifier.Verify(receipt)
		view.Verified, view.LogKey, view.Log = err == nil, receipt.Verifier, verified
		if err != nil {
			view.Problem = core.AsError(err)
		}
	}
	return p.templates.Render(w, r, "receipt.html", view)
}

// file gives the receipt to take away.
func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	record, err := p.own(r)
	if err != nil {
		return err
	}
	receipt, pending, err := p.receipt(r, record.ID, p.filePatience)
	if pending {
		return core.Wrap(err, core.Unavailable, "errors.receipts_pending", nil)
	}
	if err != nil {
		return err
	}
	content, err := receipt.Encode()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+fileName(record)+`"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.Write(content) //nolint:errcheck // the reader left
	return nil
}

// fileName sorts by date in a folder and says what the file is.
func fileName(record audit.Record) string {
	return "solidaire-receipt-" + record.Time.UTC().Format("2006-01-02") + "-" + record.ID.String() + ".json"
}

// own returns the record that the address names, when it is the person's own.
func (p *Pages) own(r *http.Request) (audit.Record, error) {
	actor, _ := web.ActorFrom(r.Context())
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return audit.Record{}, err
	}
	record, err := p.config.Receipts.Record(r.Context(), actor.Organisation, id)
	if err == nil && (record.Person != actor.Person || record.Organisation != actor.Organisation) || core.Is(err, core.NotFound) {
		return audit.Record{}, core.Wrap(err, core.NotFound, "errors.receipts_unknown", nil)
	}
	return record, err
}

// receipt waits a little for the leaf to be integrated; pending tells that it is not yet.
func (p *Pages) receipt(r *http.Request, id core.ID, patience time.Duration) (receipt audit.Receipt, pending bool, err error) {
	actor, _ := web.ActorFrom(r.Context())
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	receipt, err = p.config.Receipts.Receipt(ctx, actor.Organisation, id)
	pending = core.Is(err, core.Unavailable) || err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded)
	return receipt, pending, err
}
