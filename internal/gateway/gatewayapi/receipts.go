package gatewayapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/core"
)

// integration bounds the wait for a leaf to reach the Merkle log.
const integration = 15 * time.Second

// maxReceipts bounds one page of receipts.
const maxReceipts = 200

func (a *API) showReceipt(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	id, err := core.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), integration)
	defer cancel()
	receipt, err := a.receipts.Receipt(ctx, actor.Organisation, id)
	if err != nil {
		return err
	}
	record, err := audit.ParseRecord(receipt.Record)
	if err != nil {
		return err
	}
	if record.Person != actor.Person { // operators too see their own receipts only
		return core.E(core.NotFound, "errors.audit_receipt_unknown", nil)
	}
	data, err := receipt.Encode()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(data) // an error here means that the client has left
	return nil
}

func (a *API) listReceipts(w http.ResponseWriter, r *http.Request, actor core.Actor) error {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > maxReceipts {
		limit = 50
	}
	before := core.ID("")
	if text := r.URL.Query().Get("before"); text != "" {
		if before, err = core.ParseID(text); err != nil {
			return err
		}
	}
	records, err := a.receipts.List(r.Context(), actor.Organisation, actor.Person, before, limit)
	if err != nil {
		return err
	}
	if records == nil {
		records = []audit.Record{}
	}
	return writeJSON(w, records)
}
