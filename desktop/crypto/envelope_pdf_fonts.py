"""The letters of a locked PDF: Inter, cut down once per process to the scripts that are needed.

Cutting a font down takes longer than all the rest of a file. So it is done once for each
set of scripts that letters have come with, and the same bytes go into all such files.
A face is never changed after it was made, so all threads share it.
"""

from __future__ import annotations

import zlib
from dataclasses import field
from enum import StrEnum
from functools import cache
from io import BytesIO

import pikepdf
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from desktop.frozen import dataclass
from desktop.paths import resource


class Weight(StrEnum):
    """The files under resources/fonts."""

    REGULAR = "Inter-Regular"
    BOLD = "Inter-SemiBold"


UNDRAWN = "□"
"""Stands for a letter that the font lacks."""

_SCRIPTS = (
    range(0x80),
    range(0x80, 0x100),
    range(0x100, 0x370),
    range(0x370, 0x400),
    range(0x400, 0x530),
    range(0x2010, 0x2060),
)
"""English, Western European, other Latin, Greek, Cyrillic, punctuation; the rest is one more."""
_ALWAYS, _REST = 0, len(_SCRIPTS)
_DROPPED = ["GDEF", "GPOS", "GSUB", "name"]
_TAG = "SWLTTR"
"""ISO 32000-2, 9.9.2: six letters before the name of a font that was cut down."""
_SYMBOLIC = 4
_STEMS = {Weight.REGULAR: 90, Weight.BOLD: 130}
_BLOCK = 100
"""Entries that one block of a character map may have (Adobe technical note 5411)."""


@dataclass(frozen=True)
class Face:
    """One weight, cut down; widths are thousandths of the size."""

    name: str
    codes: dict[int, str] = field(repr=False)
    """The number of each character's drawing in hex: a table for `str.translate`."""
    widths: dict[int, int] = field(repr=False)
    program: bytes = field(repr=False)
    program_size: int
    descriptor: bytes = field(repr=False)
    drawn: bytes = field(repr=False)
    """The array of all drawings' widths, as it stands in a PDF."""
    reading: bytes = field(repr=False)
    """The map from drawings back to characters, for searching and copying; compressed."""

    def width(self, text: str, size: float) -> float:
        """How wide `text` is drawn, in the unit of `size`."""
        return sum(map(self.widths.__getitem__, map(ord, text))) * size / 1000

    def put_into(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """The font as an object of `pdf` (ISO 32000-2, 9.7: composite fonts)."""
        flate, kind = pikepdf.Name.FlateDecode, pikepdf.Name.Font
        name = pikepdf.Name(f"/{_TAG}+{self.name}")
        descriptor = pikepdf.Object.parse(self.descriptor)
        descriptor.FontName = name
        descriptor.FontFile2 = pdf.make_stream(self.program, Filter=flate, Length1=self.program_size)
        drawings = pikepdf.Dictionary(
            Type=kind,
            Subtype=pikepdf.Name.CIDFontType2,
            BaseFont=name,
            CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            W=pikepdf.Object.parse(self.drawn),
            CIDToGIDMap=pikepdf.Name.Identity,
        )
        font = pikepdf.Dictionary(
            Type=kind,
            Subtype=pikepdf.Name.Type0,
            BaseFont=name,
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=pikepdf.Array([pdf.make_indirect(drawings)]),
            ToUnicode=pdf.make_stream(self.reading, Filter=flate),
        )
        return pdf.make_indirect(font)


@cache
def drawable() -> frozenset[int]:
    """The characters that both weights can draw."""
    return frozenset.intersection(*(frozenset(_opened(weight).getBestCmap()) for weight in Weight))


def face(weight: Weight, text: str) -> Face:
    """The weight with all letters of the scripts in `text`, of which every one is `drawable`."""
    return _face(weight, frozenset({_ALWAYS, *(_script(ord(letter)) for letter in set(text))}))


@cache
def _face(weight: Weight, scripts: frozenset[int]) -> Face:
    font = _opened(weight)
    options = Options(notdef_outline=True, recommended_glyphs=True, layout_features=[])
    options.drop_tables += _DROPPED
    cutter = Subsetter(options)
    cutter.populate(unicodes=[code for code in drawable() if _script(code) in scripts])
    cutter.subset(font)
    program = BytesIO()
    font.save(program)
    scale = 1000 / font["head"].unitsPerEm
    advances = font["hmtx"].metrics
    drawn = [round(advances[name][0] * scale) for name in font.getGlyphOrder()]
    numbers = {code: font.getGlyphID(name) for code, name in font.getBestCmap().items()}
    return Face(
        name=weight.value,
        codes={code: f"{number:04X}" for code, number in numbers.items()},
        widths={code: drawn[number] for code, number in numbers.items()},
        program=zlib.compress(program.getvalue(), 9),
        program_size=len(program.getvalue()),
        descriptor=_descriptor(font, weight, scale),
        drawn=f"[0 [{' '.join(map(str, drawn))}]]".encode("ascii"),
        reading=zlib.compress(_reading(numbers), 9),
    )


def _opened(weight: Weight) -> TTFont:
    return TTFont(BytesIO(resource(f"fonts/{weight}.ttf").read_bytes()), recalcTimestamp=False)


@cache
def _script(code: int) -> int:
    return next((at for at, codes in enumerate(_SCRIPTS) if code in codes), _REST)


def _descriptor(font: TTFont, weight: Weight, scale: float) -> bytes:
    """ISO 32000-2, table 120."""
    head, line = font["head"], font["hhea"]
    box = " ".join(str(round(side * scale)) for side in (head.xMin, head.yMin, head.xMax, head.yMax))
    facts = {
        "Ascent": round(line.ascent * scale),
        "Descent": round(line.descent * scale),
        "CapHeight": round(font["OS/2"].sCapHeight * scale),
        "ItalicAngle": 0,
        "StemV": _STEMS[weight],
        "Flags": _SYMBOLIC,
    }
    said = " ".join(f"/{name} {value}" for name, value in facts.items())
    return f"<< /Type /FontDescriptor /FontBBox [{box}] {said} >>".encode("ascii")


def _reading(numbers: dict[int, int]) -> bytes:
    """ISO 32000-2, 9.10.3. Where two characters share a drawing, the first one is read."""
    first = {number: code for code, number in sorted(numbers.items(), reverse=True)}
    lines = [f"<{number:04X}> <{chr(code).encode('utf-16-be').hex()}>" for number, code in first.items()]
    blocks = [lines[at : at + _BLOCK] for at in range(0, len(lines), _BLOCK)]
    mapped = "\n".join("\n".join((f"{len(one)} beginbfchar", *one, "endbfchar")) for one in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{mapped}\nendcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode("ascii")
