package memorypdfium

import (
	_ "unsafe" // for go:linkname

	_ "github.com/klippa-app/go-pdfium/webassembly" // holds PDFium
)

// wasm is PDFium as go-pdfium carries it. Its own way to call PDFium makes a new call stack and a goroutine
// for every character, which costs ten times what PDFium does with it; so its program is taken and called
// here. When a version carries it under another name, the program does not link.
//
//go:linkname wasm github.com/klippa-app/go-pdfium/webassembly.pdfiumWasm
var wasm []byte
