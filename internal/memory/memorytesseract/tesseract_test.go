package memorytesseract_test

import (
	"context"
	"image"
	"image/color"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/google/go-cmp/cmp"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory/memorypages"
	"github.com/solidaire-coop/solidaire/internal/memory/memorytesseract"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// program writes a script that stands for Tesseract: it knows languages and says table.
func program(t *testing.T, languages, table string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tesseract")
	script := "#!/bin/sh\nif [ \"$1\" = --list-langs ]; then printf 'List:\\n" + languages + "'; exit; fi\ncat >/dev/null\n" + table + "\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func picture(w, h int) *image.Gray { return image.NewGray(image.Rect(0, 0, w, h)) }

// spell gives the paragraphs' lines as text.
func spell(paragraphs []memorypages.Paragraph) []string {
	var out []string
	for i, p := range paragraphs {
		if i > 0 {
			out = append(out, "")
		}
		for _, line := range p {
			var words []string
			for _, w := range line {
				words = append(words, w.Text)
			}
			out = append(out, strings.Join(words, " "))
		}
	}
	return out
}

func TestTheTableOfWordsIsRead(t *testing.T) {
	t.Parallel()
	table := `printf 'level\tpage\n1\t1\t0\t0\t0\t0\t0\t0\t200\t100\t-1\t\n` +
		`5\t1\t1\t1\t1\t1\t20\t10\t40\t10\t95.5\tLoi\n5\t1\t1\t1\t1\t2\t70\t10\t20\t10\t60\tdu\n5\t1\t1\t1\t1\t3\t100\t10\t20\t10\t30\tler\n5\t1\t1\t1\t1\t4\t130\t10\t40\t10\t90\tjuillet\n` +
		`5\t1\t1\t1\t2\t1\t20\t30\t40\t10\t3\tpeu-sûr\n5\t1\t1\t1\t2\t2\t70\t30\t4\t10\t20\t|\n5\t1\t1\t2\t1\t1\t20\t50\t40\t10\t90\tsuite\nn’importe quoi\n5\t1\tx\n5\t1\t1\t2\t1\t2\ta\t0\t0\t0\t90\tb\n'`
	r := memorytesseract.New(program(t, `eng\nfra\nosd\n`, table), os.Environ())
	got, err := r.Recognize(t.Context(), 3, picture(200, 100))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Loi du 1er juillet", "peu-sûr", "", "suite"}, spell(got)); diff != "" {
		t.Error(diff)
	}
	want := memorypages.Word{Text: "Loi", Page: 3, Left: 3276, Right: 9830, Top: 3276, Bottom: 6553}
	if got[0][0][0] != want {
		t.Errorf("%+v, want %+v", got[0][0][0], want)
	}
	if languages, err := r.Languages(); err != nil || strings.Join(languages, "+") != "fra+eng" {
		t.Errorf("%v, %v", languages, err)
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ program, doctor, reading string }{
		"no program":   {"no-such-tesseract", "errors.memory_tesseract_missing", "errors.memory_ocr_missing"},
		"no languages": {program(t, `deu\n`, "true"), "errors.memory_tesseract_languages", "errors.memory_ocr_missing"},
		"a failure":    {program(t, `fra\n`, "exit 3"), "", "errors.memory_ocr_failed"},
		"a flood":      {program(t, `fra\n`, "yes | head -c 20000000"), "", "errors.memory_ocr_failed"},
	} {
		r := memorytesseract.New(c.program, os.Environ())
		_, err := r.Recognize(t.Context(), 0, picture(10, 10))
		if got := core.AsError(err); err == nil || got.Key != c.reading {
			t.Errorf("%s: %v, want %s", name, err, c.reading)
		}
		if _, err := r.Languages(); c.doctor != "" && core.AsError(err).Key != c.doctor || c.doctor == "" && err != nil {
			t.Errorf("%s: %v, want %s", name, err, c.doctor)
		}
	}
}

func TestACallerThatLeavesEndsTheProgram(t *testing.T) {
	t.Parallel()
	ready := filepath.Join(t.TempDir(), "ready")
	if out, err := exec.Command("mkfifo", ready).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	r := memorytesseract.New(program(t, `fra\n`, "echo > "+ready+"; exec sleep 600"), os.Environ())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := r.Recognize(ctx, 0, picture(10, 10))
		done <- err
	}()
	if _, err := os.ReadFile(ready); err != nil { // the program has begun
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !core.Is(err, core.Cancelled) {
		t.Errorf("%v", err)
	}
}

// The real program reads French letters off a picture.
func TestTesseractReads(t *testing.T) {
	t.Parallel()
	r := memorytesseract.New("tesseract", os.Environ())
	if _, err := r.Languages(); err != nil {
		if os.Getenv("SOLIDAIRE_TEST_FULL") != "" {
			t.Fatal("Tesseract with French is missing: run test/needs.sh")
		}
		t.Skip("Tesseract is not installed")
	}
	got, err := r.Recognize(t.Context(), 0, written("Le quorum de la coop est de 25 membres.", "La somme est de 100 dollars."))
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(spell(got), " "); !strings.Contains(text, "quorum") || !strings.Contains(text, "25 membres") || !strings.Contains(text, "100 dollars") {
		t.Errorf("%q", text)
	}
}

// written draws lines in a plain font, four times enlarged.
func written(lines ...string) *image.Gray {
	const scale = 4
	small := image.NewGray(image.Rect(0, 0, 320, 20+20*len(lines)))
	for i := range small.Pix {
		small.Pix[i] = 0xff
	}
	for i, l := range lines {
		d := font.Drawer{Dst: small, Src: image.NewUniform(color.Black), Face: basicfont.Face7x13, Dot: fixed.P(10, 20+20*i)}
		d.DrawString(l)
	}
	out := image.NewGray(image.Rect(0, 0, small.Rect.Dx()*scale, small.Rect.Dy()*scale))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.SetGray(x, y, small.GrayAt(x/scale, y/scale))
		}
	}
	return out
}
