"""The practice's own keys: one line each, and what an administrator may do with it."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.models.protection import OwnKeyState
from desktop.office.values_protection import OwnKeyLine
from desktop.texts import clean
from desktop.ui.base import Ui, button, card, emptied, plain_label
from desktop.ui.dates import date_words

_SOON = 60
"""Days before the end from which Renew is what to do next."""


class OwnActs(Protocol):
    """What the buttons of the card lead to."""

    def publish(self) -> None: ...
    def choose_identity(self) -> None: ...
    def fingerprint(self, fingerprint: str) -> None: ...
    def renew(self, line: OwnKeyLine) -> None: ...
    def revoke(self, line: OwnKeyLine) -> None: ...


class OwnKeysCard(QWidget):
    """`acts` is asked by the buttons: the page does the work."""

    def __init__(self, ui: Ui, acts: OwnActs) -> None:
        super().__init__()
        self.ui = ui
        self._acts = acts
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, self.column = card()
        self.column.setSpacing(8)
        outer.addWidget(frame)
        self.column.addWidget(plain_label(ui.say("ui.keys.own"), "heading"))
        self.column.addWidget(plain_label(ui.say("ui.keys.own-lead"), "muted", wrap=True))
        self.lines = QVBoxLayout()
        self.lines.setSpacing(16)
        self.column.addLayout(self.lines)
        self.older = plain_label("", "muted", wrap=True)
        self.column.addWidget(self.older)
        row = QHBoxLayout()
        self.publish = button(ui.say("ui.keys.publish"), acts.publish)
        self.take = button(ui.say("ui.keys.import"), acts.choose_identity)
        row.addWidget(self.publish)
        row.addWidget(self.take)
        row.addStretch()
        self.column.addLayout(row)
        self.renew: dict[str, QPushButton] = {}
        self.revoke: dict[str, QPushButton] = {}

    def show_lines(self, own: tuple[OwnKeyLine, ...], days: dict[str, int]) -> None:
        """`days` until the end, of those that end soon."""
        emptied(self.lines)
        self.renew.clear()
        self.revoke.clear()
        used = [one for one in own if one.state is OwnKeyState.CURRENT]
        for one in used:
            self.lines.addWidget(self._line(one, days.get(one.fingerprint)))
        if not used:
            self.lines.addWidget(plain_label(self.ui.say("ui.keys.own-none"), "muted", wrap=True))
        self.publish.setEnabled(bool(used))
        self.take.setEnabled(bool(used))
        old = len(own) - len(used)
        self.older.setText(self.ui.say("ui.keys.old", count=old))
        self.older.setVisible(bool(old))

    def _line(self, one: OwnKeyLine, days: int | None) -> QWidget:
        say, language = self.ui.say, self.ui.texts.language
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(plain_label(say(f"ui.keys.kind.{one.kind.value}"), "label"))
        urgent = days is not None and days <= _SOON
        if urgent and days is not None:
            row.addWidget(self._pill(days), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch()
        acts = QHBoxLayout()
        acts.setSpacing(8)
        show = button(say("ui.keys.fingerprint"), lambda: self._acts.fingerprint(one.fingerprint), "link")
        renew = button(say("ui.keys.renew"), lambda: self._acts.renew(one), "primary" if urgent else "")
        revoke = button(say("ui.keys.revoke"), lambda: self._acts.revoke(one), "link")
        for each in (show, renew, revoke):
            each.setAccessibleDescription(say(f"ui.keys.kind.{one.kind.value}"))
            acts.addWidget(each)
        acts.addStretch()
        self.renew[one.kind.value], self.revoke[one.kind.value] = renew, revoke
        column.addLayout(row)
        since = date_words(one.made_at.date(), language)
        used = say("ui.keys.made", date=since, address=clean(one.address))
        facts = [say("ui.keys.issued", issuer=clean(one.issuer)) if one.issuer else say("ui.keys.self")]
        if one.expires is None:
            facts.append(say("ui.keys.no-end"))
        else:
            facts.append(say("ui.keys.ends", date=date_words(one.expires.date(), language)))
        detail = plain_label("  ·  ".join(facts), "muted", wrap=True)
        kind = say(f"ui.key.technical-kind.{one.kind.value}")
        detail.setToolTip(say("ui.key.technical", kind=kind, fingerprint=one.fingerprint))
        column.addWidget(plain_label(used, "muted", wrap=True))
        column.addWidget(detail)
        column.addLayout(acts)
        return made

    def _pill(self, days: int) -> QLabel:
        return plain_label(end_words(self.ui, days), "pill-warn" if days > 0 else "pill-error")


def end_words(ui: Ui, days: int) -> str:
    """When something ends or ended, in words."""
    if days > 0:
        return ui.texts.count("ui.keys.days", days)
    return ui.texts.count("ui.keys.ago", -days) if days < 0 else ui.say("ui.keys.today")
