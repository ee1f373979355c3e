package memorymail_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memorymail"
)

// readers stands for the house's readers: it reads text, and mail again.
type readers struct{}

func (r readers) Extract(ctx context.Context, name string, file []byte) (memory.Extracted, error) {
	switch {
	case strings.HasSuffix(name, ".eml"):
		return memorymail.NewMessageReader(r).Extract(ctx, name, file)
	case strings.HasSuffix(name, ".txt"):
		return memory.Extracted{Text: string(file), Marks: []memory.Mark{{Kind: memory.MarkPage, Label: "1"}}, Pages: 1}, nil
	}
	return memory.Extracted{}, core.E(core.Invalid, "errors.memory_format_unknown", nil)
}

func message(t *testing.T, file string) memory.Extracted {
	t.Helper()
	x, err := memorymail.NewMessageReader(readers{}).Extract(t.Context(), "a.eml", []byte(strings.ReplaceAll(file, "\n", "\r\n")))
	if err != nil {
		t.Fatalf("%.300s: %v", file, err)
	}
	return x
}

const heads = "From: =?utf-8?q?Am=C3=A9lie?= <a@exemple.coop>\nTo: t@exemple.coop\nSubject: =?iso-8859-1?q?Assembl=E9e?=\nDate: Sat, 17 Jan 2026 18:02:11 +0100\nMIME-Version: 1.0\n"

const read = "Assemblée\n\nFrom: Amélie <a@exemple.coop>\n\nTo: t@exemple.coop\n\nDate: Sat, 17 Jan 2026 18:02:11 +0100"

func multipart(kind string, parts ...string) string {
	return "Content-Type: multipart/" + kind + "; boundary=" + kind + "\n\n--" + kind + "\n" + strings.Join(parts, "\n--"+kind+"\n") + "\n--" + kind + "--\n"
}

func TestMessagesReadWithTheirAttachments(t *testing.T) {
	t.Parallel()
	plain := "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nL'assembl=E9e =\naura lieu."
	page := "Content-Type: text/html; charset=utf-8\n\n<p>L'assemblée <b>aura</b> lieu.</p>"
	rich := "Content-Type: text/html; charset=utf-8\n\n<p>L'assemblée aura lieu.</p><table><tr><th>Poste<th>Montant<tr><td>Dons de l’année passée, pour mémoire<td>21 €</table>"
	note := "Content-Type: text/plain; name=\"ordre.txt\"\nContent-Disposition: attachment; filename*=utf-8''Ordre%20du%20jour%20%C3%A9t%C3%A9.txt\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("1. Ouverture"))
	for _, c := range []struct{ name, file, want string }{
		{"text alone", heads + "\nBonjour,\nÀ demain.", read + "\n\nBonjour,\n\nÀ demain."},
		{"text and its copy", heads + multipart("alternative", plain, page), read + "\n\nL'assemblée aura lieu."},
		{"HTML that says more", heads + multipart("alternative", plain, rich), read + "\n\nL'assemblée aura lieu.\n\nPoste | Montant\nDons de l’année passée, pour mémoire | 21 €"},
		{"an attachment", heads + multipart("mixed", plain, note), read + "\n\nL'assemblée aura lieu.\n\nOrdre du jour été.txt\n\n1. Ouverture"},
		{"one that is not read", heads + multipart("mixed", plain, "Content-Type: application/octet-stream; name=x.bin\n\nabc"), read + "\n\nL'assemblée aura lieu.\n\nx.bin"},
		{"a picture of a signature", heads + multipart("related", plain, "Content-Type: image/png; name=logo.png\nContent-Disposition: inline\n\nabc"), read + "\n\nL'assemblée aura lieu."},
		{"a message inside", heads + multipart("mixed", plain, "Content-Type: message/rfc822\n\nSubject: Dedans\n\nancien"), read + "\n\nL'assemblée aura lieu.\n\nDedans\n\nancien"},
		{"an unknown charset", heads + "Content-Type: text/plain; charset=x-none\n\nété", read + "\n\nété"},
		{"a part that breaks off", heads + strings.TrimSuffix(multipart("mixed", plain), "\n--mixed--\n"), read + "\n\nL'assemblée aura lieu."},
		{"no subject", "From: a@b\n\ntexte", "From: a@b\n\ntexte"},
	} {
		if diff := cmp.Diff(c.want, message(t, c.file).Text); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestMarksPlaceAttachments(t *testing.T) {
	t.Parallel()
	note := func(name string) string {
		return "Content-Type: text/plain\nContent-Disposition: attachment; filename=" + name + "\n\nnote"
	}
	x := message(t, heads+multipart("mixed", "Content-Type: text/plain\n\ntexte", note("a.txt"), note("b.txt")))
	var marks []string
	for _, m := range x.Marks {
		marks = append(marks, fmt.Sprintf("%s %d %s @%s", m.Kind, m.Level, m.Label, x.Text[m.Start:min(len(x.Text), m.Start+4)]))
	}
	want := []string{"heading 1 Assemblée @Asse", "heading 2 a.txt @a.tx", "page 0 1 @note", "page 0  @b.tx", "heading 2 b.txt @b.tx", "page 0 1 @note"}
	if diff := cmp.Diff(want, marks); diff != "" || x.Title != "Assemblée" || x.Dated.Format("2006-01-02") != "2026-01-17" || x.Pages != 0 || x.Media != memorymail.Message {
		t.Errorf("%+v %s", x, diff)
	}
}

func TestMailboxesReadMessageByMessage(t *testing.T) {
	t.Parallel()
	box := "From a@b Sat Jan  3 01:05:34 1996\nSubject: Un\nDate: Sat, 03 Jan 1996 01:05:34 +0000\n\n>From moi\nFrom the start\n\nFrom c@d Sun Jan  4 01:05:34 1997\nSubject: Deux\nDate: Sun, 04 Jan 1997 01:05:34 +0000\n\nfin\n\nFrom e@f Mon\n\nsans en-tête\n"
	x, err := memorymail.NewMailboxReader(readers{}).Extract(t.Context(), "a.mbox", []byte(box))
	if err != nil {
		t.Fatal(err)
	}
	want := "Un\n\nDate: Sat, 03 Jan 1996 01:05:34 +0000\n\nFrom moi\n\nFrom the start\n\nDeux\n\nDate: Sun, 04 Jan 1997 01:05:34 +0000\n\nfin"
	if diff := cmp.Diff(want, x.Text); diff != "" || len(x.Marks) != 2 || x.Dated.Year() != 1997 || x.Media != memorymail.Mailbox {
		t.Errorf("%+v %s", x, diff)
	}
}

func TestHostileMailIsBounded(t *testing.T) {
	t.Parallel()
	inside := "Subject: fond\n\nfin"
	for range 200 {
		inside = "Subject: s\nContent-Type: message/rfc822\n\n" + inside
	}
	if x := message(t, inside); strings.Contains(x.Text, "fond") || strings.Count(x.Text, "s") > 10 {
		t.Errorf("%.200q", x.Text)
	}
	boxes := heads + "\ntexte"
	for range 20 {
		boxes = heads + multipart("mixed", "Content-Type: application/octet-stream; name=a.eml\nContent-Transfer-Encoding: base64\n\n"+base64.StdEncoding.EncodeToString([]byte(boxes)))
	}
	if x := message(t, boxes); strings.Contains(x.Text, "texte") {
		t.Errorf("%.200q", x.Text)
	}
	_, err := memorymail.NewMessageReader(readers{}).Extract(t.Context(), "a.eml", []byte(heads+multipart("mixed", strings.Split(strings.Repeat("Content-Type: text/plain\n\na|", 1500), "|")...)))
	if core.AsError(err).Key != "errors.memory_archive_bomb" {
		t.Errorf("1500 parts: %v", err)
	}
}

func TestBadMailSaysWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reader    memory.Extractor
		file, key string
	}{
		"no header":       {memorymail.NewMessageReader(readers{}), "\r\ntexte", "errors.memory_file_damaged"},
		"endless header":  {memorymail.NewMessageReader(readers{}), "A: " + strings.Repeat("b", 2<<20), "errors.memory_file_damaged"},
		"no message":      {memorymail.NewMailboxReader(readers{}), "From x\n\n", "errors.memory_file_damaged"},
		"too many":        {memorymail.NewMailboxReader(readers{}), strings.Repeat("From x\nA: b\n\n", 20_001), "errors.memory_messages_many"},
		"no container":    {memorymail.NewOutlookReader(readers{}), "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "errors.memory_file_damaged"},
		"nothing written": {memorymail.NewMessageReader(readers{}), "X-A: b\r\n\r\n", "errors.memory_no_text"},
	} {
		_, err := c.reader.Extract(t.Context(), "a", []byte(c.file))
		if got := core.AsError(err); err == nil || got.Key != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

// Mail may be anything at all.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(heads + multipart("mixed", "Content-Type: text/html\n\n<p>a", "Content-Type: message/rfc822\n\nA: b\n\nc")))
	f.Fuzz(func(t *testing.T, file []byte) {
		x, err := memorymail.NewMessageReader(readers{}).Extract(t.Context(), "a.eml", file)
		if err == nil {
			memory.CutPassages(x.Title, x.Text, x.Marks)
		}
		memorymail.NewMailboxReader(readers{}).Extract(t.Context(), "a.mbox", append([]byte("From x\n"), file...))
	})
}
