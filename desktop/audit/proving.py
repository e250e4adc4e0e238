"""Marks and checkpoints, written with the records that they are about.

A checkpoint is a record of its own, `audit.checkpoint`: the last one under the key of its
step, and the last leaf that the signed root covers.
"""

from __future__ import annotations

from collections.abc import Sequence

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.audit.logkey import LogKey
from desktop.audit.macs import MacKeys, mac_of
from desktop.audit.merkle import Range, frontier
from desktop.audit.note import Checkpoint, origin_of, sign_checkpoint
from desktop.clock import Clock
from desktop.errors import VaultError
from desktop.models import audit as kept
from desktop.models import audit_proofs as proofs
from desktop.models.audit_proofs import KeptCheckpoint
from desktop.models.database import Tx
from desktop.models.records import AuditRecord


class Marking:
    """Gives every new record its mark; the follower of an `AuditLog`."""

    def __init__(self, keys: MacKeys) -> None:
        self._keys = keys

    def follow(self, tx: Tx, records: Sequence[AuditRecord]) -> None:
        """In the transaction that wrote `records`. Raises VaultError("log-key-ahead")."""
        key = self._keys.at(current_step(tx, self._keys))
        proofs.put_macs(tx, [(record.seq, mac_of(key, record.hash)) for record in records])


def current_step(tx: Tx, keys: MacKeys) -> int:
    """Of the next record: checkpoints since K_0. What an earlier K_0 marked does not count."""
    size, step = proofs.newest_step(tx)
    return step if size >= keys.first else 0


def make_checkpoint(
    tx: Tx, log: AuditLog, key: LogKey, keys: MacKeys | None, vault_id: bytes, clock: Clock
) -> KeptCheckpoint | None:
    """Record, root, sign and keep a checkpoint; None where nothing happened since the last one.

    After the commit, call `keys.keep(made.step)` and hand `made.note` to the witnesses.
    Without `keys` no marks are kept. Raises VaultError("log-damaged") where the table has
    fewer records than it should: a root over the rest would hide that.
    """
    before = proofs.newest(tx)
    head = kept.last(tx)
    if head is None or (before is not None and before.size >= head.seq):
        return None
    step = current_step(tx, keys) + 1 if keys is not None else 0
    tree = frontier(before.size, before.frontier) if before is not None else Range()
    record = log.record(tx, Event(Act.AUDIT_CHECKPOINT, det={"records": head.seq - tree.stop}))
    for each in kept.records(tx, after=tree.stop):
        tree.append(bytes.fromhex(each.hash))
    if tree.stop != record.seq:
        raise VaultError("log-damaged")
    note = sign_checkpoint(key, Checkpoint(origin_of(vault_id), tree.stop, tree.root()))
    made = KeptCheckpoint(tree.stop, note, clock.now(), step, tree.to_bytes())
    proofs.put_checkpoint(tx, made)
    return made
