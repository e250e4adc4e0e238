"""Domains that look like another one: typing mistakes and letters of a foreign script.

A letter to `gmial.com` reaches a stranger who registered the slip, and `apple.com` with a
Cyrillic first letter is another domain than the one that people read. The script rules
follow the idea of Unicode TS 39 (mixed-script and whole-script confusables), with a small
table of our own for the letters that are drawn like ASCII.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

PROVIDERS = (
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "rocketmail.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "comcast.net",
    "verizon.net",
    "sbcglobal.net",
    "bellsouth.net",
    "earthlink.net",
    "optonline.net",
    "charter.net",
    "windstream.net",
    "frontier.com",
    "protonmail.com",
    "fastmail.com",
)
"""Where most patients have their mail, with names long enough to tell a slip from another firm."""

_PRIVATE = frozenset(PROVIDERS) | {
    *("aol.com", "msn.com", "live.com", "me.com", "mac.com", "att.net", "cox.net", "gmx.com", "gmx.net"),
    *("mail.com", "email.com", "ymail.com", "proton.me", "pm.me", "zoho.com", "yandex.com", "duck.com"),
    *("home.example", "casa.example"),
}
"""Further ones, too short to compare; and two that nobody can own (RFC 2606), of the sample's people."""

_REAL_NEIGHBOURS = frozenset(
    f"{name}.com" for name in ("email", "mail", "ymail", "fmail", "pmail", "qmail", "vmail", "xmail", "zmail")
) | {"frontiers.com", "chartered.net"}
"""Domains of their own that differ from a provider by a letter."""

_KNOWN_SLIPS = {
    "aol.co": "aol.com",
    "aol.cm": "aol.com",
    "aol.net": "aol.com",
    "ao.com": "aol.com",
    "aoll.com": "aol.com",
    "msn.co": "msn.com",
    "msn.cm": "msn.com",
    "live.co": "live.com",
    "live.cm": "live.com",
    "me.co": "me.com",
    "mac.co": "mac.com",
    "att.ne": "att.net",
    "atat.net": "att.net",
    "cox.ne": "cox.net",
    "gmail.net": "gmail.com",
    "gmail.org": "gmail.com",
    "gemail.con": "gmail.com",
    "jmial.com": "gmail.com",
    "gimal.com": "gmail.com",
    "yahoomail.com": "yahoo.com",
    "hotmail.net": "hotmail.com",
    "icloud.net": "icloud.com",
    "comcast.com": "comcast.net",
    "verizon.com": "verizon.net",
}
"""Slips that the distance rule cannot see, mostly of short names."""

_NO_SUCH_ENDING = {
    **dict.fromkeys(
        ("con", "cmo", "ocm", "vom", "xom", "comm", "ccom", "coom", "cim", "cpm", "cok", "coml"), "com"
    ),
    **dict.fromkeys(("comcom", "copm", "conm", "cojm", "clm", "ckm", "dom", "som"), "com"),
    **dict.fromkeys(("nte", "ner", "nett", "nrt", "nwt", "neet"), "net"),
    **dict.fromkeys(("ogr", "rog", "orgg", "orq"), "org"),
}
"""Endings that are no top-level domain (IANA root zone), so any name before one is a slip."""

_COUNTRY_ENDINGS = {"co": "com", "cm": "com", "om": "com", "cn": "com", "ne": "net"}
"""Endings of a country, a slip only where a provider has no such branch."""

_DRAWN_ALIKE = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"), ("3", "e"), ("5", "s"))

_TWINS = {
    twin: ascii_letter
    for ascii_letter, twins in {
        "a": "аɑα",
        "b": "ьƅ",
        "c": "сϲᴄ",
        "d": "ԁɗ",
        "e": "еҽє",
        "f": "ƒք",
        "g": "ցɡԍ",
        "h": "һհ",
        "i": "іιıɩ",
        "j": "јϳ",
        "k": "кκᴋ",
        "l": "ӏǀ",
        "m": "мᴍ",
        "n": "ոпη",
        "o": "оοօσᴏ",
        "p": "рρ",
        "q": "ԛզ",
        "r": "гᴦ",
        "s": "ѕꜱ",
        "t": "тτᴛ",
        "u": "υսцʋ",
        "v": "νѵᴠ",
        "w": "ԝωшɯᴡ",
        "x": "хχ",
        "y": "уγүყ",
        "z": "ᴢ",
    }.items()
    for twin in twins
}

_EUROPEAN_LATIN = frozenset("ßæœøðþđħłŋ")
"""Latin letters without a decomposition that languages of Europe write."""

_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"})
"""Scripts that one word may mix."""


def is_private(domain: str) -> bool:
    """Whether people have their own mail there; any other domain may be an employer's."""
    return domain.lower() in _PRIVATE


def distance(one: str, other: str, limit: int) -> int:
    """Slips between two words: a letter too many, missing or wrong, or two swapped.

    Anything above `limit` is `limit + 1`.
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        new = [i]
        for j, right in enumerate(other, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        before, row = row, new
    return min(row[-1], limit + 1)


@lru_cache(maxsize=65536)
def meant_domain(domain: str) -> str | None:
    """The domain that was probably meant, or None; `domain` is lower-case ASCII.

    Closed on purpose: only well-known providers, and endings that do not exist. A false
    alarm would keep a patient from being written to.
    """
    if domain in PROVIDERS or domain in _REAL_NEIGHBOURS:
        return None
    if domain in _KNOWN_SLIPS:
        return _KNOWN_SLIPS[domain]
    if domain.startswith("www."):
        return domain.removeprefix("www.")
    if domain.endswith(".com.com"):
        return domain.removesuffix(".com")
    name, _, ending = domain.rpartition(".")
    ending_meant = _NO_SUCH_ENDING.get(ending) or _COUNTRY_ENDINGS.get(ending, ending)
    drawn = _drawn(domain)
    for provider in PROVIDERS:
        provider_name, _, provider_ending = provider.rpartition(".")
        allowed = 2 if len(provider_name) >= 9 else 1
        if ending_meant == provider_ending and distance(name, provider_name, allowed) <= allowed:
            return provider
        if drawn == _drawn(provider) or domain.replace(".", "") == provider.replace(".", ""):
            return provider
    return f"{name}.{ending_meant}" if ending in _NO_SUCH_ENDING else None


def _drawn(domain: str) -> str:
    for pair, letter in _DRAWN_ALIKE:
        domain = domain.replace(pair, letter)
    return domain


def foreign_letters(label: str) -> str | None:
    """`mixed-script` or `lookalike` for a domain label in Unicode, None for an honest one."""
    if unicodedata.normalize("NFKC", label) != unicodedata.normalize("NFC", label):
        return "lookalike"
    letters = [c for c in label if c.isalpha() or (c.isnumeric() and not c.isascii())]
    scripts = {unicodedata.name(c, "UNKNOWN").split(" ", 1)[0] for c in letters}
    odd = [c for c in letters if not c.isascii()]
    if len(scripts) > 1 and not scripts <= _EAST_ASIAN:
        return "mixed-script"
    if scripts == {"LATIN"}:
        return "lookalike" if any(not _plain_latin(c) for c in odd) else None
    return "lookalike" if odd and all(c in _TWINS for c in odd) else None


def without_accents(text: str) -> str:
    """The letters under their accents: what a hurried eye reads."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _plain_latin(letter: str) -> bool:
    return letter in _EUROPEAN_LATIN or (letter != "ı" and without_accents(letter).isascii())
