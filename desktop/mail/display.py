"""A received page made fit to be shown: its words and their order, and nothing that acts.

nh3 reads it as browsers do (HTML 5); what is hidden, fetched or sent is then left out, links
become words with their address behind them, and nh3 has the last word with a list of plain
tags. No style, class, link, picture or form is left, so that showing it can cause no request
(the rule of issue 7; EFAIL 2018 and tracking pixels are why). What was left out is counted.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import field
from html.parser import HTMLParser
from itertools import islice
from urllib.parse import urlsplit

import nh3

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.hiddentext import Look, Styles, look_of, remote_in
from desktop.mail.mimetree import Node, open_mail
from desktop.models.records import Reason
from desktop.texts import clean

PAGE_CHARS = 1_000_000
"""Of a page; what stands behind it is not shown, and that is said."""
_TAGS = 20_000
"""That begin in a page, as it came: reading them takes a second. A million letters hold ten times as
many, and where each is inside the one before, time grows with the square of their number."""
_DEPTH = 40
"""Elements within elements that are kept as such: layout goes down step by step."""
_ELEMENTS = 20_000
_SPAN = 50
_ADDRESS_CHARS = 500
_ALT_CHARS = 200

_KEPT = frozenset(
    {
        *("p", "div", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "i", "em", "u", "s"),
        *("del", "ins", "sub", "sup", "small", "pre", "code", "blockquote", "ul", "ol", "li", "dl", "dt"),
        *("dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"),
    }
)
_VOID = frozenset({"br", "hr"})
_SPANS = ("colspan", "rowspan")
_BLOCKS = frozenset({"section", "article", "header", "footer", "main", "aside", "nav", "figure", "center"})
_BLOCKS_TOO = frozenset({"fieldset", "address", "form", "figcaption", "details", "summary", "label"})
_FETCHING = frozenset({"iframe", "frame", "object", "embed", "applet", "video", "audio", "link", "portal"})
_INPUTS = frozenset({"input", "button", "select", "textarea", "option", "datalist", "isindex", "keygen"})
_WITHOUT_WORDS = frozenset(
    {
        *("script", "style", "title", "iframe", "frame", "object", "embed", "applet", "video", "audio"),
        *("svg", "math", "select", "textarea", "option", "datalist", "canvas", "template", "noembed"),
        *("noframes", "xmp", "plaintext", "map", "head"),
    }
)
_NO_END = frozenset(
    {
        *("area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "isindex", "keygen", "link"),
        *("meta", "param", "source", "track", "wbr"),
    }
)
_READ_TAGS = (
    _KEPT
    | _BLOCKS
    | _BLOCKS_TOO
    | _FETCHING
    | _INPUTS
    | _WITHOUT_WORDS
    | _NO_END
    | frozenset(["a", "font", "span", "image", "use", "g", "foreignObject", "picture", "marquee"])
)
_READ_ATTRIBUTES = frozenset(
    {
        *("style", "class", "id", "hidden", "href", "src", "srcset", "background", "data", "poster"),
        *("action", "formaction", "alt", "color", "bgcolor", "colspan", "rowspan", "content", "srcdoc"),
        *("http-equiv", "xlink:href", "codebase"),
    }
)
_SCHEMES = frozenset(
    {
        *("http", "https", "mailto", "tel", "ftp", "javascript", "vbscript", "data", "cid", "blob", "file"),
        *("about"),
    }
)
_FETCHED = ("src", "srcset", "background", "data", "poster", "xlink:href", "codebase")
_LEADING = ("href", "src", "action", "formaction", "xlink:href", "data")
_ACTING = ("javascript:", "vbscript:")
_BODY = re.compile(r"<(/?)(?:body|html)(?=[\s>/])", re.IGNORECASE)

_READ = nh3.Cleaner(
    tags=set(_READ_TAGS),
    clean_content_tags=set(),
    attributes={"*": set(_READ_ATTRIBUTES)},
    generic_attribute_prefixes={"on"},
    url_schemes=set(_SCHEMES),
    link_rel=None,
    strip_comments=True,
)
_LAST = nh3.Cleaner(
    tags=set(_KEPT),
    clean_content_tags={"script", "style"},
    attributes={"td": set(_SPANS), "th": set(_SPANS)},
    url_schemes=set(),
    link_rel=None,
    strip_comments=True,
)


@dataclass(frozen=True)
class Page:
    """`left_out` as in `office.values_messages.Formatted`, and `page-long` where it was cut."""

    html: str = field(repr=False)
    left_out: tuple[Reason, ...] = ()


def formatted(data: bytes) -> Page:
    """The pages of a mail, below each other. InputError `page-gone` where it has none."""
    pages = [page_text(leaf) for leaf in open_mail(data).shown() if leaf.type == "text/html"]
    if not pages:
        raise InputError("page-gone")
    return sanitised("<hr>".join(pages))


def page_text(leaf: Node) -> str:
    """The text of a part in the encoding that it names, else UTF-8."""
    content = leaf.content[: 4 * PAGE_CHARS]
    try:
        return content.decode(leaf.param("charset") or "utf-8", "replace")
    except (LookupError, ValueError):
        return content.decode("latin-1")


def sanitised(page: str) -> Page:
    """Idempotent: what it made stays as it is."""
    walk = _Walk()
    begin = _bounded(page)
    walk.feed(_READ.clean(_BODY.sub(r"<\1div", begin)))
    walk.close()
    plain = _LAST.clean(walk.page())
    for _ in range(4):  # a page that reads differently once it was written down
        again = _LAST.clean(plain)
        if again == plain:
            break
        plain = again
    return Page(plain, walk.left_out(cut=len(page) > len(begin)))


def _bounded(page: str) -> str:
    """The beginning that is read."""
    tags = islice(re.finditer("<(?!/)", page[:PAGE_CHARS]), _TAGS, None)
    first_behind = next(tags, None)
    return page[: first_behind.start() if first_behind else PAGE_CHARS]


@dataclass(frozen=True)
class _Open:
    """An element that has begun: `close` is written at its end, `begun` is where its words begin."""

    tag: str
    look: Look
    close: str
    begun: int


class _Walk(HTMLParser):
    """Goes through what nh3 has put in order, and writes down what may stay."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._styles = Styles()
        self._stack: list[_Open] = []
        self._kept = 0
        self._elements = 0
        self._silent = 0
        self._css = False
        self._after_pre = False
        self._remote = 0
        self._found: set[str] = set()

    # --- what the library calls ----------------------------------------------------------

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._count(tag, given)
        if tag in _NO_END:
            self._void(tag, given)
            return
        look = look_of(self._look(), tag, given, self._styles.of(tag, given))
        close = "" if look.gone else self._opened(tag, given)
        self._stack.append(_Open(tag, look, close, len(self._out)))
        self._silent += tag in _WITHOUT_WORDS
        self._css = tag == "style"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _NO_END:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._css = False
        if not any(one.tag == tag for one in reversed(self._stack)):
            return
        while self._stack:
            one = self._stack.pop()
            self._silent -= one.tag in _WITHOUT_WORDS
            self._kept -= one.close.startswith("</")
            words = "".join(self._out[one.begun :]) if one.tag == "a" and one.close else ""
            self._out.append("" if words and _leads_to(words, one.close) else one.close)
            if one.tag == tag:
                break

    def handle_data(self, data: str) -> None:
        if self._css:
            self._styles.read(data)
        if self._silent:
            return
        if self._look().hidden:
            self._found |= {"page-hidden"} if any(char.isalnum() for char in data) else set()
            return
        words = _plain(data)
        if self._after_pre:
            words = words.lstrip("\n")
            self._after_pre = not words
        self._out.append(html.escape(words, quote=False))

    # --- inside --------------------------------------------------------------------------

    def _look(self) -> Look:
        return self._stack[-1].look if self._stack else Look()

    def _opened(self, tag: str, given: dict[str, str]) -> str:
        """Writes its beginning; answers what is written at its end."""
        if self._silent or tag in _WITHOUT_WORDS:
            return ""
        if tag == "a":
            return _address(given.get("href", ""))
        name = "div" if tag in _BLOCKS or tag in _BLOCKS_TOO else tag
        if name not in _KEPT or self._kept >= _DEPTH or self._elements >= _ELEMENTS:
            return ""
        self._kept += 1
        self._elements += 1
        self._after_pre = name == "pre"
        spans = "".join(
            f' {one}="{min(int(given[one]), _SPAN)}"'
            for one in _SPANS
            if name in ("td", "th") and re.fullmatch(r"[1-9]\d{0,5}", given.get(one, ""))
        )
        self._out.append(f"<{name}{spans}>")
        return f"</{name}>"

    def _void(self, tag: str, given: dict[str, str]) -> None:
        look = self._look()
        if self._silent or look.hidden or look_of(look, tag, given, self._styles.of(tag, given)).gone:
            return
        if tag in _VOID and self._elements < _ELEMENTS:
            self._elements += 1
            self._out.append(f"<{tag}>")
        alt = clean(given.get("alt", ""), _ALT_CHARS) if tag == "img" else ""
        if alt:
            self._out.append(html.escape(f"[{alt}]", quote=False))

    def _count(self, tag: str, given: dict[str, str]) -> None:
        self._remote += remote_in(given.get("style", ""))
        self._remote += sum(_is_remote(given.get(name, "")) for name in _FETCHED)
        if tag in ("link", "image", "use"):
            self._remote += _is_remote(given.get("href", ""))
        self._remote += tag == "meta" and "url" in given.get("content", "").lower()
        acting = any(_bare(given.get(name, "")).startswith(_ACTING) for name in _LEADING)
        if tag == "script" or acting or "srcdoc" in given or any(name.startswith("on") for name in given):
            self._found.add("page-script")
        if tag == "form" or tag in _INPUTS:
            self._found.add("page-form")

    def page(self) -> str:
        while self._stack:
            self._out.append(self._stack.pop().close)
        return "".join(self._out)

    def left_out(self, *, cut: bool) -> tuple[Reason, ...]:
        remote = self._remote + self._styles.remote
        first = (Reason("page-remote", {"count": remote}),) if remote else ()
        found = self._found | ({"page-long"} if cut else set())
        return (*first, *(Reason(code) for code in _CODES if code in found))


_CODES = ("page-script", "page-form", "page-hidden", "page-long")


def _plain(words: str) -> str:
    """Without controls and what turns the direction of writing round."""
    if words.isascii() and words.isprintable():
        return words
    return "".join(
        " " if unicodedata.category(char) in ("Zl", "Zp") else char
        for char in words
        if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn", "Cf")
    )


def _bare(address: str) -> str:
    """As browsers read the beginning of an address: without blanks and controls in it."""
    return re.sub(r"[\x00-\x20\u00a0]+", "", address).lower()


def _is_remote(address: str) -> bool:
    bare = _bare(address)
    return bare != "" and not bare.startswith(("data:", "cid:", "#", "about:", *_ACTING))


def _address(href: str) -> str:
    """What stands behind a link's words: where it leads, in plain characters."""
    bare = re.sub(r"[\x00-\x20]+", "", href)
    if not bare.lower().startswith(("http://", "https://", "mailto:")):
        return ""
    shown = clean(_in_ascii(bare), _ADDRESS_CHARS)
    return html.escape(f" <{shown}>", quote=False)


def _leads_to(words: str, close: str) -> bool:
    """Whether a link's words are its address already."""
    address = html.unescape(close).strip(" <>").lower().removeprefix("mailto:")
    said = html.unescape(words).strip().lower()
    return said.rstrip("/") in (address.rstrip("/"), address.partition("://")[2].rstrip("/"))


def _in_ascii(address: str) -> str:
    """A host in another script is written as servers know it (RFC 3490), so that none looks like another."""
    try:
        host = urlsplit(address).hostname or ""
        return (
            address
            if host.isascii()
            else re.sub(
                re.escape(host), host.encode("idna").decode("ascii"), address, count=1, flags=re.IGNORECASE
            )
        )
    except (ValueError, UnicodeError):
        return address
