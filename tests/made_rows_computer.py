"""As `made_rows.py`, for a computer that practices move to and from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop.models import arrivals
from desktop.models.accounts import Session
from desktop.office.api import Office
from tests.made_staff import desk_of

Call = Callable[[Any, Session], object]


def an_arrival(office: Office) -> None:
    """As a restore leaves it; what only a person knows is settled by their word."""
    desk = desk_of(office)
    now = desk.clock.now()
    desk.opened().database.write(lambda tx: arrivals.open_items(tx, ("recovery-key", "targets"), now))


COMPUTER: dict[str, Call] = {
    "plan_move": lambda w, s: w.office.plan_move(s),
    "show_arrival": lambda w, s: w.office.show_arrival(s),
    "settle_arrival": lambda w, s: w.office.settle_arrival(s, "recovery-key"),
    "show_updates": lambda w, s: w.office.show_updates(s),
    "allow_updates": lambda w, s: w.office.allow_updates(s, False),
}
