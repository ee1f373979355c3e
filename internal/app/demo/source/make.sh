#!/bin/sh
# Prints the PDF documents with Chromium and writes the DOCX ones with python-docx 1.2.0.
set -eu
cd "$(dirname "$0")"
for source in *.html; do
	chromium --headless --no-sandbox --disable-gpu --no-pdf-header-footer \
		--print-to-pdf="../documents/${source%.html}.pdf" "$source"
done
for source in P*.md; do
	python3 make_docx.py "$source" "../documents/${source%.md}.docx"
done
