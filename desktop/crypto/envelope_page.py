"""The locked file around its sealed part: one HTML page that needs no network.

The page's parts lie in `resources/envelope/`. Its policy allows exactly this script and
this style, by their hashes, and nothing from anywhere else; a mail program or browser
that honours it can be made to send nothing out.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import asdict, fields
from functools import lru_cache
from typing import Self

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.paths import resource
from desktop.texts import Texts, clean

_PLACE = re.compile("@([a-z]+)@")
_START = b'<script type="application/octet-stream" id="sealed">'
_END = b"</script>"
_SEALED = re.compile(rb"[A-Za-z0-9+/=.]*")
_MARK = b'id="sealed"'
_OURS = b'<section id="phrase"'


@dataclass(frozen=True)
class EnvelopeWords:
    """What the page says outside the lock, in one language. No patient is named in it.

    In `expired` and `until` the page puts the day for `{date}`, in `replysaved` the
    practice's address for `{address}`.
    """

    language: str
    title: str
    sender: str
    """Which practice it is from."""
    phrasetitle: str
    phrasehint: str
    intro: str
    label: str
    show: str
    birth: str
    birthhint: str
    open: str
    until: str
    working: str
    wrong: str
    wrongproof: str
    damaged: str
    cut: str
    expired: str
    """Says whom to call."""
    unsupported: str
    noscript: str
    attachments: str
    replytitle: str
    replyhint: str
    replylabel: str
    replysave: str
    replymail: str
    replysaved: str
    replymailed: str
    replyfile: str
    close: str
    footer: str

    @classmethod
    def of(cls, texts: Texts, practice: str, phone: str = "") -> Self:
        """The catalogue's words (`envelope.page.*`) for a file from `practice`."""
        given = {
            "practice": clean(practice),
            "call": f"{clean(practice)}, {clean(phone)}" if phone else clean(practice),
            "date": "{date}",
            "address": "{address}",
        }
        names = [field.name for field in fields(cls) if field.name not in ("language", "sender")]
        said = {name: texts.say(f"envelope.page.{name}", **given) for name in names}
        return cls(language=texts.language, sender=texts.say("envelope.page.from", **given), **said)


def page(sealed: str, words: EnvelopeWords, phrase: str = "") -> bytes:
    """The HTML file: `sealed` is base64 and dots only, every word is escaped.

    The sealed part stands last, so that the page can say so when its end is missing.
    """
    return sealed.encode("ascii").join(_around(words, phrase))


def sealed_part(file: bytes) -> str:
    """What `page` was given, found again in its file.

    InputError `envelope-unreadable`, or `envelope-cut` where its end is missing.
    """
    start = file.find(_START)
    if start < 0 and _OURS in file:
        raise InputError("envelope-cut")
    if start < 0 or file.count(_MARK) != 1:
        raise InputError("envelope-unreadable")
    start += len(_START)
    end = file.find(_END, start)
    if end < 0:
        raise InputError("envelope-cut")
    if not _SEALED.fullmatch(file, start, end):
        raise InputError("envelope-unreadable")
    return file[start:end].decode("ascii")


@lru_cache(maxsize=1)
def _parts() -> tuple[str, str, str]:
    """Template, style and script; the two latter stand in the page byte for byte."""
    names = ("envelope.html", "envelope.css", "envelope.js")
    template, style, script = (resource(f"envelope/{name}").read_text(encoding="utf-8") for name in names)
    return template, style, script


@lru_cache(maxsize=8)
def _around(words: EnvelopeWords, phrase: str) -> tuple[bytes, bytes]:
    """What stands before the sealed part and after it: the same in every file of these words."""
    template, style, script = _parts()
    values = {name: html.escape(value) for name, value in asdict(words).items()}
    values["from"] = values.pop("sender")
    values["phrase"] = html.escape(clean(phrase))
    values["phraseless"] = "" if phrase else " hidden"
    values |= {"policy": _policy(style, script), "style": style, "script": script}
    before, after = (
        _PLACE.sub(lambda place: values[place[1]], part).encode() for part in template.split("@sealed@")
    )
    return before, after


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; script-src {_source(script)}; style-src {_source(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
