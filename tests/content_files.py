"""Small PDF, DOCX and XLSX files, written byte by byte so that their readers are tried by strangers."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from xml.sax.saxutils import escape

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def pdf(*pages: str, picture: bool = False) -> bytes:
    """A page for each text, its lines below each other; with `picture` a small image on each, too."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    font = 3
    image = 4
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    pixels = zlib.compress(bytes(3 * 16))
    objects.append(
        b"<< /Type /XObject /Subtype /Image /Width 4 /Height 4 /ColorSpace /DeviceRGB /BitsPerComponent 8"
        b" /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(pixels), pixels)
    )
    kids = []
    for text in pages:
        rows = b"".join(b"(%s) Tj T* " % _string(line) for line in text.split("\n") if line)
        body = b"BT /F1 12 Tf 14 TL 50 700 Td %sET" % rows
        if picture:
            body += b" q 400 0 0 400 50 200 cm /I1 Do Q"
        packed = zlib.compress(body)
        objects.append(
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
        )
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 %d 0 R >> /XObject << /I1 %d 0 R >> >> >>"
            % (len(objects), font, image)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    out = io.BytesIO(b"%PDF-1.5\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, table))
    return out.getvalue()


def _string(line: str) -> bytes:
    return line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def package(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


def docx(*paragraphs: str, **members: str | bytes) -> bytes:
    """Each paragraph in one run; `members` are further files, such as `word/header1.xml`."""
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    document = f'<?xml version="1.0"?><w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    return package({"word/document.xml": document, **members})


def header(text: str) -> str:
    return f'<w:hdr xmlns:w="{_W}"><w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p></w:hdr>'


def xlsx(*rows: tuple[str | int, ...]) -> bytes:
    """Words are shared strings, numbers are days shown as dates."""
    strings: list[str] = []
    lines = []
    for row in rows:
        cells = []
        for value in row:
            if isinstance(value, int):
                cells.append(f'<c s="1"><v>{value}</v></c>')
            else:
                strings.append(f"<si><t>{escape(value)}</t></si>")
                cells.append(f'<c t="s"><v>{len(strings) - 1}</v></c>')
        lines.append(f"<row>{''.join(cells)}</row>")
    return package(
        {
            "xl/workbook.xml": f'<workbook xmlns="{_S}"/>',
            "xl/styles.xml": f'<styleSheet xmlns="{_S}"><cellXfs><xf numFmtId="0"/>'
            '<xf numFmtId="14"/></cellXfs></styleSheet>',
            "xl/sharedStrings.xml": f'<sst xmlns="{_S}">{"".join(strings)}</sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_S}"><sheetData>{"".join(lines)}'
            "</sheetData></worksheet>",
        }
    )
