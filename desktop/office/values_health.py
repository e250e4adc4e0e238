"""Values of the door about the events relays tell of, and about delivery checks. Nothing heavy."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from desktop.frozen import dataclass
from desktop.models.delivery import StaffAccountId
from desktop.models.records import Reason, RelayId, State


@dataclass(frozen=True)
class FeedRequest:
    relay: RelayId
    adapter: str
    url: str
    secret: str = field(repr=False)
    enabled: bool = False
    ca_file: str = ""


@dataclass(frozen=True)
class FeedLine:
    relay: RelayId
    name: str
    adapter: str
    url: str
    enabled: bool
    polled_at: datetime | None
    trouble: Reason | None


@dataclass(frozen=True)
class StaffAccountIn:
    address: str
    provider: str
    device: str = ""


@dataclass(frozen=True)
class DeliveryCheckLine:
    id: str
    account: StaffAccountId
    address: str
    provider: str
    device: str
    form: str
    at: datetime
    state: State
    placed: str
    opened: str
    changes: tuple[Reason, ...] | None


@dataclass(frozen=True)
class DeliveryChecksShown:
    """`rounds` newest first; `advice` is what the program chooses differently because of them."""

    accounts: tuple[StaffAccountIn, ...]
    rounds: tuple[tuple[DeliveryCheckLine, ...], ...]
    advice: tuple[Reason, ...]
    due: bool
    """The last round is older than three months, or there is none."""


@dataclass(frozen=True)
class DeliveryTick:
    id: str
    placed: str
    opened: str = ""
