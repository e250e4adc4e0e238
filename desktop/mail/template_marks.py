"""Where the fields of a template stand in what is made of it, until a person's values are put there.

A page is laid out once, with a mark in the place of each field, and filled for each person by
joining strings: no value is ever read as a template, as Markdown or as HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from desktop.errors import InputError
from desktop.mail.fields import LINKS, PHONES
from desktop.texts import clean

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Of the private use area: `template_source` lets no writer have them."""
RESERVED = frozenset({_OPEN, _CLOSE})
_LINK = "https://field-{}.invalid/"
"""RFC 2606 2: never a real host, and every tool on the way takes it for an ordinary address."""
RESERVED_HOST = re.compile(r"field-\d+\.invalid", re.IGNORECASE)
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}|https://field-(\\d+)\\.invalid/")
_TARGET = re.compile(f"\\]\\({_OPEN}(\\d+){_CLOSE}\\)")
_DIALLED = re.compile(r"[^\d+]")


@dataclass(frozen=True)
class Slot:
    """One field in one place; `default` as its writer gave it."""

    name: str
    default: str | None


@dataclass
class Marks:
    """Numbers the places while a text is laid out."""

    slots: list[Slot] = field(default_factory=list)

    def mark(self, name: str, default: str | None) -> str:
        self.slots.append(Slot(name, default))
        return f"{_OPEN}{len(self.slots) - 1}{_CLOSE}"

    def targets(self, text: str) -> str:
        """Marks in the place of a link's address become addresses.

        Raises InputError `template-link-field` where the field holds none.
        """
        return _TARGET.sub(lambda found: f"]({self._target(int(found[1]))})", text)

    def _target(self, number: int) -> str:
        name = self.slots[number].name
        if name not in LINKS | PHONES:
            raise InputError("template-link-field", field=name)
        return _LINK.format(number)


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


def skeleton(text: str, slots: list[Slot]) -> Skeleton:
    words: list[str] = []
    places: list[tuple[Slot, bool]] = []
    end = 0
    for found in _MARK.finditer(text):
        words.append(text[end : found.start()])
        places.append((slots[int(found[1] or found[2])], found[2] is not None))
        end = found.end()
    return Skeleton((*words, text[end:]), tuple(places))


def _escaped(value: str) -> str:
    return html.escape(value).replace("\r\n", "\n").replace("\n", "<br>")


def _address(name: str, value: str) -> str:
    if name in PHONES:
        return f"tel:{_DIALLED.sub('', value)}"
    return safe_link(value)


def safe_link(address: str) -> str:
    """An address that a letter may lead to. Raises InputError `template-link-unsafe`."""
    parts = urlsplit(address.strip())
    hosted = parts.scheme == "https" and parts.hostname and not parts.username
    if not hosted or any(char.isspace() for char in address.strip()):
        raise InputError("template-link-unsafe", link=clean(address, 80))
    return address.strip()
