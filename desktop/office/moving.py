"""Moving to another computer: what cannot travel, and what is settled once it has arrived."""

from __future__ import annotations

from collections.abc import Callable

from desktop.clock import Clock
from desktop.crypto.devicekey import DeviceStore
from desktop.models.accounts import Session
from desktop.office.desk import Desk
from desktop.office.values_backups import ArrivalShown, MovePlan
from desktop.paths import PracticeFolder


class Moving:
    """The list before, and the list after; what can be looked up is looked up."""

    def __init__(
        self,
        desk: Desk,
        folder: PracticeFolder,
        clock: Clock,
        device_store: Callable[[], DeviceStore | None],
    ) -> None:
        self._desk = desk
        self._folder = folder
        self._clock = clock
        self._device_store = device_store

    def plan_move(self, session: Session) -> MovePlan:
        """What the new computer will lack, and whether everything lies outside this one."""
        raise NotImplementedError

    def show_arrival(self, session: Session) -> ArrivalShown:
        raise NotImplementedError

    def settle_arrival(self, session: Session, item: str) -> ArrivalShown:
        """Raises InputError "arrival-item-unknown"; Refused "arrival-not-done" with `item`."""
        raise NotImplementedError
