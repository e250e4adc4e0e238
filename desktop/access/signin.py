"""Signing in: password, computer and security key open the vault, the second factor lets the person through.

The order is fixed. A try is counted first; a security key is asked where the slot wants
one, and its answer is part of what opens; the password opens the vault or nothing; only
then is the database open and the second factor checked (`secondfactor.py`); the failures
of the meantime go into the audit log before anything else is done. When any of it fails,
what was opened is closed again.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

from desktop.access.guard import Guard
from desktop.access.roles import Purpose
from desktop.access.secondfactor import (
    GIVEN,
    MAX_SEEN,
    Factors,
    Given,
    check_second,
    latest,
    milliseconds,
)
from desktop.access.securitykeys import RP_ID, Choice, Known, SecurityKeys
from desktop.access.tries import STOP_AFTER, FailedTry, Tries
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.crypto.devicekey import DeviceStore, device_share
from desktop.crypto.keyslots import DeviceSecret, read_slots
from desktop.crypto.rotation import settle_rotation
from desktop.crypto.sealedbox import new_box_keys, public_of
from desktop.crypto.slotseal import NewKey
from desktop.crypto.vault import KeyAnswer, OpenVault, key_challenge, unlock
from desktop.errors import Refused, SealwellError, VaultError
from desktop.frozen import dataclass
from desktop.models import factors, settings, users, vaultkeys
from desktop.models.accounts import Session, SessionId, User, UserId, UserState
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.paths import PracticeFolder

__all__ = ["MAX_SEEN", "Checked", "Factors", "SignIn", "SignedIn", "slot_uid", "start_tries"]

FOLDED = "tries-folded"
TRIES_PRIVATE = "tries-private"
KeysFor = Callable[[str], SecurityKeys]
"""Security keys, asked with the PIN that the person typed."""
WRONG_PIN = "pin-wrong"
_FAILED = {WRONG_PIN: Act.PIN_FAILED, "invitation-wrong": Act.INVITATION_FAILED}
"""What failed tries are in the log; the others are sign-ins."""
_GUESSES = frozenset({"code-wrong", "code-used", "recovery-code-wrong", "wrong-password"})
"""What counts against the person; a full disk, a missing code or a wrong clock does not."""


def slot_uid(vault_id: bytes, user: str) -> UserId:
    """The opaque id of a user's slot, which is the user's id: found without the database.

    Names are compared after NFKC, without case and outer blanks.
    """
    name = unicodedata.normalize("NFKC", user).strip().casefold()
    return UserId(hashlib.sha256(vault_id + name.encode("utf-8", "surrogatepass")).hexdigest()[:32])


@dataclass(frozen=True)
class SignedIn:
    """Who is in now; `vault` holds the person's own keys beside the practice's."""

    vault: OpenVault
    database: Database
    session: Session
    person: User


@dataclass(frozen=True)
class _Passed:
    """Who was let through, and by which second factor (`check_second`), or by the password alone."""

    person: User
    way: str

    @property
    def second(self) -> bool:
        return self.way in GIVEN


@dataclass(frozen=True)
class Checked:
    """A password that was right, with what else opened: for changing the way in itself."""

    vault: OpenVault
    device: DeviceSecret | None
    key: NewKey | None
    """The security key that answered, as a slot for it wants it."""


class SignIn:
    """The way in; used by the window, the lock page and the command line alike.

    `open_database` opens the practice's database with the vault's key; `device_store`
    finds the operating system's key store (None where there is none); `keys` gives the
    security keys for a typed PIN.
    """

    def __init__(
        self,
        folder: PracticeFolder,
        clock: Clock,
        device_store: Callable[[], DeviceStore | None],
        open_database: Callable[[OpenVault], Database],
        audit: AuditLog,
        guard: Guard,
        keys: KeysFor,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._device_store = device_store
        self._open_database = open_database
        self._audit = audit
        self._guard = guard
        self._keys = keys
        self._tries = Tries(folder.tries, clock)

    def sign_in(self, user: str, password: str, given: Factors) -> SignedIn:
        """Open vault and database. Blocks for the key derivation: call it from a worker.

        Raises VaultError "wrong-password" (also for somebody unknown, invited, suspended or
        gone) and the other errors of `unlock`; Refused "code-needed", "code-wrong",
        "code-used", "recovery-code-wrong", "clock-back", "too-many-tries" with `seconds`,
        "sign-in-stopped", and those of `SecurityKeys`.
        """
        checked = self._open_vault(user, password, given.key_pin)
        vault = checked.vault
        with ExitStack() as opened:
            opened.callback(vault.close)
            with self._no_blame(vault.user_id):
                database = self._open_database(vault)
            opened.callback(database.close)
            session = SessionId(new_id())
            shown = _presented(checked, given)
            passed = self._pass(database, shown, vault.user_id, Act.SIGNIN_OK, session)
            opened.pop_all()
        return self._signed_in(vault, database, passed, session)

    def unlock_screen(self, user: str, password: str, given: Factors, database: Database) -> SignedIn:
        """Behind the screen lock, with the database still open on duty: the same proof, a new session."""
        checked = self._open_vault(user, password, given.key_pin)
        session = SessionId(new_id())
        with ExitStack() as opened:
            opened.callback(checked.vault.close)
            shown = _presented(checked, given)
            passed = self._pass(database, shown, checked.vault.user_id, Act.SESSION_UNLOCKED, session)
            opened.pop_all()
        return self._signed_in(checked.vault, database, passed, session)

    def _signed_in(
        self, vault: OpenVault, database: Database, passed: _Passed, session: SessionId
    ) -> SignedIn:
        person = passed.person
        opened = self._guard.open(person, self._clock.now(), session, second=passed.second)
        return SignedIn(vault, database, opened, person)

    # --- a fresh proof --------------------------------------------------------------

    def step_up(
        self, session: Session, password: str, given: Factors, database: Database, purpose: Purpose
    ) -> None:
        """Prove again that it is you; a session with a second factor stands for that factor itself.

        For one's own security a session without one is no proof: Refused "code-needed" where none
        is given now. A wrong password counts as a try, and so does a wrong code, though unasked for.
        """
        needed = purpose is Purpose.OWN_SECURITY and not self._guard.second_given(session)
        checked = self._open_vault(session.user_name, password, given.key_pin)
        checked.vault.close()
        anything = given.code.strip() or given.recovery_code.strip() or checked.key is not None
        shown = _presented(checked, given) if anything else None
        user = checked.vault.user_id
        passed = self._pass(database, shown, user, Act.SIGNIN_STEP_UP, session.id, needed=needed)
        self._guard.prove(session, purpose, second=passed.second)

    def step_up_by_touch(self, session: Session, pin: str, database: Database, purpose: Purpose) -> None:
        """A touch of one's own security key, verified by its PIN or a finger, in place of the password."""
        known = database.read(lambda tx: factors.keys_of(tx, session.user))
        cred_id = self.touched([Known(key.cred_id, key.public_key) for key in known], pin)
        now = self._clock.now()

        def record(tx: Tx) -> None:
            factors.key_used(tx, cred_id, now)
            event = Event(Act.SIGNIN_STEP_UP, obj=session.user, det={"action": "security-key"})
            who = session
            self._audit.record(tx, event, actor=who.user, role=who.role.value, session=who.id)

        database.write(record)
        self._guard.prove(session, purpose, second=True)

    def touched(self, known: list[Known], pin: str) -> bytes:
        """Which of the known keys was touched. Refused as by `SecurityKeys.touch`."""
        if not known:
            raise Refused("security-key-not-enrolled")
        return self._keys(pin).touch(RP_ID, known)

    def check_password(self, user: str, password: str, key_pin: str = "") -> Checked:
        """The password opens what it should, for changing it or a key; the caller closes the vault.

        Raises as `sign_in` does up to the vault; a wrong one counts.
        """
        checked = self._open_vault(user, password, key_pin)
        self._tries.withdraw(checked.vault.user_id)
        return checked

    @contextmanager
    def counted(self, uid: UserId, why: str) -> Iterator[None]:
        """A guess at something else than the password: counted first, and as `why` if it is wrong.

        Only a `Refused` with the code `why` is a wrong guess; everything else withdraws the try.
        """
        self._tries.begin(uid)
        try:
            yield
        except SealwellError as error:
            if error.code == why:
                self._tries.failed(uid, why)
            else:
                self._tries.withdraw(uid)
            raise
        self._tries.withdraw(uid)

    # --- the steps ------------------------------------------------------------------

    def _open_vault(self, user: str, password: str, key_pin: str) -> Checked:
        settle_rotation(self._folder)
        slots = read_slots(self._folder.keys)
        uid = slot_uid(slots.vault_id, user)
        self._tries.begin(uid)
        with self._no_blame(uid):
            share = device_share(self._device_store(), slots.vault_id)
            key = self._key_answer(uid, share, key_pin)
        try:
            answer = KeyAnswer(key.fido.cred_id, key.secret) if key is not None else None
            vault = unlock(self._folder.keys, uid, password, share, answer)
        except VaultError as error:
            if error.code == "wrong-password":
                self._tries.failed(uid, error.code)
            else:
                self._tries.withdraw(uid)
            raise
        return Checked(vault, DeviceSecret(share) if share is not None else None, key)

    def _key_answer(self, uid: UserId, share: bytes | None, pin: str) -> NewKey | None:
        wanted = key_challenge(self._folder.keys, uid, share)
        if not wanted:
            return None
        choices = [Choice(fido.cred_id, fido.salt, fido.api) for fido in wanted]
        cred_id, secret = self._keys(pin).secret(RP_ID, choices)
        return next(NewKey(fido, secret) for fido in wanted if fido.cred_id == cred_id)

    def _pass(
        self,
        database: Database,
        given: Given | None,
        user: str,
        act: Act,
        session: SessionId,
        *,
        needed: bool = False,
    ) -> _Passed:
        """Fold what failed, then check the second factor and record it, in one transaction each."""
        uid = UserId(user)
        with self._no_blame(uid):
            self._fold(database)
        now = self._clock.now()
        try:
            passed = database.write(lambda tx: self._check(tx, uid, given, now, act, session, needed))
        except SealwellError as error:
            self._refuse(database, uid, error, now)
            raise
        self._tries.succeeded(uid)
        return passed

    def _check(
        self,
        tx: Tx,
        uid: UserId,
        given: Given | None,
        now: datetime,
        act: Act,
        session: SessionId,
        needed: bool,
    ) -> _Passed:
        """`given` is None where only the password was asked for; `needed` refuses that."""
        person = users.get(tx, uid)
        if person is None or person.state is not UserState.ACTIVE or person.disabled_at is not None:
            raise VaultError("wrong-password")  # said in the words of a wrong password

        def record(event: Event) -> None:
            self._audit.record(tx, event, actor=uid, role=person.role.value, session=session)

        if given is None and needed:
            raise Refused("code-needed")
        way = check_second(tx, uid, given, now, record) if given is not None else "password"
        users.seen(tx, uid, now)
        record(Event(act, obj=uid, det={"tries": self._tries.count(uid) - 1, "action": way}))
        return _Passed(person, way)

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
            det={"at": milliseconds(now), "tries": self._tries.count(uid)},
        )
        database.write(lambda tx: self._audit.record(tx, failed))

    def _record_clock(self, tx: Tx, now: datetime) -> None:
        det = {"before": milliseconds(latest(tx) or now), "after": milliseconds(now)}
        self._audit.record(tx, Event(Act.CLOCK_ANOMALY, outcome="refused", why="clock-back", det=det))

    def _fold(self, database: Database) -> None:
        """Failed sign-ins of the meantime into the log, then out of their file."""

        def fold(tx: Tx) -> tuple[str, bytes]:
            private = vaultkeys.get(tx, TRIES_PRIVATE)
            if private is None:
                raise VaultError("database-damaged")
            mark = settings.get(tx, FOLDED) or ""
            pending = self._tries.pending(private, mark)
            for tried in pending.tries:
                for event in _events_of(tried):
                    self._audit.record(tx, event)
            if pending.damaged or pending.unsealed:
                why = "tries-damaged" if pending.damaged else "tries-unsealed"
                det = {"unsealed": pending.unsealed}
                self._audit.record(tx, Event(Act.TRIES_DAMAGED, outcome="failed", why=why, det=det))
            if pending.mark != mark:
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


def _presented(checked: Checked, given: Factors) -> Given:
    computer = checked.device.device_id if checked.device else ""
    return Given(given, computer, checked.key.fido.cred_id if checked.key else b"")


def _events_of(tried: FailedTry) -> list[Event]:
    det = {"at": tried.at, "tries": tried.tries, "serial": tried.serial}
    act = _FAILED.get(tried.why, Act.SIGNIN_FAILED)
    events = [Event(act, obj=tried.user, outcome="failed", why=tried.why, det=det)]
    if tried.tries >= STOP_AFTER or tried.tries % LIMITS.lock_after_tries == 0:
        why = "sign-in-stopped" if tried.tries >= STOP_AFTER else "too-many-tries"
        events.append(Event(Act.SIGNIN_STOPPED, obj=tried.user, outcome="refused", why=why, det=det))
    return events
