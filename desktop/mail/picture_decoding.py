"""In the limited worker alone: a picture of unknown origin becomes one of our own making.

It is read by what it holds, not by its name, and written anew: places, names, times and whatever else
a camera or a program put beside the picture stay behind (EXIF 3.0 GPS, PNG text, JPEG comments).
"""

from __future__ import annotations

import json
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from desktop.errors import InputError
from desktop.mail.picture_reading import MADE, PICTURE_BYTES, PICTURE_SIDE

_REFUSED = b"-"
_FORMATS = ("PNG", "JPEG", "GIF")
_PHOTOS = ("JPEG", "MPO")
"""A telephone's photo with a second one behind it (CIPA DC-007) is read as its first."""
_QUALITY = 88
_COLOURS = ("1", "L", "LA", "P", "RGB", "RGBA")
_BROKEN = (
    *(UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError),
    *(TypeError, OverflowError, Image.DecompressionBombError),
)


def answer(data: bytes) -> bytes:
    """The picture with a head of JSON, or the code of an error."""
    try:
        kind, picture = _decoded(data)
        made = _encoded(kind, picture)
    except InputError as error:
        return _REFUSED + error.code.encode("ascii")
    head = json.dumps({"kind": kind, "width": picture.width, "height": picture.height})
    return MADE + head.encode("ascii") + b"\n" + made


def _decoded(data: bytes) -> tuple[str, Image.Image]:
    """Raises InputError `picture-unreadable`, `picture-too-wide`. Of a moving one the first picture."""
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as picture:
            kind = "image/jpeg" if picture.format in _PHOTOS else "image/png"
            if max(picture.size) > PICTURE_SIDE:
                raise InputError("picture-too-wide", limit=PICTURE_SIDE)
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            return kind, _plain(kind, upright)
    except _BROKEN as error:
        raise InputError("picture-unreadable") from error


def _plain(kind: str, picture: Image.Image) -> Image.Image:
    if kind == "image/jpeg":
        return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    if picture.mode == "P" and "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture if picture.mode in _COLOURS else picture.convert("RGB")


def _encoded(kind: str, picture: Image.Image) -> bytes:
    """Raises InputError `picture-too-large`."""
    picture.info.clear()
    out = BytesIO()
    if kind == "image/jpeg":
        picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    else:
        picture.save(out, "PNG", optimize=True)
    if out.tell() > PICTURE_BYTES:
        raise InputError("picture-too-large", limit=PICTURE_BYTES // (1024 * 1024))
    return out.getvalue()
