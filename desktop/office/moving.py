"""Moving to another computer: what cannot travel, and what is settled once it has arrived."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.crypto.devicekey import DeviceStore, device_share
from desktop.crypto.keyslots import DeviceSecret, read_slots
from desktop.errors import InputError, Refused
from desktop.models import arrivals
from desktop.models.accounts import Session
from desktop.models.arrivals import Arrival
from desktop.models.database import Tx
from desktop.models.records import Reason
from desktop.office.arrival_facts import Here, concerns, look
from desktop.office.backup_lines import fresh
from desktop.office.desk import Desk, Recorder
from desktop.office.values_backups import ARRIVAL_ITEMS, ArrivalShown, MoveItem, MovePlan
from desktop.paths import PracticeFolder

_DONE = Reason("arrive-done")


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
        """What the new computer will lack, and whether every change lies outside this one."""
        now = self._clock.now()

        def plan(tx: Tx) -> MovePlan:
            items = tuple(
                MoveItem(item, Reason(f"move-{item}")) for item in ARRIVAL_ITEMS if concerns(tx, item)
            )
            found = fresh(tx, now)
            return MovePlan(items, found, ready=found.last is not None and found.since is None)

        return self._desk.read(
            session,
            Action.PLAN_MOVE,
            plan,
            lambda found: Event(Act.MOVE_PLANNED, det={"count": len(found.items)}),
        )

    def show_arrival(self, session: Session) -> ArrivalShown:
        """Every item of the last arrival, as long as one of them is open; what is seen done is settled."""
        opened = self._desk.check(session, Action.SETTLE_ARRIVAL)
        here, now = self._here(session), self._clock.now()

        def found(tx: Tx) -> tuple[str, ...]:
            return tuple(
                item
                for item, one in _open(tx).items()
                if look(tx, item, one.opened_at, now, session.user, here).done
            )

        def settle(tx: Tx, record: Recorder) -> None:
            for item in found(tx):
                arrivals.settle(tx, item, None, now)
                record(Event(Act.ARRIVAL_SETTLED, det={"item": item}))

        if opened.database.read(found):
            self._desk.write(session, Action.SETTLE_ARRIVAL, settle)
        return self._desk.read(
            session,
            Action.SETTLE_ARRIVAL,
            lambda tx: _shown(tx, session, now, here),
            lambda shown: Event(Act.ARRIVAL_SHOWN, det={"count": len(shown.items)}) if shown.items else None,
        )

    def settle_arrival(self, session: Session, item: str) -> ArrivalShown:
        """Raises InputError "arrival-item-unknown"; Refused "arrival-not-done"."""
        here, now = self._here(session), self._clock.now()

        def settle(tx: Tx, record: Recorder) -> ArrivalShown:
            found = _open(tx).get(item)
            if found is None:
                raise InputError("arrival-item-unknown")
            fact = look(tx, item, found.opened_at, now, session.user, here)
            if fact.done is False:
                raise Refused("arrival-not-done", item=item)
            arrivals.settle(tx, item, session.user, now)
            record(Event(Act.ARRIVAL_SETTLED, det={"item": item}))
            return _shown(tx, session, now, here)

        return self._desk.write(session, Action.SETTLE_ARRIVAL, settle)

    def _here(self, session: Session) -> Here:
        """Of this computer: whether this person's way in takes part of its key store."""
        quick, store = self._desk.quick, self._device_store()
        pin = quick.has_pin(session.user) if quick.allowed else None
        if store is None:
            return Here(None, pin)
        slots = read_slots(self._folder.keys)
        share = device_share(store, slots.vault_id)
        device = DeviceSecret(share).device_id if share is not None else ""
        return Here(any(slot.device_id == device for slot in slots.of_user(session.user)), pin)


def _open(tx: Tx) -> dict[str, Arrival]:
    return {one.item: one for one in arrivals.listing(tx) if one.done_at is None}


def _shown(tx: Tx, session: Session, now: datetime, here: Here) -> ArrivalShown:
    known = {one.item: one for one in arrivals.listing(tx)}
    items = []
    for item in ARRIVAL_ITEMS:
        one = known.get(item)
        if one is None:
            continue
        fact = look(tx, item, one.opened_at, now, session.user, here)
        done = one.done_at is not None
        items.append(MoveItem(item, _DONE if done else fact.reason, done=done))
    return ArrivalShown(tuple(items) if any(not one.done for one in items) else ())
