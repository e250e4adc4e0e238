"""The locked PDF, read by itself, by poppler, by PDFium and by qpdf."""

from __future__ import annotations

import itertools
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from desktop.crypto.envelope import Attachment, EnvelopeContent, new_passphrase
from desktop.crypto.envelope_pdf import PdfWords, is_pdf, open_pdf, pdf_password, seal_pdf
from desktop.errors import InputError
from desktop.texts import LANGUAGES, Texts

WORDS = PdfWords.of(Texts("es"), "Clínica Sol & Mar")
PASSWORD = next(
    words for seed in itertools.count() if len(words := new_passphrase(random.Random(seed))) <= 32
)
"""Short, because poppler's tools take no more than 32 characters; people's readers do."""
TEXT = "Estimada María López:\n\nЖдём вас ✓\n" + "Le esperamos el martes a las 14:30. " * 20


def picture(kind: str, turn: int = 1) -> bytes:
    drawn = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = turn
    Image.new("RGB", (60, 20), (200, 30, 30)).save(drawn, kind, exif=exif)
    return drawn.getvalue()


def report(pages: int = 2, password: str = "") -> bytes:
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=(300, 300))
        pdf.pages[0].obj["/AA"] = pikepdf.Dictionary()
        made = BytesIO()
        pdf.save(made, encryption=pikepdf.Encryption(owner=password, user=password) if password else False)
    return made.getvalue()


FILES = (
    Attachment("foto.jpg", "image/jpeg", picture("JPEG", turn=6)),
    Attachment("informe ñ.pdf", "application/pdf", report()),
    Attachment("dibujo.png", "image/png", picture("PNG")),
    Attachment("datos.csv", "text/csv", b"1,2\n"),
    Attachment("datos.csv", "text/csv", b""),
)
LETTER = EnvelopeContent("Su cita", TEXT, "<p>kept</p>", FILES)


@pytest.fixture(scope="module")
def file() -> bytes:
    return seal_pdf(LETTER, PASSWORD, WORDS, "garza azul")


def refused(data: bytes, password: str = PASSWORD) -> str:
    with pytest.raises(InputError) as problem:
        open_pdf(data, password)
    return problem.value.code


def poppler(program: str, *more: str) -> str:
    done = subprocess.run(
        [program, "-upw", PASSWORD, *more], capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stderr == ""
    return done.stdout


def test_what_was_sealed_is_read_back_exactly(file: bytes) -> None:
    assert open_pdf(file, PASSWORD) == LETTER
    assert open_pdf(file, f" {PASSWORD.upper().replace(' ', '-')}. ") == LETTER


def test_poppler_reads_the_letter_and_the_files(file: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m.pdf"
    path.write_bytes(file)
    text = poppler("pdftotext", str(path), "-")
    for expected in (
        "De Clínica Sol & Mar",
        "garza azul",
        "Su cita",
        "María López",
        "Ждём вас ✓",
        "informe ñ",
    ):
        assert expected in text
    assert "□" not in text
    facts = poppler("pdfinfo", str(path))
    assert "algorithm:AES-256" in facts
    assert "Pages:           5" in facts
    assert not any(word in facts for word in ("Producer", "Creator", "Author", "CreationDate", "Title"))
    poppler("pdfdetach", "-saveall", "-o", str(tmp_path), str(path))
    assert (tmp_path / "informe ñ.pdf").read_bytes() == FILES[1].data
    assert (tmp_path / "foto.jpg").read_bytes() == FILES[0].data
    fonts = poppler("pdffonts", str(path)).splitlines()[2:]
    assert fonts
    assert all(" yes yes yes " in line for line in fonts)


def test_pdfium_and_qpdf_read_a_long_password_too(tmp_path: Path) -> None:
    words = next(w for seed in itertools.count() if len(w := new_passphrase(random.Random(seed))) > 44)
    data = seal_pdf(EnvelopeContent("s", "Hola ñ"), words, WORDS)
    shown = pypdfium2.PdfDocument(data, password=words)
    assert "Hola ñ" in shown[0].get_textpage().get_text_range()
    shown.close()
    path = tmp_path / "m.pdf"
    path.write_bytes(data)
    done = subprocess.run(
        ["qpdf", f"--password={words}", "--check", path], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "R = 6" in done.stdout
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(data, password=words[:32])


def test_nothing_of_the_letter_is_outside_the_lock(file: bytes) -> None:
    for canary in (
        b"Mar\xc3",
        b"Sol &",
        b"garza",
        b"informe",
        b"Sealwell",
        b"fontTools",
        b"qpdf",
        b"pikepdf",
        b"/Info",
    ):
        assert canary not in file


@pytest.mark.parametrize("words", ["", "acid", "acid bamboo cactus delta", "zzzz yyyy xxxx wwww vvvv uuuu"])
def test_no_pdf_is_locked_with_few_or_chosen_words(words: str) -> None:
    for use in (pdf_password, lambda words: seal_pdf(LETTER, words, WORDS)):
        with pytest.raises(InputError, match="pdf-words-weak"):
            use(words)


def test_the_password_is_the_words_as_the_card_prints_them() -> None:
    assert pdf_password(PASSWORD.upper().replace(" ", " - ")) == PASSWORD
    assert len(pdf_password(" ".join(PASSWORD.split()[:5])).split()) == 5


def test_wrong_words_are_named_as_such(file: bytes) -> None:
    assert refused(file, "acid bamboo cactus delta eagle fabric") == "envelope-wrong-passphrase"
    assert refused(file, " - ") == "passphrase-empty"


@pytest.mark.parametrize("left", [0.1, 0.5, 0.99])
def test_a_cut_pdf_is_named_as_such(file: bytes, left: float) -> None:
    assert refused(file[: int(len(file) * left)]) == "envelope-cut"


def test_a_damaged_pdf_never_shows_another_letter(file: bytes) -> None:
    chance = random.Random(9)
    codes = set()
    for _ in range(150):
        damaged = bytearray(file)
        damaged[chance.randrange(8, len(file) - 8)] ^= 1 << chance.randrange(8)
        try:
            assert open_pdf(bytes(damaged), PASSWORD) == LETTER
        except InputError as problem:
            codes.add(problem.code)
    assert "envelope-altered" in codes
    assert codes <= {
        "envelope-altered",
        "envelope-cut",
        "envelope-unreadable",
        "envelope-wrong-passphrase",
    }


def test_other_words_in_the_letter_are_noticed_though_the_lock_is_right(file: bytes) -> None:
    with pikepdf.open(BytesIO(file), password=PASSWORD) as pdf:
        letter = pdf.Root["/XXLetter"]
        letter.write(letter.read_bytes().replace(b"14:30", b"16:30", 1))
        changed = BytesIO()
        pdf.save(changed, encryption=pikepdf.Encryption(owner=PASSWORD, user=PASSWORD, R=6))
    assert refused(changed.getvalue()) == "envelope-altered"


def test_lines_pages_and_long_words_lose_nothing(tmp_path: Path) -> None:
    text = "\n".join(f"line {number}" for number in range(100)) + "\n\tend " + "W" * 200
    data = seal_pdf(EnvelopeContent("s", text), PASSWORD, WORDS)
    shown = pypdfium2.PdfDocument(data, password=PASSWORD)
    pages = [page.get_textpage().get_text_range() for page in shown]
    found = "\n".join(pages)
    assert len(pages) == 3
    assert all(f"line {number}\r\n" in found for number in range(100))
    assert found.count("W") == 200
    assert all("consultorio" in page and f"Página {at}" in page for at, page in enumerate(pages, 1))
    shown.close()


def test_threads_share_the_letters_and_make_the_same_pages() -> None:
    texts = [f"Дорогая María {number} Ω" for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda text: seal_pdf(EnvelopeContent("s", text), PASSWORD, WORDS), texts))
    for text, data in zip(texts, made, strict=True):
        shown = pypdfium2.PdfDocument(data, password=PASSWORD)
        assert text in shown[0].get_textpage().get_text_range()
        shown.close()


def test_a_short_letter_is_small() -> None:
    assert len(seal_pdf(EnvelopeContent("s", "Dear Maria"), PASSWORD, WORDS)) < 40_000


def test_what_is_no_locked_pdf_is_named_as_such() -> None:
    none = b"%PDF-1.7\nnot one\n%%EOF"
    for data in (b"", b"hello", b"<html>", report(), none, bytes(129 * 1024 * 1024)):
        assert refused(data) == "envelope-unreadable"
    assert refused(b"%PDF-1.7\n/Encrypt\n%%EOF") == "envelope-altered"
    assert refused(report(password=PASSWORD)) == "envelope-unreadable"
    assert not is_pdf(b"<!DOCTYPE html>")


def test_files_that_cannot_be_shown_lie_inside_and_the_letter_says_so() -> None:
    odd = (
        Attachment("broken.pdf", "application/pdf", b"%PDF-1.7 no"),
        Attachment("locked.pdf", "application/pdf", report(password="x")),
        Attachment("broken.png", "image/png", picture("PNG")[:60]),
        Attachment("text.jpg", "image/jpeg", b"hello"),
        Attachment("bomb.png", "image/png", flat_picture()),
        Attachment("\u202efdp.exe\n\r", "application/x", b"x"),
        Attachment("\n", "", b"y"),
    )
    letter = EnvelopeContent("a\r\nb\u202e", "x\x00\x07\u202ey\ud800", attachments=odd)
    data = seal_pdf(letter, PASSWORD, WORDS)
    assert open_pdf(data, PASSWORD) == letter
    shown = pypdfium2.PdfDocument(data, password=PASSWORD)
    text = shown[0].get_textpage().get_text_range()
    assert len(shown) == 1
    assert text.count("dentro de este archivo") == len(odd)
    assert "fdp.exe" in text
    shown.close()


def flat_picture() -> bytes:
    """Few bytes, very many pixels."""
    drawn = BytesIO()
    Image.new("1", (10_000, 5_000)).save(drawn, "PNG")
    return drawn.getvalue()


def test_a_text_in_a_script_without_letters_here_lies_inside_as_a_file() -> None:
    letter = EnvelopeContent("您好", "您好 مرحبا")
    data = seal_pdf(letter, PASSWORD, WORDS)
    with pikepdf.open(BytesIO(data), password=PASSWORD) as pdf:
        assert pdf.attachments["text"].get_file().read_bytes() == "您好\n\n您好 مرحبا".encode()
        assert pdf.attachments["text"].filename == "mensaje.txt"
    assert open_pdf(data, PASSWORD) == letter


def test_an_attachment_of_25_mb_lies_inside_once() -> None:
    big = Attachment("scan.tiff", "image/tiff", random.Random(1).randbytes(25 * 1024 * 1024))
    data = seal_pdf(EnvelopeContent("s", "t", attachments=(big,)), PASSWORD, WORDS)
    assert len(data) < 26 * 1024 * 1024
    assert open_pdf(data, PASSWORD).attachments == (big,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_around_the_letter_is_in_the_catalogue(language: str) -> None:
    words = PdfWords.of(Texts(language), "Sol")
    said = (words.sender, words.phrase, words.files, words.shown, words.inside, words.undrawn, words.footer)
    assert all(text and not text.startswith("envelope.pdf.") for text in said)
    assert words.shown.format(name="a", size="b").count("a")
