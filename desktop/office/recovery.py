"""Break-glass: the printed recovery key sets a new password and is replaced by a new one.

45 CFR 164.312(a)(2)(ii). The key stands in for the password, for this computer and for
security keys that are gone; the authenticator or a saved code is asked for as always. Why
the practice was opened this way is kept with the record, and everybody is told.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

from desktop.access import recoverygroups
from desktop.access.passwords import check_password
from desktop.access.signin import slot_uid, start_tries
from desktop.audit import marks
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.audit.tokens import keep_reason
from desktop.clock import Clock
from desktop.crypto.devicekey import DeviceStore, enrol_device
from desktop.crypto.kdf import KdfParams
from desktop.crypto.officer import officer_private, officer_public
from desktop.crypto.rotation import settle_rotation
from desktop.crypto.vault import OpenVault, change_password, replace_recovery_key, unlock_with_recovery
from desktop.errors import Refused, SealwellError, VaultError
from desktop.models import factors, settings, users, vaultkeys
from desktop.models.accounts import Role, User, UserState
from desktop.models.database import Database, Tx
from desktop.office.notices import everybody, notify
from desktop.office.opening import Opener
from desktop.office.revocation import end_tokens
from desktop.office.setup import password_refused
from desktop.office.values_entry import Recovered, Recovery
from desktop.paths import PracticeFolder

_REASON = 500


class Breakglass:
    """Works without a session; what it did is recorded in the log that it opens."""

    def __init__(self, folder: PracticeFolder, clock: Clock, audit: AuditLog, opener: Opener) -> None:
        self._folder = folder
        self._clock = clock
        self._audit = audit
        self._opener = opener

    def recover(self, request: Recovery, params: KdfParams, store: DeviceStore | None) -> Recovered:
        """A new password for an administrator on this computer, and a new recovery key.

        Raises Refused "reason-missing", "recovery-not-administrator" and "password-…", VaultError
        "recovery-key-mistyped" or "recovery-key-wrong". The old key opens nothing afterwards.
        """
        why = request.reason.strip()
        if not why or len(why) > _REASON:
            raise Refused("reason-missing")
        settle_rotation(self._folder)
        made = ""
        try:
            with (
                contextlib.closing(unlock_with_recovery(self._folder.keys, request.recovery_key)) as vault,
                contextlib.closing(self._opener.database(vault)) as database,
            ):
                self._new_password(vault, database, request, params, store)
                officer = officer_private(self._folder.keys, request.recovery_key)
                made = replace_recovery_key(self._folder.keys, vault)
                following = officer_public(self._folder.keys, vault)
                database.write(lambda tx: self._carry_on(tx, officer, made, following))
        except (SealwellError, OSError):
            # The old key opens nothing any more, so the new one is shown whatever fails behind it.
            # The next opening finds the marks sealed to another officer, begins anew and records it.
            if not made:
                raise
        return Recovered(recovery_key=made)

    def _carry_on(self, tx: Tx, officer: bytes, made: str, following: bytes) -> None:
        """What goes with the recovery key goes with the new one."""
        marks.seal_to(tx, officer, following)
        recoverygroups.keep(tx, made, following)

    def _new_password(
        self,
        vault: OpenVault,
        database: Database,
        request: Recovery,
        params: KdfParams,
        store: DeviceStore | None,
    ) -> None:
        uid = slot_uid(vault.vault_id, request.user)
        user, practice = database.read(
            lambda tx: (users.get(tx, uid), settings.get(tx, "practice-name") or "")
        )
        if user is None or user.state is not UserState.ACTIVE or user.role is not Role.ADMINISTRATOR:
            raise Refused("recovery-not-administrator")
        reason = check_password(request.password, (practice, request.user))
        if reason is not None:
            raise password_refused(reason.code)
        # The record comes first: an opening that could not be recorded changes nothing.
        database.write(lambda tx: self._record(tx, user, request.reason.strip()))
        device = enrol_device(store, vault.vault_id) if store is not None else None
        change_password(self._folder.keys, vault, uid, request.password, device, params)

    def _record(self, tx: Tx, user: User, why: str) -> None:
        start_tries(tx, self._folder, self._clock)
        now, token_key = self._clock.now(), vaultkeys.get(tx, "token")
        if token_key is None:
            raise VaultError("database-damaged")
        events = [
            Event(Act.VAULT_RECOVERED, obj=user.id, det=keep_reason(tx, token_key, why)),
            Event(Act.PASSWORD_CHANGED, obj=user.id),
            Event(Act.RECOVERY_KEY_MADE),
        ]
        for key in factors.keys_of(tx, user.id):
            factors.drop_key(tx, key.id)
            events.append(Event(Act.SECURITY_KEY_REMOVED, obj=key.id))
        users.update_user(tx, replace(user, must_change=False))
        factors.forget_proofs(tx, user.id)
        end_tokens(tx, user.id, now)
        notify(tx, everybody(tx), "emergency-access", now, {"user": user.id})
        for event in events:
            self._audit.record(tx, event, actor=user.id, role=user.role.value)
