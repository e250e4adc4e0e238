"""A second relay that stands in while the first cannot be reached, or refuses the sign-in.

Only what certainly did not leave can go by it: rows that wait. Each is decided anew, because
what may leave by a relay rests on what is known of that relay; its agreement must be valid.
Which one stands in is kept in the database, so that planning, letters and claims agree.
"""

from __future__ import annotations

import json
from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.mail.breakers import is_refused_sign_in
from desktop.mail.relays import baa_problem
from desktop.models import relays, sending, settings
from desktop.models.database import Tx
from desktop.models.records import Reason, Relay, RelayId

IN_USE = "relay"
"""The setting that holds the id of the relay in use."""
STANDING_IN = "relay-standing-in"
REASON = "standby-took-over"
AFTER_REFUSAL = "standby-after-refusal"
OVER = "first-relay-back"


@dataclass(frozen=True)
class StandIn:
    """`by` sends what `first` would, `since` then."""

    first: RelayId
    by: RelayId
    since: datetime
    refused: bool = False
    """Whether `first` refused the sign-in: it is not tried again before somebody has tested it."""

    @property
    def reason(self) -> str:
        """Why it stands in, for the log: of a refusal an alert tells (`audit/rules.py`)."""
        return AFTER_REFUSAL if self.refused else REASON


def current(tx: Tx) -> StandIn | None:
    """Who stands in for the relay in use now; None where it works, or another was chosen since."""
    kept = settings.get(tx, STANDING_IN)
    if not kept:
        return None
    raw = json.loads(kept)
    since, refused = datetime.fromisoformat(raw["since"]), raw.get("refused") is True
    found = StandIn(RelayId(raw["first"]), RelayId(raw["by"]), since, refused)
    by = relays.get(tx, found.by)
    gone = by is None or by.retired_at is not None
    return None if gone or settings.get(tx, IN_USE) != found.first else found


def stood_in_for(tx: Tx) -> Relay | None:
    """The relay in use, while another stands in for it."""
    found = current(tx)
    return relays.get(tx, found.first) if found is not None else None


def take_over(tx: Tx, failed: RelayId, why: Reason, now: datetime, today: date) -> StandIn | None:
    """Let a standby stand in for `failed`; None where nothing stands ready, or one does already.

    `why` is the connection's error.
    """
    if settings.get(tx, IN_USE) != failed or current(tx) is not None:
        return None
    by = next((relay for relay in _ready(tx, today) if relay.id != failed), None)
    if by is None:
        return None
    found = StandIn(failed, by.id, now, is_refused_sign_in(why))
    raw = {"first": failed, "by": by.id, "since": now.isoformat(), "refused": found.refused}
    settings.put(tx, STANDING_IN, json.dumps(raw))
    return found


def give_back(tx: Tx) -> None:
    """The first relay works again: what is decided from now on goes by it."""
    settings.put(tx, STANDING_IN, "")


def is_back(tx: Tx, relay: RelayId) -> bool:
    """A test of `relay` succeeded; True where another stood in for it until now."""
    found = current(tx)
    if found is None or found.first != relay:
        return False
    give_back(tx)
    return True


def sending_relay(tx: Tx, in_use: Relay | None) -> Relay | None:
    """What mail leaves through now: the relay in use, or what stands in for it."""
    found = current(tx)
    return relays.get(tx, found.by) if found is not None else in_use


def _ready(tx: Tx, today: date) -> list[Relay]:
    found = [relays.get(tx, one.relay) for one in sending.listing(tx) if one.standby]
    return [
        relay
        for relay in found
        if relay is not None and relay.retired_at is None and baa_problem(relay, today) is None
    ]
