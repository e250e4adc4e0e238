"""Every sentence that people read, by its code, in their language.

Rooms return codes and parameters; the window and the command line ask here for the
words. Catalogues are `resources/translations/{en,es}.po`, compiled to `.mo` beside
them by `dev.py` and by the wheel build. A code without words is shown as the code.
"""

from __future__ import annotations

import gettext
import re
import sys
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from string import Formatter
from zoneinfo import ZoneInfo

from desktop.paths import resource

LANGUAGES = ("en", "es")
MOMENT = "moment"
"""A parameter of this name is a time in its zone (`moment`), and is said with weekday and zone."""
WHEN = "when"
"""A parameter of this name may be a visit's time of the wall clock (`is_visit`), said with its weekday."""
_VISIT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_ZONES = {
    "America/New_York": "eastern",
    "America/Detroit": "eastern",
    "America/Indiana/Indianapolis": "eastern",
    "America/Kentucky/Louisville": "eastern",
    "America/Chicago": "central",
    "America/Menominee": "central",
    "America/Denver": "mountain",
    "America/Boise": "mountain",
    "America/Phoenix": "arizona",
    "America/Los_Angeles": "pacific",
    "America/Anchorage": "alaska",
    "Pacific/Honolulu": "hawaii",
    "America/Puerto_Rico": "atlantic",
}
"""Zones that people know by a word; others are said by their city."""
_MAC_KEYS = (("Ctrl+Shift+", "⇧⌘"), ("Ctrl+Alt+", "⌥⌘"), ("Ctrl+", "⌘"))
"""Qt's Ctrl is the Command key there; menus of macOS name keys in this order and by these signs."""
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> gettext.GNUTranslations:
    with resource(f"translations/{language}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


class Texts:
    """The words of one language; construct one per window or command."""

    def __init__(self, language: str = "en") -> None:
        self.language = language if language in LANGUAGES else "en"

    def codes(self) -> frozenset[str]:
        """Of all sentences that have words."""
        known: dict[object, str] = vars(_catalogue(self.language))["_catalog"]  # gettext lists none
        return frozenset(str(code) for code, words in known.items() if code and words)

    def has(self, code: str) -> bool:
        return _catalogue(self.language).gettext(code) != code

    def is_whole(self, code: str) -> bool:
        """Whether `code` has words that name no value: they read well without parameters."""
        return self.has(code) and not _named(_catalogue(self.language).gettext(code))

    def say(self, code: str, /, **params: str | int) -> str:
        """The sentence of `code` with `{name}` placeholders filled."""
        return _fill(keys(_catalogue(self.language).gettext(code)), self._said(params))

    def moment(self, when: datetime, zone: str) -> str:
        """Such as "Tue 09:00 (Eastern)": never a time without its day and its zone."""
        local = when.astimezone(ZoneInfo(zone))
        weekday = self.say(f"words.weekday.{local.isoweekday()}")
        return f"{weekday} {local:%H:%M} ({self.zone(zone)})"

    def zone(self, zone: str) -> str:
        """Such as "Eastern", or a city where people have no word for the zone."""
        if zone in _ZONES:
            return self.say(f"words.zone.{_ZONES[zone]}")
        return zone.rpartition("/")[2].replace("_", " ")

    def _said(self, params: dict[str, str | int]) -> dict[str, str | int]:
        kept, visit = str(params.get(MOMENT, "")), str(params.get(WHEN, ""))
        when, _, zone = kept.partition(" ")
        if zone:
            params = {**params, MOMENT: self.moment(datetime.fromisoformat(when), zone)}
        return {**params, WHEN: self.visit(datetime.fromisoformat(visit))} if is_visit(visit) else params

    def visit(self, start: datetime) -> str:
        """A visit's time of the wall clock, such as "Tue 2026-11-24 14:30"; the window has its own words."""
        return f"{self.say(f'words.weekday.{start.isoweekday()}')} {start:%Y-%m-%d %H:%M}"

    def error(self, code: str, params: Mapping[str, str | int]) -> tuple[str, str]:
        """A known error's sentence and its hint; a `reason` among the parameters is said in words."""
        given = dict(params)
        reason = f"reason.{given.get('reason', '')}"
        if self.has(reason):
            given["reason"] = self.say(reason, **given).rstrip(".")
        return self.say(f"error.{code}", **given), self.say(f"error.{code}.hint", **given)

    def count(self, code: str, number: int, /, **params: str | int) -> str:
        """As `say`, in singular or plural; the catalogue's plural id is `<code>.many`."""
        words = _catalogue(self.language).ngettext(code, f"{code}.many", number)
        return _fill(words, {"n": number, **params})


def keys(words: str, system: str = sys.platform) -> str:
    """Keys such as Ctrl+K as they are called on this system; only ever of our own words."""
    if system == "darwin":
        for theirs, ours in _MAC_KEYS:
            words = words.replace(theirs, ours)
    return words


def is_visit(value: str) -> bool:
    """Whether the parameter `when` holds a wall-clock time to the minute, rather than words."""
    return _VISIT.fullmatch(value) is not None


def moment_param(when: datetime, zone: str) -> str:
    """A time and the zone in which people read it, as the parameter `moment`."""
    return f"{when.astimezone(UTC).isoformat(timespec='minutes')} {zone}"


def _named(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def _fill(words: str, params: dict[str, str | int]) -> str:
    wanted = _named(words)
    if not wanted:
        return words
    said = words.format(**{name: params.get(name, "") for name in wanted})
    # What ends with "p.m." ends the sentence too.
    return said[:-1] if said.endswith("..") and not said.endswith("...") else said


def clean(text: str, limit: int = 200) -> str:
    """A stranger's text made fit to show or log: one line, no controls, no bidi, cut at `limit`."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(
            " " if unicodedata.category(c) in ("Zl", "Zp") or c in "\r\n\t" else c
            for c in text
            if c in "\r\n\t"
            or (unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn", "Cf") and c not in _BIDI)
        )
    kept = " ".join(text.split())
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def clean_lines(text: str, limit: int) -> str:
    """As `clean`, with its lines kept; of several empty lines, one."""
    lines: list[str] = []
    for line in text[:limit].replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        kept = clean(line, limit)
        if kept or (lines and lines[-1]):
            lines.append(kept)
    return "\n".join(lines).strip()
