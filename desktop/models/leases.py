"""Who may send: one holder at a time, for a while, on this run of the machine."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.models.lanes import Tx
from desktop.models.records import Lease
from desktop.models.tables_mail import lease


def take(tx: Tx, name: str, holder: str, boot: str, until: datetime, now: datetime) -> bool:
    """Take a lease that is free, ran out, is ours, or is of an earlier run of the machine."""
    row = insert(lease).values(name=name, holder=holder, boot=boot, until=until)
    free = or_(lease.c.until <= now, lease.c.boot != boot, lease.c.holder == holder)
    values = {"holder": holder, "boot": boot, "until": until}
    done = tx.connection.execute(
        row.on_conflict_do_update(index_elements=["name"], set_=values, where=free).returning(lease.c.name)
    )
    return done.one_or_none() is not None


def renew(tx: Tx, name: str, holder: str, boot: str, until: datetime, now: datetime) -> bool:
    """Keep a lease that is ours and still runs."""
    ours = and_(lease.c.name == name, lease.c.holder == holder, lease.c.boot == boot, lease.c.until > now)
    return tx.connection.execute(update(lease).where(ours).values(until=until)).rowcount == 1


def release(tx: Tx, name: str, holder: str) -> bool:
    """Give a lease back; nobody else's."""
    ours = and_(lease.c.name == name, lease.c.holder == holder)
    return tx.connection.execute(delete(lease).where(ours)).rowcount == 1


def current(tx: Tx, name: str) -> Lease | None:
    """Whoever holds it last, whether or not it has run out."""
    row = tx.connection.execute(select(lease).where(lease.c.name == name)).one_or_none()
    return Lease(row.name, row.holder, row.boot, row.until) if row else None
