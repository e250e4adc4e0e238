"""Somebody leaves: effective at once, then the vault key is changed (SECURITY.md 5.1.7).

The order makes an interruption harmless. In one transaction the account ends, what was theirs
is handed over and a task `rotation-due` is left; its last act is to remove their key slots. So
what fails there changes nothing, and a crash in there leaves them locked out at least. Then
their sessions end. Only then is the key changed, which takes long and may be stopped: until
it is done they are out, but a copy of the old files would still open with what they knew.
Whatever stopped it, offboarding them again carries on from there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager

from desktop.access.roles import Action
from desktop.access.rotation import rotate
from desktop.access.tokens import SessionFiles
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.audit.logkey import WRAP_INFO, rewrap_log_key
from desktop.clock import Clock
from desktop.compliance import offboarding
from desktop.crypto.invitations import withdraw_invitations
from desktop.crypto.members import remove_user
from desktop.crypto.vault import OpenVault
from desktop.errors import Refused, SealwellError
from desktop.models.accounts import Session, User, UserId, UserState
from desktop.models.database import Tx
from desktop.office.api import Progress
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.logwatch import LogWatch
from desktop.office.opening import Opener
from desktop.office.outbox import OutboxDesk
from desktop.office.revocation import end_tokens
from desktop.office.tasks import give_back_unseen
from desktop.office.users import known_user
from desktop.office.values_access import OffboardPlan, OffboardReport, OffboardRequest
from desktop.paths import PracticeFolder, runtime_folder

STOPPED = "rotation-stopped"
"""Why the key was not changed: the person at the wizard stopped it."""
_UNFINISHED = "rotation-unfinished"


class _StoppedError(Exception):
    """Progress answered no."""


class Offboarding:
    """The wizard's work. `quiet` keeps everybody from signing in, locking or closing meanwhile."""

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        folder: PracticeFolder,
        opener: Opener,
        outbox: OutboxDesk,
        quiet: Callable[[], AbstractContextManager[object]],
        log_watch: LogWatch,
    ) -> None:
        self._desk = desk
        self._clock = clock
        self._folder = folder
        self._opener = opener
        self._outbox = outbox
        self._quiet = quiet
        self._log_watch = log_watch

    def plan_offboarding(self, session: Session, user: UserId) -> OffboardPlan:
        """Raises InputError("user-unknown"); Refused("user-left") where nothing is left to do."""
        now = self._clock.now()
        sessions = self._sessions_of(user)

        def look(tx: Tx) -> OffboardPlan:
            found = known_user(tx, user)
            if found.state is UserState.LEFT and not offboarding.key_change_due(tx, user):
                raise Refused("user-left")
            leaving = offboarding.foresee(tx, found, now)
            return OffboardPlan(
                user=user,
                name=found.name,
                sessions=sessions,
                tasks=leaving.tasks,
                drafts=leaving.drafts,
                approvals=leaving.approvals,
                waiting=leaving.waiting,
                heirs=tuple((heir.id, heir.name) for heir in leaving.heirs),
                relays=leaving.relays,
            )

        return self._desk.read(
            session, Action.PLAN_OFFBOARDING, look, lambda _: Event(Act.LEAVING_PLANNED, obj=user)
        )

    def offboard_user(
        self, session: Session, request: OffboardRequest, progress: Progress | None = None
    ) -> OffboardReport:
        """Blocks while the database is encrypted anew; `progress` may stop that, not the leaving.

        Raises InputError "user-unknown", "heir-unfit"; Refused "user-left", "last-administrator",
        "not-yourself"; VaultError "rotation-unfinished": sign in again, the
        next opening ends it.
        """
        self._desk.check(session, Action.OFFBOARD_USER)
        at, sessions = self._clock.now(), self._sessions_of(request.user)
        user, done, relays = self._desk.write(
            session,
            Action.OFFBOARD_USER,
            lambda tx, record: self._let_go(tx, record, session, request, sessions),
        )
        self._desk.end_person(user.id)
        self._files().end_user(user.id)
        why = self._change_key(session, user.id, progress)
        return OffboardReport(
            name=user.name,
            at=at,
            sessions_ended=sessions,
            tasks=done.tasks,
            drafts=done.drafts,
            approvals=done.approvals,
            relays=relays,
            left_to_do=offboarding.left_to_do(user, relays, not why),
            key_changed=not why,
            why=why,
        )

    def _let_go(
        self, tx: Tx, record: Recorder, session: Session, request: OffboardRequest, sessions: int
    ) -> tuple[User, offboarding.HandedOver, tuple[str, ...]]:
        vault, now = self._desk.opened().vault, self._clock.now()
        user = known_user(tx, request.user)
        relays = offboarding.known_relays(tx)
        if user.state is UserState.LEFT:
            if not offboarding.key_change_due(tx, user.id):
                raise Refused("user-left")
            record(Event(Act.LEAVING_PLANNED, obj=user.id))
            remove_user(self._folder.keys, vault, user.id)
            return user, offboarding.HandedOver(0, 0, 0), relays
        offboarding.refuse_unfit(tx, user, request.heir, session.user)
        codes = offboarding.invitations_known_to(tx, user.id)
        done = offboarding.hand_over(tx, user, request.heir, now)
        give_back_unseen(tx, request.heir, known_user(tx, request.heir).role)
        end_tokens(tx, user.id, now)
        offboarding.leave_key_change_due(tx, user.id, vault.epoch, now)
        det: dict[str, Value] = {
            "heir": request.heir,
            "sessions": sessions,
            "tasks": done.tasks,
            "drafts": done.drafts,
            "approvals": done.approvals,
        }
        record(Event(Act.USER_LEFT, obj=user.id, det=det))
        for invited in codes:
            withdraw_invitations(self._folder.keys, vault, user_id=invited)
        remove_user(self._folder.keys, vault, user.id)
        return user, done, relays

    # --- the key -----------------------------------------------------------------------

    def _change_key(self, session: Session, user: UserId, progress: Progress | None) -> str:
        """The office goes on with the new key, or with the old one and the code of what stopped it."""
        sending = self._outbox.sends
        with self._quiet():
            with self._desk.exchanging() as opened:
                why = self._exchange(opened, session, user, progress)
            if why:
                self._note(session, why)
            else:
                self._desk.quick.clear()
                self._files().end_all()
            with contextlib.suppress(SealwellError):  # the next sign-in looks again
                self._desk.opened().watch.signed_in(session.role)
        if sending:
            self._outbox.start_sending(session)
        return why

    def _exchange(self, opened: Opened, session: Session, user: UserId, progress: Progress | None) -> str:
        vault, why = opened.vault, ""
        try:
            opened.backups.stop()
            opened.watch.stop()
            opened.mailboxes.stop()
            opened.dispatcher.stop()
            opened.campaigns.close()
            opened.network.stop()
            self._log_watch.stop()
            try:
                vault = self._rotate(opened, session, user, progress)
            except _StoppedError:
                why = STOPPED
            except SealwellError as error:
                if error.code == _UNFINISHED:
                    raise
                why = error.code
            self._reopen(vault)
            self._desk.persons.renew(vault)
        except BaseException:  # nothing stays open behind keys that may be the old ones; then it goes on up
            self._desk.take()
            self._desk.guard.end_all()
            self._desk.persons.clear()
            opened.database.close()
            vault.close()
            raise
        return why

    def _rotate(self, opened: Opened, session: Session, user: UserId, progress: Progress | None) -> OpenVault:
        old_wrapping = opened.vault.key(WRAP_INFO)

        def tell(done: int, of: int) -> None:
            if progress is not None and not progress(done, of):
                raise _StoppedError

        def begin(tx: Tx, new: OpenVault) -> None:
            rewrap_log_key(tx, new.vault_id, old_wrapping, new.key(WRAP_INFO))
            self._log_watch.carry_over(new)
            offboarding.key_was_changed(tx, self._clock.now())
            Recorder(self._desk.audit, tx, session)(Event(Act.VAULT_ROTATED, det={"epoch": new.epoch}))

        return rotate(self._folder, opened.vault, opened.database, frozenset({user}), begin, tell)

    def _reopen(self, vault: OpenVault) -> None:
        database = self._opener.database(vault)
        try:
            self._desk.put(self._opener.open(vault, database))
        except BaseException:  # the file is not kept open; then it goes on up
            database.close()
            raise

    def _note(self, session: Session, why: str) -> None:
        """Recorded where the work goes on: with the old key."""
        event = Event(Act.VAULT_ROTATED, outcome="failed", why=why)
        self._desk.opened().database.write(lambda tx: Recorder(self._desk.audit, tx, session)(event))

    def _sessions_of(self, user: UserId) -> int:
        """In the window and on the command line."""
        return len(self._desk.guard.sessions(user)) + len(self._files().sessions_of(user))

    def _files(self) -> SessionFiles:
        """To list and end files; only a token opens one, so this needs no share."""
        return SessionFiles(runtime_folder(self._folder), self._clock, None)
