"""The pages of a locked PDF: the letter, what comes with it, and pictures a page each.

Fonts are embedded (resources/fonts), so that names are drawn as they are written on
every phone. Latin, Greek and Cyrillic letters can be drawn; of other scripts the page
says that the whole text lies inside as a file.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from io import BytesIO
from typing import Self

import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from desktop.crypto.envelope_content import Attachment
from desktop.crypto.envelope_pdf_fonts import UNDRAWN, Weight, drawable, face
from desktop.frozen import dataclass
from desktop.texts import Texts, clean

MOST_PIXELS = 40_000_000
_MM = 72 / 25.4
_WIDTH, _HEIGHT = 612.0, 792.0
"""A letter-size page in points."""
_MARGIN = 22 * _MM
_BOTTOM = 26 * _MM
_FOOT = 20 * _MM
_BODY = _WIDTH - 2 * _MARGIN
_INK, _SOFT, _MAIN = (23, 37, 45), (80, 97, 107), (11, 92, 107)
_TAB = "    "
_FONTS = {Weight.REGULAR: "/R", Weight.BOLD: "/B"}


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


def draw(pdf: pikepdf.Pdf, sheet: Sheet, words: PdfWords) -> bool:
    """Put the pages into `pdf`; answers whether every letter of the text could be drawn."""
    pages = _Pages(pdf, words)
    whole = pages.letter(sheet)
    for picture in sheet.pictures:
        pages.picture(picture)
    pages.end()
    return whole


@dataclass(frozen=True)
class _Line:
    """One drawn line; `base` is the height of its base line above the page's lower edge."""

    text: str
    weight: Weight
    size: float
    base: float
    ink: tuple[int, int, int]


class _Leaf:
    """A page while it is drawn."""

    def __init__(self) -> None:
        self.lines: list[_Line] = []
        self.marks: list[str] = []
        self.pictures: list[pikepdf.Object] = []
        self.left = _HEIGHT - _MARGIN
        """How high above the lower edge the next line's top is."""


class _Pages:
    """Letter-size pages with a quiet footer."""

    def __init__(self, pdf: pikepdf.Pdf, words: PdfWords) -> None:
        self._pdf = pdf
        self._words = words
        self._leaves: list[_Leaf] = []

    def letter(self, sheet: Sheet) -> bool:
        words = self._words
        leaf = self._begin()
        self._write(words.sender, 17, 8, _MAIN, Weight.BOLD)
        if sheet.phrase:
            self._write(words.phrase.format(phrase=clean(sheet.phrase)), 10, 5.5, _SOFT)
        self._skip(3)
        at = f"{self._leaves[-1].left:.2f}"
        leaf.marks.append(f"{_colour(_MAIN)} RG 0.57 w {_MARGIN:.2f} {at} m {_WIDTH - _MARGIN:.2f} {at} l S")
        self._skip(6)
        subject = self._write(clean(sheet.subject), 14, 7, _INK, Weight.BOLD)
        self._skip(3)
        text = self._write(sheet.text, 11.5, 6.2, _INK)
        if sheet.listed:
            self._skip(7)
            self._write(words.files, 11.5, 7, _MAIN, Weight.BOLD)
        for name, size, shown in sheet.listed:
            said = words.shown if shown else words.inside
            self._write(f"•  {said.format(name=clean(name), size=size)}", 10.5, 5.8, _INK)
        if not (subject and text):
            self._skip(4)
            self._write(words.undrawn.format(name=words.text), 10.5, 5.8, _MAIN)
        return subject and text

    def picture(self, file: Attachment) -> None:
        """As large as fits below its name, which stands above it."""
        leaf = self._begin()
        self._write(clean(file.name), 9, 5, _SOFT)
        image, across, up = _image(self._pdf, file.data)
        top, low = leaf.left - 2 * _MM, _FOOT + 10 * _MM
        scale = min(_BODY / across, (top - low) / up)
        wide, high = across * scale, up * scale
        x, y = _MARGIN + (_BODY - wide) / 2, top - ((top - low) + high) / 2
        leaf.pictures.append(image)
        leaf.marks.append(f"q {wide:.2f} 0 0 {high:.2f} {x:.2f} {y:.2f} cm /P Do Q")

    def end(self) -> None:
        """Footers, fonts, and the pages into the file."""
        for number, leaf in enumerate(self._leaves, 1):
            leaf.left = _FOOT
            for text in (self._words.footer, self._words.page.format(n=number)):
                for drawn in _broken(_fit(text), Weight.REGULAR, 8):
                    _put(leaf, drawn, 8, 4 * _MM, _SOFT, Weight.REGULAR)
        texts = {weight: "".join(self._of(weight)) for weight in Weight}
        faces = {weight: face(weight, text) for weight, text in texts.items() if text}
        fonts = pikepdf.Dictionary({_FONTS[weight]: one.put_into(self._pdf) for weight, one in faces.items()})
        for leaf in self._leaves:
            codes = {weight: one.codes for weight, one in faces.items()}
            drawn = "\n".join(
                (*leaf.marks, "BT", *(_shown(line, codes[line.weight]) for line in leaf.lines), "ET")
            )
            resources = pikepdf.Dictionary(Font=fonts)
            if leaf.pictures:
                resources.XObject = pikepdf.Dictionary(P=leaf.pictures[0])
            page = pikepdf.Dictionary(
                Type=pikepdf.Name.Page,
                MediaBox=[0, 0, int(_WIDTH), int(_HEIGHT)],
                Resources=resources,
                Contents=_packed(self._pdf, drawn.encode("ascii")),
            )
            self._pdf.pages.append(pikepdf.Page(self._pdf.make_indirect(page)))

    def _of(self, weight: Weight) -> Iterator[str]:
        return (line.text for leaf in self._leaves for line in leaf.lines if line.weight is weight)

    def _begin(self) -> _Leaf:
        self._leaves.append(_Leaf())
        return self._leaves[-1]

    def _skip(self, height: float) -> None:
        self._leaves[-1].left -= height * _MM

    def _write(
        self,
        text: str,
        size: float,
        height: float,
        ink: tuple[int, int, int],
        weight: Weight = Weight.REGULAR,
    ) -> bool:
        """Draw `text` in lines of `height` mm; False where letters had to be replaced."""
        fitted = _fit(text)
        for drawn in _broken(fitted, weight, size):
            if self._leaves[-1].left - height * _MM < _BOTTOM:
                self._begin()
            _put(self._leaves[-1], drawn, size, height * _MM, ink, weight)
        return UNDRAWN not in fitted or UNDRAWN in text


def _fit(text: str) -> str:
    """Without controls and turning marks, and with a box for what the font lacks."""
    known = drawable()
    lines = unicodedata.normalize("NFC", "\n".join(text.splitlines())).replace("\t", _TAB)
    kept = (c for c in lines if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return "".join(c if c == "\n" or ord(c) in known else UNDRAWN for c in kept)


def _broken(text: str, weight: Weight, size: float) -> Iterator[str]:
    """`text` in lines that are no wider than the page's body; a word that is wider is parted."""
    drawn = face(weight, text.replace("\n", ""))
    space = drawn.width(" ", size)
    for given in text.split("\n"):
        line: list[str] = []
        used = 0.0
        for word in given.split(" "):
            wide = drawn.width(word, size)
            if line and used + space + wide > _BODY:
                yield " ".join(line)
                line, used = [], -space
            while wide > _BODY:
                most = _fitting(word, [drawn.widths[ord(c)] * size / 1000 for c in word])
                yield word[:most]
                word = word[most:]
                wide = drawn.width(word, size)
            used = used + space + wide if line else wide
            line.append(word)
        yield " ".join(line)


def _fitting(word: str, widths: Sequence[float]) -> int:
    """How many letters of `word` are no wider than the page's body; at least one."""
    used = 0.0
    for count, width in enumerate(widths):
        used += width
        if used > _BODY:
            return max(1, count)
    return len(word)


def _put(
    leaf: _Leaf, text: str, size: float, height: float, ink: tuple[int, int, int], weight: Weight
) -> None:
    leaf.lines.append(_Line(text, weight, size, leaf.left - height / 2 - 0.3 * size, ink))
    leaf.left -= height


def _shown(line: _Line, codes: dict[int, str]) -> str:
    """Operators of ISO 32000-2, 9.4."""
    place = f"1 0 0 1 {_MARGIN:.2f} {line.base:.2f} Tm"
    font = f"{_FONTS[line.weight]} {line.size:g} Tf"
    return f"{font} {_colour(line.ink)} rg {place} <{line.text.translate(codes)}> Tj"


def _colour(ink: tuple[int, int, int]) -> str:
    return " ".join(f"{part / 255:.3f}" for part in ink)


def _image(pdf: pikepdf.Pdf, data: bytes) -> tuple[pikepdf.Object, int, int]:
    """A picture as it is shown, with its width and height: upright, and on white where it is clear."""
    with Image.open(BytesIO(data)) as picture:
        plain = picture.format == "JPEG" and picture.mode in ("RGB", "L")
        if plain and picture.getexif().get(0x0112, 1) == 1:
            grey = picture.mode == "L"
            return _picture(pdf, data, picture.size, pikepdf.Name.DCTDecode, grey=grey), *picture.size
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    white = Image.new("RGBA", upright.size, "white")
    flat = Image.alpha_composite(white, upright).convert("RGB")
    pressed = zlib.compress(flat.tobytes(), 6)
    return _picture(pdf, pressed, flat.size, pikepdf.Name.FlateDecode, grey=False), *flat.size


def _picture(
    pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], packed: pikepdf.Object, *, grey: bool
) -> pikepdf.Object:
    return pdf.make_stream(
        data,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=size[0],
        Height=size[1],
        ColorSpace=pikepdf.Name.DeviceGray if grey else pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=packed,
    )


def _packed(pdf: pikepdf.Pdf, data: bytes) -> pikepdf.Object:
    return pdf.make_stream(zlib.compress(data), Filter=pikepdf.Name.FlateDecode)
