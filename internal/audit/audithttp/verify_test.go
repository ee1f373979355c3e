package audithttp

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/solidaire-coop/solidaire/internal/audit"
	"github.com/solidaire-coop/solidaire/internal/audit/audittest"
	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/platform/web/pagetest"
)

func encoded(t *testing.T, receipt audit.Receipt) []byte {
	t.Helper()
	content, err := receipt.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestAnybodyMayVerifyAReceipt(t *testing.T) {
	t.Parallel()
	r := record(60, nil)
	receipt := audittest.Receipt(t, r, 5)
	h := serve(t, &vault{}, receipt.Verifier)
	pagetest.Do(t, h, pagetest.Ask{Path: "/receipts/verify"}).Says(t, "Vérifier un reçu", "sans rien conserver du fichier", "262 ko au plus")
	for _, session := range []string{"", pagetest.Member} {
		ask := sent(t, encoded(t, receipt))
		ask.Session = session
		page := pagetest.Do(t, h, ask)
		page.Says(t, "Le reçu se vérifie", "Ce reçu prouve que cette demande a été traitée le 22 novembre 2026",
			"Il est signé par la clé du registre de cette installation.", "Règlement « intérieur ».md", r.PromptSHA256)
		if page.Status != http.StatusOK || page.LinksTo("/charter/versions/"+r.Charter) {
			t.Errorf("%d, or a link to documents that may be of another organisation", page.Status)
		}
	}
	other := pagetest.Do(t, serve(t, &vault{}, "another key"), sent(t, encoded(t, receipt)))
	other.Says(t, "Il est signé par la clé d’un autre registre, d’empreinte SHA256:")
	ask := sent(t, encoded(t, receipt))
	ask.Lang = "en"
	pagetest.Do(t, h, ask).Says(t, "The receipt verifies", "signed by the key of this installation’s log")
}

func TestAReceiptThatDoesNotVerifySaysExactlyWhy(t *testing.T) {
	t.Parallel()
	h := serve(t, &vault{}, "")
	good := encoded(t, audittest.Receipt(t, record(60, nil), 5))
	forged := audittest.Receipt(t, record(60, nil), 5)
	forged.Key = bytes.Repeat([]byte{7}, 32)
	for name, content := range map[string][]byte{
		"empty": {}, "no JSON": []byte("bonjour"), "another JSON": []byte(`{"format":"other/1"}`), "cut": good[:len(good)/2],
		"deep": []byte(strings.Repeat("[", 200_000)), "binary": bytes.Repeat([]byte{0xff, 0}, 1000), "forged": encoded(t, forged),
		"too large": append(bytes.Repeat([]byte(" "), audit.MaxReceiptBytes), good...),
		"markup":    []byte(`{"format":"<script>alert(1)</script>"}`),
	} {
		page := pagetest.Do(t, h, sent(t, content))
		if page.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, page.Status)
		}
		page.Says(t, "Le reçu ne se vérifie pas", "Choisissez un fichier de reçu.")
		page.NeverSays(t, "Ce reçu prouve", "Une erreur est survenue")
		for _, script := range page.All("script") {
			if !strings.HasPrefix(script.Attribute("src"), "/static/") {
				t.Errorf("%s: a receipt became a script", name)
			}
		}
	}
}

func TestBrokenFormsAreRefusedPolitely(t *testing.T) {
	t.Parallel()
	h := serve(t, &vault{}, "")
	whole := sent(t, bytes.Repeat([]byte("x"), 4096))
	raw, err := io.ReadAll(whole.Body)
	if err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]pagetest.Ask{
		"no form": {Media: "text/plain", Body: strings.NewReader("x")}, "cut": {Media: whole.Media, Body: bytes.NewReader(raw[:2000])},
		"no file": {Media: whole.Media, Body: strings.NewReader("--nope--")}, "nothing": {},
		"endless": {Media: whole.Media, Body: io.MultiReader(bytes.NewReader(raw[:300]), strings.NewReader(strings.Repeat("x", 1<<21)))},
	} {
		ask.Method, ask.Path = http.MethodPost, "/receipts/verify"
		page := pagetest.Do(t, h, ask)
		if page.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, page.Status)
		}
		page.Says(t, "Le reçu ne se vérifie pas")
	}
}

// A receipt made by another installation may verify and say strange things: they are shown as text, or not.
func TestAStrangeButSoundReceiptIsShownSafely(t *testing.T) {
	t.Parallel()
	const nasty = `"><script>alert(1)</script>`
	r := record(60, func(r *audit.Record) {
		r.Action, r.Model, r.ModelDigest, r.Node, r.Mode = nasty, nasty, nasty, nasty, nasty
		r.DataClasses = []core.DataClass{nasty}
		r.Sources[0].Document = nasty
		r.Energy.Label = nasty
	})
	page := pagetest.Do(t, serve(t, &vault{}, ""), sent(t, encoded(t, audittest.Receipt(t, r, 3))))
	page.Says(t, "Le reçu se vérifie", nasty, "énergie inconnue")
	for _, script := range page.All("script") {
		if !strings.HasPrefix(script.Attribute("src"), "/static/") {
			t.Error("a receipt became a script")
		}
	}
}

func TestHostileAddressesGetAClearAnswer(t *testing.T) {
	t.Parallel()
	v := &vault{}
	h := serve(t, v, "")
	for path, want := range map[string]int{
		"/receipts/nope": 400, "/receipts/" + strings.Repeat("z", 1<<16): 400, "/receipts/%00": 400, "/receipts/..%2f..": 400,
		"/receipts?before=nope": 400, "/receipts?before=%ff": 400, "/receipts?before=": 200, "/receipts/nope/file": 400,
	} {
		if page := pagetest.Do(t, h, pagetest.Ask{Path: path, Session: pagetest.Member}); page.Status != want {
			t.Errorf("%.40s: %d, want %d", path, page.Status, want)
		}
	}
}

func TestReceiptsLookRight(t *testing.T) {
	t.Parallel()
	v := furnished(t)
	h := serve(t, v, v.files[v.records[0].ID].Verifier)
	pagetest.Look(t, h, pagetest.Member, map[string]string{
		"receipts": "/receipts", "receipt": "/receipts/" + v.records[0].ID.String(), "receipt-refused": "/receipts/" + v.records[1].ID.String(),
		"receipt-pending": "/receipts/" + v.records[len(v.records)-1].ID.String(), "verify": "/receipts/verify",
	})
	pagetest.Look(t, serve(t, &vault{}, ""), pagetest.Member, map[string]string{"receipts-empty": "/receipts"})
}
