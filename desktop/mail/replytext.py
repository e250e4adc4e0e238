"""What somebody wrote themselves in a reply, and whether it is a plain yes or no.

A plain answer is one of the words or sentences in `resources/replies/words.json` and nothing
else: a question, a "but", a second sentence or a file is for a person to read. What a program
would make of a half-understood patient could be a lost visit.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from desktop.paths import resource

CONFIRMED, DECLINED = "confirmed", "declined"
OWN_CHARS = 4_000
_READ_CHARS = 100_000
"""As much as is read of one part of a mail (`returned_parts.TEXT_CHARS`)."""

_ATTRIBUTION = re.compile(
    r"^(?:on\b.{3,300}\bwrote:|el\b.{3,300}\b(?:escribió|escribio):|le\b.{3,300}\ba écrit\s*:|"
    r"am\b.{3,300}\bschrieb.{0,200}:)$",
    re.IGNORECASE | re.DOTALL,
)
_SHORT_ATTRIBUTION = re.compile(r"^\S.{0,300}<[^<>\s]{1,320}>\s*(?:wrote|escribió|escribio):$", re.IGNORECASE)
_DATED = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[/.]\d{1,2}[/.]\d\d\b")
_ANOTHER = re.compile(r"(?:on|el|le|am)\b", re.IGNORECASE)
_DIVIDER = re.compile(
    r"^-{2,}\s*(?:original message|forwarded message|mensaje original|mensaje reenviado|"
    r"ursprüngliche nachricht)\s*-{2,}$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^(?:_{10,}|-{10,})$")
_HEADER = re.compile(r"^\*?(?:from|de|von)\s*:\*?\s*\S", re.IGNORECASE)
_HEADER_NEXT = re.compile(r"^\*?(?:sent|date|enviado|enviado el|fecha|gesendet|datum)\s*:", re.IGNORECASE)
_SIGNATURE = "-- "
"""With its space (RFC 3676 4.3): two hyphens alone are somebody's own."""
_QUOTED_HTML = re.compile(
    r"<(?:blockquote|div[^>]{0,200}class\s*=\s*[\"']?[^\"'>]{0,80}(?:gmail_quote|yahoo_quoted|moz-cite-prefix)|"
    r"div[^>]{0,200}id\s*=\s*[\"']?(?:appendonsend|divRplyFwdMsg|mail-editor-reference-message-container))",
    re.IGNORECASE,
)
_UNDER_HTML = re.compile(r"</blockquote\s*>(.*?)(?=<blockquote|$)", re.IGNORECASE | re.DOTALL)
_UNSEEN_HTML = re.compile(r"<(script|style|head|title)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_BREAK_HTML = re.compile(r"<(?:br|/?p|/?div|/?blockquote|/?tr|/?li|/?h[1-6])\b[^>]{0,1000}>", re.IGNORECASE)
_TAG_HTML = re.compile(r"<[^>]{0,4000}>")
_APOSTROPHES = re.compile(r"['’`´]")
_UNSEEN = re.compile("[\u00ad\u200c\u200d\u2060\ufeff]")
"""What joins or parts letters and is never seen (Unicode's class Cf)."""
_MARKS = re.compile(r"[^\w\s?¿]", re.UNICODE)
_SOFT = re.compile(r"[\s\u00a0]+")
_PICTURES = frozenset({"So", "Cn", "Co"})
"""Unicode's classes of emoji, of such as are newer than this Python, and of what is nobody's."""
_MODEL = re.compile(r"[a-z]{0,2}\d+[a-z]{0,5}")


@cache
def _list(name: str) -> frozenset[str]:
    lists = json.loads(resource("replies/words.json").read_text("utf-8"))
    return frozenset(plain(words) for words in lists[name])


def own_words(text: str, page: str = "") -> str:
    """What is no quote and no signature, above quotes and under them; of `page` (HTML) where `text` is empty.

    '' where somebody writes under the quote alone: with nothing above, who says what is a guess.
    """
    text = text if text.strip() else text_of(page)
    lines = text[:_READ_CHARS].replace("\r\n", "\n").split("\n")
    kept: list[str] = []
    signed = False
    for number, line in enumerate(lines):
        quote = _quote_lines(lines, number)
        if quote is not None:
            while kept and (not kept[-1] or _RULE.match(kept[-1])):
                kept.pop()
            marked = any(_is_quoted(one) for one in lines[number:])
            kept += _under(lines[number + quote :]) if marked and kept else []
            break
        signed = signed or line == _SIGNATURE
        if not signed:
            kept.append(line.strip())
    return "\n".join(kept).strip()[:OWN_CHARS]


def under_quote(text: str, page: str = "") -> str:
    """What stands between and under quotes where nothing stands above them: who says it is a guess."""
    if text.strip():
        lines = text[:_READ_CHARS].replace("\r\n", "\n").split("\n")
        quoted = next((number for number, line in enumerate(lines) if _is_quoted(line)), len(lines))
        return "\n".join(_under(lines[quoted:]))[:OWN_CHARS]
    found = _QUOTED_HTML.search(page)
    under = _UNDER_HTML.findall(page, found.start()) if found else []
    return "\n".join(map(visible, under)).strip()[:OWN_CHARS]


def text_of(page: str) -> str:
    """The visible words of an HTML reply without what it quotes; nothing of it is run or fetched."""
    quoted = _QUOTED_HTML.search(page)
    above = visible(page[: quoted.start()] if quoted else page)
    under = _UNDER_HTML.findall(page, quoted.start()) if quoted and above.strip() else []
    return "\n".join([above, *map(visible, under)])


def visible(page: str) -> str:
    """Every visible word of an HTML page, line by line."""
    page = _BREAK_HTML.sub("\n", " ".join(_UNSEEN_HTML.sub(" ", page).split()))
    return "\n".join(line.strip() for line in html.unescape(_TAG_HTML.sub("", page)).split("\n"))


def answer(own: str, names: Iterable[str] = ()) -> str:
    """`confirmed`, `declined`, or '' for everything that a person has to read.

    `names` are those under which the writer may sign.
    """
    if len(own) >= OWN_CHARS or _has_picture(own):
        return ""
    said = _heart(own, names)
    if said in _list(CONFIRMED):
        return CONFIRMED
    return DECLINED if said in _list(DECLINED) else ""


def says_nothing(own: str) -> bool:
    """Thanks at most, and what a telephone writes under every mail."""
    heart = _heart(own)
    return (not heart or heart in _list("closings")) and not _has_picture(own)


def _has_picture(own: str) -> bool:
    """A thumb may point down."""
    return any(unicodedata.category(char) in _PICTURES for char in own)


def _heart(own: str, names: Iterable[str] = ()) -> str:
    """The plain words without greeting, thanks, name, and the last line of a telephone's program."""
    lines = [line for line in (plain(raw) for raw in own.split("\n")) if line]
    signed = {plain(name) for name in names if name.strip()}
    while lines and (
        lines[-1] in signed or _by_device(lines[-1]) or (len(lines) > 1 and lines[-1] in _list("closings"))
    ):
        lines.pop()
    while len(lines) > 1 and lines[0] in _list("greetings"):
        lines.pop(0)
    return " ".join(lines)


def _by_device(line: str) -> bool:
    """Every word is a program's or a telephone's: "sent from my bed" somebody wrote themselves."""
    start = next((one for one in _list("sent_from") if f"{line} ".startswith(f"{one} ")), None)
    return start is not None and all(
        word in _list("devices") or _MODEL.fullmatch(word) for word in line[len(start) :].split()
    )


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _under(lines: list[str]) -> list[str]:
    """What stands between and under marked quotes, up to a signature."""
    end = lines.index(_SIGNATURE) if _SIGNATURE in lines else len(lines)
    return [line.strip() for line in lines[:end] if line.strip() and not _is_quoted(line)]


def _quote_lines(lines: list[str], number: int) -> int | None:
    """How many lines announce the quote that begins here; None where none does."""
    bare = lines[number].strip()
    if not bare:
        return None
    if _is_quoted(bare):
        return 0
    if _DIVIDER.match(bare) or _SHORT_ATTRIBUTION.match(bare):
        return 1
    following = [line.strip() for line in lines[number + 1 : number + 3]]
    if _HEADER.match(bare) and any(_HEADER_NEXT.match(line) for line in following):
        return 1
    return _attribution(bare, lines[number + 1 : number + 4])


def _attribution(bare: str, following: list[str]) -> int | None:
    """How many lines "On Monday ... wrote:" takes; one that is broken over lines names its year.

    Else "On Tuesday I can only come at three" would become the beginning of the one below it.
    """
    if _ATTRIBUTION.match(bare) and (_DATED.search(bare) or _quoted_next(following)):
        return 1
    joined = bare
    for more, line in enumerate(following[:2] if _DATED.search(bare) else (), start=2):
        if not line.strip() or _ANOTHER.match(line.strip()):
            return None
        joined = f"{joined} {line.strip()}"
        if _ATTRIBUTION.match(joined):
            return more
    return None


def _quoted_next(following: list[str]) -> bool:
    return _is_quoted(next((line for line in following if line.strip()), ""))


def plain(text: str) -> str:
    """Lower case, no accents, no punctuation but question marks, single spaces."""
    text = _UNSEEN.sub("", _APOSTROPHES.sub("", text))  # before an accent alone becomes a space
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in text if not unicodedata.combining(char))
    return _SOFT.sub(" ", _MARKS.sub(" ", text)).strip()
