"""Writes proces-verbal-assemblee-2025-03-12.docx from its Markdown, with python-docx 1.2.0."""
import sys
from docx import Document

document = Document()
table = None
for line in open(sys.argv[1], encoding="utf-8").read().split("\n"):
    if not line.startswith("|"):
        table = None
    if line.startswith("## "):
        document.add_heading(line[3:], 2)
    elif line.startswith("# "):
        document.add_heading(line[2:], 1)
    elif line.startswith("| ---"):
        continue
    elif line.startswith("|"):
        cells = [c.strip() for c in line.strip("| ").split("|")]
        if table is None:
            table = document.add_table(rows=0, cols=len(cells), style="Table Grid")
        for cell, text in zip(table.add_row().cells, cells):
            cell.text = text
    elif line:
        document.add_paragraph(line)
document.save(sys.argv[2])
