"""That somebody used emergency access: sealed beside the practice, then part of the audit log.

The database cannot be written to when it happens, so each opening is a sealed line in a file of its
own: to the public key of failed sign-ins (`access/tries.py`), whose private half lies in the database,
or where that key is gone to a key that only the open vault can make. The next opening that succeeds
takes the lines into the log. Like `vault.tries` the file can be removed by whoever can change files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, field
from datetime import datetime
from pathlib import Path
from typing import Any

from desktop.access.signin import TRIES_PRIVATE
from desktop.access.triesfile import DamagedTriesError, read_state
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value, is_code, is_number
from desktop.audit.log import AuditLog
from desktop.audit.tokens import keep_reason
from desktop.crypto.openvault import OpenVault
from desktop.crypto.sealedbox import open_box, public_of, seal
from desktop.errors import VaultError
from desktop.frozen import dataclass
from desktop.models import settings, users, vaultkeys
from desktop.models.accounts import UserId
from desktop.models.database import Database, Tx
from desktop.office.notices import everybody, notify
from desktop.paths import PracticeFolder, append_private, make_private_folder, spare_folder

_INFO = b"sealwell/emergency/1"
_OWN_KEY = "emergency-record"
_TRIES, _VAULT = "tries", "vault"
_FOLDED = "emergencies-folded"
"""The lines that the log holds while their file could not be removed."""
_MOST_BYTES, _MOST_LINES = 1024 * 1024, 200
_MOST_REASON = 2_000
"""Bytes: a reason has at most 500 characters."""
UNREADABLE = "record-unreadable"


@dataclass(frozen=True)
class Opening:
    """One use of emergency access: when (UTC ms), who, how many rows they saw; `why` where it failed."""

    at: int
    user: str
    rows: int
    reason: str = field(repr=False)
    why: str = ""


def spare_place(vault_id: bytes) -> Path:
    """Where the records go that the practice's own disk does not take; nothing in its name is anybody's."""
    return spare_folder() / f"emergency-{hashlib.sha256(vault_id).hexdigest()[:16]}"


def keep(folder: PracticeFolder, vault: OpenVault, opening: Opening) -> bool:
    """Seal and keep it; False where no disk takes it."""
    to, public = _box(folder, vault)
    box = seal(public, json.dumps(asdict(opening)).encode("utf-8"), _INFO)
    line = json.dumps({"to": to, "box": box.hex()}).encode("ascii") + b"\n"
    for path in _files(folder, vault.vault_id):
        try:
            if path.parent != folder.root:
                make_private_folder(path.parent)
            append_private(path, line)
        except OSError:
            continue
        return True
    return False


def fold(
    folder: PracticeFolder, vault: OpenVault, database: Database, audit: AuditLog, now: datetime
) -> None:
    """What waits goes into the log, everybody is told, and the files go; for the next sound opening."""
    waiting = [path for path in _files(folder, vault.vault_id) if path.exists()]
    lines = list(_lines(waiting))
    if lines:
        database.write(lambda tx: _take(tx, lines, vault, audit, now))
    for path in waiting:
        try:
            path.unlink(missing_ok=True)
        except OSError:  # it is known by its lines, so that none counts twice
            return
    if waiting:
        database.write(lambda tx: settings.put(tx, _FOLDED, ""))


def _take(tx: Tx, lines: Iterable[bytes], vault: OpenVault, audit: AuditLog, now: datetime) -> None:
    done = (settings.get(tx, _FOLDED) or "").split()
    for line in lines:
        name = hashlib.sha256(line).hexdigest()[:32]
        if name in done:
            continue
        done.append(name)
        opening = _opened(tx, line, vault)
        if opening is None:
            audit.record(tx, Event(Act.EMERGENCY_OPENED, outcome="failed", why=UNREADABLE, det={"at": 0}))
            continue
        _record(tx, opening, audit)
        if not opening.why:
            notify(tx, everybody(tx), "emergency-opened", now, {"user": opening.user})
    settings.put(tx, _FOLDED, " ".join(done))


def _record(tx: Tx, opening: Opening, audit: AuditLog) -> None:
    token_key = vaultkeys.get(tx, "token")
    if token_key is None:
        raise VaultError("database-damaged")
    det: dict[str, Value] = {"at": opening.at, "rows": opening.rows}
    det |= keep_reason(tx, token_key, opening.reason)
    outcome = "failed" if opening.why else "ok"
    event = Event(Act.EMERGENCY_OPENED, outcome=outcome, why=opening.why, det=det)
    person = users.get(tx, UserId(opening.user))
    if person is None:
        audit.record(tx, event)
    else:
        audit.record(tx, event, actor=person.id, role=person.role.value)


def _opened(tx: Tx, line: bytes, vault: OpenVault) -> Opening | None:
    private = vault.key(_OWN_KEY)
    try:
        tree = json.loads(line)
        if tree["to"] == _TRIES:
            private = vaultkeys.get(tx, TRIES_PRIVATE) or b""
        return _sane(json.loads(open_box(private, bytes.fromhex(tree["box"]), _INFO)))
    except (VaultError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _sane(tree: Any) -> Opening | None:
    """Whoever can change files can seal a line; none of them keeps the practice from opening."""
    at, rows, words = tree["at"], tree["rows"], (tree["user"], tree["reason"], tree["why"])
    if not (is_number(at) and is_number(rows) and all(isinstance(word, str) for word in words)):
        return None
    user, reason, why = words
    if len(reason.encode("utf-8")) > _MOST_REASON or (why and not is_code(why)):
        return None
    return Opening(at, user, rows, reason, why)


def _box(folder: PracticeFolder, vault: OpenVault) -> tuple[str, bytes]:
    try:
        box = bytes.fromhex(read_state(folder.tries).box)
    except (DamagedTriesError, OSError, ValueError):
        box = b""
    return (_TRIES, box) if len(box) == 32 else (_VAULT, public_of(vault.key(_OWN_KEY)))


def _files(folder: PracticeFolder, vault_id: bytes) -> tuple[Path, Path]:
    return folder.emergencies, spare_place(vault_id) / folder.emergencies.name


def _lines(paths: Iterable[Path]) -> Iterator[bytes]:
    """Whole lines only, the newest; what lies beyond all measure is not ours."""
    for path in paths:
        try:
            with path.open("rb") as file:
                yield from file.read(_MOST_BYTES).split(b"\n")[:-1][-_MOST_LINES:]
        except OSError:
            continue
