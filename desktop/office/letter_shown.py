"""What a window shows of a letter to many before it is sent."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.mail.template_blocks import Block, Button, Heading, Prose, Shown
from desktop.mail.template_design import Design
from desktop.mail.template_shown import pieces
from desktop.office.values_letter_shown import LetterPiece, LetterShown, Piece


def letter_shown(design: Design, values: Mapping[str, str], person: str) -> LetterShown:
    """One person's. Raises InputError `field-missing`, `template-link-unsafe`."""
    brand = design.around.brand
    return LetterShown(
        practice=brand.practice,
        colour=brand.colour,
        on_colour=brand.on_colour,
        logo=brand.logo,
        preview=design.parts.preview.render(values, person),
        pieces=tuple(map(_piece, pieces(design.parts, values))),
        footer=design.around.footer,
    )


def _piece(block: Block) -> LetterPiece:
    match block:
        case Prose(html=html, text=text):
            return LetterPiece(Piece.PROSE, html, text)
        case Heading(level=level, html=html, text=text):
            return LetterPiece(Piece.HEADING, html, text, level=level)
        case Button(html=html, text=text, link=link):
            return LetterPiece(Piece.BUTTON, html, text, link=link)
        case Shown(name=name, alt=alt):
            return LetterPiece(Piece.PICTURE, text=alt, picture=name)
    return LetterPiece(Piece.LINE)
