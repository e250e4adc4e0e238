"""Getting in and out: set-up, sign-in, the two locks, the command line's token."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from desktop.access.computer import refuse_unsuitable
from desktop.access.guard import Guard
from desktop.access.roles import Action
from desktop.access.securitykeys import Known
from desktop.access.signin import Factors, SignIn, slot_uid
from desktop.access.signin import SignedIn as Entered
from desktop.access.tokens import SessionFiles
from desktop.access.totp import CLOCK_SLACK
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.config import Limits
from desktop.crypto.devicekey import DeviceStore, device_share
from desktop.crypto.kdf import KdfParams
from desktop.crypto.keyslots import read_slots
from desktop.crypto.vault import key_challenge
from desktop.errors import SealwellError, VaultError
from desktop.models import factors
from desktop.models.accounts import Session, User
from desktop.models.database import Tx
from desktop.office import duty, setup
from desktop.office.choices import read_policy
from desktop.office.desk import Desk, Opened
from desktop.office.duty import DutyWatch, Watched
from desktop.office.entry_command import CommandEntry
from desktop.office.entry_quick import QuickEntry
from desktop.office.logwatch import LogWatch
from desktop.office.notices import notices_of
from desktop.office.opening import Opener
from desktop.office.persons import practice_part
from desktop.office.recovery import Breakglass
from desktop.office.review import remind
from desktop.office.revocation import end_tokens, ended_at
from desktop.office.values_access import SecurityPolicy
from desktop.office.values_entry import (
    Credentials,
    DutyState,
    EntryNeeds,
    NewPractice,
    PracticeMade,
    QuickUnlock,
    Recovered,
    Recovery,
    SignedIn,
)
from desktop.office.witness import banners
from desktop.paths import PracticeFolder, runtime_folder


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
        signin: SignIn,
        log_watch: LogWatch,
        service: bool = False,
    ) -> None:
        """`service`: this process goes on when windows and commands are gone."""
        self._log_watch = log_watch
        self._desk = desk
        self._folder = folder
        self._clock = clock
        self._limits = limits
        self._params = params
        self._device_store = device_store
        self._opener = opener
        self._audit = audit
        self._guard = guard
        self._signin = signin
        self._entering = threading.Lock()
        self._closing = threading.Lock()
        self._service = service
        self._command = CommandEntry(desk, folder, clock, limits, opener, self.files, holds=service)
        self._duty: DutyWatch | None = None
        self._left_behind = service

    def practice_exists(self) -> bool:
        return self._folder.keys.exists()

    def create_practice(self, request: NewPractice) -> PracticeMade:
        cost, store = self._params(), self._device_store()
        return setup.create_practice(
            request, self._folder, self._clock, cost, store, self._audit, self._log_watch
        )

    def recover(self, request: Recovery) -> Recovered:
        refuse_unsuitable(self._folder.root)
        room = Breakglass(self._folder, self._clock, self._audit, self._opener)
        return room.recover(request, self._params(), self._device_store())

    # --- in ------------------------------------------------------------------------

    def entry_needs(self, user: str) -> EntryNeeds:
        """By the name alone, and from what lies open anyway: nothing is tried, nothing recorded."""
        if not self.practice_exists():
            return EntryNeeds(security_key=False, quick=False)
        vault_id = read_slots(self._folder.keys).vault_id
        uid = slot_uid(vault_id, user)
        share = device_share(self._device_store(), vault_id)
        try:
            key = bool(key_challenge(self._folder.keys, uid, share))
        except VaultError:  # said at the sign-in, to whoever has a password
            key = False
        return EntryNeeds(security_key=key, quick=self._desk.quick.has_pin(uid))

    def sign_in(self, request: Credentials) -> SignedIn:
        """One person at a time: a second sign-in waits for the first to end."""
        given = Factors(request.code, request.recovery_code, request.key_pin)
        with self._entering:
            opened = self._desk.opened_or_none()
            if opened is not None:
                return self._admitted(
                    self._signin.unlock_screen(request.user, request.password, given, opened.database)
                )
            refuse_unsuitable(self._folder.root)
            done = self._signin.sign_in(request.user, request.password, given)
            try:
                self._desk.put(self._opener.open(practice_part(done.vault), done.database))
            except BaseException:  # nobody is in, nothing stays open; then it goes on up
                self._guard.end(done.session)
                done.database.close()
                done.vault.close()
                raise
            try:
                return self._admitted(done)
            except BaseException:  # nothing stays open; then it goes on up
                self._close_database()
                raise

    def unlock(self, request: Credentials) -> SignedIn:
        return self.sign_in(request)

    def quick_unlock(self, request: QuickUnlock) -> SignedIn:
        """See `QuickEntry.unlock`; where it is gone, `unlock` asks for the password."""
        with self._entering:
            uid = slot_uid(read_slots(self._folder.keys).vault_id, request.user)
            quick = QuickEntry(self._desk, self._folder, self._clock, self._opener, self._audit, self._signin)
            session, person = quick.unlock(uid, request)
            with self._or_out(session):
                self._desk.opened().watch.signed_in(person.role)
                self._stay_awake()
                return self._answer(session, person)

    def _admitted(self, done: Entered) -> SignedIn:
        """The person's keys are kept for their session, and what quick unlock needs."""
        self._desk.persons.keep(done.session.id, done.vault)
        with self._or_out(done.session):
            keys = done.database.read(lambda tx: factors.keys_of(tx, done.person.id))
            self.obey(done.database.read(read_policy))
            self._forgive_clock(done)
            known = tuple(Known(key.cred_id, key.public_key) for key in keys)
            self._desk.quick.signed_in(done.person, done.vault, known)
            remind(done.database, done.person.role, self._clock.now())
            self._desk.opened().watch.signed_in(done.person.role)
            self._stay_awake()
            return self._answer(done.session, done.person)

    @contextmanager
    def _or_out(self, session: Session) -> Iterator[None]:
        """A session that nobody was told of does not stay open behind an error."""
        try:
            yield
        except BaseException:  # see above; then it goes on up
            self._guard.end(session)
            self._desk.persons.drop(session.id)
            raise

    def _forgive_clock(self, done: Entered) -> None:
        """Where sessions were ended by a clock that ran ahead, a later sign-in counts all the same."""
        now, person = self._clock.now(), done.person.id
        ended = done.database.read(lambda tx: ended_at(tx, person))
        if ended is not None and ended > now + CLOCK_SLACK:
            done.database.write(lambda tx: end_tokens(tx, person, done.session.started))

    def obey(self, policy: SecurityPolicy) -> None:
        """What the practice chose counts from now on."""
        self._guard.lock_after(policy.idle_minutes * 60)
        self._desk.quick.allow(policy.quick_unlock)

    def _answer(self, session: Session, person: User, token: str = "") -> SignedIn:
        gap, now = self._log_watch.gap, self._clock.now()

        def look(tx: Tx) -> tuple[int, tuple[str, ...]]:
            return len(notices_of(tx, session.user)), banners(tx, gap, now)

        notices, across = self._desk.opened().database.read(look)
        return SignedIn(
            session,
            self._guard.expires_in(session),
            token=token,
            must_change=person.must_change,
            notices=notices,
            idle_lock=self._guard.idle_lock,
            banners=across,
        )

    def touch(self, session: Session) -> None:
        self._guard.touch(session)

    def idle_seconds(self) -> float:
        return self._guard.idle_seconds()

    def quiet(self) -> threading.Lock:
        """Held while the vault key changes: nobody enters, locks or resumes meanwhile."""
        return self._entering

    # --- the command line's token -----------------------------------------------------

    def issue_token(self, session: Session) -> SignedIn:
        """For the commands that follow: a session file, or this service's own memory."""
        token, expires = self._command.issue(session)
        return SignedIn(session, expires, token=token)

    def resume(self, token: str) -> SignedIn:
        """Once per command: open the vault with what the token's file holds, or go on where it is open."""
        with self._entering:
            session, person = self._command.resume(token)
            self._stay_awake()
            return self._answer(session, person)

    def files(self, vault_id: bytes) -> SessionFiles:
        """The command line's sessions of this practice on this computer."""
        share = device_share(self._device_store(), vault_id)
        return SessionFiles(runtime_folder(self._folder), self._clock, share, self._limits)

    # --- out -----------------------------------------------------------------------

    def lock(self) -> DutyState:
        """Screen lock: every person is refused from here on; approved rows stay on duty.

        Where the practice chose strict, it is a vault lock at once. Refusing waits for
        nothing. Whoever is just signing in is let in first, and then nothing is closed under
        their hands.
        """
        locked = self._guard.lock()
        with self._entering:
            opened = self._desk.opened_or_none()
            if opened is not None and self._guard.screens_locked():
                self._desk.persons.drop(*locked)
                self._screens_gone(opened, strict=opened.database.read(read_policy).strict_lock)
        return self.duty()

    def left(self, sessions: tuple[Session, ...], *, window: bool) -> None:
        """A window is closed, or died: its sessions are nobody's. What is on duty goes on.

        A command that broke off is no `window`, and closes none.
        """
        with self._entering:
            for session in sessions:
                if not self._guard.is_command(session):
                    self._guard.end(session)
                    self._desk.persons.drop(session.id)
            opened = self._desk.opened_or_none()
            if opened is not None and sessions and self._guard.screens_locked():
                policy = opened.database.read(read_policy)
                shuts = policy.strict_lock or (window and policy.lock_on_close)
                self._screens_gone(opened, strict=shuts)

    def _screens_gone(self, opened: Opened, *, strict: bool) -> None:
        """Commands whose sessions still count keep the vault open; `strict` closes it to them too."""
        opened.database.write(lambda tx: self._audit.record(tx, Event(Act.SESSION_LOCKED)))
        if strict:
            self.close()
        elif self._guard.everyone_locked() and not duty.goes_on(opened):
            self._close_database()
        else:
            self._log_watch.locked()
            self._watch()

    def _stay_awake(self) -> None:
        """A service is there when everybody has gone: it watches from the first sign-in on."""
        if self._duty is not None:
            self._duty.begin_anew()
        elif self._service and self._desk.is_open:
            self._watch()

    def _watch(self) -> None:
        """Close the vault once its duty is done, or has lasted too long."""
        if self._duty is None:
            self._duty = DutyWatch(self._clock, self._limits.session_total, self._look)
            self._duty.start()

    def _look(self, late: bool) -> Watched:
        with self._entering:
            opened = self._desk.opened_or_none()
            if opened is None:
                return Watched.DONE
            try:
                return self._looked(opened, late)
            except SealwellError as error:  # closed meanwhile; a busy disk is asked again
                return Watched.DONE if error.code == "locked" else Watched.ON_DUTY

    def _looked(self, opened: Opened, late: bool) -> Watched:
        self._desk.persons.drop(*self._guard.expire())
        idle, policy = self._guard.lock_idle(), opened.database.read(read_policy)
        self._desk.persons.drop(*idle)
        if idle and self._guard.screens_locked():
            self._screens_gone(opened, strict=policy.strict_lock)
            if not self._desk.is_open:
                return Watched.DONE
        if not self._guard.everyone_locked():
            opened.backups.somebody_came()
            return Watched.AT_WORK
        now = self._clock.now()
        shuts = late or policy.strict_lock
        if not shuts and duty.lasts(opened, now):
            return Watched.ON_DUTY
        if shuts or opened.database.read(lambda tx: duty.has_closed(tx, now)):
            self.close()
        else:
            self._close_database()
        return Watched.DONE

    def duty(self) -> DutyState:
        opened = self._desk.opened_or_none()
        locked, quick = self._guard.everyone_locked(), self._desk.quick.names()
        if opened is None:
            waits = self._left_behind and self.practice_exists()
            shut_now = DutyState("", locked=locked, vault_open=False, due=0, quick=quick)
            return replace(shut_now, service=self._service, waits_for_sign_in=waits)

        now = self._clock.now()
        state = opened.database.read(lambda tx: duty.state(tx, now))
        return replace(state, locked=locked, quick=quick, service=self._service)

    def at_rest(self) -> bool:
        """Whether the database is closed."""
        return not self._desk.is_open

    def sign_out(self, session: Session) -> None:
        """End the session, and a command's token with it; the vault closes where nobody else needs it."""
        command = self._guard.is_command(session)
        self._desk.write(
            session, Action.SIGN_OUT, lambda _, record: record(Event(Act.SESSION_ENDED, obj=session.id))
        )
        self._command.forget(session)
        if not (self._service and command):
            self._desk.quick.forget(session.user)
        self._guard.end(session)
        self._desk.persons.drop(session.id)
        with self._entering:
            opened = self._desk.opened_or_none()
            others = opened is not None and (not self._guard.everyone_locked() or duty.may_stay(opened))
            if not (self._service and others):
                self._close_database()

    def close(self) -> None:
        """Vault lock: finish the message under way, close the database, drop every key."""
        self._desk.quick.clear()
        self._close_database()

    def _close_database(self) -> None:
        """Nobody is signed in any more; what quick unlock keeps for others stays for its time."""
        watch, self._duty = self._duty, None
        if watch is not None:
            watch.stop()
        with self._closing:  # who comes second waits for the end too
            self._desk.persons.clear()
            opened = self._desk.take()
            if opened is not None:
                with suppress(SealwellError):  # a disk that is gone keeps nothing open
                    self._left_behind = self._service and opened.database.read(duty.due) > 0
                # A command is one of many: the checkpoint at the end is the sign-out's, or one that is due.
                whole = self._command.resumed is None
                shut(opened, self._guard, lambda: self._log_watch.stop(whole=whole))


def shut(opened: Opened, guard: Guard, end_log: Callable[[], None]) -> None:
    """In order: nobody sends, the log gets its last checkpoint, nobody reads, the keys go."""
    opened.backups.stop()
    opened.watch.stop()
    opened.mailboxes.stop()
    opened.dispatcher.stop()
    opened.campaigns.close()
    opened.outbox.fence.keep(opened.database)
    opened.network.stop()
    end_log()
    guard.end_all()
    opened.database.close()
    opened.vault.close()
