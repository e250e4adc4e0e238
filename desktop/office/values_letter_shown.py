"""A letter as a window lays it out: its pieces and the practice's look. Nothing heavy here."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from desktop.frozen import dataclass


class Piece(StrEnum):
    PROSE = "prose"
    HEADING = "heading"
    BUTTON = "button"
    PICTURE = "picture"
    LINE = "line"


@dataclass(frozen=True)
class LetterPiece:
    """`html` is cleaned: words, emphasis, lists and links. `level` is a heading's, `link` a button's,
    `picture` the name of a picture, whose words are `text`."""

    kind: Piece
    html: str = field(repr=False, default="")
    text: str = field(repr=False, default="")
    level: int = 0
    link: str = field(repr=False, default="")
    picture: str = ""


@dataclass(frozen=True)
class LetterShown:
    """`on_colour` is read on `colour`; `logo` is the name of a picture or ''."""

    practice: str
    colour: str
    on_colour: str
    logo: str
    preview: str = field(repr=False)
    pieces: tuple[LetterPiece, ...] = field(repr=False)
    footer: tuple[str, ...] = ()
