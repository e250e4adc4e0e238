"""How this computer reaches a relay and a mailbox; the sample practice reaches neither.

One value is handed from `assembly.py` to all who send or read mail in the background, so that a
practice of invented people can put what leaves into a local outbox instead.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date
from typing import Protocol

from desktop.frozen import dataclass
from desktop.models.records import Reason, Relay
from desktop.sync.letters import Letter
from desktop.sync.mailbox_imap import Access as MailboxAccess
from desktop.sync.mailbox_imap import Fetched, Mailbox
from desktop.sync.relay import Answer, Marks, Offer, Timeouts
from desktop.sync.relay_auth import Access
from desktop.sync.relay_open import open_relay


class Connection(Protocol):
    """What a stream needs of a relay that was reached (`relay.RelayConnection`)."""

    offer: Offer
    sent: int

    @property
    def usable(self) -> bool: ...
    def unfit(self, letter: Letter) -> Reason | None: ...
    async def send(self, letter: Letter, marks: Marks, following: Letter | None = None) -> Answer: ...
    async def quit(self) -> None: ...


class Inbox(Protocol):
    """What a reader needs of a mailbox that was opened (`mailbox_imap.Mailbox`)."""

    def select(self, folder: str, *, change: bool = False) -> int: ...
    def new(self, after: int, since: date | None = None) -> list[int]: ...
    def fetch(self, uids: Sequence[int]) -> Iterator[list[Fetched]]: ...
    def holds(self, message_id: str) -> bool: ...
    def find(self, name: str, value: str) -> list[int]: ...
    def delete(self, uids: Sequence[int]) -> bool: ...
    @property
    def can_idle(self) -> bool: ...
    def idle(self, seconds: float, ended: threading.Event) -> bool: ...
    def cut(self) -> None: ...
    def close(self) -> None: ...


OpenMailbox = Callable[[MailboxAccess], Inbox]
OpenRelay = Callable[[Relay, Access, Timeouts, ssl.SSLContext | None], Awaitable[Connection]]


@dataclass(frozen=True)
class Wires:
    """Without arguments the real ones."""

    open_relay: OpenRelay = open_relay
    open_mailbox: OpenMailbox = Mailbox.open
