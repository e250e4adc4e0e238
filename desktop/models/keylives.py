"""What is known of keys beside their bytes: trust, capabilities, chain; states of the own ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.sqlite import insert

from desktop.models.lanes import Tx
from desktop.models.protection import KeyLife, KeyTrust, OwnKeyLife, OwnKeyState
from desktop.models.records import KeyId, MessageId
from desktop.models.rows import chunks
from desktop.models.tables_protection import key_life, own_key_life


def put(tx: Tx, key: KeyId, life: KeyLife) -> None:
    """Keep it, in place of what was known before."""
    values = {
        "trust": life.trust.value,
        "capabilities": list(life.capabilities),
        "chain": life.chain,
        "test_message": life.test_message or "",
    }
    row = insert(key_life).values(key=key, **values)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))


def of(tx: Tx, keys: Iterable[KeyId]) -> dict[KeyId, KeyLife]:
    """By key; one that is not in it was checked with its owner, as every key of the first version."""
    found: dict[KeyId, KeyLife] = {}
    for some in chunks(keys):
        for row in tx.connection.execute(select(key_life).where(key_life.c.key.in_(some))):
            found[KeyId(row.key)] = _life(row)
    return found


def put_own(tx: Tx, fingerprint: str, life: OwnKeyLife) -> None:
    values = {
        "state": life.state.value,
        "revocation": life.revocation,
        "chain": life.chain,
        "ended_at": life.ended_at,
    }
    row = insert(own_key_life).values(fingerprint=fingerprint, **values)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["fingerprint"], set_=values))


def own(tx: Tx) -> dict[str, OwnKeyLife]:
    """By fingerprint; one that is not in it is current."""
    return {
        row.fingerprint: OwnKeyLife(OwnKeyState(row.state), row.revocation, row.chain, row.ended_at)
        for row in tx.connection.execute(select(own_key_life))
    }


def _life(row: Row[Any]) -> KeyLife:
    test = MessageId(row.test_message) if row.test_message else None
    return KeyLife(KeyTrust(row.trust), tuple(row.capabilities), row.chain, test)
