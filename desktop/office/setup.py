"""A new practice: vault, database, keys, first administrator; all of it or nothing.

The pieces are made in the practice's folder under their own names, but the key slots
become `vault.keys` only at the end: before that there is no practice, and what an
interrupted set-up leaves behind is removed by the next one.
"""

from __future__ import annotations

import contextlib
import secrets
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from desktop.access import recoverygroups, totp
from desktop.access.computer import refuse_unsuitable
from desktop.access.passwords import check_password
from desktop.access.signin import slot_uid, start_tries
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.audit.logkey import WRAP_INFO, make_log_key
from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.crypto.devicekey import DeviceStore, enrol_device
from desktop.crypto.kdf import KdfParams
from desktop.crypto.keyslots import discard_slots, intact_copies, move_slots
from desktop.crypto.officer import officer_public
from desktop.crypto.vault import Created, create_vault, new_vault_id
from desktop.errors import InputError, Refused, VaultError
from desktop.mail import replies
from desktop.models import settings, users, vaultkeys
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.office.logwatch import LogWatch
from desktop.office.opening import SAMPLE
from desktop.office.restore_folder import sweep_if_free
from desktop.office.values_entry import NewPractice, PracticeMade
from desktop.paths import PracticeFolder, make_private_folder

_DATABASE_KEYS = ("mid", "token", "field")


def create_practice(
    request: NewPractice,
    folder: PracticeFolder,
    clock: Clock,
    params: KdfParams,
    store: DeviceStore | None,
    audit: AuditLog,
    log_watch: LogWatch,
) -> PracticeMade:
    """Make the practice's files and answer what is shown once.

    Raises VaultError("vault-exists", "vault-missing"), InputError("zone-unknown", "name-missing",
    "folder-not-writable") and Refused("password-…", "folder-on-network").
    """
    _check(request)
    refuse_unsuitable(folder.root)
    if folder.keys.exists() or intact_copies(folder.keys):
        raise VaultError("vault-exists", file=folder.keys.name)
    if folder.database.exists() and not folder.pending_keys.exists():
        # Not a set-up that broke off: this database's key file was lost and may be in a backup.
        raise VaultError("vault-missing", file=folder.keys.name, copy="", copies=0)
    try:
        make_private_folder(folder.root)
    except OSError as error:
        raise InputError("folder-not-writable") from error
    sweep_if_free(folder)
    _sweep(folder)
    vault_id = new_vault_id()
    uid = slot_uid(vault_id, request.user)
    secret = totp.new_secret()
    practice_id = new_id()
    try:
        device = enrol_device(store, vault_id) if store is not None else None
        made = create_vault(folder.pending_keys, uid, request.password, device, params, vault_id)
        user = User(uid, request.user.strip(), Role.ADMINISTRATOR)
        with contextlib.closing(made.vault):
            _fill(made, folder, clock, audit, log_watch, request, user, secret, practice_id)
        move_slots(folder.pending_keys, folder.keys)
    except BaseException:  # no half practice is left behind; then it goes on up
        _sweep(folder)
        raise
    return PracticeMade(
        practice_id,
        totp_uri=totp.uri(secret, user.name, request.practice.strip()),
        recovery_key=made.recovery_key,
        keyring_share=device is not None,
    )


def _check(request: NewPractice) -> None:
    if not request.practice.strip() or not request.user.strip():
        raise InputError("name-missing")
    try:
        ZoneInfo(request.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError("zone-unknown") from error
    reason = check_password(request.password, (request.practice, request.user))
    if reason is not None:
        raise password_refused(reason.code)


def password_refused(code: str) -> Refused:
    """The reason why a password is not taken, as an error with its own words."""
    match code:
        case "too-short":
            return Refused("password-too-short", least=LIMITS.password_min)
        case "too-long":
            return Refused("password-too-long", most=LIMITS.password_max)
        case "common":
            return Refused("password-common")
        case "context":
            return Refused("password-context")
        case _:
            return Refused("password-guessable")


def _fill(
    made: Created,
    folder: PracticeFolder,
    clock: Clock,
    audit: AuditLog,
    log_watch: LogWatch,
    request: NewPractice,
    user: User,
    secret: str,
    practice_id: str,
) -> None:
    vault = made.vault
    key, salt = vault.database_key()
    database = Database.create(folder.database, key, salt, vault.vault_id, vault.epoch)

    def first_rows(tx: Tx) -> None:
        for name in _DATABASE_KEYS:
            vaultkeys.put(tx, name, secrets.token_bytes(32))
        replies.make_keys(tx)
        make_log_key(tx, vault.vault_id, vault.key(WRAP_INFO))
        recoverygroups.keep(tx, made.recovery_key, officer_public(folder.pending_keys, vault))
        start_tries(tx, folder, clock)
        users.add(tx, user, secret)
        for name, value in (
            ("practice-name", request.practice.strip()),
            ("sender-name", request.practice.strip()),
            ("practice-id", practice_id),
            ("zone", request.zone),
            ("language", request.language),
        ):
            settings.put(tx, name, value)
        if request.sample:
            settings.put(tx, SAMPLE, "yes")
        log_watch.begin_new(tx, vault)
        _record(tx, audit, user.id, Event(Act.PRACTICE_CREATED, obj=practice_id))
        _record(tx, audit, user.id, Event(Act.USER_ADDED, obj=user.id, det={"role": user.role.value}))
        _record(tx, audit, user.id, Event(Act.RECOVERY_KEY_MADE))

    try:
        database.write(first_rows)
    finally:
        database.close()


def _record(tx: Tx, audit: AuditLog, actor: UserId, event: Event) -> None:
    audit.record(tx, event, actor=actor, role=Role.ADMINISTRATOR.value)


def _sweep(folder: PracticeFolder) -> None:
    """Remove what a set-up that did not finish has left; never called beside a `vault.keys`.

    Its key slots go last: they are what tells its database from one whose key file was lost.
    """
    for path in (
        folder.database,
        folder.database.with_name(f"{folder.database.name}-wal"),
        folder.database.with_name(f"{folder.database.name}-shm"),
        folder.tries,
        folder.log_marks,
    ):
        path.unlink(missing_ok=True)
    discard_slots(folder.pending_keys)
