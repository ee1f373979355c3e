package audithttp

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/audit/audittlog"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

// vault is receipts kept in memory; those that are pending wait for ever.
type vault struct {
	records []audit.Record // newest first
	files   map[core.ID]audit.Receipt
	before  core.ID
}

// Receipt returns the file, or waits as long as it may.
func (v *vault) Receipt(ctx context.Context, _, id core.ID) (audit.Receipt, error) {
	if receipt, ok := v.files[id]; ok {
		return receipt, nil
	}
	<-ctx.Done()
	return audit.Receipt{}, ctx.Err()
}

// Record returns the record at once.
func (v *vault) Record(_ context.Context, _, id core.ID) (audit.Record, error) {
	for _, r := range v.records {
		if r.ID == id {
			return r, nil
		}
	}
	return audit.Record{}, core.E(core.NotFound, "errors.receipts_unknown", nil)
}

// Erase forgets records.
func (v *vault) Erase(_ context.Context, _ core.ID, ids ...core.ID) error {
	v.records = slices.DeleteFunc(v.records, func(r audit.Record) bool { return slices.Contains(ids, r.ID) })
	return nil
}

// mayErase is the charter of these tests: one's own only.
func mayErase(_ context.Context, actor core.Actor, owner core.ID) error {
	if actor.Person != owner {
		return core.E(core.Refused, "errors.charter_refused", core.Args{"Article": 8})
	}
	return nil
}

// List returns the person's records before the id.
func (v *vault) List(_ context.Context, organisation, person, before core.ID, limit int) ([]audit.Record, error) {
	v.before = before
	var out []audit.Record
	for _, r := range v.records {
		if r.Person == person && r.Organisation == organisation && (before == "" || r.ID < before) && len(out) < limit {
			out = append(out, r)
		}
	}
	return out, nil
}

// record is one of Amélie's, made whole seconds before now.
func record(seconds int, change func(*audit.Record)) audit.Record {
	r := audittest.Record(seconds)
	r.Time = pagetest.Now().Add(-time.Duration(seconds) * time.Second)
	r.ID, r.Organisation, r.Person = core.NewID(r.Time), pagetest.Organisation, pagetest.Amelie().Person
	r.DataClasses, r.Articles = nil, []int{3}
	if change != nil {
		change(&r)
	}
	return r
}

func furnished(t *testing.T) *vault {
	t.Helper()
	joules := 41.0
	v := &vault{files: map[core.ID]audit.Receipt{}, records: []audit.Record{
		record(60, nil),
		record(600, func(r *audit.Record) {
			r.Decision, r.Outcome, r.Articles, r.Action = audit.Refused, audit.Blocked, []int{4}, "chat"
			r.DataClasses = []core.DataClass{core.DataSIN, core.DataCreditCard}
			r.Sources, r.Mode, r.AnswerSHA256, r.Energy = nil, "", "", core.UnknownEnergy()
		}),
		record(7200, func(r *audit.Record) {
			r.Action, r.Mode, r.Sources, r.Model, r.ModelDigest = "chat", "", nil, "smollm2-135m", "sha256:"+audittest.Hash("m")
			r.Energy = core.Energy{Joules: &joules, Label: core.EnergyMeteredPartial}
		}),
		record(90_000, func(r *audit.Record) { r.Outcome, r.Sources = audit.NotFound, nil }),
		record(180_000, func(r *audit.Record) { r.Action, r.Outcome, r.Model = "answer", audit.Interrupted, "qwen3-1.7b" }),
		record(190_000, func(r *audit.Record) { r.Outcome = audit.Cancelled }),
		record(200_000, func(r *audit.Record) { r.Action, r.Outcome, r.Energy = "embed", audit.Failed, core.UnknownEnergy() }),
	}}
	for _, r := range v.records[:len(v.records)-1] { // the last one is pending
		v.files[r.ID] = audittest.Receipt(t, r, 7)
	}
	return v
}

func verify(receipt audit.Receipt) (Verified, error) {
	v, err := audittlog.VerifyReceipt(receipt, audittlog.Options{})
	return Verified{Record: v.Record, Origin: v.Origin, Fingerprint: v.Fingerprint}, err
}

func serve(t *testing.T, v *vault, logKey string) http.Handler {
	t.Helper()
	site := pagetest.Site(t)
	pages, err := New(site, Config{Receipts: v, Verifier: VerifierFunc(verify), LogKey: logKey, Watts: func() int { return 1100 }, MayErase: mayErase})
	if err != nil {
		t.Fatal(err)
	}
	pages.pagePatience, pages.filePatience = 20*time.Millisecond, 20*time.Millisecond
	return pagetest.Serve(site, pages)
}

func TestMyReceiptsSayWhatHappenedInWords(t *testing.T) {
	t.Parallel()
	v := furnished(t)
	h := serve(t, v, "")
	fr := pagetest.Do(t, h, pagetest.Ask{Path: "/receipts", Session: pagetest.Member})
	fr.Says(t, "Reçus", "il y a 1 minute", "il y a 10 minutes", "il y a 2 heures", "21 novembre 2026", "Question à vos documents",
		"Discussion avec un modèle", "Réponse écrite à partir de vos documents", "Texte converti en vecteurs", "Répondu", "Refusé",
		"Rien trouvé dans vos documents", "Interrompu en cours de réponse", "Arrêté à votre demande", "Échec", "aucun modèle",
		"smollm2-135m", "41 J (mesure partielle)", "énergie inconnue", "Vérifier un reçu")
	if rows := fr.All("td", "class=doing"); len(rows) != len(v.records) || !fr.LinksTo("/receipts/"+v.records[0].ID.String()) {
		t.Errorf("%d rows", len(rows))
	}
	en := pagetest.Do(t, h, pagetest.Ask{Path: "/receipts", Session: pagetest.Member, Lang: "en"})
	en.Says(t, "1 minute ago", "Refused", "no model", "energy unknown", "Question to your documents")
	theirs := pagetest.Do(t, h, pagetest.Ask{Path: "/receipts", Session: pagetest.Operator})
	theirs.Says(t, "Vous n’avez pas encore de reçu.", "Poser une question")
}

func TestMyReceiptIsErasedOnlyByMeAndOnlyOnPurpose(t *testing.T) {
	t.Parallel()
	v := furnished(t)
	h, path := serve(t, v, ""), "/receipts/"+v.records[0].ID.String()
	count := len(v.records)
	pagetest.Do(t, h, pagetest.Ask{Path: path + "/erase", Session: pagetest.Member}).
		Says(t, "Effacer ce reçu", "Effacer le détail de ce reçu", "Garder ce reçu")
	pagetest.Do(t, h, pagetest.Ask{Method: "POST", Path: path + "/erase", Session: pagetest.Operator})
	if len(v.records) != count {
		t.Fatal("somebody else, or a look at the page, erased a receipt")
	}
	pagetest.Do(t, h, pagetest.Ask{Method: "POST", Path: path + "/erase", Session: pagetest.Member})
	if len(v.records) != count-1 {
		t.Error("the receipt is still there")
	}
	pagetest.Do(t, h, pagetest.Ask{Path: "/receipts?done=erased", Session: pagetest.Member}).Says(t, "Le détail du reçu est effacé.")
}

func TestReceiptsAreReadPageByPage(t *testing.T) {
	t.Parallel()
	v := &vault{}
	for i := range 60 {
		v.records = append(v.records, record(60*i+60, nil))
	}
	h := serve(t, v, "")
	seen := map[string]bool{}
	path := "/receipts"
	for pages := 0; path != ""; pages++ {
		page := pagetest.Do(t, h, pagetest.Ask{Path: path, Session: pagetest.Member})
		for _, r := range v.records {
			if page.LinksTo("/receipts/" + r.ID.String()) {
				if seen[r.ID.String()] {
					t.Fatalf("%s is shown twice", r.ID)
				}
				seen[r.ID.String()] = true
			}
		}
		path = ""
		if next := page.All("a", "rel=next"); len(next) == 1 {
			path = next[0].Attribute("href")
		}
		if pages > 2 {
			t.Fatal("pages without an end")
		}
	}
	if len(seen) != len(v.records) {
		t.Errorf("%d shown of %d", len(seen), len(v.records))
	}
}

func TestAReceiptSaysWhatItProves(t *testing.T) {
	t.Parallel()
	v := furnished(t)
	h := serve(t, v, "")
	r := v.records[0]
	path := "/receipts/" + r.ID.String()
	fr := pagetest.Do(t, h, pagetest.Ask{Path: path, Session: pagetest.Member})
	fr.Says(t, "Reçu du 22 novembre 2026 à 14 h 01", "Vérifié à l’instant",
		"Ce reçu prouve que cette demande a été traitée le 22 novembre 2026 sous la charte "+r.Charter[:8]+"…, et que personne ne l’a modifié depuis.",
		"Il ne prouve pas que la réponse était juste", "Permis", "Citation exacte, aucun modèle utilisé", "cette machine",
		"12 J (estimation publiée)", "micro-ondes à 1 100 W", "40 lus, 120 écrits", "Règlement « intérieur ».md", r.PromptSHA256, audittest.Origin)
	for _, href := range []string{"/charter/versions/" + r.Charter + "#article-3", path + "/file",
		"/memory/versions/" + r.Sources[0].Version + "?start=10&end=90#q"} {
		if !fr.LinksTo(href) {
			t.Errorf("no link to %s", href)
		}
	}
	en := pagetest.Do(t, h, pagetest.Ask{Path: path, Session: pagetest.Member, Lang: "en"})
	en.Says(t, "This receipt proves that this request was handled on 22 November 2026", "Verified just now", "by article 3")
	refused := pagetest.Do(t, h, pagetest.Ask{Path: "/receipts/" + v.records[1].ID.String(), Session: pagetest.Member, Lang: "fr-CA"})
	refused.Says(t, "cette demande a été refusée le 22 novembre 2026", "par l’article 4", "numéro d’assurance sociale, numéro de carte de crédit",
		"énergie inconnue", "Aucun document n’a été cité.")
}

func TestAReceiptThatIsNotYetInTheLogSaysSo(t *testing.T) {
	t.Parallel()
	v := furnished(t)
	v.records = append(v.records, record(300_000, nil))
	pending := v.records[len(v.records)-1]
	h := serve(t, v, "")
	page := pagetest.Do(t, h, pagetest.Ask{Path: "/receipts/" + pending.ID.String(), Session: pagetest.Member})
	page.Says(t, "En cours d’inscription", "La demande est enregistrée sur disque", "Question à vos documents")
	page.NeverSays(t, "Ce reçu prouve", "ne se vérifie pas")
	file := pagetest.Do(t, h, pagetest.Ask{Path: "/receipts/" + pending.ID.String() + "/file", Session: pagetest.Member})
	if file.Status != http.StatusServiceUnavailable {
		t.Errorf("%d", file.Status)
	}
	file.Says(t, "Ce reçu est en cours d’inscription.")
}

func TestABrokenReceiptIsNeverCalledVerified(t *testing.T) {
	t.Parallel()
	v := furnished(t)
	r := v.records[0]
	broken := v.files[r.ID]
	broken.Key = bytes.Repeat([]byte{1}, 32)
	v.files[r.ID] = broken
	page := pagetest.Do(t, serve(t, v, ""), pagetest.Ask{Path: "/receipts/" + r.ID.String(), Session: pagetest.Member})
	page.Says(t, "Ce reçu ne se vérifie pas")
	page.NeverSays(t, "Vérifié à l’instant", "Ce reçu prouve")
}

func TestTheFileIsTheReceiptAndVerifies(t *testing.T) {
	t.Parallel()
	v := furnished(t)
	r := v.records[0]
	page := pagetest.Do(t, serve(t, v, ""), pagetest.Ask{Path: "/receipts/" + r.ID.String() + "/file", Session: pagetest.Member})
	content := page.One(t, "body").Raw()
	verified, err := audittlog.Verify([]byte(content), audittlog.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.PromptSHA256, verified.Record.PromptSHA256); diff != "" {
		t.Error(diff)
	}
	if got := page.Header.Get("Content-Disposition"); got != `attachment; filename="solidaire-receipt-2026-11-22-`+r.ID.String()+`.json"` {
		t.Error(got)
	}
}

func TestNobodyReadsTheReceiptsOfAnother(t *testing.T) {
	t.Parallel()
	v := furnished(t)
	elsewhere := record(30, func(r *audit.Record) { r.Organisation = "other" })
	v.records = append(v.records, elsewhere)
	h := serve(t, v, "")
	for _, c := range []struct {
		id      string
		session string
	}{{v.records[0].ID.String(), pagetest.Operator}, {elsewhere.ID.String(), pagetest.Member}, {strings.Repeat("0", 26), pagetest.Member}} {
		for _, path := range []string{"/receipts/" + c.id, "/receipts/" + c.id + "/file"} {
			page := pagetest.Do(t, h, pagetest.Ask{Path: path, Session: c.session})
			if page.Status != http.StatusNotFound {
				t.Errorf("%s: %d", path, page.Status)
			}
			page.Says(t, "Ce reçu n’est pas dans les vôtres.")
		}
	}
	if page := pagetest.Do(t, h, pagetest.Ask{Path: "/receipts"}); page.Status != http.StatusSeeOther {
		t.Errorf("signed out: %d", page.Status)
	}
}

func sent(t *testing.T, content []byte) pagetest.Ask {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("receipt", "recu.json")
	if err != nil {
		t.Fatal(err)
	}
	part.Write(content)
	w.Close()
	return pagetest.Ask{Method: http.MethodPost, Path: "/receipts/verify", Media: w.FormDataContentType(), Body: &body}
}
