"""Which message of ours a received mail is about, and whether it may be believed.

A mail names a message by the keyed token of that message (130 bits, in our Message-ID and
wherever that goes: ENVID, return path, `X-Reference`, boundary), or by the long name that the
relay gave it in its 250. An address in the text never names one. Who shows a token has seen
that one message: its reader, servers on its way, and whoever its reader passed it on to.
Therefore a token speaks for its own message alone, and only within these bounds:

- what follows concerns the address that *our* row was written to, never one in the report, so
  that somebody who was handed Maria's mail can stop no address but Maria's;
- a report that names recipients must name ours: a bounce about another one (who forwarded it,
  who was added) is put before a person and moves nothing;
- a report must come after the message left, and within the time that servers try;
- after somebody has answered, confirmed or picked up, a bounce contradicts what is known, and
  a person decides;
- a reply counts as its reader's only from the address that was written to;
- a mail that names two messages of ours is put before a person.

Whoever holds the token and writes as its reader's server can still have that one address
stopped until somebody checks it by another way (`suppression.lift`): that is an open task
within the minute, and no message is lost by it in silence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.headers import wire_address
from desktop.mail.returned_values import Clue, Kind, Returned, Understood
from desktop.models import events, messages, receipts, tokens
from desktop.models.database import Tx
from desktop.models.delivery import EventKind, Match
from desktop.models.names import address_key
from desktop.models.records import Message, MessageId, State

_REF_SYMBOLS = 20
"""A relay's name of fewer letters and digits could be guessed (Postfix's short queue ids)."""
_SYMBOL = re.compile(r"[A-Za-z0-9]")
_TRIED_FOR = timedelta(days=15)
"""Servers give up after five days (RFC 5321 4.5.4.1); some take longer."""
_COMPLAINED_FOR = timedelta(days=180)
_LEFT = frozenset({State.ACCEPTED, State.UNCERTAIN, State.BOUNCED, State.COMPLAINED, State.DEFERRED})
_BY_READER = frozenset({EventKind.REPLIED, EventKind.CONFIRMED, EventKind.DECLINED, EventKind.PICKED_UP})
_SPOKEN = frozenset({Kind.MESSAGE, Kind.AUTO_REPLY})


class Doubt(StrEnum):
    """Why a mail that names a message of ours is put before a person."""

    NONE = ""
    OTHER_RECIPIENT = "other-recipient"
    OTHER_SENDER = "other-sender"
    TWO_MESSAGES = "two-messages"
    WEAK_NAME = "weak-name"
    NOT_SENT = "not-sent"
    TOO_LATE = "too-late"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True)
class Tied:
    """`message` is None where the mail is about none of ours. With a `doubt` nothing may follow."""

    message: Message | None = None
    matched: Match = Match.NOTHING
    doubt: Doubt = Doubt.NONE
    recipient: Returned | None = None
    """The line of a report that is about this message."""


_FOREIGN = Tied()


def tie(tx: Tx, mails: Sequence[tuple[Understood, datetime]]) -> list[Tied]:
    """One answer for each mail, which came at that time; in their order."""
    named = tokens.by_token(tx, (clue.value for one, _ in mails for clue in one.clues))
    found = [_named(tx, one, named) for one, _ in mails]
    rows = messages.get_many(tx, {id_ for ids in found for id_ in ids})
    answered = {
        id_
        for id_, told in events.of_messages(tx, rows).items()
        if any(event.kind in _BY_READER for event in told)
    }
    return [
        _tied(one, at, [(rows[id_], clue) for id_, clue in ids.items()], answered)
        for (one, at), ids in zip(mails, found, strict=True)
    ]


def _named(tx: Tx, one: Understood, known: dict[str, MessageId]) -> dict[MessageId, Clue]:
    """Every message that the mail names, each by its strongest clue; the relay's word comes last."""
    found: dict[MessageId, Clue] = {}
    for clue in one.clues:
        id_ = known.get(clue.value) if clue.match is not Match.RELAY_REF else None
        if id_ is not None:
            found.setdefault(id_, clue)
    if not found:
        for clue in one.clues:
            id_ = receipts.by_ref(tx, clue.value) if clue.match is Match.RELAY_REF else None
            if id_ is not None:
                found.setdefault(id_, clue)
    return found


def _tied(one: Understood, at: datetime, named: list[tuple[Message, Clue]], answered: set[MessageId]) -> Tied:
    if not named:
        return _FOREIGN
    row, clue = named[0]
    how = clue.match
    spoken = one.found.kind in _SPOKEN
    if len(named) > 1 and not spoken:  # a thread names all that was written in it
        return Tied(row, how, Doubt.TWO_MESSAGES)
    recipient = next((each for each in one.found.recipients if same_mailbox(each.address, row.address)), None)
    doubt = _doubt(one, at, row, recipient, how)
    if not doubt and one.found.kind is Kind.BOUNCE and row.id in answered:
        doubt = Doubt.CONTRADICTION
    if not doubt and how is Match.RELAY_REF and not _unguessable(clue.value):
        doubt = Doubt.WEAK_NAME
    return Tied(row, how, doubt, recipient)


def _doubt(one: Understood, at: datetime, row: Message, recipient: Returned | None, how: Match) -> Doubt:
    kind = one.found.kind
    if row.state not in _LEFT:
        return Doubt.NOT_SENT
    if kind in _SPOKEN:
        return Doubt.NONE if same_mailbox(one.sender, row.address) else Doubt.OTHER_SENDER
    if kind is Kind.UNSUBSCRIBE:
        # The header's own token speaks for itself (RFC 8058 3.1); a word in an answer is its reader's.
        by_word = bool(one.in_reply_to) and how is Match.MESSAGE_ID
        return Doubt.OTHER_SENDER if by_word and not same_mailbox(one.sender, row.address) else Doubt.NONE
    if recipient is None and any(each.address for each in one.found.recipients):
        return Doubt.OTHER_RECIPIENT
    longest = _COMPLAINED_FOR if kind in (Kind.COMPLAINT, Kind.RECEIPT) else _TRIED_FOR
    late = not row.not_before - timedelta(hours=1) <= at <= _last_try(row) + longest
    return Doubt.TOO_LATE if late else Doubt.NONE


def _last_try(row: Message) -> datetime:
    """Nobody tries longer than from when it could leave; one that waited for days left later."""
    return max(row.queued_at, row.not_before, row.next_try or row.not_before) + timedelta(days=5)


def _unguessable(ref: str) -> bool:
    return len(_SYMBOL.findall(ref.partition("@")[0])) >= _REF_SYMBOLS


def same_mailbox(one: str, other: str) -> bool:
    """However the two are written; '' is nobody's."""
    return bool(one) and _key(one) == _key(other)


def _key(address: str) -> str:
    try:
        return address_key(wire_address(address))
    except InputError:
        return address_key(address)
