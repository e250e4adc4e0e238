"""A day's reminders by method: one line of counts, each opening the people behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from desktop.models.records import Method
from desktop.ui.base import Ui
from desktop.ui.buttonline import ButtonLine

SEALED, ON_THE_WAY, LOCKED, PLAIN, NEED = "sealed", "on-the-way", "locked-file", "plain", "need-you"
SETTLED = "settled"
"""No letter, and nothing to do: it went before, or the visit is off."""
ALL = ""
GROUPS = {
    Method.OPENPGP: SEALED,
    Method.SMIME: SEALED,
    Method.TLS: ON_THE_WAY,
    Method.PORTAL: ON_THE_WAY,
    Method.ENVELOPE: LOCKED,
    Method.PLAIN: PLAIN,
    Method.NONE: NEED,
}
_WORDS = {
    SEALED: "ui.how.sealed",
    ON_THE_WAY: "ui.how.on-the-way",
    LOCKED: "ui.how.locked-file",
    PLAIN: "ui.how.plain",
    NEED: "ui.review.need-you",
    SETTLED: "ui.review.settled",
}


class CountLine(ButtonLine):
    """ "All 60", then each count; a press shows those people alone."""

    def __init__(self, ui: Ui, on_group: Callable[[str], None]) -> None:
        super().__init__(ui.say("ui.review.by-method"), on_group)
        self.ui = ui

    def show_counts(self, counts: Counter[str]) -> None:
        """Begins with everybody; the groups that are empty are not offered."""
        self.clear()
        self.add(ALL, self.ui.texts.count("ui.review.all", sum(counts.values())))
        for group, code in _WORDS.items():
            if counts[group]:
                self.add(group, self.ui.texts.count(code, counts[group]))
        self.place()
        self.buttons[ALL].setChecked(True)
