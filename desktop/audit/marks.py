"""The marks' key over the life of a practice: begun, found again, carried into a new epoch.

K_0 is sealed to the security officer and kept in the database, in a list: a new one begins
where marks begin at all, where the file was lost, and where the database was set back behind
the key. Which K_0 it was stands as a hash in the log, under every checkpoint that a witness
outside holds: a thief who writes the log anew with a K_0 of their own contradicts those.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.audit.macs import FirstKey, MacKeys, open_first_key, seal_first_key
from desktop.audit.proving import Marking
from desktop.errors import VaultError
from desktop.frozen import dataclass
from desktop.models import audit as kept
from desktop.models import audit_proofs as proofs
from desktop.models import vaultkeys
from desktop.models.database import Tx

FIRST_KEYS = "mac-first"
"""The name of the list in the database."""
NEW = "marks-new"
AHEAD = "log-key-ahead"
LOST = "mac-key-damaged"
OTHER_OFFICER = "officer-key-changed"
_COMMIT = b"sealwell/audit-mac/commit/1"


@dataclass(frozen=True)
class SealedFirst:
    """A K_0 as kept: the first record that it marks, whom it is sealed to, and the box."""

    first: int
    to: bytes
    sealed: bytes


def open_keys(path: Path, following: Path, wrapping_key: bytes, vault_id: bytes) -> tuple[MacKeys, bool]:
    """The key in its file, and whether it could be read.

    After a change of the vault key the right file is `following`, which takes the other's place.
    """
    keys = MacKeys(path, wrapping_key, vault_id)
    try:
        keys.load()
    except VaultError:
        if not following.exists():
            return keys, False
        try:
            MacKeys(following, wrapping_key, vault_id).load()
        except VaultError:
            return keys, False
        os.replace(following, path)
        keys.load()
    following.unlink(missing_ok=True)
    return keys, True


def reason_to_begin(tx: Tx, keys: MacKeys, readable: bool, officer: bytes) -> str:
    """Why a new K_0 is due; '' where the marks simply go on."""
    known = first_keys(tx)
    if not known:
        return NEW
    if not readable or known[-1].first != keys.first:
        return LOST
    size, step = proofs.newest_step(tx)
    if keys.is_ahead(step if size >= keys.first else 0):
        return AHEAD
    return OTHER_OFFICER if known[-1].to != officer else ""


def begin(tx: Tx, log: AuditLog, keys: MacKeys, officer: bytes, why: str) -> None:
    """A new K_0 for every record from here on; the record that says so is the first of them."""
    head = kept.last(tx)
    first = head.seq + 1 if head is not None else 1
    sealed = keys.start(first, officer)
    commitment = commitment_to(FirstKey(first, keys.at(0)))
    _keep(tx, [*first_keys(tx), SealedFirst(first, officer, sealed)])
    log.follower = Marking(keys)
    log.record(tx, Event(Act.LOG_MARKED, why=why, det={"first": first, "fingerprint": commitment}))


def commitment_to(first: FirstKey) -> str:
    """SHA-256 over a K_0, as the record `log.marked` names it; it tells nothing of the key."""
    return hashlib.sha256(_COMMIT + first.first.to_bytes(8, "big") + first.key).hexdigest()


def first_keys(tx: Tx) -> list[SealedFirst]:
    """Every K_0 of this practice, oldest first."""
    found = vaultkeys.get(tx, FIRST_KEYS)
    if found is None:
        return []
    return [
        SealedFirst(each["first"], bytes.fromhex(each["to"]), base64.b64decode(each["sealed"]))
        for each in json.loads(found)
    ]


def opened_first_keys(tx: Tx, private: bytes) -> list[FirstKey]:
    """What the officer lends a verifier; those of a recovery key that was replaced unseen are not in it.

    Raises VaultError("sealed-damaged") for a strange key, which opens none.
    """
    found, damaged = [], None
    for each in first_keys(tx):
        try:
            found.append(open_first_key(private, each.sealed))
        except VaultError as error:
            damaged = error
    if damaged is not None and not found:
        raise damaged
    return found


def seal_to(tx: Tx, private: bytes, officer: bytes) -> None:
    """A new recovery key: every K_0 that the old one opens is sealed to it."""
    renewed = []
    for one in first_keys(tx):
        try:
            first = open_first_key(private, one.sealed)
        except VaultError:  # of a still older recovery key: whoever has that can open it
            renewed.append(one)
        else:
            renewed.append(SealedFirst(first.first, officer, seal_first_key(officer, first)))
    _keep(tx, renewed)


def _keep(tx: Tx, firsts: list[SealedFirst]) -> None:
    tree = [
        {"first": one.first, "to": one.to.hex(), "sealed": base64.b64encode(one.sealed).decode("ascii")}
        for one in firsts
    ]
    vaultkeys.put(tx, FIRST_KEYS, json.dumps(tree).encode("ascii"))
