package audittlog

import (
	"errors"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// maxText bounds what VerifyText looks at.
const maxText = 1 << 20

// SignText signs a text as a C2SP signed note whose first line is the purpose. A checkpoint begins with the origin of
// its log, so neither can pass for the other as long as no log is named like a purpose.
func SignText(signer note.Signer, purpose, text string) ([]byte, error) {
	if purpose == "" || strings.ContainsAny(purpose, "\n ") || purpose == signer.Name() || !strings.HasSuffix(text, "\n") {
		return nil, core.Wrap(errors.New("not a text to sign"), core.Internal, "errors.internal", nil)
	}
	signed, err := note.Sign(&note.Note{Text: purpose + "\n" + text}, signer)
	if err != nil {
		return nil, core.Wrap(err, core.Internal, "errors.internal", nil)
	}
	return signed, nil
}

// VerifyText gives back a text that was signed for the purpose with the key. core.Corrupt for anything else.
func VerifyText(verifier, purpose string, signed []byte) (string, error) {
	v, err := note.NewVerifier(verifier)
	if err != nil {
		return "", core.Wrap(err, core.Corrupt, "errors.audit_verifier_malformed", nil)
	}
	if len(signed) > maxText {
		return "", core.E(core.Corrupt, "errors.audit_signature", nil)
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return "", core.Wrap(err, core.Corrupt, "errors.audit_signature", nil)
	}
	text, ok := strings.CutPrefix(n.Text, purpose+"\n")
	if !ok {
		return "", core.Wrap(errors.New("signed for another purpose"), core.Corrupt, "errors.audit_signature", nil)
	}
	return text, nil
}
