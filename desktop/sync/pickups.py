"""Locked files on their way into storage and out of it again.

A message with a link leaves only once its file is in storage (`models.messages.due`). What
is expired, revoked, or belongs to a message that never left is deleted, and tried again
until it is gone. What cannot be done is written beside the row, where people see it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime, timedelta

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.config import LIMITS, STORAGE_LIMITS
from desktop.errors import InputError, SealwellError
from desktop.mail import events
from desktop.mail.relays import agreement_problem
from desktop.models import messages, pickups, settings
from desktop.models.database import Database, Tx
from desktop.models.delivery import DeliveryEvent, EventKind
from desktop.models.protection import Pickup, PickupId, Storage, StorageId
from desktop.models.records import Reason, State
from desktop.sync.storage import Place, StorageError
from desktop.sync.storage_log import fetched
from desktop.sync.storage_test import open_place

SWEPT = "pickups-swept"
_MARK = "pickup-log:"
_WAITING = frozenset({State.QUEUED, State.DEFERRED})
_LATE = timedelta(minutes=5)
"""How far a storage's clock may be ahead of ours."""


class Pickups:
    """One per open practice. Methods block on the network and may be called from any thread."""

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        clock: Clock,
        open_storage: Callable[[Storage, str], Place] = open_place,
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._open = open_storage
        self._one_at_a_time = threading.Lock()
        self._ended = threading.Event()
        self._not_before = 0.0

    def stop(self) -> None:
        """No further file is begun."""
        self._ended.set()

    def before_run(self, background: bool) -> None:
        """What sending waits for; a command, behind which no watch looks on, also sweeps."""
        self.put_waiting(patient=background)
        if not background:
            self.look()

    def look(self) -> None:
        """Once an hour: `sweep`."""
        now = self._clock.now()
        if self._database.read(lambda tx: is_due(tx, now)):
            self.sweep()

    def put_waiting(self, *, patient: bool = False) -> None:
        """Put what messages wait for that may leave within a minute; trouble stays beside them.

        With `patient`, not before a minute has passed since the last trouble.
        """
        if self._ended.is_set() or (patient and self._clock.mono() < self._not_before):
            return
        until = self._clock.now() + timedelta(seconds=LIMITS.wait_for_hold)
        with self._one_at_a_time:
            waiting = self._database.read(lambda tx: pickups.to_put(tx, until))
            for storage, some in self._by_storage(waiting):
                self._put_all(storage, some)

    def sweep(self) -> None:
        """Delete what is over, and read who fetched what; as often as asked, `is_due` says when."""
        now = self._clock.now()
        self._database.write(lambda tx: settings.put(tx, SWEPT, now.isoformat()))
        with self._one_at_a_time:  # what is being put now is known only afterwards
            over = self._database.read(lambda tx: pickups.to_delete(tx, now))
            for storage, some in self._by_storage(over):
                self._delete_all(storage, some)
            for storage in self._database.read(pickups.storages):
                if storage.access_log and not self._ended.is_set():
                    self._read_log(storage)

    def delete(self, one: PickupId) -> None:
        """One that was revoked, at once; where that fails the sweep tries again."""
        with self._one_at_a_time:
            found = self._database.read(lambda tx: pickups.get(tx, one))
            if found is not None and found.deleted_at is None:
                for storage, some in self._by_storage((found,)):
                    self._delete_all(storage, some)

    # --- inside ------------------------------------------------------------------------------

    def _by_storage(self, some: Iterable[Pickup]) -> list[tuple[Storage, list[Pickup]]]:
        groups: dict[StorageId, list[Pickup]] = {}
        for one in some:
            groups.setdefault(one.storage, []).append(one)
        if not groups:
            return []
        known = {storage.id: storage for storage in self._database.read(pickups.storages)}
        return [(known[name], group) for name, group in groups.items()]

    def _place(self, storage: Storage) -> Place:
        return self._open(storage, self._database.read(lambda tx: pickups.secret(tx, storage.id)))

    def _put_all(self, storage: Storage, some: list[Pickup]) -> None:
        """In their order; the first trouble ends it for this storage, the rest would fare alike."""
        problem = agreement_problem(storage.baa, storage.name, self._clock.now().date())
        if problem is not None:
            self._wait(some, problem)
            return
        try:
            with closing(self._place(storage)) as place:
                for one in some:
                    if self._ended.is_set():
                        return
                    self._put(place, one)
        except (StorageError, InputError) as error:
            self._not_before = self._clock.mono() + STORAGE_LIMITS.retry
            self._wait(some, Reason(error.code, dict(error.params)))

    def _put(self, place: Place, one: Pickup) -> None:
        content = self._database.read(lambda tx: pickups.content(tx, one.id))
        place.put(one.name, content)

        def keep(tx: Tx) -> bool:
            pickups.put(tx, one.id, self._clock.now())
            _say_why(tx, one, None)
            self._record(tx, Act.PICKUP_PUT, one)
            return _is_there(tx, one)

        if not self._database.write(keep):  # another process was done with it meanwhile
            place.delete(one.name)

    def _wait(self, some: list[Pickup], reason: Reason) -> None:
        def note(tx: Tx) -> None:
            still = [one for one in some if _is_waiting(tx, one)]
            fresh = [one for one in still if one.trouble != reason.code]
            pickups.note_trouble(tx, [one.id for one in still], reason.code)
            for one in still:
                _say_why(tx, one, reason)
            for one in fresh:
                self._record(tx, Act.PICKUP_PUT, one, reason.code)

        self._database.write(note)

    def _delete_all(self, storage: Storage, some: list[Pickup]) -> None:
        try:
            with closing(self._place(storage)) as place:
                for one in some:
                    if self._ended.is_set():
                        return
                    place.delete(one.name)  # also what is not known to be there: a crash forgets what was put
                    self._gone(one)
        except (StorageError, InputError) as error:
            self._stays(some, error)

    def _gone(self, one: Pickup) -> None:
        def keep(tx: Tx) -> None:
            pickups.deleted(tx, one.id, self._clock.now())
            self._record(tx, Act.PICKUP_DELETED, one)

        self._database.write(keep)

    def _stays(self, some: list[Pickup], error: SealwellError) -> None:
        def note(tx: Tx) -> None:
            still = [one for one in some if _is_there(tx, one)]
            pickups.note_trouble(tx, [one.id for one in still], error.code)
            for one in still:
                if one.trouble != error.code:
                    self._record(tx, Act.PICKUP_DELETED, one, error.code)

        self._database.write(note)

    def _read_log(self, storage: Storage) -> None:
        """Trouble with a log is no trouble with a file: it is read again in an hour."""
        now, mark = self._clock.now(), _MARK + storage.id
        unseen, after = self._database.read(
            lambda tx: (pickups.unseen(tx, storage.id, now), settings.get(tx, mark) or "")
        )
        if not unseen:
            return
        try:
            with closing(self._place(storage)) as place:
                lines, reached = place.access_log(after)
        except (StorageError, InputError):
            return
        seen = {name: when for name, when in reversed(list(fetched(lines))) if name in unseen}

        def keep(tx: Tx) -> None:
            settings.put(tx, mark, reached)
            for name, when in seen.items():
                one = unseen[name]
                if one.made_at - _LATE <= when <= now + _LATE:
                    pickups.mark(tx, one.id, picked_up_at=min(when, now))
                    self._record(tx, Act.PICKUP_SEEN, one)
                    self._tell(tx, one, min(when, now))

        self._database.write(keep)

    def _tell(self, tx: Tx, one: Pickup, when: datetime) -> None:
        """It was opened, so it arrived: nobody has to phone about it."""
        row = messages.get(tx, one.message)
        person = row.person if row is not None else None
        told = DeliveryEvent(EventKind.PICKED_UP, when, "storage", one.id, one.message, person)
        events.note(tx, self._audit, told, self._clock.now())

    def _record(self, tx: Tx, act: Act, one: Pickup, why: str = "") -> None:
        outcome = "failed" if why else "ok"
        self._audit.record(tx, Event(act, one.id, outcome, why, {"message": one.message}))


def is_due(tx: Tx, now: datetime) -> bool:
    """Whether an hour has passed since the last sweep, or the clock went back behind it."""
    last = settings.get(tx, SWEPT)
    since = now - datetime.fromisoformat(last) if last else timedelta(seconds=STORAGE_LIMITS.sweep)
    return not timedelta(0) <= since < timedelta(seconds=STORAGE_LIMITS.sweep)


def _is_waiting(tx: Tx, one: Pickup) -> bool:
    now = pickups.get(tx, one.id)
    return now is not None and now.put_at is None


def _is_there(tx: Tx, one: Pickup) -> bool:
    now = pickups.get(tx, one.id)
    return now is not None and now.deleted_at is None


def _say_why(tx: Tx, one: Pickup, reason: Reason | None) -> None:
    """The message's own row says what it waits for."""
    row = messages.get(tx, one.message)
    if row is not None and row.state in _WAITING and row.reason != reason:
        messages.move(tx, row.id, row.state, row.state, reason=reason)
