"""Joining with a one-time code: an invitation becomes an account, without anybody's session.

The code opens the vault by its own key slot; the database says whether the invitation still
counts. Key slots and database are two files, so the order of writes is what makes a crash
harmless. The account is made whole in the database first, with its record, while the
invitation stays open there; then one write of the key slots puts the person's slot in place
of the invitation's; then the invitation is marked as used. A crash before the key slots are
written leaves the invitation usable (joining again sets everything anew); a crash after it
leaves the account ready, and a code that opens nothing.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from desktop.access import totp
from desktop.access.computer import refuse_unsuitable
from desktop.access.passwords import check_password
from desktop.access.recoverycodes import CODES, code_hash, new_codes
from desktop.access.secondfactor import MAX_SEEN, latest, milliseconds
from desktop.access.securitykeys import RP_ID, Choice
from desktop.access.signin import KeysFor, slot_uid
from desktop.access.tries import Tries
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.crypto.devicekey import DeviceStore, enrol_device
from desktop.crypto.invitations import accept_invitation, open_invitation
from desktop.crypto.kdf import KdfParams
from desktop.crypto.keyslots import Fido, read_slots
from desktop.crypto.rotation import settle_rotation
from desktop.crypto.slotseal import NewKey
from desktop.crypto.vault import OpenVault
from desktop.errors import InputError, SealwellError, VaultError
from desktop.frozen import dataclass
from desktop.locks import held
from desktop.models import factors, invitations, settings, tasks, users, vaultkeys
from desktop.models.accounts import Invitation, InvitationKind, User, UserId, UserState
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.office.opening import Opener
from desktop.office.setup import password_refused
from desktop.office.values_entry import Join, Joined, JoinRequest, JoinStarted
from desktop.paths import PracticeFolder

NEW_FACTOR = "notice-factor"
"""The notice at the next sign-in after a lost device: password and second factor are new."""
SALT_BYTES = 32
"""CTAP 2.1, 12.5: what `hmac-secret` is asked over."""
_GUESSES = frozenset({"invitation-wrong", "code-wrong", "code-used"})
_MAY_JOIN = frozenset({UserState.INVITED, UserState.ACTIVE})


@dataclass(frozen=True)
class _Guest:
    """Somebody whose one-time code was right."""

    vault: OpenVault
    database: Database
    user: User
    invitation: Invitation
    practice: str

    @property
    def keeps_authenticator(self) -> bool:
        """On a further computer the authenticator stays the one that the person has."""
        return self.invitation.kind is InvitationKind.COMPUTER


class Joining:
    """The way in for the invited. Wrong codes are counted and recorded like wrong passwords."""

    def __init__(
        self,
        folder: PracticeFolder,
        clock: Clock,
        audit: AuditLog,
        opener: Opener,
        params: Callable[[], KdfParams],
        device_store: Callable[[], DeviceStore | None],
        keys: KeysFor,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._audit = audit
        self._opener = opener
        self._params = params
        self._device_store = device_store
        self._keys = keys
        self._tries = Tries(folder.tries, clock)

    def start_join(self, request: JoinRequest) -> JoinStarted:
        """What the person is invited to, and a new authenticator for them; nothing is kept yet.

        Raises VaultError "invitation-mistyped", "invitation-wrong" (also for one that was used
        or withdrawn), "invitation-expired"; Refused "too-many-tries", "sign-in-stopped".
        """
        with self._guest(request.user, request.invitation) as guest:
            uri = "" if guest.keeps_authenticator else _new_uri(guest)
            key = bool(self._enrolled(guest.user.id))
            return JoinStarted(guest.practice, guest.user.role.value, totp_uri=uri, security_key=key)

    def join(self, request: Join) -> Joined:
        """Set password, authenticator and recovery codes; on a further computer the password alone.

        Raises as `start_join`; Refused "password-…", "code-wrong", "code-used", "clock-back";
        InputError "authenticator-missing"; those of `SecurityKeys` for a further computer of
        somebody with security keys.
        """
        # One at a time: of two with the same code, the second finds it used.
        with held(self._folder.root / "join"), self._guest(request.user, request.invitation) as guest:
            reason = check_password(request.password, (guest.practice, guest.user.name))
            if reason is not None:
                raise password_refused(reason.code)
            key = self._touched(guest.user.id, request.key_pin)
            codes = () if guest.keeps_authenticator else new_codes()
            guest.database.write(lambda tx: self._make_whole(tx, guest, request, codes))
            store = self._device_store()
            device = enrol_device(store, guest.vault.vault_id) if store is not None else None
            accept_invitation(
                self._folder.keys,
                guest.vault,
                guest.user.id,
                request.password,
                device,
                self._params(),
                key,
            )
            guest.database.write(lambda tx: invitations.end(tx, guest.user.id, "used", self._clock.now()))
            self._tries.succeeded(guest.user.id)
            return Joined(recovery_codes=codes)

    def _enrolled(self, user: UserId) -> list[Fido]:
        """The person's security keys, as their slots on other computers name them."""
        slots = read_slots(self._folder.keys).of_user(user)
        found = {slot.fido.cred_id: slot.fido for slot in slots if slot.fido is not None}
        return list(found.values())

    def _touched(self, user: UserId, pin: str) -> NewKey | None:
        """Whoever has security keys has no slot without one: a key is asked with a salt of this computer."""
        fresh = [replace(fido, salt=secrets.token_bytes(SALT_BYTES)) for fido in self._enrolled(user)]
        if not fresh:
            return None
        choices = [Choice(fido.cred_id, fido.salt, fido.api) for fido in fresh]
        cred_id, secret = self._keys(pin).secret(RP_ID, choices)
        return next(NewKey(fido, secret) for fido in fresh if fido.cred_id == cred_id)

    @contextmanager
    def _guest(self, name: str, code: str) -> Iterator[_Guest]:
        """Count the try, open by the code, and close again whatever happens."""
        refuse_unsuitable(self._folder.root)
        settle_rotation(self._folder)
        uid = slot_uid(read_slots(self._folder.keys).vault_id, name)
        self._tries.begin(uid)
        try:
            vault = open_invitation(self._folder.keys, uid, code, milliseconds(self._clock.now()))
            with contextlib.closing(vault), contextlib.closing(self._opener.database(vault)) as database:
                yield database.read(lambda tx: self._checked(tx, vault, database, uid))
        except SealwellError as error:
            if error.code in _GUESSES:
                self._tries.failed(uid, error.code)
            else:
                self._tries.withdraw(uid)
            raise
        except BaseException:  # a bug or an interruption is no guess; then it goes on up
            self._tries.withdraw(uid)
            raise
        self._tries.withdraw(uid)

    def _checked(self, tx: Tx, vault: OpenVault, database: Database, uid: UserId) -> _Guest:
        """What the database knows: a slot that came back with an old file is worth nothing."""
        user, invitation = users.get(tx, uid), invitations.open_of(tx, uid)
        if user is None or user.state not in _MAY_JOIN or invitation is None:
            raise VaultError("invitation-wrong")
        if invitation.until <= self._clock.now():
            raise VaultError("invitation-expired")
        return _Guest(vault, database, user, invitation, settings.get(tx, "practice-name") or "")

    def _make_whole(self, tx: Tx, guest: _Guest, request: Join, codes: tuple[str, ...]) -> None:
        """Everything that the database knows of the account, and the records of it."""
        known, guest = guest, self._checked(tx, guest.vault, guest.database, guest.user.id)
        if guest.invitation.id != known.invitation.id:  # replaced while the password was typed
            raise VaultError("invitation-wrong")
        now, uid = self._clock.now(), guest.user.id
        if guest.keeps_authenticator:
            secret, last_step = users.totp(tx, uid)
        else:
            secret, last_step = _secret(request.totp_uri), 0
        before = latest(tx)
        step = totp.verify(secret, request.code, now, last_step, before)
        settings.put(tx, MAX_SEEN, max(now, before or now).isoformat())
        if not guest.keeps_authenticator:
            self._new_factors(tx, guest, secret, codes, now)
        users.set_last_step(tx, uid, step)
        users.update_user(tx, replace(guest.user, state=UserState.ACTIVE, must_change=False))
        for event in _events(guest):
            self._audit.record(tx, event, actor=uid, role=guest.user.role.value)

    def _new_factors(self, tx: Tx, guest: _Guest, secret: str, codes: tuple[str, ...], now: datetime) -> None:
        uid = guest.user.id
        token_key = vaultkeys.get(tx, "token")
        if token_key is None:
            raise VaultError("database-damaged")
        factors.forget_all(tx, uid)
        users.set_totp(tx, uid, secret)
        factors.put_codes(tx, uid, [code_hash(token_key, uid, code) for code in codes], now)
        if guest.invitation.kind is InvitationKind.FACTOR:
            tasks.add(tx, tasks.Task(new_id(), NEW_FACTOR, now, source=guest.invitation.id, owner=uid))


def _events(guest: _Guest) -> tuple[Event, ...]:
    uid, invitation = guest.user.id, {"invitation": guest.invitation.id}
    codes = Event(Act.RECOVERY_CODES_MADE, obj=uid, det={"count": CODES})
    match guest.invitation.kind:
        case InvitationKind.COMPUTER:
            return (Event(Act.VAULT_ENROLLED, obj=uid, det=invitation),)
        case InvitationKind.FACTOR:
            changed = Event(Act.PASSWORD_CHANGED, obj=uid, det=invitation)
            return changed, Event(Act.CODE_RESET, obj=uid, det=invitation), codes
        case InvitationKind.NEW_USER:
            return Event(Act.USER_JOINED, obj=uid, det=invitation), codes


def _new_uri(guest: _Guest) -> str:
    return totp.uri(totp.new_secret(), guest.user.name, guest.practice)


def _secret(uri: str) -> str:
    """The secret of the authenticator that `start_join` made."""
    try:
        return totp.secret_of(uri)
    except ValueError:
        raise InputError("authenticator-missing") from None
