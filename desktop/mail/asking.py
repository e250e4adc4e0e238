"""What a received mail asks of the practice, from its writer's own words; nobody's words are changed.

The lists in `resources/replies/asks.json` are words without accents and apostrophes, in lower
case, English and Spanish together: `a|b` is one of them, `word*` begins so, `word?` may be left out,
`_` stands for up to three words, `!a|b` for a word that must not follow, `{name}` for a name of the
person written to; `^` and `$` are where a part of a sentence begins or a sentence ends. "is not" is
written `isnt` there, and "no longer" `nolonger`.

Urgent words count wherever they stand, behind a "no" too: a mail too many at the top of the list
costs a look, one too few may cost a life. What rises is read by a person; nothing is answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from desktop.frozen import dataclass
from desktop.mail.replytext import plain
from desktop.models.correspondence import Urgency
from desktop.models.records import Appointment, Reason
from desktop.paths import resource

ASK_URGENT, ASK_WRONG_PERSON, ASK_MOVE = "ask-urgent", "ask-wrong-person", "ask-move"
ASK_CANCEL, ASK_QUESTION = "ask-cancel", "ask-question"
ORDER = (ASK_URGENT, ASK_WRONG_PERSON, ASK_MOVE, ASK_CANCEL, ASK_QUESTION)
"""Of several, the first is the line in the list."""
NO_VISIT = "-visit"
"""Ends the code of a wish to move or cancel where nobody can tell which visit is meant."""
WORDS = 10_000
_NAME_LETTERS = 3
_NAMED = "nameofperson"
_END = re.compile(r"[.!?;:¿¡]+(?=\s|$|[\"')])|[¿¡]|\n[ \t]*\n")
_PART = re.compile(r"[,\n]+|[.!?;:¿¡]+(?=\s|$)|[¿¡]|\s[-–—]\s")
_ADDRESSES = re.compile(r"\bhttps?://\S{1,2000}|\bwww\.\S{1,2000}|\S{1,64}@\S{1,255}", re.IGNORECASE)
_MARK = re.compile(r"¿|(?<!\?)\?+(?=[\s)\"'!?]|$)")
"""A mark between letters is what a broken encoding makes of an apostrophe."""
_NOT = re.compile(r" (do|does|did|is|are|was|were|could|would|should|has|have|had) not\b")
_SPLIT = re.compile(r" (can|don|won|isn|aren|wasn|doesn|didn|couldn|wouldn|shouldn|hasn|haven|hadn) t(?= )")
"""What is left of an apostrophe that some encoding broke."""
_IN_ONE = ((" can not", " cant"), (" cannot", " cant"), (" will not", " wont"), (" no longer", " nolonger"))


@dataclass(frozen=True)
class Asked:
    """`reason` is the line in the list, None where nothing is asked; `codes` is all that is asked."""

    reason: Reason | None = None
    urgency: Urgency = Urgency.PLAIN
    codes: frozenset[str] = frozenset()
    family: bool = False
    """It names somebody's family: who says "I am not Maria, I am her mother" is no stranger."""


def ask_of(
    words: str,
    person_name: str = "",
    visit: Appointment | None = None,
    *,
    writer: str = "",
    beside: Sequence[Sentence] = (),
) -> Asked:
    """What `words` ask: a mail's own, without quotes; `beside` are others, which can only be urgent.

    `person_name` is whom our message was for; `writer` is who asks, where that may be another.
    `visit` is the one that is meant where they ask to move or to cancel, as far as that is known.
    """
    sentences = list(sentences_of(words[:WORDS]))
    codes = _codes(sentences, _names(person_name))
    if is_urgent(beside):
        codes.add(ASK_URGENT)
    if not codes:
        return Asked()
    first = next(code for code in ORDER if code in codes)
    strange = _any("wrong_visit", [one for one in sentences if not one.notice])
    pressing = ASK_URGENT in codes or strange
    name = person_name if first == ASK_WRONG_PERSON and person_name else writer or person_name
    urgency = Urgency.URGENT if pressing else Urgency.ASKS
    return Asked(_reason(first, name, visit), urgency, frozenset(codes), _any("family", sentences))


def asks_anything(sentences: Sequence[Sentence]) -> bool:
    """Whether a person has to read these."""
    return bool(_codes(sentences, frozenset()))


def withholds(words: str) -> bool:
    """Whether they say no, or yes to a part alone: what lawyers write under every mail does not count."""
    return _any("withheld", [one for one in sentences_of(words[:WORDS]) if not one.notice])


def prepare() -> None:
    """Compile the lists, a third of a second, where nobody waits and no transaction is open."""
    _codes([], frozenset({_NAMED}))


def declined(person_name: str, visit: Appointment | None) -> Asked:
    """A plain "no" to a reminder asks that the visit be given up."""
    return Asked(_reason(ASK_CANCEL, person_name, visit), Urgency.ASKS, frozenset({ASK_CANCEL}))


def _reason(code: str, name: str, visit: Appointment | None) -> Reason:
    params: dict[str, str | int] = {"name": name}
    if code in (ASK_MOVE, ASK_CANCEL):
        if visit is None:
            return Reason(code + NO_VISIT, params)
        params["when"] = visit.start.isoformat(timespec="minutes")
    return Reason(code, params)


def _codes(sentences: Sequence[Sentence], names: frozenset[str]) -> set[str]:
    found = set()
    if is_urgent(sentences):
        found.add(ASK_URGENT)
    sentences = [one for one in sentences if not one.notice]
    named = [one.naming(names) for one in sentences]
    if _any("wrong_visit", sentences) or _any("wrong_person", sentences) or _any("wrong_person", named, True):
        found.add(ASK_WRONG_PERSON)
    if _any("move", sentences):
        found.add(ASK_MOVE)
    elif _any("cancel", sentences):
        found.add(ASK_CANCEL)
    elif _any("absent", sentences):
        found.add(ASK_MOVE)
    if any(one.asks for one in sentences) or _any("question", sentences):
        found.add(ASK_QUESTION)
    return found


def is_urgent(sentences: Sequence[Sentence]) -> bool:
    """Whether somebody may be in danger.

    Of what lawyers write under every mail, which speaks of emergencies, the words around it count.
    """
    told = [
        one.without(_pattern("notices")).without(_pattern("notice_ends")) if one.notice else one
        for one in sentences
    ]
    return _any("urgent", [one.without(_pattern("names_of_things")) for one in told])


@dataclass(frozen=True)
class Sentence:
    """In plain words, each with a space before it; `parts` are what stands between its commas and lines."""

    text: str
    parts: tuple[str, ...]
    asks: bool
    notice: bool = False
    """It holds what lawyers write under every mail."""

    def without(self, pattern: re.Pattern[str]) -> Sentence:
        return replace(self, text=pattern.sub(" ", self.text))

    def naming(self, names: frozenset[str]) -> Sentence:
        """With one word in the place of every name, so that phrases are compiled once for all people."""
        return Sentence(_renamed(self.text, names), (), self.asks)


def sentences_of(words: str) -> Iterator[Sentence]:
    """Without addresses of any kind."""
    words = _ADDRESSES.sub(" ", words)
    start = 0
    ends = [(one.start(), one.end()) for one in _END.finditer(words)]
    for end, following in [*ends, (len(words), len(words))]:
        raw, mark = words[start:end], words[max(start - 1, 0) : following]
        start = following
        text = _spaced(raw)
        if not text:
            continue
        asks = _MARK.search(mark) is not None
        notice = not asks and _pattern("notices").search(text) is not None
        parts = tuple(part for part in map(_opened, _PART.split(raw)) if part)
        yield Sentence(text, parts, asks, notice)


def _spaced(raw: str) -> str:
    """Each word with a space before it; what is written in two words and said in one is one."""
    raw = raw.replace("â€™", "'")  # an apostrophe of UTF-8 in a mail that claims Windows-1252
    said = plain(raw).replace("?", " ").replace("¿", " ")
    said = f" {' '.join(said.split())} "
    if " t " in said:
        said = _SPLIT.sub(r" \1t", said)
    if " not " in said:
        said = _NOT.sub(r" \1nt", said)
    for written, one in _IN_ONE:
        said = said.replace(written, one)
    return "".join(f" {word}" for word in said.split())


def _opened(raw: str) -> str:
    """A part of a sentence without the words that people begin with."""
    words = _spaced(raw).split()
    while words and words[0] in _openings():
        words.pop(0)
    return "".join(f" {word}" for word in words)


def _renamed(text: str, names: frozenset[str]) -> str:
    words = (_NAMED if word in names else word for word in text.split())
    return "".join(f" {_NAMED}s" if word[:-1] in names and word[-1] == "s" else f" {word}" for word in words)


def _any(name: str, sentences: Sequence[Sentence], named: bool = False) -> bool:
    anywhere, at_start = _pattern(name, named=named), _pattern(name, named=named, start=True)
    return any(
        anywhere.search(one.text) or any(at_start.match(part) for part in one.parts) for one in sentences
    )


def _names(name: str) -> frozenset[str]:
    """What they may be called by; shorter ones are words."""
    return frozenset(one for one in plain(name).split() if len(one) >= _NAME_LETTERS)


@cache
def _lists() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = json.loads(resource("replies/asks.json").read_text("utf-8"))
    return lists


@cache
def _openings() -> frozenset[str]:
    return frozenset(_lists()["openings"])


@cache
def _pattern(name: str, *, named: bool = False, start: bool = False) -> re.Pattern[str]:
    """All of a list that may stand anywhere, or with `start` all that begins with `^`.

    With `named` what holds a name of the person written to, else what holds none.
    """
    wanted = [one for one in _lists()[name] if one.startswith("^") is start and ("{name}" in one) is named]
    return re.compile("|".join(_compiled(one.lstrip("^")) for one in wanted) or r"(?!)")


def _compiled(phrase: str) -> str:
    return "".join(_token(token) for token in phrase.split()) + r"(?= |\Z)"


def _token(token: str) -> str:
    if token == "_":  # noqa: S105 - a word of a phrase
        return r"(?: \S+){0,3}?"
    if token == "$":  # noqa: S105 - a word of a phrase
        return r"(?=\Z)"
    if token.startswith("!"):
        return rf"(?! (?:{_choice(token[1:])})(?: |\Z))"
    if token.endswith("?"):
        return rf"(?: (?:{_choice(token[:-1])}))?"
    return f" (?:{_choice(token)})"


def _choice(token: str) -> str:
    written = re.escape(token).replace(r"\|", "|").replace(r"\*", r"\S*")
    return written.replace(re.escape("{name}"), _NAMED)
