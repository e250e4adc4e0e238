"""What stands in for a mail service and a mailbox: nothing leaves, and everything can be looked at.

Letters are made, sealed and handed over by the real rooms; at the very end, instead of a relay, they
come to lie in a list. Mail that comes in is put into the mailbox by whoever tells the story.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from email import message_from_bytes
from email.header import decode_header, make_header

from desktop.clock import Clock
from desktop.models.records import Reason, Relay
from desktop.office.values_sample import LeftLetter
from desktop.sync.letters import Letter
from desktop.sync.mailbox_imap import Access as MailboxAccess
from desktop.sync.mailbox_imap import Fetched
from desktop.sync.outcomes import Phase, Reply
from desktop.sync.relay import Answer, HaltedError, Marks, Offer, Timeouts
from desktop.sync.relay_auth import Access
from desktop.sync.wires import Wires
from desktop.texts import clean

_TAKEN = Answer(Phase.DOT, Reply(250, "2.0.0 Kept in the local outbox"))
_OFFER = Offer(tls="TLSv1.3", pipelining=False, dsn=True, requiretls=False, size=0)
_UID_VALIDITY = 1
_SHOWN = 20_000
"""Letters of a text that are shown; what is sealed is long and tells nothing."""


class LocalOutbox:
    """Where letters end; safe to use from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._change = threading.Lock()
        self._left: list[LeftLetter] = []

    def put(self, letter: Letter) -> None:
        seen = _seen(letter, self._clock.now())
        with self._change:
            self._left.append(seen)

    def left(self) -> tuple[LeftLetter, ...]:
        """Newest first."""
        with self._change:
            return tuple(reversed(self._left))


class _Connection:
    """Fulfils `sync.wires.Connection`; every letter is taken."""

    offer = _OFFER

    def __init__(self, outbox: LocalOutbox) -> None:
        self._outbox = outbox
        self.sent = 0
        self.usable = True

    def unfit(self, letter: Letter) -> Reason | None:
        return Reason("relay-no-requiretls") if letter.requiretls else None

    async def send(self, letter: Letter, marks: Marks, following: Letter | None = None) -> Answer:
        if not await marks.before_data(letter):
            self.usable = False
            raise HaltedError
        marks.dot_written(letter)
        self._outbox.put(letter)
        self.sent += 1
        marks.reply(letter, _TAKEN)
        return _TAKEN

    async def quit(self) -> None:
        self.usable = False


class LocalInbox:
    """The practice's mailbox: mail that was put here, and nothing else. Fulfils `sync.wires.Inbox`."""

    can_idle = True

    def __init__(self) -> None:
        self._mails: list[Fetched] = []
        self._news = threading.Event()

    def put(self, raw: bytes, at: datetime) -> None:
        self._mails.append(Fetched(len(self._mails) + 1, at, len(raw), raw))
        self._news.set()

    def select(self, folder: str, *, change: bool = False) -> int:
        return _UID_VALIDITY

    def new(self, after: int, since: date | None = None) -> list[int]:
        since = since or date.min
        return [one.uid for one in self._mails if one.uid > after and one.at.date() >= since]

    def fetch(self, uids: Sequence[int]) -> Iterator[list[Fetched]]:
        for uid in uids:
            yield [self._mails[uid - 1]]

    def holds(self, message_id: str) -> bool:
        return False

    def find(self, name: str, value: str) -> list[int]:
        return []

    def delete(self, uids: Sequence[int]) -> bool:
        return False

    def idle(self, seconds: float, ended: threading.Event) -> bool:
        self._news.clear()
        return self._news.wait(seconds) and not ended.is_set()

    def cut(self) -> None:
        self._news.set()

    def close(self) -> None:
        """It is opened again and again."""


def local_wires(outbox: LocalOutbox, inbox: LocalInbox) -> Wires:
    """For `build_office`: instead of the network."""

    async def open_relay(
        relay: Relay, access: Access, timeouts: Timeouts, context: ssl.SSLContext | None
    ) -> _Connection:
        return _Connection(outbox)

    def open_mailbox(access: MailboxAccess) -> LocalInbox:
        return inbox

    return Wires(open_relay, open_mailbox)


def _seen(letter: Letter, at: datetime) -> LeftLetter:
    """Its first readable part; of what is sealed as a whole, the octets themselves."""
    mail = message_from_bytes(letter.wire)
    plain = next((one for one in mail.walk() if one.get_content_type() == "text/plain"), None)
    octets = plain.get_payload(decode=True) if plain is not None else letter.wire
    text = octets.decode("utf-8", "replace") if isinstance(octets, bytes) else ""
    subject = clean(str(make_header(decode_header(mail["Subject"] or ""))))
    return LeftLetter(at, clean(letter.recipient), subject, text[:_SHOWN], len(letter.wire))
