"""Header fields as bytes that no value can break out of.

The interpreter's own `email` package can be made to write header lines of a stranger's
choosing (CVE-2024-6923, CVE-2026-1299), and a display name can forge recipients
(CPython gh-80222). So every value passes the guard here, and `reread.py` looks at the
result with another program's eyes.
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime

import idna

from desktop.errors import InputError

Header = tuple[str, str]
"""Name and value as they stand on the wire: ASCII, folds already inside."""

LINE = 76
"""RFC 2047 2: a line with encoded words ends at 76; we keep all header lines there."""
WORD = 75
NAME_CHARS = 40
ADDRESS_CHARS = 254

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_PLAIN = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,200}@[A-Za-z0-9._:\[\]-]{1,200}>")
"""RFC 5322 3.6.4 without quoted strings, comments and folds; an encoded word is none."""
MOST_IDS = 20
_FOLD = re.compile(r"\r\n[ \t](?=[^\r\n])")
_NAME_SPECIALS = re.compile(r'[<>()\[\]:;@\\,"]')
_WORD_HEAD, _WORD_TAIL = "=?utf-8?B?", "?="
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def one_line(text: str) -> str:
    """`text`, refused if it holds a control character, a line separator or half a surrogate.

    Raises InputError `header-unsafe`. RFC 5322 2.2 allows no bare CR or LF; Python's
    `splitlines` also breaks at VT, FF, NEL and U+2028, so none of them may pass.
    """
    if _UNSAFE.search(text):
        raise InputError("header-unsafe")
    return text


def wire_address(address: str) -> str:
    """The one form of `address` that goes on the wire: dot-atom, A-label domain (RFC 5890).

    Raises InputError `address-bad`. Quoted local parts, comments, routes, address
    literals and non-ASCII local parts (SMTPUTF8) are refused: the syntax is narrower than
    RFC 5321 on purpose. So is what looks like an encoded word: RFC 2047 5 (3) allows none in an
    address, but parsers decode it all the same, and then another recipient stands there.
    """
    local, at, domain = address.rpartition("@")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise InputError("address-bad") from error
    fits = len(local) <= 64 and len(local) + len(domain) < ADDRESS_CHARS and len(domain) > 1
    if "=?" in local or not (at and fits and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise InputError("address-bad")
    return f"{local}@{domain}"


def domain_of(address: str) -> str:
    """The domain of a `wire_address`, in lower case."""
    return address.rpartition("@")[2].lower()


def same_address(one: str, other: str) -> bool:
    """Equal as RFC 8551 3 wants it: the domain case-folded, the local part exactly."""
    return one.rpartition("@")[0] == other.rpartition("@")[0] and domain_of(one) == domain_of(other)


def encoded_words(text: str, room: int = LINE) -> str:
    """`text` as RFC 2047 words of 75 characters at most, folded between them.

    `room` is what is left on the first line. No character is split between words.
    """
    words: list[str] = []
    chunk = b""
    budget = _payload(min(WORD, room))
    for char in text:
        encoded = char.encode("utf-8")
        if len(chunk) + len(encoded) > budget:
            words.append(_word(chunk))
            chunk, budget = b"", _payload(WORD)
        chunk += encoded
    words.append(_word(chunk))
    return "\r\n ".join(words)


def _payload(width: int) -> int:
    return (width - len(_WORD_HEAD) - len(_WORD_TAIL)) // 4 * 3


def _word(chunk: bytes) -> str:
    return _WORD_HEAD + base64.b64encode(chunk).decode("ascii") + _WORD_TAIL


def unstructured(name: str, text: str) -> Header:
    """A field of free text such as Subject; anything but plain words is encoded."""
    text = one_line(text)
    room = LINE - len(name) - 2
    if _PLAIN.fullmatch(text) and "=?" not in text and max(map(len, text.split(" "))) <= room:
        return name, _folded(text.split(" "), room)
    return name, encoded_words(text, room) if text else ""


def _folded(words: list[str], room: int) -> str:
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > (room if len(lines) == 1 else LINE - 1):
            lines.append(word)
        else:
            lines[-1] += f" {word}"
    return "\r\n ".join(lines)


def display_name(text: str) -> str:
    """What may stand before an address: no specials, 40 characters at most."""
    kept = " ".join(_NAME_SPECIALS.sub(" ", one_line(text)).split())
    return kept[:NAME_CHARS].rstrip()


def sender(name: str, address: str) -> Header:
    """From, with the practice's name quoted or encoded, never raw."""
    shown = display_name(name)
    address = wire_address(address)
    if not shown:
        return "From", address
    if shown.isascii() and "=?" not in shown:
        return "From", f'"{shown}"\r\n <{address}>'
    return "From", f"{encoded_words(shown, LINE - len('From: '))}\r\n <{address}>"


def recipient(address: str) -> Header:
    """To, with the address alone: a name there would tell who is a patient."""
    return "To", wire_address(address)


def thread(in_reply_to: str, references: tuple[str, ...]) -> tuple[Header, ...]:
    """In-Reply-To and References (RFC 5322 3.6.4), one id a line; no field where there is no id.

    Ids come from strangers: what is not plainly one is left out, and of many the newest stay.
    """
    fields = (("In-Reply-To", (in_reply_to,)), ("References", references))
    fit = [(name, tuple(one for one in ids if is_message_id(one))[-MOST_IDS:]) for name, ids in fields]
    return tuple((name, "\r\n ".join(ids)) for name, ids in fit if ids)


def is_message_id(text: str) -> bool:
    """Whether `text` is one Message-ID in its plain form, with its angle brackets."""
    return bool(_MESSAGE_ID.fullmatch(text)) and "=?" not in text


def date(moment: datetime) -> Header:
    """RFC 5322 3.3 in UTC, so that it says nothing about the computer's zone."""
    at = moment.astimezone(UTC)
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    return "Date", f"{day}, {at.day:02d} {month} {at.year:04d} {at:%H:%M:%S} +0000"


def block(fields: tuple[Header, ...]) -> bytes:
    """The fields as bytes, each line ended by CRLF, without the empty line after them.

    Raises ValueError where a writer above broke its promise; no value from outside can.
    """
    for name, value in fields:
        bare = _FOLD.sub(" ", value)
        if not _FIELD_NAME.fullmatch(name) or not bare.isascii() or not (bare.isprintable() or bare == ""):
            raise ValueError(name)
        if any(len(line) > 998 for line in f"{name}: {value}".split("\r\n")):
            raise ValueError(name)
    return b"".join(f"{name}: {value}\r\n".encode("ascii") for name, value in fields)
