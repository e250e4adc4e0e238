"""Names of received files, made safe for Windows, macOS and Linux alike.

Strangers choose them: to climb out of a folder, to name a device, to look like something
else. What is left looks like what it is; its last ending, which says what opens it, stays.
"""

from __future__ import annotations

import re
import unicodedata
from mimetypes import MimeTypes

from desktop.texts import clean

NAME_CHARS = 120
_NAME_BYTES = 200
"""Of UTF-8; file systems of Linux end at 255, and a number may have to be added."""
_ENDING_CHARS = 30
_RAW_CHARS = 2_000
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')
_SEPARATORS = re.compile(r"[/\\\u2044\u2215\u29f5\u29f8\u29f9\uff0f\uff3c\ufe68]")
_DOTS = re.compile("[\u2024\ufe52\uff0e]")
"""They look like the dot before an ending and are none."""
_BLANKS = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
"""Letters and signs that show nothing: they push an ending out of sight."""
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])", re.IGNORECASE)
"""Windows opens a device under these names, whatever ending follows."""
_ENDINGS = MimeTypes(filenames=())
"""The library's own list, without what this computer would add to it."""


def safe_name(raw: str, kind: str = "", number: int = 0) -> str:
    """`raw` as a name of at most 120 characters without a folder; made up where nothing is left of it.

    `kind` is the claimed type and `number` tells nameless files apart. Safe names stay as they are.
    """
    plain = _BLANKS.sub(" ", _DOTS.sub(".", raw[-_RAW_CHARS:].replace("\x00", "")))
    folders = [part for part in _SEPARATORS.split(plain) if part.strip(". \t\r\n")]
    last = unicodedata.normalize("NFC", clean(folders[-1], _RAW_CHARS)) if folders else ""
    name = _FORBIDDEN.sub("_", last).strip(". ")
    name = name or f"file-{number}{_ENDINGS.guess_extension(kind) or ''}"
    if _DEVICES.fullmatch(name.partition(".")[0].rstrip()):
        name = "_" + name
    return shortened(name)


def shortened(name: str, room: int = 0) -> str:
    """Cut in the middle, so that the last two endings stay; `room` characters stay free."""
    most = NAME_CHARS - room
    if len(name) <= most and len(name.encode()) <= _NAME_BYTES - room:
        return name
    stem, ending = split_ending(name)
    while len(stem) + 1 + len(ending) > most or len((stem + "…" + ending).encode()) > _NAME_BYTES - room:
        stem = stem[:-1]
    return stem.rstrip(". ") + "…" + ending


def split_ending(name: str) -> tuple[str, str]:
    """Before and from the last ending on, or the last two (`report.pdf.exe`), as far as they are short."""
    stem, ending = name, ""
    for _ in range(2):
        front, dot, behind = stem.rpartition(".")
        if not dot or not front.strip(". ") or len(behind) + 1 + len(ending) > _ENDING_CHARS:
            break
        stem, ending = front, dot + behind + ending
    return stem, ending


class UniqueNames:
    """The same name never twice: not for a file system that knows no upper case, nor for one that
    keeps its names decomposed."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def take(self, name: str) -> str:
        """`name`, or with a number before its ending (`photo (2).jpg`)."""
        key = _key(name)
        number = self._taken.setdefault(key, 0) + 1
        taken = name
        while number > 1 and _key(taken) in self._taken:
            stem, ending = split_ending(shortened(name, room=len(f" ({number})")))
            taken = f"{stem} ({number}){ending}"
            number += 1
        self._taken[key] = max(number - 1, 1)
        self._taken.setdefault(_key(taken), 1)
        return taken


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
