"""The practice's rules of when something may leave: one setting, as JSON."""

from __future__ import annotations

import json
from datetime import time
from typing import Any

from desktop.models import settings
from desktop.models.delivery import Hours, SendingRules
from desktop.models.lanes import Tx

KEY = "sending-rules"
DEFAULT = SendingRules(
    reminders=Hours(time(8), time(20)),
    campaigns=Hours(time(9), time(18), days=(0, 1, 2, 3, 4), holidays=False),
)
"""Reminders in waking hours, every day; campaigns in office hours. Letters leave at any time:
a person pressed Send."""


def get(tx: Tx) -> SendingRules:
    """`DEFAULT` where nobody has set anything."""
    kept = settings.get(tx, KEY)
    return DEFAULT if kept is None else _rules(json.loads(kept))


def put(tx: Tx, rules: SendingRules) -> None:
    """Set or replace."""
    kept = {
        "reminders": _hours_out(rules.reminders),
        "campaigns": _hours_out(rules.campaigns),
        "closed": list(rules.closed),
        "country": rules.country,
        "region": rules.region,
        "silence_days": rules.silence_days,
        "closing": None if rules.closing is None else rules.closing.isoformat("minutes"),
    }
    settings.put(tx, KEY, json.dumps(kept, separators=(",", ":")))


def _rules(kept: dict[str, Any]) -> SendingRules:
    return SendingRules(
        reminders=_hours(kept["reminders"]),
        campaigns=_hours(kept["campaigns"]),
        closed=tuple(kept["closed"]),
        country=kept["country"],
        region=kept["region"],
        silence_days=kept["silence_days"],
        closing=None if kept["closing"] is None else time.fromisoformat(kept["closing"]),
    )


def _hours_out(hours: Hours) -> dict[str, Any]:
    return {
        "first": hours.first.isoformat("minutes"),
        "last": hours.last.isoformat("minutes"),
        "days": list(hours.days),
        "holidays": hours.holidays,
    }


def _hours(kept: dict[str, Any]) -> Hours:
    return Hours(
        time.fromisoformat(kept["first"]),
        time.fromisoformat(kept["last"]),
        tuple(kept["days"]),
        kept["holidays"],
    )
