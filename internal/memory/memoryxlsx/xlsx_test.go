package memoryxlsx_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryxlsx"
)

// pack builds an archive whose parts are stored as they are.
func pack(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range parts {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// book writes a workbook; a cell is its place and its value, a format may follow its place.
func book(t testing.TB, cells map[string]any, formats map[string]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.SetSheetName("Sheet1", "Budget"))
	if _, err := f.NewSheet("Caché"); err != nil {
		t.Fatal(err)
	}
	must(f.SetCellValue("Caché", "A1", "secret"))
	must(f.SetSheetVisible("Caché", false))
	for at, value := range cells {
		must(f.SetCellValue("Budget", at, value))
	}
	for at, format := range formats {
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		must(err)
		must(f.SetCellStyle("Budget", at, at, style))
	}
	var b bytes.Buffer
	must(f.Write(&b))
	return b.Bytes()
}

func extract(t *testing.T, file []byte) memory.Extracted {
	t.Helper()
	x, err := memoryxlsx.New().Extract(t.Context(), "a.xlsx", file)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestCellsReadAsPeopleSeeThem(t *testing.T) {
	t.Parallel()
	x := extract(t, book(t, map[string]any{
		"B2": "Poste de dépense", "C2": "Montant de la somme", "D2": "Part du total", "E2": "Date de l’assemblée",
		"B3": "Dons", "C3": 1234.5, "D3": 0.175, "E3": time.Date(2020, 4, 25, 0, 0, 0, 0, time.UTC),
		"B4": "Article 1.2", "C4": "1.2", "D4": 3.25, "E4": 18.5 / 24,
		"B7": "Autre tableau", "C7": -12,
	}, map[string]string{"C3": `#,##0.00 "€"`, "D3": "0.0%", "E3": "dd/mm/yyyy", "E4": "h:mm"}))
	want := "Budget\n\nPoste de dépense | Montant de la somme | Part du total | Date de l’assemblée\nDons | 1\u202f234,50 € | 17,5% | 25/04/2020\nArticle 1.2 | 1.2 | 3,25 | 18:30\n\nAutre tableau | -12"
	if diff := cmp.Diff(want, x.Text); diff != "" {
		t.Error(diff)
	}
	if len(x.Marks) != 1 || x.Marks[0].Label != "Budget" || x.Media != memoryxlsx.Media {
		t.Errorf("%+v", x)
	}
}

func TestEnglishWorkbooksKeepTheirPoint(t *testing.T) {
	t.Parallel()
	x := extract(t, book(t, map[string]any{"A1": "The cost of the cold room", "B1": 1234.5}, map[string]string{"B1": "#,##0.00"}))
	if want := "The cost of the cold room | 1,234.50"; !strings.HasSuffix(x.Text, want) {
		t.Errorf("%q", x.Text)
	}
}

const kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

func links(link string) string {
	return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship ` + link + `/></Relationships>`
}

func workbook(sheet string) map[string]string {
	return map[string]string{
		"_rels/.rels":                links(`Type="` + kinds + `/officeDocument" Target="xl/workbook.xml"`),
		"xl/workbook.xml":            `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + kinds + `"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": links(`Id="r1" Type="` + kinds + `/worksheet" Target="worksheets/sheet1.xml"`),
		"xl/worksheets/sheet1.xml":   sheet,
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"xl/styles.xml":              `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
		"xl/theme/theme1.xml":        `<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"/>`,
	}
}

func TestPartsThatLibrariesWriteDifferently(t *testing.T) {
	t.Parallel()
	x := extract(t, pack(t, workbook(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="2"><c r="B2" t="inlineStr"><is><t>Réel</t></is></c><c s="1"><v>43946</v></c></row></sheetData></worksheet>`)))
	if want := "a\n\nRéel | 25/04/2020"; x.Text != want {
		t.Errorf("%q", x.Text)
	}
}

func TestBadFilesSayWhy(t *testing.T) {
	t.Parallel()
	good := book(t, map[string]any{"A1": "a"}, nil)
	million := "<worksheet><sheetData>" + strings.Repeat("<row>"+strings.Repeat("<c><v>1</v></c>", 1000)+"</row>", 1001) + "</sheetData></worksheet>"
	for name, c := range map[string]struct {
		file []byte
		key  string
	}{
		"cut":           {good[:len(good)/2], "errors.memory_file_damaged"},
		"no workbook":   {pack(t, map[string]string{"a": "b"}), "errors.memory_file_damaged"},
		"cut sheet":     {pack(t, workbook("<worksheet><sheetData>")), "errors.memory_file_damaged"},
		"million cells": {pack(t, workbook(million)), "errors.memory_cells_many"},
		"nothing":       {pack(t, workbook("<worksheet><sheetData/></worksheet>")), "errors.memory_no_text"},
	} {
		_, err := memoryxlsx.New().Extract(t.Context(), "a.xlsx", c.file)
		if got := core.AsError(err); err == nil || got.Key != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

// A sheet may be anything at all. What the library does with it may not end the program.
func FuzzSheet(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="3"><c r="B3" t="inlineStr"><is><t>a</t></is></c><c><v>1.5</v></c></row></sheetData></worksheet>`)
	f.Add(`<worksheet><sheetData><row r="99999999999"><c r="ZZZZZZ1" s="7"><v>x</v></c></row></sheetData></worksheet>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		x, err := memoryxlsx.New().Extract(t.Context(), "a.xlsx", pack(t, workbook(sheet)))
		if err == nil {
			memory.CutPassages(x.Title, x.Text, x.Marks)
		}
	})
}
