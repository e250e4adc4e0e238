"""Papers of the sample say that they are of the sample."""

from __future__ import annotations

from dataclasses import replace

from desktop.models.documents import Document, Printer, Progress

MARK = "SAMPLE"


class SamplePrinter:
    """Fulfils `documents.Printer`: every title begins with the mark."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    def print_pdf(self, document: Document, progress: Progress | None = None) -> bytes:
        return self._printer.print_pdf(replace(document, title=f"{MARK}: {document.title}"), progress)
