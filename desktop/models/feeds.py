"""Where relays tell of events; the secret is asked for when a feed is read, never shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.models.delivery import Feed
from desktop.models.lanes import Tx
from desktop.models.records import Reason, RelayId
from desktop.models.tables_delivery import feed


def _feed(row: Row[Any]) -> Feed:
    trouble = Reason(row.trouble[0], dict(row.trouble[1])) if row.trouble else None
    return Feed(
        RelayId(row.relay),
        row.adapter,
        row.url,
        row.cursor,
        bool(row.enabled),
        row.ca_file,
        row.polled_at,
        trouble,
    )


def put(tx: Tx, one: Feed, secret: str | None = None) -> None:
    """Store anew; the secret stays where none is given."""
    values: dict[str, Any] = {
        "adapter": one.adapter,
        "url": one.url,
        "cursor": one.cursor,
        "enabled": int(one.enabled),
        "ca_file": one.ca_file,
        "polled_at": one.polled_at,
        "trouble": [one.trouble.code, one.trouble.params] if one.trouble else None,
    }
    if secret is not None:
        values["secret"] = secret
    row = insert(feed).values(relay=one.relay, **values)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["relay"], set_=values))


def get(tx: Tx, relay: RelayId) -> Feed | None:
    row = tx.connection.execute(select(feed).where(feed.c.relay == relay)).one_or_none()
    return _feed(row) if row else None


def listing(tx: Tx) -> list[Feed]:
    return [_feed(row) for row in tx.connection.execute(select(feed).order_by(feed.c.relay))]


def secret(tx: Tx, relay: RelayId) -> str:
    """What the feed is asked with; '' without a feed."""
    return tx.connection.execute(select(feed.c.secret).where(feed.c.relay == relay)).scalar() or ""


def mark_polled(tx: Tx, relay: RelayId, at: datetime, cursor: str | None, trouble: Reason | None) -> None:
    """After a look: how far it went (None: no further than before), and what stood in the way."""
    values: dict[str, Any] = {
        "polled_at": at,
        "trouble": [trouble.code, trouble.params] if trouble else None,
    }
    if cursor is not None:
        values["cursor"] = cursor
    tx.connection.execute(update(feed).where(feed.c.relay == relay).values(**values))
