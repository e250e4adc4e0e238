"""Getting in and out: set-up, sign-in, the two locks, the command line's token."""

from __future__ import annotations

import threading
from collections.abc import Callable

from desktop.access.computer import refuse_unsuitable
from desktop.access.guard import Guard
from desktop.access.roles import Action
from desktop.access.signin import SignIn
from desktop.access.tokens import SessionFiles
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.config import Limits
from desktop.crypto.devicekey import DeviceStore, device_share
from desktop.crypto.kdf import KdfParams
from desktop.crypto.keyslots import read_slots
from desktop.crypto.vault import OpenVault
from desktop.errors import Refused, SealwellError
from desktop.models import messages, settings, users
from desktop.models.accounts import Session
from desktop.models.database import Database, Tx
from desktop.models.records import State
from desktop.office import setup
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.duty import DutyWatch
from desktop.office.opening import Opener
from desktop.office.recovery import Breakglass
from desktop.office.values_entry import (
    Credentials,
    DutyState,
    NewPractice,
    PracticeMade,
    Recovered,
    Recovery,
    SignedIn,
)
from desktop.paths import PracticeFolder, runtime_folder

_WAITING = (State.QUEUED, State.DEFERRED, State.CLAIMED, State.CONNECTING, State.ENVELOPE, State.DATA)


class Entry:
    """The door itself; everything behind it exists only while the vault is open."""

    def __init__(
        self,
        desk: Desk,
        folder: PracticeFolder,
        clock: Clock,
        limits: Limits,
        params: Callable[[], KdfParams],
        device_store: Callable[[], DeviceStore | None],
        opener: Opener,
        audit: AuditLog,
        guard: Guard,
    ) -> None:
        self._desk = desk
        self._folder = folder
        self._clock = clock
        self._limits = limits
        self._params = params
        self._device_store = device_store
        self._opener = opener
        self._audit = audit
        self._guard = guard
        self._signin = SignIn(folder, clock, device_store, opener.database, audit, guard)
        self._entering = threading.Lock()
        self._closing = threading.Lock()
        self._token = ""
        self._duty: DutyWatch | None = None

    def practice_exists(self) -> bool:
        return self._folder.keys.exists()

    def create_practice(self, request: NewPractice) -> PracticeMade:
        return setup.create_practice(
            request, self._folder, self._clock, self._params(), self._device_store(), self._audit
        )

    def recover(self, request: Recovery) -> Recovered:
        refuse_unsuitable(self._folder.root)
        room = Breakglass(self._folder, self._clock, self._audit, self._opener)
        return room.recover(request, self._params(), self._device_store())

    # --- in ------------------------------------------------------------------------

    def sign_in(self, request: Credentials) -> SignedIn:
        """One person at a time: a second sign-in waits for the first to end."""
        with self._entering:
            if self._desk.is_open:
                return self._behind_the_screen(request)
            refuse_unsuitable(self._folder.root)
            done = self._signin.sign_in(request.user, request.password, request.code)
            try:
                self._desk.put(self._opener.open(done.vault, done.database))
            except BaseException:
                self._guard.end(done.session)
                done.database.close()
                done.vault.close()
                raise
            return self._answer(done.session)

    def unlock(self, request: Credentials) -> SignedIn:
        return self.sign_in(request)

    def _behind_the_screen(self, request: Credentials) -> SignedIn:
        database = self._desk.opened().database
        return self._answer(
            self._signin.unlock_screen(request.user, request.password, request.code, database)
        )

    def _answer(self, session: Session, token: str = "") -> SignedIn:
        return SignedIn(session, self._guard.expires_in(session), token=token)

    def touch(self, session: Session) -> None:
        self._guard.touch(session)

    def idle_seconds(self) -> float:
        return self._guard.idle_seconds()

    # --- the command line's token -----------------------------------------------------

    def issue_token(self, session: Session) -> SignedIn:
        vault = self._desk.opened().vault
        expires = min(self._limits.command_idle, self._guard.expires_in(session))
        until = int(self._clock.now().timestamp() * 1000) + expires * 1000

        def issue(_: Tx, record: Recorder) -> str:
            record(Event(Act.SESSION_ISSUED, obj=session.id, det={"until": until}))
            return self._files(vault.vault_id).write(vault, session)

        token = self._desk.write(session, Action.ISSUE_TOKEN, issue)
        return SignedIn(session, expires, token=token)

    def resume(self, token: str) -> SignedIn:
        """Open the vault with what the token's file holds; used once per command."""
        refuse_unsuitable(self._folder.root)
        slots = read_slots(self._folder.keys)
        found = self._files(slots.vault_id).open(token)
        vault = OpenVault.from_vault_key(self._folder.keys, found.vault_key, found.user_id, found.person_keys)
        try:
            self._guard.adopt(found.session, found.started, found.last_used)
            database = self._opener.database(vault)
            try:
                self._still_allowed(database, found.session)
                self._desk.put(self._opener.open(vault, database))
            except BaseException:
                database.close()
                raise
        except BaseException:
            vault.close()
            raise
        self._token = token
        return self._answer(found.session)

    def _still_allowed(self, database: Database, session: Session) -> None:
        """A token outlives neither its user's disabling nor a change of role."""
        user = database.read(lambda tx: users.get(tx, session.user))
        if user is None or user.disabled_at is not None or user.role is not session.role:
            self._guard.end(session)
            raise Refused("session-ended")

    def _files(self, vault_id: bytes) -> SessionFiles:
        share = device_share(self._device_store(), vault_id)
        return SessionFiles(runtime_folder(self._folder), self._clock, share, self._limits)

    # --- out -----------------------------------------------------------------------

    def lock(self) -> DutyState:
        """Screen lock: every person is refused from here on; approved rows stay on duty.

        Refusing waits for nothing. Whoever is just signing in is let in first, and then
        nothing is closed under their hands.
        """
        self._guard.lock()
        with self._entering:
            opened = self._desk.opened_or_none()
            if opened is not None and self._guard.everyone_locked():
                opened.database.write(lambda tx: self._audit.record(tx, Event(Act.SESSION_LOCKED)))
                if self._due(opened.database):
                    self._watch(opened)
                else:
                    self.close()
        return self.duty()

    def _watch(self, opened: Opened) -> None:
        """Close the vault once its duty is done, or has lasted too long."""

        def close_if_done(late: bool) -> bool:
            with self._entering:
                if self._desk.opened_or_none() is not opened or not self._guard.everyone_locked():
                    return True
                try:
                    if not late and self._due(opened.database):
                        return False
                except SealwellError as error:
                    return error.code == "locked"  # closed meanwhile; a busy disk is asked again
                self.close()
                return True

        if self._duty is not None:
            self._duty.stop()
        self._duty = DutyWatch(self._clock, self._limits.session_total, close_if_done)
        self._duty.start()

    def duty(self) -> DutyState:
        opened = self._desk.opened_or_none()
        if opened is None:
            return DutyState("", locked=True, vault_open=False, due=0)
        name = opened.database.read(lambda tx: settings.get(tx, "practice-name")) or ""
        locked = self._guard.everyone_locked()
        return DutyState(name, locked=locked, vault_open=True, due=self._due(opened.database))

    def sign_out(self, session: Session) -> None:
        """End the session; the command line's file goes with it, and the vault closes."""
        self._desk.write(
            session, Action.SIGN_OUT, lambda _, record: record(Event(Act.SESSION_ENDED, obj=session.id))
        )
        if self._token:
            self._files(self._desk.opened().vault.vault_id).end(self._token)
            self._token = ""
        self._guard.end(session)
        self.close()

    def close(self) -> None:
        """Vault lock: finish the message under way, close the database, drop the keys."""
        duty, self._duty = self._duty, None
        if duty is not None:
            duty.stop()
        with self._closing:  # who comes second waits for the end too
            opened = self._desk.take()
            if opened is not None:
                shut(opened, self._guard)

    def _due(self, database: Database) -> int:
        counts = database.read(messages.counts)
        return sum(counts.get(state, 0) for state in _WAITING)


def shut(opened: Opened, guard: Guard) -> None:
    """In order: nobody sends, nobody reads, the keys go."""
    opened.dispatcher.stop()
    opened.network.stop()
    guard.end_all()
    opened.database.close()
    opened.vault.close()
