"""Whether something is to be said outside the window, and how much: a number, never what or of whom."""

from __future__ import annotations

from desktop.office.values_entry import DutyState

NEW, URGENT = "ui.tray.new", "ui.tray.urgent"


class News:
    """Remembers what was said or seen; one for each mark in the tray."""

    def __init__(self) -> None:
        self._known: tuple[int, int] | None = None

    def of(self, duty: DutyState, *, in_front: bool) -> tuple[str, int] | None:
        """The code of a counted sentence and its number, where more waits than was said before.

        What comes in quiet hours is said once when they end, if it still waits then. A closed
        database knows no numbers, and where looking begins, nothing is news.
        """
        if not duty.vault_open:
            return None
        now = duty.unseen, duty.urgent
        before = self._known
        if before is None or in_front:
            self._known = now
            return None
        if duty.quiet:
            self._known = min(before[0], now[0]), min(before[1], now[1])
            return None
        self._known = now
        if now[1] > before[1]:
            return URGENT, now[1]
        return (NEW, now[0]) if now[0] > before[0] else None
