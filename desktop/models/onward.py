"""What the practice recorded of a relay's way onward, and of its portal."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from desktop.models.lanes import Tx
from desktop.models.protection import Onward, Portal
from desktop.models.records import RelayId
from desktop.models.tables_protection import relay_onward


def put(tx: Tx, relay: RelayId, known: Onward) -> None:
    portal = None
    if known.portal is not None:
        tested = known.portal.tested_at
        portal = {**asdict(known.portal), "reports": list(known.portal.reports)}
        portal["tested_at"] = tested.isoformat() if tested else None
    values = {
        "how": known.how,
        "name": known.name,
        "value": known.value,
        "verifies": int(known.verifies),
        "portal": portal,
    }
    row = insert(relay_onward).values(relay=relay, **values)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["relay"], set_=values))


def get(tx: Tx, relay: RelayId) -> Onward:
    row = tx.connection.execute(select(relay_onward).where(relay_onward.c.relay == relay)).one_or_none()
    if row is None:
        return Onward()
    portal = None
    if row.portal:
        tested = row.portal["tested_at"]
        portal = Portal(
            row.portal["trigger"],
            row.portal["value"],
            row.portal["name"],
            tuple(row.portal["reports"]),
            datetime.fromisoformat(tested) if tested else None,
        )
    return Onward(row.how, row.name, row.value, bool(row.verifies), portal)
