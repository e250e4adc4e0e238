"""Storage for locked files and what waits in it: kept with its agreement, tested, revoked from."""

from __future__ import annotations

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.config import STORAGE_LIMITS
from desktop.errors import InputError
from desktop.mail.relays import agreement_problem
from desktop.models import messages, people, pickups
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.protection import Pickup, PickupId, Storage, StorageId
from desktop.models.records import Message, Reason, State
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.relays import practice_now
from desktop.office.values_protection import (
    PickupLine,
    PickupsShown,
    StorageLine,
    StorageRequest,
    StoragesShown,
    StorageTested,
)
from desktop.sync.storage import KINDS, address
from desktop.sync.storage_test import check_storage

_WAITING = (State.QUEUED, State.DEFERRED)


class Storages:
    """Locked files go to the one added last that is not retired."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def add_storage(self, session: Session, request: StorageRequest) -> StorageLine:
        """Keep it without connecting; used from now on, once its agreement is in order."""
        self._desk.check(session, Action.MANAGE_STORAGE)
        made = self._storage(request)

        def keep(tx: Tx, record: Recorder) -> StorageLine:
            pickups.add_storage(tx, made, request.secret)
            record(Event(Act.STORAGE_ADDED, made.id))
            return self._line(tx, made)

        return self._desk.write(session, Action.MANAGE_STORAGE, keep)

    def test_storage(self, session: Session, request: StorageRequest) -> StorageTested:
        """Before or after it is kept: a secret that is left out is the kept one's of the same address."""
        opened = self._desk.check(session, Action.MANAGE_STORAGE)
        asked = self._storage(request)
        known = opened.database.read(lambda tx: self._kept(tx, asked)) if not request.secret else None
        secret = known[1] if known else request.secret
        ok, steps = check_storage(asked, secret)
        outcome, why = ("ok", "") if ok else ("failed", steps[-1].code)
        about = known[0] if known else None
        event = Event(Act.STORAGE_TESTED, about or "", outcome, why)
        self._desk.write(session, Action.MANAGE_STORAGE, lambda _, record: record(event))
        return StorageTested(ok, steps, about)

    def list_storages(self, session: Session) -> StoragesShown:
        return self._desk.read(
            session,
            Action.LIST_STORAGE,
            self._shown,
            lambda shown: Event(Act.STORAGES_LISTED, det={"count": len(shown.storages)}),
        )

    def retire_storage(self, session: Session, storage: StorageId) -> StoragesShown:
        """No new file goes there; what lies there stays until its time, and is deleted then."""

        def end(tx: Tx, record: Recorder) -> StoragesShown:
            if not pickups.retire(tx, storage, self._clock.now()):
                raise InputError("storage-unknown")
            record(Event(Act.STORAGE_RETIRED, storage))
            return self._shown(tx)

        return self._desk.write(session, Action.MANAGE_STORAGE, end)

    def list_pickups(self, session: Session) -> PickupsShown:
        return self._desk.read(
            session,
            Action.LIST_PICKUPS,
            self._pickups,
            lambda shown: Listed(
                Act.PICKUPS_LISTED,
                tuple(line.person for line in shown.pickups),
                {"count": len(shown.pickups)},
            ),
        )

    def revoke_pickup(self, session: Session, pickup: PickupId) -> PickupsShown:
        """The link leads nowhere from now on; a message that has not left does not leave.

        Deleted at once where the storage answers, else as soon as it does.
        """
        opened = self._desk.check(session, Action.REVOKE_PICKUP)

        def revoke(tx: Tx, record: Recorder) -> None:
            found = pickups.get(tx, pickup)
            if found is None:
                raise InputError("pickup-unknown")
            if found.revoked_at is None and found.deleted_at is None:
                pickups.mark(tx, pickup, revoked_at=self._clock.now())
                opened.outbox.cancel(tx, found.message, Reason("link-revoked"), session)
            record(Event(Act.PICKUP_REVOKED, pickup, det={"message": found.message}))

        self._desk.write(session, Action.REVOKE_PICKUP, revoke)
        opened.pickups.delete(pickup)
        return opened.database.read(self._pickups)

    # --- inside ------------------------------------------------------------------------------

    def _storage(self, request: StorageRequest) -> Storage:
        """A storage whose every field is fit."""
        if request.kind not in KINDS:
            raise InputError("storage-kind-unknown")
        parts = address(request.url)
        address(request.public_url)
        if request.kind == "s3" and not parts.path.strip("/"):
            raise InputError("storage-no-bucket")
        if not 0 < request.days <= STORAGE_LIMITS.days_most:
            raise InputError("storage-days-wrong", most=STORAGE_LIMITS.days_most)
        log = request.access_log.strip()
        if log and request.kind == "webdav" and address(log).netloc != parts.netloc:
            raise InputError("storage-log-wrong")
        return Storage(
            StorageId(new_id()),
            name=request.name.strip() or (parts.hostname or ""),
            kind=request.kind,
            url=request.url.strip(),
            user=request.user.strip(),
            public_url=request.public_url.strip(),
            days=request.days,
            baa=request.baa,
            made_at=self._clock.now(),
            access_log=log,
            ca_file=request.ca_file,
        )

    def _kept(self, tx: Tx, asked: Storage) -> tuple[StorageId, str] | None:
        for one in pickups.storages(tx):
            if (one.kind, one.url, one.user) == (asked.kind, asked.url, asked.user):
                return one.id, pickups.secret(tx, one.id)
        return None

    def _shown(self, tx: Tx) -> StoragesShown:
        return StoragesShown(tuple(self._line(tx, one) for one in pickups.storages(tx)))

    def _line(self, tx: Tx, one: Storage) -> StorageLine:
        today = practice_now(tx, self._clock).date()
        return StorageLine(one, agreement_problem(one.baa, one.name, today))

    def _pickups(self, tx: Tx) -> PickupsShown:
        found = pickups.listing(tx)
        logs = {one.id for one in pickups.storages(tx) if one.access_log}
        rows = messages.get_many(tx, [one.message for one in found])
        known = people.get_many(tx, list({row.person for row in rows.values()}))
        lines = []
        for one in found:
            row = rows[one.message]
            person = known.get(row.person)
            state = self._state(one, row, logged=one.storage in logs)
            lines.append(PickupLine(one, row.person, person.name if person else "", state))
        return PickupsShown(tuple(lines))

    def _state(self, one: Pickup, row: Message, *, logged: bool) -> str:
        if one.picked_up_at is not None:
            return "picked-up"
        if one.revoked_at is not None:
            return "revoked"
        if one.expires_at <= self._clock.now() or one.deleted_at is not None:
            return "expired"
        if one.put_at is None or row.state in _WAITING or logged:
            return "waiting"
        return "not-known"
