package memoryformats

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory/memorycharset"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryzipxml"
)

// kind is a format that can be told from the others.
type kind string

// The kinds.
const (
	pdf          kind = "pdf"
	docx         kind = "docx"
	presentation kind = "pptx"
	workbook     kind = "xlsx"
	openDocument kind = "odf" // text, sheets and slides
	epub         kind = "epub"
	picture      kind = "image"
	outlook      kind = "msg"
	html         kind = "html"
	mail         kind = "eml"
	mailbox      kind = "mbox"
	table        kind = "csv"
	markdown     kind = "md"
	plain        kind = "txt"
)

// detect tells the format of a file. Its errors say why it is not read.
func detect(name string, file []byte) (kind, error) {
	head := file[:min(len(file), 1024)]
	starts := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case starts(memoryzipxml.Magic), starts("PK\x05\x06"):
		return packed(name, file)
	case bytes.Contains(head, []byte("%PDF-")):
		return pdf, nil
	case starts("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return compound(name, file)
	case isImage(head):
		return picture, nil
	case starts("{\\rtf"):
		return "", old("rtf")
	case isArchive(head, file):
		return "", core.E(core.Invalid, "errors.memory_file_archive", nil)
	case memorycharset.IsText(file):
		return text(name, file), nil
	}
	if kindsByExtension()[extension(name)] != "" {
		return "", memoryzipxml.Damaged(nil) // it should begin otherwise: cut, or overwritten
	}
	return "", unknown(name)
}

// packed tells the formats that are archives.
func packed(name string, file []byte) (kind, error) {
	a, err := memoryzipxml.Open(file)
	if err != nil {
		return "", err
	}
	media, err := a.Read("mimetype", 256)
	if err != nil {
		return "", err
	}
	switch kind := string(bytes.TrimSpace(media)); {
	case kind == "application/epub+zip":
		return epub, nil
	case strings.HasPrefix(kind, "application/vnd.oasis.opendocument."):
		return openDocument, nil
	}
	return openXML(a)
}

// openXML tells Office formats by their main part. A document may stand elsewhere in its archive.
func openXML(a *memoryzipxml.Archive) (kind, error) {
	for _, part := range []struct {
		folder string
		kind   kind
	}{{"word/", docx}, {"ppt/", presentation}, {"xl/", workbook}} {
		for _, name := range a.Names() {
			if strings.HasPrefix(name, part.folder) {
				return part.kind, nil
			}
		}
	}
	switch {
	case a.Has("content.xml") && a.Has("META-INF/manifest.xml"):
		return openDocument, nil
	case a.Has("[Content_Types].xml"):
		return docx, nil
	}
	return "", core.E(core.Invalid, "errors.memory_file_archive", nil)
}

// compound tells what the old container of Office holds.
func compound(name string, file []byte) (kind, error) {
	has := func(stream string) bool { return bytes.Contains(file, utf16(stream)) }
	switch {
	case has("EncryptedPackage"), has("EncryptionInfo"):
		return "", memoryzipxml.Protected()
	case has("__substg1.0_"), has("__properties_version1.0"):
		return outlook, nil
	case has("WordDocument"):
		return "", old("doc")
	case has("Workbook"), has("Book"):
		return "", old("xls")
	case has("PowerPoint Document"):
		return "", old("ppt")
	}
	return "", unknown(name)
}

// utf16 spells the name of a stream as the container's directory does.
func utf16(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for _, c := range []byte(s) {
		out = append(out, c, 0)
	}
	return out
}

func isImage(head []byte) bool {
	for _, magic := range []string{"\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "II*\x00", "MM\x00*", "GIF87a", "GIF89a"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return bytes.HasPrefix(head, []byte("RIFF")) && len(head) > 12 && string(head[8:12]) == "WEBP" ||
		bytes.HasPrefix(head, []byte("BM")) && len(head) > 30 && head[6] == 0 && head[7] == 0 && head[8] == 0 && head[9] == 0
}

// isArchive tells archives that hold other files.
func isArchive(head, file []byte) bool {
	for _, magic := range []string{"\x1f\x8b", "7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07", "\xfd7zXZ\x00", "BZh", "\x28\xb5\x2f\xfd"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return len(file) > 512 && string(file[257:262]) == "ustar"
}

// text tells kinds of text: by the name when it is one of theirs, otherwise by how it begins.
func text(name string, file []byte) kind {
	if k := kindsByExtension()[extension(name)]; k != "" && isTextKind(k) {
		return k
	}
	return textByContent(file)
}

func isTextKind(k kind) bool {
	switch k {
	case html, mail, mailbox, table, markdown, plain:
		return true
	}
	return false
}

var (
	htmlStart    = regexp.MustCompile(`(?i)^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b`)
	mailField    = regexp.MustCompile(`(?im)^(?:from|to|subject|date|message-id|received|return-path|mime-version|delivered-to):[ \t]`)
	mailStart    = regexp.MustCompile(`^[!-9;-~]{1,76}:[ \t]`)
	mailboxStart = regexp.MustCompile(`^From \S+ .*\d{4}\r?\n[!-9;-~]+:`)
)

func textByContent(file []byte) kind {
	start := memoryStart(file)
	switch {
	case htmlStart.MatchString(start):
		return html
	case mailboxStart.MatchString(start):
		return mailbox
	case mailStart.MatchString(start) && len(mailField.FindAllString(start, 3)) == 3:
		return mail
	}
	return plain
}

// memoryStart is the decoded beginning of a text.
func memoryStart(file []byte) string {
	start, _ := memorycharset.Decode(file[:min(len(file), 4096)])
	return start
}

func kindsByExtension() map[string]kind {
	return map[string]kind{
		"pdf": pdf, "docx": docx, "docm": docx, "dotx": docx, "pptx": presentation, "pptm": presentation, "ppsx": presentation, "potx": presentation,
		"xlsx": workbook, "xlsm": workbook, "xltx": workbook,
		"odt": openDocument, "ott": openDocument, "ods": openDocument, "ots": openDocument, "odp": openDocument, "otp": openDocument,
		"epub": epub, "png": picture, "jpg": picture, "jpeg": picture, "tif": picture, "tiff": picture, "gif": picture, "bmp": picture, "webp": picture,
		"msg": outlook, "html": html, "htm": html, "xhtml": html, "eml": mail, "mbox": mailbox, "mbx": mailbox,
		"csv": table, "tsv": table, "tab": table,
		"md": markdown, "markdown": markdown, "mdown": markdown, "mkd": markdown, "txt": plain, "text": plain,
	}
}

func extension(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
}

// unknown refuses a format, by its extension when that is one: a name is a member's words.
func unknown(name string) error {
	ext := extension(name)
	if len(ext) > 10 || strings.Trim(ext, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		ext = ""
	}
	return core.E(core.Invalid, "errors.memory_format_unknown", core.Args{"Extension": ext})
}

// old refuses a format that has a better successor.
func old(ext string) error {
	return core.E(core.Invalid, "errors.memory_format_old", core.Args{"Extension": ext})
}
