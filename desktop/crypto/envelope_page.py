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
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Self

from desktop.errors import InputError
from desktop.paths import resource
from desktop.texts import Texts, clean

_PLACE = re.compile("@([a-z]+)@")
_SEALED = re.compile(rb'<script type="application/octet-stream" id="sealed">([A-Za-z0-9+/=.]*)</script>')
_MARK = b'id="sealed"'


@dataclass(frozen=True)
class EnvelopeWords:
    """What the page says outside the lock, in one language. No patient is named in it."""

    language: str
    title: str
    sender: str
    """Which practice it is from."""
    intro: str
    label: str
    show: str
    open: str
    working: str
    wrong: str
    damaged: str
    unsupported: str
    noscript: str
    attachments: str
    close: str
    footer: str

    @classmethod
    def of(cls, texts: Texts, practice: str) -> Self:
        """The catalogue's words (`envelope.page.*`) for a file from `practice`."""
        names = ("title", "intro", "label", "show", "open", "working", "wrong", "damaged", "unsupported")
        rest = ("noscript", "attachments", "close", "footer")
        said = {name: texts.say(f"envelope.page.{name}") for name in (*names, *rest)}
        sender = texts.say("envelope.page.from", practice=clean(practice))
        return cls(language=texts.language, sender=sender, **said)


def page(sealed: str, words: EnvelopeWords) -> bytes:
    """The HTML file: `sealed` is base64 and dots only, every word is escaped."""
    template, style, script = _parts()
    values = {name: html.escape(value) for name, value in asdict(words).items()}
    values["from"] = values.pop("sender")
    values |= {"policy": _policy(style, script), "style": style, "script": script, "sealed": sealed}
    return _PLACE.sub(lambda place: values[place[1]], template).encode()


def sealed_part(file: bytes) -> str:
    """What `page` was given, found again in its file. InputError `envelope-unreadable`."""
    found = _SEALED.findall(file)
    if len(found) != 1 or file.count(_MARK) != 1:
        raise InputError("envelope-unreadable")
    return bytes(found[0]).decode("ascii")


@lru_cache(maxsize=1)
def _parts() -> tuple[str, str, str]:
    """Template, style and script; the two latter stand in the page byte for byte."""
    names = ("envelope.html", "envelope.css", "envelope.js")
    template, style, script = (resource(f"envelope/{name}").read_text(encoding="utf-8") for name in names)
    return template, style, script


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; script-src {_source(script)}; style-src {_source(style)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
