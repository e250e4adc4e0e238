"""Break-glass: the printed recovery key sets a new password and is replaced by a new one.

45 CFR 164.312(a)(2)(ii). The authenticator stays as it was: the key stands in for the
password and for this computer, never for the second factor.
"""

from __future__ import annotations

import contextlib

from desktop.access.passwords import check_password
from desktop.access.signin import slot_uid, start_tries
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.crypto.devicekey import DeviceStore, enrol_device
from desktop.crypto.kdf import KdfParams
from desktop.crypto.vault import change_password, replace_recovery_key, unlock_with_recovery
from desktop.errors import Refused
from desktop.models import settings, users
from desktop.models.accounts import Role, User
from desktop.models.database import Tx
from desktop.office.opening import Opener
from desktop.office.setup import password_refused
from desktop.office.values_entry import Recovered, Recovery
from desktop.paths import PracticeFolder


class Breakglass:
    """Works without a session; what it did is recorded in the log that it opens."""

    def __init__(self, folder: PracticeFolder, clock: Clock, audit: AuditLog, opener: Opener) -> None:
        self._folder = folder
        self._clock = clock
        self._audit = audit
        self._opener = opener

    def recover(self, request: Recovery, params: KdfParams, store: DeviceStore | None) -> Recovered:
        """A new password for an administrator on this computer, and a new recovery key.

        Raises VaultError "recovery-key-mistyped" or "recovery-key-wrong", Refused
        "recovery-not-administrator" and "password-…". The old key opens nothing afterwards.
        """
        vault = unlock_with_recovery(self._folder.keys, request.recovery_key)
        with contextlib.closing(vault):
            database = self._opener.database(vault)
            with contextlib.closing(database):
                uid = slot_uid(vault.vault_id, request.user)
                user, practice = database.read(
                    lambda tx: (users.get(tx, uid), settings.get(tx, "practice-name") or "")
                )
                if user is None or user.disabled_at is not None or user.role is not Role.ADMINISTRATOR:
                    raise Refused("recovery-not-administrator")
                reason = check_password(request.password, (practice, request.user))
                if reason is not None:
                    raise password_refused(reason.code)
                # The record comes first: an opening that could not be recorded changes nothing.
                database.write(lambda tx: self._record(tx, user))
                device = enrol_device(store, vault.vault_id) if store is not None else None
                change_password(self._folder.keys, vault, uid, request.password, device, params)
                return Recovered(recovery_key=replace_recovery_key(self._folder.keys, vault))

    def _record(self, tx: Tx, user: User) -> None:
        start_tries(tx, self._folder, self._clock)
        for event in (
            Event(Act.VAULT_RECOVERED),
            Event(Act.PASSWORD_CHANGED, obj=user.id),
            Event(Act.RECOVERY_KEY_MADE),
        ):
            self._audit.record(tx, event, actor=user.id, role=user.role.value)
