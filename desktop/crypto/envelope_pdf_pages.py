"""The pages of a locked PDF: the letter, what comes with it, and pictures a page each.

Fonts are embedded (resources/fonts), so that names are drawn as they are written on
every phone. Latin, Greek and Cyrillic letters can be drawn; of other scripts the page
says that the whole text lies inside as a file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from io import BytesIO
from typing import Self

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont
from PIL import Image, ImageOps, UnidentifiedImageError

from desktop.crypto.envelope_content import Attachment
from desktop.paths import resource
from desktop.texts import Texts, clean

MOST_PIXELS = 40_000_000
_FONT = "inter"
_MARGIN = 22.0
_INK, _SOFT, _MAIN = (23, 37, 45), (80, 97, 107), (11, 92, 107)
_UNDRAWN = "□"
_KEPT = "\n\t"


@dataclass(frozen=True)
class PdfWords:
    """What the pages say around the letter, in one language; `{...}` is filled per file."""

    language: str
    sender: str
    phrase: str
    files: str
    shown: str
    inside: str
    undrawn: str
    text: str
    """The name of the file that holds a text which cannot be drawn."""
    footer: str
    page: str

    @classmethod
    def of(cls, texts: Texts, practice: str) -> Self:
        """The catalogue's words (`envelope.pdf.*`) for a file from `practice`."""
        same = {name: f"{{{name}}}" for name in ("phrase", "name", "size", "n")}
        names = [field.name for field in fields(cls) if field.name not in ("language", "sender")]
        said = {name: texts.say(f"envelope.pdf.{name}", **same) for name in names}
        sender = texts.say("envelope.pdf.from", practice=clean(practice))
        return cls(language=texts.language, sender=sender, **said)


@dataclass(frozen=True)
class Sheet:
    """What is drawn: `listed` are name, size in words and whether its pages follow."""

    subject: str
    text: str
    phrase: str
    listed: Sequence[tuple[str, str, bool]]
    pictures: Sequence[Attachment]


def picture_problem(data: bytes) -> bool:
    """Whether `data` is no picture that can be drawn within bounds."""
    try:
        with Image.open(BytesIO(data)) as picture:
            if picture.format not in ("JPEG", "PNG") or picture.width * picture.height > MOST_PIXELS:
                return True
            picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return True
    return False


def draw(sheet: Sheet, words: PdfWords) -> tuple[bytes, bool]:
    """The pages as a PDF without a lock, and whether every letter of the text could be drawn."""
    pages = _Pages(words)
    whole = pages.letter(sheet)
    for picture in sheet.pictures:
        pages.picture(picture)
    return bytes(pages.output()), whole


class _Pages(FPDF):
    """Letter-size pages with a quiet footer."""

    def __init__(self, words: PdfWords) -> None:
        super().__init__(format="letter")
        self._words = words
        for style, name in (("", "Inter-Regular.ttf"), ("B", "Inter-SemiBold.ttf")):
            self.add_font(_FONT, style, resource(f"fonts/{name}"))
        font = self.fonts[_FONT]
        self._drawable = frozenset(font.cmap) if isinstance(font, TTFFont) else frozenset()
        self.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self.set_auto_page_break(True, 26)

    def footer(self) -> None:
        self.set_y(-20)
        self._line(self._words.footer, 8, 4, _SOFT)
        self._line(self._words.page.format(n=self.page_no()), 8, 4, _SOFT)

    def letter(self, sheet: Sheet) -> bool:
        words = self._words
        self.add_page()
        self._line(words.sender, 17, 8, _MAIN, bold=True)
        if sheet.phrase:
            self._line(words.phrase.format(phrase=clean(sheet.phrase)), 10, 5.5, _SOFT)
        self.ln(3)
        self.set_draw_color(*_MAIN)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
        self.ln(6)
        subject = self._line(clean(sheet.subject), 14, 7, _INK, bold=True)
        self.ln(3)
        text = self._line(sheet.text, 11.5, 6.2, _INK)
        if sheet.listed:
            self.ln(7)
            self._line(words.files, 11.5, 7, _MAIN, bold=True)
        for name, size, shown in sheet.listed:
            said = words.shown if shown else words.inside
            self._line(f"•  {said.format(name=clean(name), size=size)}", 10.5, 5.8, _INK)
        if not (subject and text):
            self.ln(4)
            self._line(words.undrawn.format(name=words.text), 10.5, 5.8, _MAIN)
        return subject and text

    def picture(self, file: Attachment) -> None:
        self.add_page()
        self._line(clean(file.name), 9, 5, _SOFT)
        with Image.open(BytesIO(file.data)) as picture:
            turned = picture.getexif().get(0x0112, 1) != 1
            drawn = ImageOps.exif_transpose(picture) if turned else BytesIO(file.data)
            self.image(
                drawn,
                x=_MARGIN,
                y=self.get_y() + 2,
                w=self.epw,
                h=self.h - self.get_y() - 30,
                keep_aspect_ratio=True,
            )

    def _line(
        self, text: str, size: float, height: float, ink: tuple[int, int, int], *, bold: bool = False
    ) -> bool:
        """Draw `text`; False where letters had to be replaced."""
        drawn = self._fit(text)
        self.set_font(_FONT, "B" if bold else "", size)
        self.set_text_color(*ink)
        self.multi_cell(0, height, drawn, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        return _UNDRAWN not in drawn or _UNDRAWN in text

    def _fit(self, text: str) -> str:
        """Without controls and turning marks, and with a box for what the font lacks."""
        lines = unicodedata.normalize("NFC", "\n".join(text.splitlines()))
        kept = (c for c in lines if c in _KEPT or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
        return "".join(c if c in _KEPT or ord(c) in self._drawable else _UNDRAWN for c in kept)
