"""Signing in: password and computer open the vault, the code lets the person through.

The order is fixed. A try is counted first; the password opens the vault or nothing; only
then is the database open and the code checked, once per step; the failures of the
meantime go into the audit log before anything else is done. When any of it fails, what
was opened is closed again.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime

from desktop.access import totp
from desktop.access.guard import Guard
from desktop.access.tries import STOP_AFTER, FailedTry, Tries
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.crypto.devicekey import DeviceStore, device_share
from desktop.crypto.keyslots import read_slots
from desktop.crypto.sealedbox import new_box_keys, public_of
from desktop.crypto.vault import OpenVault, unlock
from desktop.errors import SealwellError, VaultError
from desktop.models import settings, users, vaultkeys
from desktop.models.accounts import Session, SessionId, User, UserId
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.paths import PracticeFolder

MAX_SEEN = "max-seen-utc"
FOLDED = "tries-folded"
TRIES_PRIVATE = "tries-private"
_GUESSES = frozenset({"code-wrong", "code-used", "wrong-password"})
"""What counts against the person; a full disk or a wrong clock does not."""


def slot_uid(vault_id: bytes, user: str) -> UserId:
    """The opaque id of a user's slot, which is the user's id: found without the database.

    Names are compared after NFKC, without case and outer blanks.
    """
    name = unicodedata.normalize("NFKC", user).strip().casefold()
    return UserId(hashlib.sha256(vault_id + name.encode("utf-8")).hexdigest()[:32])


@dataclass(frozen=True)
class SignedIn:
    """What is open now, and whose."""

    vault: OpenVault
    database: Database
    session: Session


class SignIn:
    """The way in; used by the window, the lock page and the command line alike.

    `open_database` opens the practice's database with the vault's key; `device_store`
    finds the operating system's key store (None where there is none).
    """

    def __init__(
        self,
        folder: PracticeFolder,
        clock: Clock,
        device_store: Callable[[], DeviceStore | None],
        open_database: Callable[[OpenVault], Database],
        audit: AuditLog,
        guard: Guard,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._device_store = device_store
        self._open_database = open_database
        self._audit = audit
        self._guard = guard
        self._tries = Tries(folder.tries, clock)

    def sign_in(self, user: str, password: str, code: str) -> SignedIn:
        """Open vault and database. Blocks for the key derivation: call it from a worker.

        Raises VaultError "wrong-password" (also for an unknown or disabled user) and the
        other errors of `unlock`; Refused "code-wrong", "code-used", "clock-back",
        "too-many-tries" with `seconds`, "sign-in-stopped".
        """
        vault = self._open_vault(user, password)
        with ExitStack() as opened:
            opened.callback(vault.close)
            with self._no_blame(vault.user_id):
                database = self._open_database(vault)
            opened.callback(database.close)
            session = SessionId(new_id())
            person = self._pass(database, UserId(vault.user_id), code, Act.SIGNIN_OK, session)
            opened.pop_all()
        return SignedIn(vault, database, self._guard.open(person, self._clock.now(), session))

    def unlock_screen(self, user: str, password: str, code: str, database: Database) -> Session:
        """Behind the screen lock, with the database still open on duty: the same proof, a new session."""
        session = SessionId(new_id())
        person = self._prove(user, password, code, database, Act.SESSION_UNLOCKED, session)
        return self._guard.open(person, self._clock.now(), session)

    def step_up(self, session: Session, password: str, code: str, database: Database) -> None:
        """Prove again that it is you, for what asks for a fresh proof."""
        self._prove(session.user_name, password, code, database, Act.SIGNIN_STEP_UP, session.id)
        self._guard.prove(session)

    def _prove(
        self, user: str, password: str, code: str, database: Database, act: Act, session: SessionId
    ) -> User:
        vault = self._open_vault(user, password)
        vault.close()
        return self._pass(database, UserId(vault.user_id), code, act, session)

    def _open_vault(self, user: str, password: str) -> OpenVault:
        slots = read_slots(self._folder.keys)
        uid = slot_uid(slots.vault_id, user)
        self._tries.begin(uid)
        with self._no_blame(uid):
            share = device_share(self._device_store(), slots.vault_id)
        try:
            return unlock(self._folder.keys, uid, password, share)
        except VaultError as error:
            if error.code == "wrong-password":
                self._tries.failed(uid, error.code)
            else:
                self._tries.withdraw(uid)
            raise

    def _pass(self, database: Database, uid: UserId, code: str, act: Act, session: SessionId) -> User:
        """Fold what failed, then check the code and record that it was right, in one transaction each."""
        with self._no_blame(uid):
            self._fold(database)
        now = self._clock.now()
        try:
            person = database.write(lambda tx: self._check_code(tx, uid, code, now, act, session))
        except SealwellError as error:
            self._refuse(database, uid, error, now)
            raise
        self._tries.succeeded(uid)
        return person

    def _check_code(
        self, tx: Tx, uid: UserId, code: str, now: datetime, act: Act, session: SessionId
    ) -> User:
        person = users.get(tx, uid)
        if person is None or person.disabled_at is not None:  # said in the words of a wrong password
            raise VaultError("wrong-password")
        secret, last_step = users.totp(tx, uid)
        seen = settings.get(tx, MAX_SEEN)
        latest = datetime.fromisoformat(seen) if seen else None
        step = totp.verify(secret, code, now, last_step, latest)
        users.set_last_step(tx, uid, step)
        settings.put(tx, MAX_SEEN, max(now, latest or now).isoformat())
        event = Event(act, obj=uid, det={"tries": self._tries.count(uid) - 1})
        self._audit.record(tx, event, actor=uid, role=person.role.value, session=session)
        return person

    def _refuse(self, database: Database, uid: UserId, error: SealwellError, now: datetime) -> None:
        """Count and record a wrong second step; the database is open, so it is recorded there."""
        if error.code not in _GUESSES:
            self._tries.withdraw(uid)
            if error.code == "clock-back":
                database.write(lambda tx: self._record_clock(tx, now))
            return
        self._tries.failed(uid)
        disabled = error.code == "wrong-password"
        failed = Event(
            Act.SIGNIN_FAILED if disabled else Act.SIGNIN_CODE_FAILED,
            obj=uid,
            outcome="failed",
            why="user-disabled" if disabled else error.code,
            det={"at": _milliseconds(now), "tries": self._tries.count(uid)},
        )
        database.write(lambda tx: self._audit.record(tx, failed))

    def _record_clock(self, tx: Tx, now: datetime) -> None:
        seen = settings.get(tx, MAX_SEEN)
        before = datetime.fromisoformat(seen) if seen else now
        det = {"before": _milliseconds(before), "after": _milliseconds(now)}
        self._audit.record(tx, Event(Act.CLOCK_ANOMALY, outcome="refused", why="clock-back", det=det))

    def _fold(self, database: Database) -> None:
        """Failed sign-ins of the meantime into the log, then out of their file."""

        def fold(tx: Tx) -> tuple[str, bytes]:
            private = vaultkeys.get(tx, TRIES_PRIVATE)
            if private is None:
                raise VaultError("database-damaged")
            pending = self._tries.pending(private, settings.get(tx, FOLDED) or "")
            for tried in pending.tries:
                for event in _events_of(tried):
                    self._audit.record(tx, event)
            if pending.damaged or pending.unsealed:
                why = "tries-damaged" if pending.damaged else "tries-unsealed"
                det = {"unsealed": pending.unsealed}
                self._audit.record(tx, Event(Act.TRIES_DAMAGED, outcome="failed", why=why, det=det))
            settings.put(tx, FOLDED, pending.mark)
            return pending.mark, public_of(private)

        self._tries.folded(*database.write(fold))

    @contextmanager
    def _no_blame(self, uid: str) -> Iterator[None]:
        """What goes wrong in here was no guess: it does not count."""
        try:
            yield
        except SealwellError:
            self._tries.withdraw(uid)
            raise


def start_tries(tx: Tx, folder: PracticeFolder, clock: Clock) -> None:
    """At set-up and after a recovery: a key pair for failed sign-ins, and a clean file."""
    keys = new_box_keys()
    vaultkeys.put(tx, TRIES_PRIVATE, keys.private)
    Tries(folder.tries, clock).create(keys.public)


def _events_of(tried: FailedTry) -> list[Event]:
    det = {"at": tried.at, "tries": tried.tries, "serial": tried.serial}
    events = [Event(Act.SIGNIN_FAILED, obj=tried.user, outcome="failed", why=tried.why, det=det)]
    if tried.tries >= STOP_AFTER or tried.tries % LIMITS.lock_after_tries == 0:
        why = "sign-in-stopped" if tried.tries >= STOP_AFTER else "too-many-tries"
        events.append(Event(Act.SIGNIN_STOPPED, obj=tried.user, outcome="refused", why=why, det=det))
    return events


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
