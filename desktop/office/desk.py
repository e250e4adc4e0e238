"""The desk behind the door: who is signed in, what is open, and the rule of every use case.

A use case asks the guard, does its work in one transaction, and writes its audit record
in that same transaction. `Desk.write` and `Desk.read` are the only ways to do so: work
that leaves no record is a bug and is rolled back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import TypeVar

from desktop.access.guard import Guard
from desktop.access.roles import IN_A_GAP, Action
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.campaigns.reminders import Reminders
from desktop.clock import Clock
from desktop.config import LIMITS, Limits
from desktop.crypto.vault import OpenVault
from desktop.errors import Refused, SealwellError
from desktop.frozen import dataclass
from desktop.mail.letters import Letters
from desktop.mail.outbox import Outbox
from desktop.models.accounts import Session, SessionId, UserId
from desktop.models.database import Database, Tx
from desktop.office.backup_watch import BackupWatch
from desktop.office.campaign_watch import CampaignWatch
from desktop.office.listed import Listed
from desktop.office.logwatch import LogWatch
from desktop.office.looks import Looks
from desktop.office.names import NameBook
from desktop.office.ownkeys import OwnKeys
from desktop.office.persons import PersonVaults
from desktop.office.quickstore import QuickStore
from desktop.office.revocation import still_counts
from desktop.office.watch import Watch
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.loop import NetworkLoop
from desktop.sync.mailbox_watch import MailboxWatch
from desktop.sync.oauth import SignIns
from desktop.sync.pickups import Pickups

T = TypeVar("T")
_FOUND_LATE = ("step-up-needed", "conversation-hidden")
"""Refusals of the rules that are found out only while the work is done."""


@dataclass(frozen=True)
class Opened:
    """What exists while the vault is open, and is dropped with it."""

    vault: OpenVault
    """The practice's keys; nobody's own: those are `Desk.vault_of`."""
    database: Database
    own: OwnKeys
    outbox: Outbox
    reminders: Reminders
    campaigns: CampaignWatch
    letters: Letters
    dispatcher: Dispatcher
    network: NetworkLoop
    names: NameBook
    looks: Looks
    watch: Watch
    pickups: Pickups
    signins: SignIns
    mailboxes: MailboxWatch
    backups: BackupWatch
    token_key: bytes = field(repr=False)
    field_key: bytes = field(repr=False)


class Recorder:
    """Writes audit records of one use case into its transaction."""

    def __init__(self, audit: AuditLog, tx: Tx, session: Session) -> None:
        self._audit = audit
        self._tx = tx
        self._session = session
        self.written = 0

    def __call__(self, event: Event) -> int:
        """Append the event as this person's and answer its sequence number."""
        who = self._session
        record = self._audit.record(self._tx, event, actor=who.user, role=who.role.value, session=who.id)
        self.written += 1
        return record.seq


class UnrecordedWork(RuntimeError):
    """A use case changed or read something and left no audit record: a bug."""


class Desk:
    """Holds what is open; every use case runs through it."""

    def __init__(
        self,
        guard: Guard,
        audit: AuditLog,
        clock: Clock,
        limits: Limits = LIMITS,
        log_watch: LogWatch | None = None,
    ) -> None:
        self.guard = guard
        self.log_watch = log_watch
        self.audit = audit
        self.clock = clock
        self.persons = PersonVaults()
        self.quick = QuickStore(clock, limits)
        self._opened: Opened | None = None
        self._change = threading.Lock()
        self._settled = threading.Event()
        self._settled.set()

    @property
    def is_open(self) -> bool:
        return self._opened is not None

    def opened(self) -> Opened:
        """What is open now; `signed-out` where the vault is closed."""
        self._settled.wait()
        if self._opened is None:
            raise Refused("signed-out")
        return self._opened

    def opened_or_none(self) -> Opened | None:
        return self._opened

    def has_gap(self) -> bool:
        """Whether entries of the log are missing and nobody said why."""
        return self.log_watch is not None and self.log_watch.gap is not None

    def put(self, opened: Opened) -> None:
        with self._change:
            self._opened = opened
        if self.log_watch is not None:
            self.log_watch.start(opened)

    def take(self) -> Opened | None:
        """Hand over what is open for closing; from here on everything is refused."""
        with self._change:
            opened, self._opened = self._opened, None
        return opened

    @contextmanager
    def exchanging(self) -> Iterator[Opened]:
        """Hand over what is open for putting other keys in its place; use cases wait meanwhile.

        What was not put back by the end is closed to everybody.
        """
        self._settled.clear()
        try:
            opened = self.take()
            if opened is None:
                raise Refused("signed-out")
            yield opened
        finally:
            self._settled.set()

    def vault_of(self, session: Session) -> OpenVault:
        """The vault with the keys of this session's person: what is signed or carried on in their name."""
        return self.persons.of(session)

    def end_person(self, user: UserId, but: SessionId | None = None) -> tuple[SessionId, ...]:
        """Role, password or account changed: their sessions here end, and with them keys and quick unlock."""
        ended = self.guard.end_user(user, but)
        self.persons.drop(*ended)
        self.quick.forget(user)
        return ended

    def check(self, session: Session, action: Action) -> Opened:
        """Ask the guard; a refusal is audited where the database can be written."""
        opened = self.opened()
        try:
            self.guard.check(session, action)
            if action not in IN_A_GAP and self.has_gap():
                raise Refused("log-gap")
        except Refused as refused:
            self._refused(opened, session, action, refused.code)
            raise
        return opened

    def write(self, session: Session, action: Action, work: Callable[[Tx, Recorder], T]) -> T:
        """One use case that writes: guard, one transaction, at least one audit record."""
        opened = self.check(session, action)

        def transaction(tx: Tx) -> T:
            self._refuse_ended(tx, session)
            recorder = Recorder(self.audit, tx, session)
            result = work(tx, recorder)
            if not recorder.written:
                raise UnrecordedWork(action.value)
            return result

        try:
            return opened.database.write(transaction)
        except Refused as refused:
            if refused.code in _FOUND_LATE:
                self._refused(opened, session, action, refused.code)
            raise

    def _refused(self, opened: Opened, session: Session, action: Action, code: str) -> None:
        event = Event(Act.GUARD_REFUSED, obj=action.value, outcome="refused", why=code)
        opened.database.write(lambda tx: Recorder(self.audit, tx, session)(event))

    def rehearse(
        self,
        session: Session,
        action: Action,
        work: Callable[[Tx, Recorder], T],
        event: Callable[[T], Event],
    ) -> T:
        """As `write`, but whatever `work` changed is undone: a dry run, recorded as one."""
        opened = self.check(session, action)
        result = opened.database.rehearse(lambda tx: work(tx, Recorder(self.audit, tx, session)))
        self.write(session, action, lambda _, record: record(event(result)))
        return result

    def read(
        self,
        session: Session,
        action: Action,
        work: Callable[[Tx], T],
        event: Callable[[T], Event | Listed | None],
    ) -> T:
        """One use case that reads: on the reading lane, recorded before the answer is given.

        `event` answers None where this same answer to this session is on record already.
        """
        opened = self.check(session, action)

        def look(tx: Tx) -> T:
            self._refuse_ended(tx, session)
            return work(tx)

        result = opened.database.read(look)
        noted = event(result)
        if noted is None:
            return result

        def note(tx: Tx) -> None:
            record = Recorder(self.audit, tx, session)
            if isinstance(noted, Listed):
                noted.keep(tx, record, opened.token_key, opened.field_key)
            else:
                record(noted)

        opened.database.write(note)
        return result

    def _refuse_ended(self, tx: Tx, session: Session) -> None:
        """A session outlives neither its account nor a change of role, whichever process made it."""
        if not still_counts(tx, session):
            self.end_person(session.user)
            raise Refused("signed-out")

    def note_refusal(self, session: Session, act: Act, error: SealwellError, obj: str = "") -> None:
        """A file, key or relay that was refused is recorded, though its own work was rolled back."""
        self.opened().database.write(
            lambda tx: Recorder(self.audit, tx, session)(
                Event(act, obj=obj, outcome="refused", why=error.code)
            )
        )
