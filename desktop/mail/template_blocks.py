"""The body of a template as blocks: prose, a heading, a button, a picture, a line.

Bodies are written in the plain part of Markdown (CommonMark 0.31: paragraphs, headings, lists,
emphasis, links, pictures); HTML in them is text. A paragraph that is one link is a button.
"""

from __future__ import annotations

import re
from dataclasses import field
from functools import cache
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.template_marks import safe_link
from desktop.texts import clean

if TYPE_CHECKING:
    from markdown_it.token import Token

    from desktop.mail.template_markdown import Markdown

PICTURE = "picture:"
_PICTURE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_MAILTO = re.compile(r"mailto:[\w.+-]+@[\w.-]+")
_TEL = re.compile(r"tel:\+?[\d.() -]+")
_LINK = re.compile(r'href="([^"]+)"')


@dataclass(frozen=True)
class Prose:
    """`html` for the page, `text` for the part that has none."""

    html: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True)
class Heading:
    level: int
    html: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True)
class Button:
    html: str = field(repr=False)
    text: str = field(repr=False)
    link: str


@dataclass(frozen=True)
class Shown:
    """A picture by the name that the practice gave it; it travels inside the letter."""

    name: str
    alt: str


@dataclass(frozen=True)
class Line:
    pass


Block = Prose | Heading | Button | Shown | Line


@cache
def _markdown() -> Markdown:
    from desktop.mail.template_markdown import Markdown

    return Markdown()


def blocks_of(text: str) -> tuple[Block, ...]:
    """Raises InputError `template-link-unsafe`, `template-picture-remote`, `template-picture-alt`,
    `template-picture-inline`."""
    made: list[Block] = []
    for group in _groups(_markdown().parse(text)):
        block = _block(group)
        before = made[-1] if made else None
        if isinstance(block, Prose) and isinstance(before, Prose):
            made[-1] = Prose(before.html + block.html, f"{before.text}\n\n{block.text}")
        else:
            made.append(block)
    return tuple(made)


def links_of(block: Block) -> tuple[str, ...]:
    """Where it can lead."""
    match block:
        case Button(link=link):
            return (link,)
        case Prose(html=html) | Heading(html=html):
            return tuple(map(unescape, _LINK.findall(html)))
    return ()


def _groups(tokens: list[Token]) -> list[list[Token]]:
    """Each block with everything inside it."""
    ends = [0]
    depth = 0
    for number, token in enumerate(tokens, start=1):
        depth += token.nesting
        if depth == 0:
            ends.append(number)
    return [tokens[first:last] for first, last in pairwise(ends)]


def _block(group: list[Token]) -> Block:
    if group[0].type == "hr":
        return Line()
    inside = [token for token in group if token.type == "inline"]
    for token in inside:
        _check_links(token)
    only = inside[0].children or [] if inside else []
    if group[0].type == "paragraph_open" and len(only) == 1 and only[0].type == "image":
        return _picture(only[0])
    if any(child.type == "image" for token in inside for child in token.children or []):
        raise InputError("template-picture-inline")
    if group[0].type == "heading_open":
        return Heading(int(group[0].tag[1]), _markdown().inline_html(only), _inline_text(only))
    if group[0].type == "paragraph_open" and _is_one_link(only):
        return Button(
            _markdown().inline_html(only[1:-1]), _inline_text(only[1:-1]), str(only[0].attrGet("href"))
        )
    return Prose(_markdown().html(group), _text_of(group))


def _is_one_link(only: list[Token]) -> bool:
    kinds = [token.type for token in only]
    return len(kinds) > 2 and kinds[0] == "link_open" and kinds.index("link_close") == len(kinds) - 1


def _check_links(token: Token) -> None:
    for child in token.children or []:
        if child.type == "link_open":
            address = str(child.attrGet("href") or "")
            if not (_MAILTO.fullmatch(address) or _TEL.fullmatch(address)):
                safe_link(address)


def _picture(image: Token) -> Shown:
    source = str(image.attrGet("src") or "")
    name = source.removeprefix(PICTURE)
    if name == source or not _PICTURE_NAME.fullmatch(name):
        raise InputError("template-picture-remote", picture=clean(source, 80))
    if not image.content.strip():
        raise InputError("template-picture-alt", picture=name)
    return Shown(name, _inline_text(image.children or []))


def _text_of(group: list[Token]) -> str:
    """Words, list marks and line breaks; a list in a list stands further in."""
    lines: list[str] = []
    marks: list[int] = []
    counts: list[int] = []
    for token in group:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            counts.append(int(token.attrGet("start") or 1) if token.type[0] == "o" else 0)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            counts.pop()
        elif token.type == "list_item_open":
            marks.append(counts[-1])
            counts[-1] += 1 if counts[-1] else 0
        elif token.type == "inline":
            lines.append(_marked(_inline_text(token.children or []), marks, len(counts)))
    return "\n".join(lines)


def _marked(text: str, marks: list[int], depth: int) -> str:
    if not depth:
        return text
    indent = "  " * (depth - 1)
    if not marks:
        return f"{indent}  {text}"
    number = marks.pop()
    marks.clear()
    mark = f"{number}. " if number else "- "
    return f"{indent}{mark}{text}".replace("\n", f"\n{indent}{' ' * len(mark)}")


def _inline_text(tokens: list[Token]) -> str:
    out: list[str] = []
    links: list[tuple[str, int]] = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            out.append("\n")
        elif token.type == "link_open":
            links.append((str(token.attrGet("href")), len(out)))
        elif token.type == "link_close":
            address, begin = links.pop()
            shown = address.removeprefix("mailto:").removeprefix("tel:")
            if "".join(out[begin:]) != shown:
                out.append(f" ({shown})")
        else:
            out.append(token.content)
    return "".join(out)
