"""vCards of versions 2.1 to 4.0 (RFC 2426, RFC 6350): address books, one card or many.

Each card is read alone, so that a broken one is left out with its line and the rest is taken.
Pictures, sounds and keys are dropped unread. A card's own `UID` is the address book's number,
not the practice's: only a field named for that (`X-MRN`, `X-PATIENT-ID`) is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import vobject
from vobject.base import VObjectError

from desktop.config import LIMITS
from desktop.models.records import Reason
from desktop.people.columns import PEOPLE_COLUMNS
from desktop.people.decoding import decode
from desktop.people.fullname import split_name
from desktop.people.gathered import Gathered, known_language
from desktop.people.sheets import Sheet
from desktop.people.tabular import folded

FORMAT = "vcard"
_MARKS = b"\x00\xef\xbb\xbf\xff\xfe"
"""Of UTF-8 and UTF-16."""
_START = re.compile(rb"\s*BEGIN:VCARD", re.IGNORECASE)
_BEGIN, _END = re.compile(r"BEGIN:\s*VCARD\s*", re.IGNORECASE), re.compile(r"END:\s*VCARD\s*", re.IGNORECASE)
_NAME = re.compile(r"(?:[\w-]+\.)?([A-Za-z][\w-]*)[;:]")
_WANTED = re.compile(
    r"VERSION|N|FN|EMAIL|TEL|BDAY|ADR|ORG|GENDER|LANG|KIND|DEATHDATE|DDAY|X-[\w-]+", re.IGNORECASE
)
_UNWANTED = re.compile(r"X-(?:PHOTO|ABDATE|ABLABEL|SOCIALPROFILE|MS-CARDPICTURE|ABCROP.*)", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?")
_NO_YEAR = "1604"
"""What one maker's address book writes for a birthday without a year."""
_SEXES = {"m": "male", "male": "male", "f": "female", "female": "female", "o": "other", "other": "other"}
_BROKEN = (
    VObjectError,
    ValueError,
    AttributeError,
    KeyError,
    IndexError,
    TypeError,
    AssertionError,
    RecursionError,
)
"""What the library raises on made-up cards, besides its own error."""


def is_vcard(data: bytes) -> bool:
    """Whether it begins with a card."""
    return _START.match(data[:400].translate(None, _MARKS)) is not None


def read_vcards(data: bytes, kind: str) -> Sheet:
    """The people of a file of cards.

    Raises InputError: the codes of `decode`; `nothing-of-kind` where visits were wanted.
    """
    found = Gathered(FORMAT, kind, data)
    if kind != "people":
        found.ignore("vCard")
        return found.sheet()
    for line, text in _cards(decode(data).text):
        card = _card(text)
        if card is None:
            found.refuse(line, Reason("vcard-broken"))
        elif _said(card, "kind").lower() == "group":
            found.ignore("KIND:group")
        else:
            found.say(line, _person(card))
    return found.sheet()


def _cards(text: str) -> Iterator[tuple[int, str]]:
    """Each card's wanted lines with the line it begins on; '' for one that does not end."""
    start, depth, lines, wanted = 0, 0, list[str](), False
    number = 0
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if _BEGIN.fullmatch(line):
            if depth == 0:
                start, lines = number, []
            depth += 1
        elif _END.fullmatch(line):
            depth = max(depth - 1, 0)
            if depth == 0 and start:
                yield start, "\r\n".join(["BEGIN:VCARD", *lines, "END:VCARD", ""])
                start = 0
        elif depth == 1:
            wanted = _is_wanted(line, lines, wanted)
            if wanted:
                lines.append(line)
    if start:
        yield start, ""


def _is_wanted(line: str, before: list[str], wanted: bool) -> bool:
    """A property that something is taken from, or more of one."""
    if line[:1] in (" ", "\t") or (wanted and before and before[-1].endswith("=")):
        return wanted
    name = _NAME.match(line)
    return name is not None and _WANTED.fullmatch(name[1]) is not None and not _UNWANTED.fullmatch(name[1])


def _card(text: str) -> dict[str, list[Any]] | None:
    """Its properties by name in lower case; None where the library cannot read it."""
    if not text or len(text) > LIMITS.field_chars * 10:
        return None
    try:
        card = vobject.readOne(text, allowQP=True)
        contents: dict[str, list[Any]] = card.contents
        return contents if any(_said(contents, name) for name in ("n", "fn", "org")) else None
    except _BROKEN:
        return None


def _said(card: dict[str, list[Any]], name: str) -> str:
    """The first value of a property, as text."""
    return next((_text(one.value) for one in card.get(name, ())), "")


def _text(value: object) -> str:
    """A value of the library's: text, a list of texts, or a structure of such."""
    if isinstance(value, list | tuple):
        return " ".join(filter(None, map(_text, value)))
    return " ".join(str(value).split()) if value is not None else ""


def _parts(card: dict[str, list[Any]], name: str) -> Any:
    """The structured value that is preferred, else the first; None where there is none."""
    found = _ranked(card.get(name, []))
    return found[0].value if found else None


def _types(line: Any) -> set[str]:
    """The types of a property in all versions: `TYPE=cell,home`, `TYPE=cell`, a bare `CELL`."""
    said = [*line.params.get("TYPE", ()), *(single for single in line.singletonparams)]
    return {word.strip().lower() for text in said for word in text.split(",")}


def _ranked(lines: list[Any]) -> list[Any]:
    """By preference: `PREF=1` of 4.0, the type `pref` before it, a mobile number, then the order."""
    return sorted(lines, key=lambda line: (_preference(line), "cell" not in _types(line)))


def _preference(line: Any) -> int:
    said = next(iter(line.params.get("PREF", ())), "")
    if said.isascii() and said.isdigit():
        return int(said[:3])
    return 1 if "pref" in _types(line) else 101


def _person(card: dict[str, list[Any]]) -> dict[str, str]:
    last, first = _names(card)
    organisation = _text(_parts(card, "org"))
    kind = _said(card, "kind").lower()
    is_company = kind in ("org", "organization") or _said(card, "x-abshowas").upper() == "COMPANY"
    if is_company or not (last or first):
        organisation = organisation or _said(card, "fn")
        last, first, is_company = "", "", True
    home = _parts(card, "adr")
    dead = any(name in card for name in ("deathdate", "dday"))
    return {
        "external_id": _own_number(card),
        "last_name": last,
        "first_name": first,
        "birth_date": _birth_date(_said(card, "bday")),
        "sex": _SEXES.get((_said(card, "gender") or _said(card, "x-gender")).split(";")[0].lower(), ""),
        "street": _text(getattr(home, "street", "")),
        "city": _text(getattr(home, "city", "")),
        "region": _text(getattr(home, "region", "")),
        "zip": _text(getattr(home, "code", "")),
        "phone": _text(_parts(card, "tel")).removeprefix("tel:").split(";")[0],
        "email": _text(_parts(card, "email")).removeprefix("mailto:"),
        "language": known_language(_text(_parts(card, "lang"))),
        "organisation": organisation,
        "kind": "professional" if is_company else "",
        "status": "deceased" if dead else "",
    }


def _names(card: dict[str, list[Any]]) -> tuple[str, str]:
    """Last and first name; from the written-out name where the parts are not there."""
    parts = _parts(card, "n")
    last, first = _text(getattr(parts, "family", "")), _text(getattr(parts, "given", ""))
    if last and first:
        return last, first
    split = split_name(_said(card, "fn"))
    return (split.last, split.first) if split is not None else (last, first)


def _birth_date(text: str) -> str:
    """The ISO day; '' for one without its year. What is written otherwise is left to be judged."""
    found = _DAY.fullmatch(text)
    if found:
        return "" if found[1] == _NO_YEAR else f"{found[1]}-{found[2]}-{found[3]}"
    return "" if text.startswith("-") else text


def _own_number(card: dict[str, list[Any]]) -> str:
    usual = PEOPLE_COLUMNS["external_id"]
    names = (name for name in card if name.startswith("x-") and folded(name[2:]) in usual)
    return next((_said(card, name) for name in names), "")
