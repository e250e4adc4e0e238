"""Addresses that are stopped: the one place that says so to whoever is about to write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desktop.models import suppressions
from desktop.models.database import Tx
from desktop.models.names import address_key
from desktop.models.records import Message, MessageId, Reason

STOPPED = "address-stopped"
REMEDY = "remedy-check-address"


def stopped_addresses(tx: Tx, addresses: Iterable[str]) -> dict[str, Reason]:
    """Those that nothing may go to, each with the reason; by the address as it was asked for."""
    keys = {address: address_key(address) for address in addresses if address}
    live = suppressions.live(tx, keys.values())
    return {address: Reason(STOPPED) for address, key in keys.items() if key in live}


def stopped_messages(tx: Tx, rows: Sequence[Message]) -> dict[MessageId, Reason]:
    """Which of these may not leave: their address bounced or complained after they were queued."""
    reasons = stopped_addresses(tx, {row.address for row in rows})
    return {row.id: reasons[row.address] for row in rows if row.address in reasons}
