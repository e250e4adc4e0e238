"""How many letters left on each day, by what they belong to."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, select

from desktop.models.lanes import Tx
from desktop.models.records import State
from desktop.models.tables_mail import attempt, message

GONE = frozenset({State.ACCEPTED, State.BOUNCED, State.COMPLAINED, State.UNCERTAIN})
"""What the mail service has, or may have."""
_TENS = 15
"""Characters of a moment up to the tens of its minutes: midnight falls on whole or half hours of UTC."""


def gone(
    tx: Tx, kinds: tuple[str, ...], first: datetime, last: datetime, zone: ZoneInfo
) -> Counter[tuple[str, str, date]]:
    """By kind, source of campaigns ('' of everything else) and day in `zone`, of `first <= t < last`.

    A message counts on the day of its last try.
    """
    tries = (
        select(attempt.c.message, func.max(attempt.c.at).label("at"))
        .where(attempt.c.at >= first, attempt.c.at < last)
        .group_by(attempt.c.message)
        .subquery()
    )
    moment = func.substr(tries.c.at, 1, _TENS)
    source = case((message.c.kind == "campaign", message.c.source), else_="")
    wanted = and_(message.c.kind.in_(kinds), message.c.state.in_(sorted(state.value for state in GONE)))
    query = (
        select(message.c.kind, source, moment, func.count())
        .join(tries, tries.c.message == message.c.id)
        .where(wanted)
        .group_by(message.c.kind, source, moment)
    )
    found: Counter[tuple[str, str, date]] = Counter()
    for kind, of, at, count in tx.connection.execute(query):
        day = datetime.fromisoformat(f"{at}0:00+00:00").astimezone(zone).date()
        found[kind, of, day] += count
    return found
