package audithttp

import (
	"errors"
	"io"
	"net/http"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/web"
)

// maxVerifyBytes leaves room for the form around the file.
const maxVerifyBytes = audit.MaxReceiptBytes + 64<<10

// verifyView asks for a receipt file, and says what became of one.
type verifyView struct {
	web.Page
	recordView
	MaxBytes int64
	Done     bool
	Problem  *core.Error // nil when it verifies
	Ours     bool        // signed by this installation's log
}

func (p *Pages) verifyView(r *http.Request) verifyView {
	return verifyView{MaxBytes: audit.MaxReceiptBytes,
		Page: p.site.Page(r, p.site.Localizer(r).T("receipts.verify"), web.Receipts)}
}

func (p *Pages) askForFile(w http.ResponseWriter, r *http.Request) error {
	return p.templates.Render(w, r, "verify.html", p.verifyView(r))
}

func (p *Pages) verify(w http.ResponseWriter, r *http.Request) error {
	view := p.verifyView(r)
	view.Done, view.Here = true, "/receipts/verify"
	receipt, verified, err := p.verified(r)
	if err != nil {
		view.Problem = core.AsError(err)
		return p.templates.RenderStatus(w, r, "verify.html", http.StatusUnprocessableEntity, view)
	}
	view.recordView = p.recordView(verified.Record, false)
	view.Log, view.LogKey, view.Ours = verified, receipt.Verifier, receipt.Verifier == p.config.LogKey
	return p.templates.Render(w, r, "verify.html", view)
}

// verified reads the file that was sent and verifies it.
func (p *Pages) verified(r *http.Request) (audit.Receipt, Verified, error) {
	file, err := sentFile(r)
	if err != nil {
		return audit.Receipt{}, Verified{}, err
	}
	receipt, err := audit.DecodeReceipt(file)
	if err != nil {
		return audit.Receipt{}, Verified{}, err
	}
	verified, err := p.config.Verifier.Verify(receipt)
	return receipt, verified, err
}

// sentFile reads the first file of the form, one byte over the bound at most, so that the decoder can say
// that it is too large.
func sentFile(r *http.Request) ([]byte, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, core.Wrap(err, core.Invalid, "errors.form_unreadable", nil)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, core.E(core.Invalid, "errors.receipts_file_empty", nil)
		}
		if err != nil {
			return nil, unreadable(err)
		}
		if part.FileName() == "" {
			continue
		}
		file, err := io.ReadAll(io.LimitReader(part, audit.MaxReceiptBytes+1))
		if err != nil {
			return nil, unreadable(err)
		}
		return file, nil
	}
}

func unreadable(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return web.Classify(err)
	}
	return core.Wrap(err, core.Invalid, "errors.form_unreadable", nil)
}
