"""A letter as its reader sees it, laid out with the window's own widgets.

Mail programs lay out tables; Qt's text widgets do not. So the same pieces are shown with means
that every computer has: the head in the practice's colour, words as rich text of the few tags that a
letter may hold, buttons as buttons. Nothing is fetched, and no link is followed from here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.office.values_letter_shown import LetterPiece, LetterShown, Piece
from desktop.ui.base import emptied, plain_label

PHONE, DESKTOP = 375, 700
"""Widths in logical pixels at which letters are looked at."""
_BODY = 600
"""As wide as the layout makes a letter (`resources/templates/layouts/letter.mjml`)."""
_AROUND, _WORDS, _SMALL, _RULE = "#f3f5f7", "#1f2933", "#52606d", "#d9e0e6"
_LOGO = 160
_HEADINGS = (24, 19, 17)
_MARGIN, _LIST_MARGIN = 32, 22


class LetterView(QScrollArea):
    """White paper in the light and in the dark window: mail programs show it so.

    `pressed` tells where a button would lead.
    """

    pressed = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._holder = QWidget()
        self._holder.setObjectName("letter")
        self._holder.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._holder.setStyleSheet(f"QWidget#letter {{ background: {_AROUND}; }}")
        self._column = QVBoxLayout(self._holder)
        self.setWidget(self._holder)
        self._width = PHONE
        self._scale = 1.0
        self._letter: LetterShown | None = None
        self._pictures: Mapping[str, bytes] = {}
        self.buttons: list[QPushButton] = []

    def show_letter(self, letter: LetterShown | None, pictures: Mapping[str, bytes], width: int) -> None:
        """As a window of `width` shows it; smaller in proportion where there is less room than that."""
        self._letter, self._pictures, self._width = letter, pictures, width
        self._lay_out()

    def resizeEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)  # type: ignore[arg-type]
        if self._fitting() != self._scale:
            self._lay_out()

    def _fitting(self) -> float:
        return min(1.0, max(0.5, self.viewport().width() / self._width))

    def _px(self, pixels: float) -> int:
        return round(pixels * self._scale)

    def _lay_out(self) -> None:
        at = self.verticalScrollBar().value()
        emptied(self._column)
        self._scale = self._fitting()
        self.buttons = []
        letter = self._letter
        self._holder.setVisible(letter is not None)
        if letter is None:
            return
        paper = QWidget()
        width = min(_BODY, self._width)
        paper.setFixedWidth(self._px(width))
        column = QVBoxLayout(paper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head(letter))
        column.addWidget(self._words(letter))
        column.addWidget(self._foot(letter))
        self._column.setContentsMargins(0, self._px(20), 0, self._px(12))
        self._column.addWidget(paper, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch()
        self.verticalScrollBar().setValue(at)

    def _head(self, letter: LetterShown) -> QWidget:
        head = _box(f"background: {letter.colour};", self._px(8), top=True)
        column = QVBoxLayout(head)
        column.setContentsMargins(*map(self._px, (_MARGIN, 24, _MARGIN, 24)))
        logo = self._pictures.get(letter.logo)
        if logo:
            column.addWidget(self._picture(logo, letter.practice, self._px(_LOGO)))
        else:
            name = plain_label(letter.practice, wrap=True)
            name.setStyleSheet(f"color: {letter.on_colour}; font-size: {self._px(20)}px; font-weight: 700;")
            column.addWidget(name)
        return head

    def _words(self, letter: LetterShown) -> QWidget:
        body = _box("background: #ffffff;", self._px(8), top=False)
        column = QVBoxLayout(body)
        column.setContentsMargins(*map(self._px, (_MARGIN, 26, _MARGIN, 18)))
        column.setSpacing(self._px(12))
        for piece in letter.pieces:
            made = self._piece(piece, letter)
            side = Qt.AlignmentFlag.AlignLeft if piece.kind is Piece.BUTTON else Qt.AlignmentFlag(0)
            column.addWidget(made, 0, side)
        return body

    def _piece(self, piece: LetterPiece, letter: LetterShown) -> QWidget:
        match piece.kind:
            case Piece.HEADING:
                size = _HEADINGS[min(piece.level, len(_HEADINGS)) - 1]
                return self._rich(piece.html, letter.colour, size, "font-weight: 700;")
            case Piece.BUTTON:
                return self._button(piece, letter)
            case Piece.PICTURE:
                return self._picture(self._pictures.get(piece.picture), piece.text, self._px(536))
            case Piece.LINE:
                line = QFrame()
                line.setFixedHeight(1)
                line.setStyleSheet(f"background: {_RULE}; border: none;")
                return line
        return self._rich(piece.html, letter.colour, 16, "")

    def _rich(self, html: str, colour: str, size: int, more: str) -> QLabel:
        """Only what `clean_html` lets through comes here."""
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setWordWrap(True)
        label.setOpenExternalLinks(False)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        label.linkActivated.connect(self.pressed)
        label.setStyleSheet(f"color: {_WORDS}; font-size: {self._px(size)}px; {more}")
        label.setText(_styled(html, colour))
        return self._whole(label)

    def _whole(self, label: QLabel) -> QLabel:
        """As tall as its words are at the width of the paper: layouts within layouts give it less."""
        width = self._px(min(_BODY, self._width)) - 2 * self._px(_MARGIN)
        label.ensurePolished()
        label.setFixedWidth(width)
        label.setMinimumHeight(label.heightForWidth(width))
        return label

    def _button(self, piece: LetterPiece, letter: LetterShown) -> QPushButton:
        made = QPushButton(piece.text.replace("&", "&&"))
        made.setAutoDefault(False)
        made.setAccessibleDescription(piece.link)
        made.setToolTip(tip(piece.link))
        made.setStyleSheet(
            f"QPushButton {{ background: {letter.colour}; color: {letter.on_colour}; border: 2px solid"
            f" {letter.colour}; border-radius: {self._px(6)}px; font-weight: 600;"
            f" font-size: {self._px(16)}px; padding: {self._px(11)}px {self._px(24)}px; }}"
            f"QPushButton:focus {{ border: 2px solid {_WORDS}; }}"
        )
        made.clicked.connect(lambda: self.pressed.emit(piece.link))
        self.buttons.append(made)
        return made

    def _picture(self, data: bytes | None, alt: str, width: int) -> QLabel:
        made = plain_label(alt, wrap=True)
        made.setAccessibleName(alt)
        made.setStyleSheet(f"color: {_SMALL}; font-size: {self._px(14)}px;")
        picture = QPixmap()
        if data is not None and picture.loadFromData(data):
            room = min(width, self._px(min(_BODY, self._width) - 2 * _MARGIN))
            made.setPixmap(
                picture.scaledToWidth(min(room, picture.width()), Qt.TransformationMode.SmoothTransformation)
            )
        return made

    def _foot(self, letter: LetterShown) -> QWidget:
        foot = QWidget()
        column = QVBoxLayout(foot)
        column.setContentsMargins(*map(self._px, (_MARGIN, 18, _MARGIN, 28)))
        column.setSpacing(self._px(6))
        for line in letter.footer:
            words = plain_label(line, wrap=True)
            words.setStyleSheet(f"color: {_SMALL}; font-size: {self._px(13)}px;")
            column.addWidget(self._whole(words))
        return foot


def tip(words: str) -> str:
    """Qt guesses whether a tool tip is rich text: words of others never are."""
    return f"<span>{escape(words)}</span>"


def _box(look: str, radius: int, *, top: bool) -> QFrame:
    sides = ("top-left", "top-right") if top else ("bottom-left", "bottom-right")
    corners = "".join(f" border-{side}-radius: {radius}px;" for side in sides)
    made = QFrame()
    made.setObjectName("paper")
    made.setStyleSheet(f"QFrame#paper {{ {look} border: none;{corners} }}")
    return made


def _styled(html: str, colour: str) -> str:
    """With room between paragraphs and links in the practice's colour, as the layout has them.

    What is replaced are tags alone: a value in a letter is escaped, and holds none.
    """
    room = "margin-top: 0; margin-bottom: 10px;"
    listed = f"{room} margin-left: {_LIST_MARGIN}px; -qt-list-indent: 0;"
    for tag, style in (("p", room), ("ul", listed), ("ol", listed), ("a", f"color: {colour};")):
        html = re.sub(rf"<{tag}(?=[ >])", f'<{tag} style="{style}"', html)
    return html
