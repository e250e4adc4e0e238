"""Accounts: who is invited, what they may do, who is on leave.

An administrator never chooses a password that lasts: the invited person sets it. What a
change takes away, it takes at once: sessions of a former role end with the change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from desktop.access import totp
from desktop.access.passwords import check_password
from desktop.access.roles import FIELD_GROUPS, MATRIX, STEP_UP, Action, FieldGroup, may
from desktop.access.signin import slot_uid
from desktop.audit.events import Act, Event
from desktop.clock import Clock, milliseconds
from desktop.compliance import approvals
from desktop.compliance.administrators import active_administrators, alone_until, refuse_last
from desktop.compliance.offboarding import invitations_known_to
from desktop.crypto.devicekey import DeviceStore, enrol_device
from desktop.crypto.invitations import invite, withdraw_invitations
from desktop.crypto.kdf import KdfParams
from desktop.crypto.members import enrol_user, remove_user
from desktop.crypto.vault import OpenVault
from desktop.errors import InputError, Refused
from desktop.models import factors, invitations, settings, users
from desktop.models.accounts import Invitation, InvitationKind, Role, Session, User, UserId, UserState
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.office.desk import Desk, Recorder
from desktop.office.notices import notify
from desktop.office.revocation import end_tokens
from desktop.office.setup import password_refused
from desktop.office.tasks import give_back_unseen
from desktop.office.userlines import user_lines
from desktop.office.values_access import (
    FieldGroupRow,
    Invited,
    InviteRequest,
    MatrixShown,
    NewUser,
    Purpose,
    RoleChange,
    RoleChanged,
    RoleRow,
    UserAdded,
    UsersShown,
)
from desktop.paths import PracticeFolder
from desktop.texts import clean

INVITED_FOR = timedelta(hours=24)
UNTIL_APPROVED = Role.FRONT_DESK
"""What somebody new is until a second administrator agrees that they become one."""
_NAME = 64


class Users:
    """What administrators do with accounts."""

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        folder: PracticeFolder,
        params: Callable[[], KdfParams],
        device_store: Callable[[], DeviceStore | None],
    ) -> None:
        self._desk = desk
        self._clock = clock
        self._folder = folder
        self._params = params
        self._device_store = device_store

    # --- looking ---------------------------------------------------------------------

    def list_users(self, session: Session) -> UsersShown:
        now, here = self._clock.now(), {who.user for who, _ in self._desk.guard.sessions()}
        return self._desk.read(
            session,
            Action.LIST_USERS,
            lambda tx: UsersShown(user_lines(tx, now, here)),
            lambda shown: Event(Act.USERS_LISTED, det={"count": len(shown.users)}),
        )

    def show_matrix(self, session: Session) -> MatrixShown:
        """The table of `access/roles.py`, as data."""
        rows = tuple(
            RoleRow(
                action.value,
                tuple(role for role in MATRIX if may(role, action)),
                Purpose(STEP_UP[action].value) if action in STEP_UP else None,
            )
            for action in Action
        )
        groups = tuple(
            FieldGroupRow(group.value, tuple(role for role in MATRIX if group in FIELD_GROUPS[role]))
            for group in FieldGroup
        )
        return self._desk.read(
            session,
            Action.SHOW_MATRIX,
            lambda _: MatrixShown(rows, groups),
            lambda shown: Event(Act.ROLES_SHOWN, det={"count": len(shown.actions)}),
        )

    # --- letting in ------------------------------------------------------------------

    def invite_user(self, session: Session, request: InviteRequest) -> Invited:
        """A one-time code for 24 hours; an earlier one of the same person ends.

        The key slot is written last, inside the transaction: what fails leaves nothing, and a
        crash between the two leaves a slot whose code nobody has seen. For a lost device the
        person's slots and sessions end here already, not only when the code is used; the other
        administrators are told, because whoever has the code becomes that person.
        Raises InputError "user-name-missing", "user-name-unusable", "user-unknown"; Refused
        "user-name-taken", "user-left", "user-not-active", "not-yourself".
        """
        vault = self._desk.check(session, Action.INVITE_USER).vault
        now = self._clock.now()
        until = now + INVITED_FOR
        lost = request.kind is InvitationKind.FACTOR

        def work(tx: Tx, record: Recorder) -> tuple[UserId, Invited]:
            self._end_expired(tx, vault, now)
            user = self._whom(tx, request, vault, session, record)
            invitations.end(tx, user.id, "withdrawn", now)
            made = Invitation(new_id(), user.id, request.kind, session.user, now, until)
            invitations.add(tx, made)
            det = {"role": user.role.value, "invitation": made.id, "until": milliseconds(until)}
            record(Event(Act.USER_INVITED, obj=user.id, det=det))
            if lost:
                factors.forget_proofs(tx, user.id)
                end_tokens(tx, user.id, now)
                others = [one.id for one in active_administrators(tx) if one.id != session.user]
                notify(tx, others, "device-lost", now, {"user": user.id})
                remove_user(self._folder.keys, vault, user.id)
            code = invite(self._folder.keys, vault, user.id, milliseconds(until))
            return user.id, Invited(user.name, user.role, code=code, until=until)

        who, invited = self._desk.write(session, Action.INVITE_USER, work)
        if lost:
            self._desk.end_person(who)
        return invited

    def withdraw_invitation(self, session: Session, user: UserId) -> None:
        """The code opens nothing any more. Raises InputError "user-unknown", "invitation-none"."""
        vault = self._desk.opened().vault
        now = self._clock.now()

        def work(tx: Tx, record: Recorder) -> None:
            known_user(tx, user)
            if not invitations.end(tx, user, "withdrawn", now):
                raise InputError("invitation-none")
            record(Event(Act.INVITATION_WITHDRAWN, obj=user))
            withdraw_invitations(self._folder.keys, vault, user_id=user)

        self._desk.write(session, Action.WITHDRAW_INVITATION, work)

    def add_user(self, session: Session, request: NewUser) -> UserAdded:
        """For set-up scripts: an account at once, with a password that must be changed.

        Raises as `invite_user`, and Refused "password-…".
        """
        self._desk.check(session, Action.ADD_USER)
        vault = self._desk.opened().vault
        store = self._device_store()
        device = enrol_device(store, vault.vault_id) if store is not None else None
        params = self._params()
        secret = totp.new_secret()

        def work(tx: Tx, record: Recorder) -> UserAdded:
            practice = settings.get(tx, "practice-name") or ""
            reason = check_password(request.password, (practice, request.user))
            if reason is not None:
                raise password_refused(reason.code)
            user = self._new(tx, request.user, request.role, vault, UserState.ACTIVE, session, record, secret)
            enrol_user(self._folder.keys, vault, user.id, request.password, device, params)
            return UserAdded(user.name, user.role, totp_uri=totp.uri(secret, user.name, practice))

        return self._desk.write(session, Action.ADD_USER, work)

    def _whom(
        self, tx: Tx, request: InviteRequest, vault: OpenVault, session: Session, record: Recorder
    ) -> User:
        """The invited person; a new row for a new user."""
        found = users.by_name(tx, request.user)
        if request.kind is InvitationKind.NEW_USER:
            if found is None:
                return self._new(tx, request.user, request.role, vault, UserState.INVITED, session, record)
            if found.state is not UserState.INVITED:
                raise Refused("user-left" if found.state is UserState.LEFT else "user-name-taken")
            role = self._allowed(tx, found, request.role, session, record)
            changed = replace(found, role=role)
            users.update_user(tx, changed)
            return changed
        if found is None:
            raise InputError("user-unknown")
        if found.state is not UserState.ACTIVE:
            raise Refused("user-left" if found.state is UserState.LEFT else "user-not-active")
        if request.kind is InvitationKind.FACTOR and found.id == session.user:
            raise Refused("not-yourself")
        return found

    def _new(
        self,
        tx: Tx,
        name: str,
        role: Role,
        vault: OpenVault,
        state: UserState,
        session: Session,
        record: Recorder,
        secret: str = "",
    ) -> User:
        """A row for somebody whose name was never used here before."""
        name = usable_name(name)
        found = users.by_name(tx, name)
        if found is not None:
            raise Refused("user-left" if found.state is UserState.LEFT else "user-name-taken")
        user = User(
            slot_uid(vault.vault_id, name),
            name,
            UNTIL_APPROVED,
            state=state,
            added_at=self._clock.now(),
            must_change=state is UserState.ACTIVE,
        )
        users.add(tx, user, secret)
        user = replace(user, role=self._allowed(tx, user, role, session, record))
        users.update_user(tx, user)
        if state is UserState.ACTIVE:
            record(Event(Act.USER_ADDED, obj=user.id, det={"role": user.role.value}))
        return user

    def _allowed(self, tx: Tx, user: User, role: Role, session: Session, record: Recorder) -> Role:
        """`role`, or what `user` is until a second administrator has approved it."""
        if self._wants_approval(tx, user, role):
            self._ask(tx, user, session, record)
            return user.role
        approvals.end_elevations(tx, user.id, self._clock.now())
        return role

    def _wants_approval(self, tx: Tx, user: User, role: Role) -> bool:
        """Where there are two administrators, both agree on a third.

        Raises Refused "elevation-waits" (`until`) for somebody who is alone only because the
        other one was suspended or demoted within the last week.
        """
        if role is not Role.ADMINISTRATOR or user.role is role:
            return False
        if len(active_administrators(tx)) > 1:
            return True
        now = self._clock.now()
        until = alone_until(tx, now)
        if until is not None and until > now:
            raise Refused("elevation-waits", until=until.date().isoformat())
        return False

    def _ask(self, tx: Tx, user: User, session: Session, record: Recorder) -> str:
        asked = approvals.ask_elevation(tx, user, session.user, self._clock.now())
        record(Event(Act.APPROVAL_ASKED, obj=user.id, det={"action": asked.kind, "approval": asked.id}))
        return asked.id

    def _end_expired(self, tx: Tx, vault: OpenVault, now: datetime) -> None:
        for one in invitations.open_ones(tx):
            if one.until <= now:
                invitations.end(tx, one.user, "expired", now)
        withdraw_invitations(self._folder.keys, vault, now=milliseconds(now))

    def _end_codes(self, tx: Tx, whose: Iterable[UserId], vault: OpenVault) -> None:
        """Of invitations: somebody knows the code who must not come in by it."""
        for invited in whose:
            invitations.end(tx, invited, "withdrawn", self._clock.now())
            withdraw_invitations(self._folder.keys, vault, user_id=invited)

    # --- changing --------------------------------------------------------------------

    def set_role(self, session: Session, request: RoleChange) -> RoleChanged:
        """Effective at once; where there are two administrators, a further one needs both.

        Invitations end that were made by somebody who is an administrator no more.
        Raises InputError "user-unknown"; Refused "user-left", "last-administrator".
        """
        vault = self._desk.opened().vault

        def work(tx: Tx, record: Recorder) -> tuple[RoleChanged, bool]:
            user = present_user(tx, request.user)
            if user.role is Role.ADMINISTRATOR and user.state is UserState.ACTIVE:
                if request.role is not Role.ADMINISTRATOR:
                    refuse_last(tx, user)
            elif self._wants_approval(tx, user, request.role):
                return RoleChanged(user.id, user.role, self._ask(tx, user, session, record)), False
            approvals.end_elevations(tx, user.id, self._clock.now())
            change_role(tx, user, request.role, record)
            ends = user.role is not request.role
            if ends:
                end_tokens(tx, user.id, self._clock.now())
                if user.role is Role.ADMINISTRATOR:
                    self._end_codes(tx, invitations_known_to(tx, user.id) - {user.id}, vault)
            return RoleChanged(user.id, request.role), ends

        changed, ends = self._desk.write(session, Action.SET_ROLE, work)
        if ends:
            self._desk.end_person(request.user)
        return changed

    def suspend_user(self, session: Session, user: UserId) -> None:
        """Raises InputError "user-unknown"; Refused "user-left", "user-not-active", "last-administrator"."""
        now = self._clock.now()
        vault = self._desk.opened().vault

        def work(tx: Tx, record: Recorder) -> None:
            found = present_user(tx, user)
            if found.state is not UserState.ACTIVE:
                raise Refused("user-not-active")
            if found.role is Role.ADMINISTRATOR:
                refuse_last(tx, found)
            users.update_user(tx, replace(found, state=UserState.SUSPENDED, disabled_at=now))
            factors.forget_proofs(tx, user)
            end_tokens(tx, user, now)
            approvals.end_elevations(tx, user, now)
            record(Event(Act.USER_SUSPENDED, obj=user, det={"role-before": found.role.value}))
            self._end_codes(tx, invitations_known_to(tx, user), vault)

        self._desk.write(session, Action.SUSPEND_USER, work)
        self._desk.end_person(user)

    def reinstate_user(self, session: Session, user: UserId) -> None:
        """Back from leave. Raises InputError "user-unknown"; Refused "user-left", "user-not-suspended"."""

        def work(tx: Tx, record: Recorder) -> None:
            found = present_user(tx, user)
            if found.state is not UserState.SUSPENDED:
                raise Refused("user-not-suspended")
            users.update_user(tx, replace(found, state=UserState.ACTIVE, disabled_at=None))
            record(Event(Act.USER_REINSTATED, obj=user))

        self._desk.write(session, Action.REINSTATE_USER, work)


def known_user(tx: Tx, user: UserId) -> User:
    found = users.get(tx, user)
    if found is None:
        raise InputError("user-unknown")
    return found


def present_user(tx: Tx, user: UserId) -> User:
    """Somebody who has not left: nothing changes any more for those who have."""
    found = known_user(tx, user)
    if found.state is UserState.LEFT:
        raise Refused("user-left")
    return found


def change_role(tx: Tx, user: User, role: Role, record: Recorder) -> None:
    """The new role, with the old one in the record."""
    users.update_user(tx, replace(user, role=role))
    give_back_unseen(tx, user.id, role)
    det = {"role": role.value, "role-before": user.role.value}
    record(Event(Act.USER_CHANGED, obj=user.id, det=det))


def usable_name(name: str) -> str:
    """The name without outer blanks; it is typed at each sign-in and shown everywhere."""
    name = name.strip()
    if not name:
        raise InputError("user-name-missing")
    if len(name) > _NAME or clean(name) != name:
        raise InputError("user-name-unusable", most=_NAME)
    return name
