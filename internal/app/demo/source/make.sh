#!/bin/sh
# Prints the PDF documents with Chromium and writes the DOCX ones with Pandoc.
set -eu
cd "$(dirname "$0")"
for source in *.html; do
	chromium --headless --no-sandbox --disable-gpu --no-pdf-header-footer \
		--print-to-pdf="../documents/${source%.html}.pdf" "$source"
done
for source in P*.md; do
	pandoc --from markdown-tex_math_dollars-smart --metadata lang=fr-CA --output "../documents/${source%.md}.docx" "$source"
done
