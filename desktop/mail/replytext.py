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
_READ_CHARS = 20_000
"""A reply says what it says at its beginning."""

_ATTRIBUTION = re.compile(
    r"^(?:on\b.{3,300}\bwrote:|el\b.{3,300}\b(?:escribió|escribio):|le\b.{3,300}\ba écrit\s*:|"
    r"am\b.{3,300}\bschrieb.{0,200}:)$",
    re.IGNORECASE | re.DOTALL,
)
_SHORT_ATTRIBUTION = re.compile(r"^\S.{0,300}<[^<>\s]{1,320}>\s*(?:wrote|escribió|escribio):$", re.IGNORECASE)
_DIVIDER = re.compile(
    r"^(?:-{2,}\s*(?:original message|forwarded message|mensaje original|mensaje reenviado|"
    r"ursprüngliche nachricht)\s*-{2,}|_{10,}|-{10,})$",
    re.IGNORECASE,
)
_HEADER = re.compile(r"^\*?(?:from|de|von|sent|enviado|gesendet)\s*:\*?\s*\S", re.IGNORECASE)
_HEADER_NEXT = re.compile(
    r"^\*?(?:sent|date|to|subject|enviado|enviado el|fecha|para|asunto|gesendet|an|betreff)\s*:\*?",
    re.IGNORECASE,
)
_SIGNATURE = "--"
_QUOTED_HTML = re.compile(
    r"<(?:blockquote|div[^>]{0,200}class\s*=\s*[\"']?[^\"'>]{0,80}(?:gmail_quote|yahoo_quoted|moz-cite-prefix)|"
    r"div[^>]{0,200}id\s*=\s*[\"']?(?:appendonsend|divRplyFwdMsg|mail-editor-reference-message-container))",
    re.IGNORECASE,
)
_UNSEEN_HTML = re.compile(r"<(script|style|head|title)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_BREAK_HTML = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6])\b[^>]{0,1000}>", re.IGNORECASE)
_TAG_HTML = re.compile(r"<[^>]{0,4000}>")
_APOSTROPHES = re.compile(r"['’`´]")
_MARKS = re.compile(r"[^\w\s?¿]", re.UNICODE)
_SOFT = re.compile(r"[\s\u00a0]+")


@cache
def _list(name: str) -> frozenset[str]:
    lists = json.loads(resource("replies/words.json").read_text("utf-8"))
    return frozenset(_plain(words) if name != "sent_from" else words for words in lists[name])


def own_words(text: str, page: str = "") -> str:
    """What stands before the first quote, divider or signature; of `page` (HTML) where `text` is empty."""
    text = text if text.strip() else text_of(page)
    lines = text[:_READ_CHARS].replace("\r\n", "\n").split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        bare = line.strip()
        if bare.startswith(">") or line.rstrip() == _SIGNATURE or _DIVIDER.match(bare):
            break
        if _quote_begins(lines, number):
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip()[:OWN_CHARS]


def text_of(page: str) -> str:
    """The visible words of an HTML reply before what it quotes; nothing of it is run or fetched."""
    quoted = _QUOTED_HTML.search(page)
    page = _UNSEEN_HTML.sub(" ", page[: quoted.start()] if quoted else page)
    page = _BREAK_HTML.sub("\n", " ".join(page.split()))
    return "\n".join(line.strip() for line in html.unescape(_TAG_HTML.sub("", page)).split("\n"))


def answer(own: str, names: Iterable[str] = ()) -> str:
    """`confirmed`, `declined`, or '' for everything that a person has to read.

    `names` are those under which the writer may sign.
    """
    lines = [line for line in (_plain(raw) for raw in _unsigned(own)) if line]
    signed = {_plain(name) for name in names if name.strip()}
    while lines and (lines[-1] in signed or (len(lines) > 1 and lines[-1] in _list("closings"))):
        lines.pop()
    while len(lines) > 1 and lines[0] in _list("greetings"):
        lines.pop(0)
    said = " ".join(lines)
    if said in _list(CONFIRMED):
        return CONFIRMED
    return DECLINED if said in _list(DECLINED) else ""


def _quote_begins(lines: list[str], number: int) -> bool:
    """An attribution, which programs break over up to three lines, or a copied header."""
    bare = lines[number].strip()
    if not bare:
        return False
    if _SHORT_ATTRIBUTION.match(bare):
        return True
    for more in (1, 2, 3):
        if _ATTRIBUTION.match(" ".join(line.strip() for line in lines[number : number + more])):
            return True
    following = [line.strip() for line in lines[number + 1 : number + 3]]
    return _HEADER.match(bare) is not None and any(_HEADER_NEXT.match(line) for line in following)


def _unsigned(own: str) -> list[str]:
    """Without the last line of a telephone's mail program."""
    return [
        line for line in own.split("\n") if not line.strip().lower().startswith(tuple(_list("sent_from")))
    ]


def _plain(text: str) -> str:
    """Lower case, no accents, no punctuation but question marks, single spaces."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(char for char in text if not unicodedata.combining(char))
    return _SOFT.sub(" ", _MARKS.sub(" ", _APOSTROPHES.sub("", text))).strip()
