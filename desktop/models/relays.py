"""Relay profiles with their agreement and what is known of the way behind them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy import update as sql_update

from desktop.models.lanes import Tx
from desktop.models.records import Baa, ForcedTls, Relay, RelayId
from desktop.models.tables_mail import forced_tls, relay


def _values(profile: Relay) -> dict[str, Any]:
    baa = profile.baa
    return {
        "name": profile.name,
        "host": profile.host,
        "port": profile.port,
        "security": profile.security,
        "ca_file": profile.ca_file,
        "user": profile.user,
        "sender": profile.sender,
        "baa_counterparty": baa.counterparty if baa else None,
        "baa_signed": baa.signed if baa else None,
        "baa_expires": baa.expires if baa else None,
        "baa_scope": baa.scope if baa else None,
        "baa_reviewed": baa.reviewed if baa else None,
        "required_tls": profile.required_tls,
        "required_tls_at": profile.required_tls_at,
        "enforces": list(profile.enforces),
        "requiretls_seen": profile.requiretls_seen,
        "requiretls": int(profile.requiretls),
        "retired_at": profile.retired_at,
    }


def _relay(row: Row[Any], forced: tuple[ForcedTls, ...]) -> Relay:
    baa = None
    if row.baa_signed is not None:
        baa = Baa(row.baa_counterparty, row.baa_signed, row.baa_expires, row.baa_scope, row.baa_reviewed)
    return Relay(
        id=RelayId(row.id),
        name=row.name,
        host=row.host,
        port=row.port,
        security=row.security,
        ca_file=row.ca_file,
        user=row.user,
        sender=row.sender,
        baa=baa,
        required_tls=row.required_tls,
        required_tls_at=row.required_tls_at,
        forced_tls=forced,
        enforces=tuple(row.enforces),
        requiretls_seen=row.requiretls_seen,
        requiretls=bool(row.requiretls),
        retired_at=row.retired_at,
    )


def _put_forced(tx: Tx, profile: Relay) -> None:
    tx.connection.execute(delete(forced_tls).where(forced_tls.c.relay == profile.id))
    rows = [{"relay": profile.id, "domain": f.domain, "until": f.until} for f in profile.forced_tls]
    if rows:
        tx.connection.execute(insert(forced_tls), rows)


def _forced(tx: Tx) -> dict[str, tuple[ForcedTls, ...]]:
    found: dict[str, tuple[ForcedTls, ...]] = {}
    for row in tx.connection.execute(select(forced_tls).order_by(forced_tls.c.domain)):
        found[row.relay] = (*found.get(row.relay, ()), ForcedTls(row.domain, row.until))
    return found


def add(tx: Tx, profile: Relay, password: str) -> None:
    tx.connection.execute(insert(relay).values(id=profile.id, password=password, **_values(profile)))
    _put_forced(tx, profile)


def get(tx: Tx, relay_id: RelayId) -> Relay | None:
    row = tx.connection.execute(select(relay).where(relay.c.id == relay_id)).one_or_none()
    return _relay(row, _forced(tx).get(row.id, ())) if row else None


def listing(tx: Tx) -> list[Relay]:
    """Every profile by name, retired ones too."""
    forced = _forced(tx)
    rows = tx.connection.execute(select(relay).order_by(relay.c.name, relay.c.id))
    return [_relay(row, forced.get(row.id, ())) for row in rows]


def password(tx: Tx, relay_id: RelayId) -> str:
    """The account's password; asked for when a connection is made, never shown."""
    return str(tx.connection.execute(select(relay.c.password).where(relay.c.id == relay_id)).scalar_one())


def set_password(tx: Tx, relay_id: RelayId, new: str) -> None:
    tx.connection.execute(sql_update(relay).where(relay.c.id == relay_id).values(password=new))


def update(tx: Tx, profile: Relay) -> None:
    """Store a profile anew; its password stays."""
    tx.connection.execute(sql_update(relay).where(relay.c.id == profile.id).values(**_values(profile)))
    _put_forced(tx, profile)
