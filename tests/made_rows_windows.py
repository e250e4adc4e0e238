"""How to call the use cases of the times of reminders."""

from __future__ import annotations

from typing import Any

from desktop.models.accounts import Session
from desktop.models.campaigning import WindowKind
from desktop.office.values_reminders import WindowRequest


def _set(world: Any, session: Session) -> None:
    """After every visit, so that what else the walk does about reminders stays as it is."""
    request = WindowRequest(WindowKind.MISSED, 60)
    world.kept["window"] = world.office.set_window(session, request).id


WINDOWS = {
    "set_window": _set,
    "list_windows": lambda w, s: w.office.list_windows(s),
    "retire_window": lambda w, s: w.office.retire_window(s, w.kept["window"]),
    "set_family_letters": lambda w, s: w.office.set_family_letters(s, False),
}
