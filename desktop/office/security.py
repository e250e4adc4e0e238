"""Everybody's own way in: password, second factors, sessions, the PIN for quick unlock."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from desktop.access import totp
from desktop.access.passwords import check_password
from desktop.access.recoverycodes import code_hash, new_codes
from desktop.access.roles import Action, Purpose
from desktop.access.secondfactor import NEW_AUTHENTICATOR_DUE, Factors
from desktop.access.securitykeys import RP_ID, user_handle
from desktop.access.signin import Checked, KeysFor, SignIn
from desktop.access.tokens import SessionFiles
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.crypto.devicekey import DeviceStore, enrol_device
from desktop.crypto.kdf import KdfParams
from desktop.crypto.keyslots import DeviceSecret, Fido
from desktop.crypto.members import add_security_key, change_password, remove_security_key
from desktop.crypto.openvault import OpenVault
from desktop.errors import InputError, Refused
from desktop.models import arrivals, factors, settings, tasks, users
from desktop.models.accounts import SecurityKey, Session, SessionId, User
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.office.arrival_facts import SHARE
from desktop.office.desk import Desk, Recorder
from desktop.office.notices import notices_of
from desktop.office.revocation import end_tokens
from desktop.office.setup import password_refused
from desktop.office.values_access import (
    FactorProof,
    KeyEnrolment,
    KeyRemoval,
    KeyShown,
    NewFactor,
    PasswordChange,
    RecoveryCodes,
    SecurityShown,
    SessionShown,
    StepUp,
)
from desktop.paths import PracticeFolder


class Security:
    """Each use case is about the session's own person and nobody else."""

    def __init__(
        self,
        desk: Desk,
        folder: PracticeFolder,
        clock: Clock,
        params: Callable[[], KdfParams],
        device_store: Callable[[], DeviceStore | None],
        signin: SignIn,
        keys: KeysFor,
        files: Callable[[bytes], SessionFiles],
    ) -> None:
        self._desk = desk
        self._folder = folder
        self._clock = clock
        self._params = params
        self._device_store = device_store
        self._signin = signin
        self._keys = keys
        self._files = files

    # --- who it is ------------------------------------------------------------------

    def step_up(self, session: Session, request: StepUp) -> None:
        """The password again, or a touch of the key in its place; a wrong password counts as a try.

        Refused "code-needed" for one's own security in a session without a second factor.
        """
        opened = self._desk.check(session, Action.STEP_UP)
        purpose = Purpose(request.purpose.value)
        mine = opened.database.read(lambda tx: factors.keys_of(tx, session.user))
        if mine and not request.password:
            self._signin.step_up_by_touch(session, request.key_pin, opened.database, purpose)
            return
        given = Factors(request.code, request.recovery_code, request.key_pin)
        self._signin.step_up(session, request.password, given, opened.database, purpose)

    def show_security(self, session: Session) -> SecurityShown:
        share = self._device_store() is not None

        def look(tx: Tx) -> SecurityShown:
            person = _self(tx, session)
            return SecurityShown(
                user=person.name,
                role=person.role,
                codes_left=factors.codes_left(tx, person.id),
                keys=tuple(_shown(key) for key in factors.keys_of(tx, person.id)),
                sessions=self._sessions(session),
                quick_pin=self._desk.quick.has_pin(person.id),
                quick_allowed=self._desk.quick.allowed,
                must_change=person.must_change,
                keyring_share=share,
            )

        return self._desk.read(
            session, Action.SHOW_SECURITY, look, lambda _: Event(Act.SECURITY_SHOWN, obj=session.user)
        )

    # --- the password -----------------------------------------------------------------

    def change_password(self, session: Session, request: PasswordChange) -> None:
        """The old one opens, the new one is good: the person's other sessions end everywhere.

        A slot cannot be sealed anew without its security key, so of several keys the one that
        answered stays and the others are enrolled again. Holds the writing lane for a
        derivation. Raises VaultError "wrong-password" (counted), Refused "password-…".
        """
        opened = self._desk.check(session, Action.CHANGE_PASSWORD)
        practice = opened.database.read(lambda tx: settings.get(tx, "practice-name")) or ""
        reason = check_password(request.new, (practice, session.user_name))
        if reason is not None:
            raise password_refused(reason.code)
        with self._proved(session, request.old, request.key_pin) as checked:
            known = (checked.key,) if checked.key is not None else ()
            kept = {new.fido.cred_id for new in known}

            def change(tx: Tx, record: Recorder) -> None:
                users.update_user(tx, replace(_self(tx, session), must_change=False))
                for key in factors.keys_of(tx, session.user):
                    if key.cred_id not in kept:
                        factors.drop_key(tx, key.id)
                        record(Event(Act.SECURITY_KEY_REMOVED, obj=key.id))
                factors.forget_proofs(tx, session.user)
                end_tokens(tx, session.user, self._clock.now(), but=session.id)
                record(Event(Act.PASSWORD_CHANGED, obj=session.user))
                change_password(
                    self._folder.keys,
                    checked.vault,
                    session.user,
                    request.new,
                    checked.device or self._arrived_at(tx, record, session, checked.vault),
                    self._params(),
                    known,
                )

            self._desk.write(session, Action.CHANGE_PASSWORD, change)
        self._desk.end_person(session.user, but=session.id)
        self._files(opened.vault.vault_id).end_user(session.user)

    def _arrived_at(
        self, tx: Tx, record: Recorder, session: Session, vault: OpenVault
    ) -> DeviceSecret | None:
        """The computer that a restored practice came to becomes part of the way in with a new password."""
        waits = any(one.item == SHARE and one.done_at is None for one in arrivals.listing(tx))
        store = self._device_store() if waits else None
        if store is None:
            return None
        record(Event(Act.VAULT_ENROLLED, obj=session.user))
        return enrol_device(store, vault.vault_id)

    # --- second factors ---------------------------------------------------------------

    def new_recovery_codes(self, session: Session) -> RecoveryCodes:
        """Ten new ones, shown once; all earlier ones are void."""
        token_key = self._desk.check(session, Action.MAKE_CODES).token_key

        def make(tx: Tx, record: Recorder) -> RecoveryCodes:
            codes = new_codes()
            hashes = [code_hash(token_key, session.user, code) for code in codes]
            factors.put_codes(tx, session.user, hashes, self._clock.now())
            record(Event(Act.RECOVERY_CODES_MADE, obj=session.user, det={"count": len(codes)}))
            return RecoveryCodes(codes)

        return self._desk.write(session, Action.MAKE_CODES, make)

    def new_authenticator(self, session: Session) -> NewFactor:
        """A secret for the app; nothing is stored before a code from it was right."""
        opened = self._desk.check(session, Action.CHANGE_AUTHENTICATOR)
        practice = opened.database.read(lambda tx: settings.get(tx, "practice-name")) or ""
        return NewFactor(totp.uri(totp.new_secret(), session.user_name, practice))

    def confirm_authenticator(self, session: Session, proof: FactorProof) -> None:
        """The new one counts from here on, the old one no more.

        Raises InputError("authenticator-wrong") for an address that `new_authenticator` did not
        make, Refused "code-wrong".
        """
        self._desk.check(session, Action.CHANGE_AUTHENTICATOR)
        secret, now = _secret(proof.totp_uri), self._clock.now()

        def store(tx: Tx, record: Recorder) -> None:
            step = totp.verify(secret, proof.code, now, last_step=0)
            users.set_totp(tx, session.user, secret)
            users.set_last_step(tx, session.user, step)
            factors.forget_proofs(tx, session.user)
            for notice in notices_of(tx, session.user):
                if notice.kind == NEW_AUTHENTICATOR_DUE:
                    tasks.close(tx, notice.id, tasks.TaskState.DONE, now)
            record(Event(Act.CODE_RESET, obj=session.user))

        self._desk.write(session, Action.CHANGE_AUTHENTICATOR, store)

    def enrol_key(self, session: Session, request: KeyEnrolment) -> KeyShown:
        """From now on the security key is part of what opens; the first one on every computer.

        Raises VaultError "wrong-password" (counted), Refused as `SecurityKeys.enrol`.
        """
        opened = self._desk.check(session, Action.ENROL_KEY)
        vault_id = opened.vault.vault_id
        mine = opened.database.read(lambda tx: factors.keys_of(tx, session.user))
        with self._proved(session, request.password, request.present_pin or request.pin) as checked:
            made = self._keys(request.pin).enrol(
                RP_ID,
                user_handle(vault_id, session.user),
                session.user_name,
                [key.cred_id for key in mine],
            )
            now = self._clock.now()
            key = SecurityKey(
                new_id(), session.user, made.cred_id, made.rp_id, made.public_key, made.name, now
            )
            fido = Fido(made.cred_id, made.rp_id, made.salt, made.api)

            def store(tx: Tx, record: Recorder) -> KeyShown:
                factors.add_key(tx, key)
                record(Event(Act.SECURITY_KEY_ADDED, obj=key.id))
                add_security_key(
                    self._folder.keys,
                    checked.vault,
                    session.user,
                    request.password,
                    checked.device,
                    self._params(),
                    fido,
                    made.secret,
                )
                return _shown(key)

            return self._desk.write(session, Action.ENROL_KEY, store)

    def remove_key(self, session: Session, request: KeyRemoval) -> None:
        """A lost or retired key opens nothing any more; with the last one the password opens alone.

        Whoever has lost the only key is let in again by an administrator or the recovery key.
        Raises InputError("security-key-unknown"), VaultError "wrong-password" (counted).
        """
        opened = self._desk.check(session, Action.REMOVE_KEY)
        mine = opened.database.read(lambda tx: factors.keys_of(tx, session.user))
        key = next((one for one in mine if one.id == request.id), None)
        if key is None:
            raise InputError("security-key-unknown")
        with self._proved(session, request.password, request.key_pin) as checked:

            def remove(tx: Tx, record: Recorder) -> None:
                factors.drop_key(tx, key.id)
                record(Event(Act.SECURITY_KEY_REMOVED, obj=key.id))
                remove_security_key(
                    self._folder.keys,
                    checked.vault,
                    session.user,
                    key.cred_id,
                    password=request.password,
                    device=checked.device,
                    params=self._params(),
                )

            self._desk.write(session, Action.REMOVE_KEY, remove)
        self._desk.quick.forget(session.user)

    # --- sessions and the PIN ---------------------------------------------------------

    def end_session(self, session: Session, other: SessionId) -> None:
        """One of one's own, in a window or of the command line. Raises InputError("session-unknown")."""
        opened = self._desk.check(session, Action.END_SESSION)
        files = self._files(opened.vault.vault_id)
        here = next((one for one, _ in self._desk.guard.sessions(session.user) if one.id == other), None)
        if here is None and all(one.session != other for one in files.sessions_of(session.user)):
            raise InputError("session-unknown")
        self._desk.write(
            session, Action.END_SESSION, lambda _, record: record(Event(Act.SESSION_ENDED, obj=other))
        )
        files.end_session(session.user, other)
        if here is not None:
            self._desk.guard.end(here)
            self._desk.persons.drop(other)

    def set_quick_pin(self, session: Session, pin: str) -> None:
        """For this process and the rest of the day; needs the session's own keys.

        Raises Refused("quick-not-allowed"), InputError "pin-not-six-digits", "pin-too-easy".
        """
        self._desk.check(session, Action.SET_PIN)
        vault, began = self._desk.vault_of(session), self._desk.guard.began(session)

        def keep(tx: Tx, record: Recorder) -> None:
            record(Event(Act.PIN_SET, obj=session.user))
            self._desk.quick.set_pin(_self(tx, session), vault, began, pin)

        self._desk.write(session, Action.SET_PIN, keep)

    def forget_quick_pin(self, session: Session) -> None:
        self._desk.write(
            session, Action.FORGET_PIN, lambda _, record: record(Event(Act.PIN_FORGOTTEN, obj=session.user))
        )
        self._desk.quick.forget_pin(session.user)

    @contextlib.contextmanager
    def _proved(self, session: Session, password: str, key_pin: str) -> Iterator[Checked]:
        checked = self._signin.check_password(session.user_name, password, key_pin)
        with contextlib.closing(checked.vault):
            yield checked

    def _sessions(self, session: Session) -> tuple[SessionShown, ...]:
        """Those of this process and of the command line, each once."""
        here = {one.id: (one.started, command) for one, command in self._desk.guard.sessions(session.user)}
        files = self._files(self._desk.opened().vault.vault_id).sessions_of(session.user)
        found = {one.session: (one.started, True) for one in files}
        both = {**found, **here}
        return tuple(
            SessionShown(id_, started, command or id_ in found, this=id_ == session.id)
            for id_, (started, command) in sorted(both.items(), key=_since)
        )


def _since(item: tuple[SessionId, tuple[datetime, bool]]) -> datetime:
    return item[1][0]


def _self(tx: Tx, session: Session) -> User:
    person = users.get(tx, session.user)
    if person is None:
        raise Refused("signed-out")
    return person


def _shown(key: SecurityKey) -> KeyShown:
    return KeyShown(key.id, key.name, key.added_at, key.last_used)


def _secret(uri: str) -> str:
    try:
        return totp.secret_of(uri)
    except ValueError:
        raise InputError("authenticator-wrong") from None
