from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import segno
from PySide6.QtCore import QLocale
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from desktop.errors import Refused
from desktop.models.documents import (
    Block,
    Column,
    Document,
    Facts,
    Paragraph,
    QrCode,
    Size,
    Style,
    Table,
)
from desktop.ui.paper import OffscreenPrinter, usual_size

ROOT = Path(__file__).resolve().parents[2]
FOOTER = "Sealwell only: your EHR keeps its own log."
CHECKPOINT = "sealwell.local/0011223344/audit\n4711\nq83v0O0l1I+/mZm8==\n\n— sealwell.local/0011 AAAA0000=="


def paper(*blocks: Block, language: str = "en", size: Size | None = Size.A4) -> Document:
    return Document("Audit log", language, ("Clínica Peña & Søn",), blocks, FOOTER, size)


@pytest.fixture
def printer(qapp: QApplication) -> OffscreenPrinter:
    return OffscreenPrinter()


def kept(pdf: bytes, folder: Path) -> Path:
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    return path


def read_again(path: Path, *options: str) -> list[str]:
    """The text of each page, by poppler."""
    out = subprocess.run(["pdftotext", "-layout", *options, str(path), "-"], capture_output=True, check=True)
    return out.stdout.decode("utf-8").split("\f")[:-1]


def test_every_word_can_be_read_again_by_another_program(printer: OffscreenPrinter, tmp_path: Path) -> None:
    names = ("Łukasz Żółć", "Íñigo Ibáñez", "Ивáн Петрóв", "Ελένη Παππά")
    made = printer.print_pdf(
        paper(
            Paragraph("Summary", Style.HEADING),
            Paragraph("An office, a fjord and 10:15:03 -> 12 == 12."),
            Facts((("Period", "1 to 30 November 2026"),)),
            Table((Column("Who"), Column("What")), tuple((name, "looked") for name in names)),
            Paragraph(CHECKPOINT, Style.EXACT),
        )
    )
    path = kept(made, tmp_path)
    (page,) = read_again(path)
    for text in ("An office, a fjord and 10:15:03 -> 12 == 12.", "1 to 30 November 2026", *names):
        assert text in page
    assert [line for line in CHECKPOINT.splitlines() if line and line not in page] == []
    assert FOOTER in page
    assert "Page 1 of 1" in page
    subprocess.run(["qpdf", "--check", str(path)], check=True, capture_output=True)


def test_a_long_table_repeats_its_head_and_numbers_its_pages(
    printer: OffscreenPrinter, tmp_path: Path
) -> None:
    table = Table(
        (Column("Number", 0.5, right=True), Column("Person"), Column("What happened", 2)),
        tuple((str(n), f"Person {n}", "Looked at a list") for n in range(2000)),
    )
    pages = read_again(kept(printer.print_pdf(paper(table)), tmp_path))
    assert len(pages) > 30
    for number, page in enumerate(pages, 1):
        assert page.count("What happened") == 1
        assert f"Page {number} of {len(pages)}" in page
    assert re.findall(r"Person (\d+)", "".join(pages)) == [str(n) for n in range(2000)]


def test_a_word_longer_than_its_column_is_broken_not_cut(printer: OffscreenPrinter, tmp_path: Path) -> None:
    word = "".join(f"{n:04d}" for n in range(60))
    made = printer.print_pdf(paper(Table((Column("A"), Column("B")), ((word, "end"),))))
    page = read_again(kept(made, tmp_path), "-fixed", "3")[0]
    found = "".join(re.findall(r"\d{12,}", page.partition("Page")[0]))
    assert found == word


def test_a_row_taller_than_a_sheet_goes_on_overleaf(printer: OffscreenPrinter, tmp_path: Path) -> None:
    story = " ".join(f"word{n}" for n in range(3000))
    pages = read_again(kept(printer.print_pdf(paper(Table((Column("Story"),), ((story,),)))), tmp_path))
    assert len(pages) > 1
    assert re.findall(r"word(\d+)", "".join(pages)) == [str(n) for n in range(3000)]


def test_an_empty_table_keeps_its_head(printer: OffscreenPrinter, tmp_path: Path) -> None:
    (page,) = read_again(kept(printer.print_pdf(paper(Table((Column("Person"),), ()))), tmp_path))
    assert "Person" in page


def test_the_page_is_numbered_in_the_language_of_the_document(
    printer: OffscreenPrinter, tmp_path: Path
) -> None:
    (page,) = read_again(kept(printer.print_pdf(paper(language="es")), tmp_path))
    assert "Página 1 de 1" in page


@pytest.mark.parametrize(
    ("country", "size"),
    [
        (QLocale.Country.UnitedStates, Size.LETTER),
        (QLocale.Country.Mexico, Size.LETTER),
        (QLocale.Country.Spain, Size.A4),
    ],
)
def test_the_usual_sheet_of_the_country(qapp: QApplication, country: QLocale.Country, size: Size) -> None:
    assert usual_size(QLocale(QLocale.Language.AnyLanguage, country)) is size


@pytest.mark.parametrize(("size", "points"), [(Size.A4, "595 x 842"), (Size.LETTER, "612 x 792")])
def test_the_sheet_is_what_was_asked_for(
    printer: OffscreenPrinter, tmp_path: Path, size: Size, points: str
) -> None:
    path = kept(printer.print_pdf(paper(size=size)), tmp_path)
    told = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    assert f"Page size:       {points} pts" in told


def test_the_drawn_code_has_every_module_of_the_payload(printer: OffscreenPrinter, tmp_path: Path) -> None:
    path = kept(printer.print_pdf(paper(QrCode(CHECKPOINT, "Scan this."))), tmp_path)
    subprocess.run(["pdftoppm", "-r", "300", "-png", str(path), str(tmp_path / "page")], check=True)
    image = QImage(str(next(tmp_path.glob("page*.png"))))
    dark = [
        (x, y)
        for y in range(400, image.height() - 600)
        for x in range(200, 760)
        if QColor(image.pixel(x, y)).lightness() < 10
    ]
    left, top = min(x for x, _ in dark), min(y for _, y in dark)
    unit = (max(x for x, _ in dark) + 1 - left) / len(segno.make_qr(CHECKPOINT, error="m").matrix)
    for down, row in enumerate(segno.make_qr(CHECKPOINT, error="m").matrix):
        for across, module in enumerate(row):
            seen = QColor(image.pixel(int(left + (across + 0.5) * unit), int(top + (down + 0.5) * unit)))
            assert (seen.lightness() < 128) == bool(module)


def test_the_same_document_gives_the_same_bytes_but_for_the_date(printer: OffscreenPrinter) -> None:
    def undated() -> bytes:
        made = printer.print_pdf(paper(Paragraph("Once"), QrCode("payload")))
        return re.sub(rb"D:\d{14}[+-Z][0-9']*|\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)?", b"date", made)

    assert undated() == undated()


def test_progress_runs_to_its_end_and_can_stop_it(printer: OffscreenPrinter) -> None:
    document = paper(Table((Column("A"),), tuple((str(n),) for n in range(100))))
    told: list[tuple[int, int]] = []

    def go_on(done: int, of: int) -> bool:
        told.append((done, of))
        return True

    printer.print_pdf(document, go_on)
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    for last in (1, 50, len(told) - 1):
        with pytest.raises(Refused) as stopped:
            printer.print_pdf(document, lambda done, of, last=last: done < told[last][0])  # type: ignore[misc]
        assert stopped.value.code == "cancelled"


def test_it_prints_beside_a_window_from_another_thread(printer: OffscreenPrinter, tmp_path: Path) -> None:
    document = paper(Table((Column("Person"),), tuple((f"Person {n}",) for n in range(200))))
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(printer.print_pdf, document).result()
    assert "Person 199" in "".join(read_again(kept(made, tmp_path)))


def test_a_row_needs_a_cell_for_every_column() -> None:
    with pytest.raises(ValueError, match="cells"):
        Table((Column("A"), Column("B")), (("one",),))


def test_a_command_without_a_window_prints_too(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in ("QT_QPA_PLATFORM", "DISPLAY")}
    path = tmp_path / "bare.pdf"
    code = (
        "import sys; from pathlib import Path; from desktop.models.documents import Document;"
        "from desktop.ui.paper import OffscreenPrinter;"
        "Path(sys.argv[1]).write_bytes(OffscreenPrinter().print_pdf(Document('Bare', 'en')))"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], env=bare, cwd=ROOT, check=True, timeout=60)
    assert "Bare" in read_again(path)[0]
