"""Where the fields of a template stand in what is made of it, until a person's values are put there.

A page is laid out once, with a mark in the place of each field, and filled for each person by
joining strings: no value is ever read as a template, as Markdown or as HTML.
"""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from desktop.errors import InputError
from desktop.mail.fields import LINKS, PHONES
from desktop.texts import clean

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Of the private use area: `template_source` lets no writer have them."""
RESERVED_HOST = re.compile(r"field-[0-9a-f]+(-\d+)?\.invalid", re.IGNORECASE)
"""RFC 2606 2: never a real host, and every tool on the way takes it for an ordinary address."""
_DIALLED = re.compile(r"[^\d+]")


@dataclass(frozen=True)
class Slot:
    """One field in one place; `default` as its writer gave it."""

    name: str
    default: str | None


@dataclass
class Marks:
    """Numbers the places while a text is laid out.

    Markdown reads escapes and entities in addresses, so a writer can spell a mark in ways that no
    check of the source sees: nobody can guess the `token` of one layout.
    """

    slots: list[Slot] = field(default_factory=list)
    fallbacks: list[str] = field(default_factory=list)
    """Addresses that a writer gave for fields that may be unknown."""
    token: str = field(default_factory=lambda: secrets.token_hex(8))

    def mark(self, name: str, default: str | None) -> str:
        self.slots.append(Slot(name, default))
        return f"{_OPEN}{self.token}-{len(self.slots) - 1}{_CLOSE}"

    def targets(self, text: str) -> str:
        """Marks in the place of a link's address become addresses.

        Raises InputError `template-link-field` where the field holds none, `template-link-unsafe` where
        what stands in for it is none that may be opened.
        """
        target = re.compile(rf"\]\({_OPEN}{self.token}-(\d+){_CLOSE}\)")
        return target.sub(lambda found: f"]({self._target(int(found[1]))})", text)

    def _target(self, number: int) -> str:
        slot = self.slots[number]
        if slot.name not in LINKS | PHONES:
            raise InputError("template-link-field", field=slot.name)
        if slot.default is not None:
            self.fallbacks.append(_address(slot.name, slot.default))
        return f"https://field-{self.token}-{number}.invalid/"

    def skeleton(self, text: str) -> Skeleton:
        """`text` with a place for each mark in it."""
        words: list[str] = []
        places: list[tuple[Slot, bool]] = []
        end = 0
        marks = rf"{_OPEN}{self.token}-(\d+){_CLOSE}|https://field-{self.token}-(\d+)\.invalid/"
        for found in re.finditer(marks, text):
            words.append(text[end : found.start()])
            places.append((self.slots[int(found[1] or found[2])], found[2] is not None))
            end = found.end()
        return Skeleton((*words, text[end:]), tuple(places))


@dataclass(frozen=True)
class Skeleton:
    """A text with places to fill: `words` and the fields between them."""

    words: tuple[str, ...] = field(repr=False)
    places: tuple[tuple[Slot, bool], ...]
    """Of each the field, and whether it is an address."""

    def fill(self, values: Mapping[str, str], *, page: bool) -> str:
        """Every place filled; in a `page` escaped for text and for attributes in quotes.

        Raises InputError `template-link-unsafe` where an address is none that may be opened.
        """
        out = [self.words[0]]
        for (slot, is_link), words in zip(self.places, self.words[1:], strict=True):
            value = values.get(slot.name) or slot.default or ""
            shown = _address(slot.name, value) if is_link else value
            # In plain text nobody follows an address: a number stands there as people read it.
            out += [_escaped(shown), words] if page else [value if slot.name in PHONES else shown, words]
        return "".join(out)


def _escaped(value: str) -> str:
    return html.escape(value).replace("\r\n", "\n").replace("\n", "<br>")


def _address(name: str, value: str) -> str:
    if name in PHONES:
        return f"tel:{_DIALLED.sub('', value)}"
    return safe_link(value)


def safe_link(address: str) -> str:
    """An address that a letter may lead to. Raises InputError `template-link-unsafe`.

    Nothing that a browser reads as another address than this does: no white space, nothing unseen (and
    so no field inside an address), no backslash.
    """
    address = address.strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    hosted = parts.scheme == "https" and parts.hostname and parts.username is None
    if not hosted or not address.isprintable() or " " in address or "\\" in address:
        raise InputError("template-link-unsafe", link=clean(address, 80))
    return address
