"""One person's letter piece by piece, for a window that lays it out with its own means.

The page itself is made for mail programs: tables in tables, which no text widget shows alike.
"""

from __future__ import annotations

from collections.abc import Mapping

from desktop.mail.template_blocks import Block, Button, Heading, Line, Prose, Shown
from desktop.mail.template_marks import Marks
from desktop.mail.template_page import clean_html
from desktop.mail.template_source import Parts, laid_out


def pieces(parts: Parts, values: Mapping[str, str]) -> tuple[Block, ...]:
    """As the page shows them; `html` is cleaned as there, `link` is where a button really leads.

    Raises InputError `template-link-unsafe`.
    """
    marks = Marks()
    given = frozenset(name for name in parts.asked if values.get(name))
    return tuple(_filled(block, marks, values) for block in laid_out(parts.body, given, marks))


def _filled(block: Block, marks: Marks, values: Mapping[str, str]) -> Block:
    def html(fragment: str) -> str:
        return marks.skeleton(clean_html(fragment)).fill(values, page=True)

    def words(text: str) -> str:
        return marks.skeleton(text).fill(values, page=False)

    match block:
        case Prose():
            return Prose(html(block.html), words(block.text))
        case Heading():
            return Heading(block.level, html(block.html), words(block.text))
        case Button():
            return Button(html(block.html), words(block.text), words(block.link))
        case Shown():
            return Shown(block.name, words(block.alt))
        case Line():
            return block
