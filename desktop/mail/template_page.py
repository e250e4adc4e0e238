"""The page of a letter: blocks in the practice's colours, as HTML that mail programs show alike.

MJML lays it out, styles are put on each element (mail programs drop style sheets), nothing in it
is fetched from anywhere: pictures travel inside the letter. Layouts are ours and lie in
`resources/templates/layouts/`; what a writer wrote comes in as blocks that nh3 has cleaned.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from functools import cache

import nh3
from css_inline import CSSInliner
from jinja2 import Environment, Template
from mjml import mjml2html

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.mime import picture_id
from desktop.mail.template_blocks import Block, Shown
from desktop.paths import resource

PAGE_BYTES = 100 * 1024
"""Above about 102 KB Gmail cuts a letter off, and with it the way to say no."""
_KEPT_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a"}
_KEPT_ATTRIBUTES: dict[str, set[str]] = {"a": {"href"}, "ol": {"start"}, "*": set()}
_SCHEMES = {"https", "mailto", "tel"}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_INLINER = CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)
_BETWEEN_TAGS = re.compile(r"([>}])\s+([<{])")
_DARK, _LIGHT = "#16202a", "#ffffff"


class Layout(StrEnum):
    """How a letter looks around its words."""

    LETTER = "letter"
    NOTICE = "notice"
    """With a lower head: for what is read in two seconds."""


@dataclass(frozen=True)
class Brand:
    """How the practice shows itself. `logo` is the name of its picture, or ''."""

    practice: str
    colour: str = "#0b6b75"
    logo: str = ""

    def __post_init__(self) -> None:
        if not _COLOUR.fullmatch(self.colour):
            raise InputError("template-colour")

    @property
    def on_colour(self) -> str:
        """White or nearly black, whichever is read better on the colour (WCAG 2.2, 1.4.3)."""
        own = _luminance(self.colour)
        on_light = (1.05) / (own + 0.05)
        on_dark = (own + 0.05) / (_luminance(_DARK) + 0.05)
        return _LIGHT if on_light >= on_dark else _DARK


@dataclass(frozen=True)
class Around:
    """What stands around the writer's words; `footer` are lines of text."""

    language: str
    layout: Layout
    brand: Brand
    footer: tuple[str, ...]


def page_of(blocks: Sequence[Block], preview: str, around: Around) -> str:
    """Raises InputError `template-too-large`."""
    values = asdict(around)
    values["brand"] |= {"on_colour": around.brand.on_colour, "logo": _source(around.brand.logo)}
    shown = [{"kind": type(block).__name__, **_cleaned(block)} for block in blocks]
    markup = _layout().render({**values, "blocks": shown, "preview": preview})
    made = _INLINER.inline(mjml2html(markup, disable_comments=True, fonts={}))
    if len(made.encode()) > PAGE_BYTES:
        raise InputError("template-too-large", limit=PAGE_BYTES // 1024)
    return made


def clean_html(fragment: str) -> str:
    """Words, emphasis, lists and links, and nothing else."""
    return nh3.clean(
        fragment, tags=_KEPT_TAGS, attributes=_KEPT_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None
    )


def _cleaned(block: Block) -> dict[str, object]:
    values = asdict(block)
    if isinstance(block, Shown):
        values["source"] = _source(block.name)
    # MJML reads XML, in which a break has an end.
    return values | (
        {"html": clean_html(values["html"]).replace("<br>", "<br />")} if "html" in values else {}
    )


def _source(picture: str) -> str:
    return f"cid:{picture_id(picture)}" if picture else ""


@cache
def _layout() -> Template:
    source = resource("templates/layouts/letter.mjml").read_text(encoding="utf-8")
    # The reader of MJML takes the white space behind a preview line for an unknown element.
    return Environment(autoescape=True).from_string(_BETWEEN_TAGS.sub(r"\1\2", source))


def _luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of an sRGB colour, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
