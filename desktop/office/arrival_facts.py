"""What a computer lacks after a restore or a move, and what can be seen of it by looking.

A fact is looked up where the program can know it: nobody ticks off what was not done. What happens
outside (the old recovery key was destroyed) stands on the word of whoever settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from desktop.audit.events import Act
from desktop.audit.outside import seen
from desktop.frozen import dataclass
from desktop.models import audit_queries, checkrounds, mailboxes, messages, pauses, relays, targets, tokens
from desktop.models.accounts import UserId
from desktop.models.database import Tx
from desktop.models.delivery import DeliveryCheck
from desktop.models.filters import AuditFilter
from desktop.models.records import Reason, State

RECOVERY_KEY, SHARE, RELAY, MAILBOX = "recovery-key", "computer-share", "relay", "mailbox"
QUICK, TARGETS, OUTBOX, TEST = "quick-unlock", "targets", "outbox", "test"


@dataclass(frozen=True)
class Here:
    """What of this computer is no row: `share` is None where it has no key store."""

    share: bool | None
    quick: bool | None
    """A PIN of this person is set; None where the practice allows none."""


@dataclass(frozen=True)
class Fact:
    """`done` None: nothing can be looked up, and a person's word counts."""

    done: bool | None
    reason: Reason


def look(tx: Tx, item: str, since: datetime, now: datetime, user: UserId, here: Here) -> Fact:
    """How one of `ARRIVAL_ITEMS` stands that was opened at `since`."""
    return _LOOKS[item](tx, since, now, user, here)


def concerns(tx: Tx, item: str) -> bool:
    """Whether this practice has such a thing at all."""
    match item:
        case "relay":
            return any(one.retired_at is None for one in relays.listing(tx))
        case "mailbox":
            return bool(mailboxes.listing(tx, live=True))
        case "targets":
            return bool(targets.listing(tx, live=True))
        case _:
            return True


def _recovery_key(tx: Tx, since: datetime, now: datetime, user: UserId, here: Here) -> Fact:
    return Fact(None, Reason("arrive-recovery-key"))


def _share(tx: Tx, since: datetime, now: datetime, user: UserId, here: Here) -> Fact:
    code = "arrive-computer-share" if here.share is not None else "arrive-no-key-store"
    return Fact(here.share, Reason(code))


def _relay(tx: Tx, since: datetime, now: datetime, user: UserId, here: Here) -> Fact:
    """Each mail service in use was tried from here, and took the sign-in."""
    tested = _objects(tx, Act.RELAY_TESTED, since)
    left = [one for one in relays.listing(tx) if one.retired_at is None and one.id not in tested]
    return Fact(not left, _named("arrive-relay", [one.name for one in left]))


def _mailbox(tx: Tx, since: datetime, now: datetime, user: UserId, here: Here) -> Fact:
    """Each mailbox was read from here since, and that went well."""
    left = [
        one
        for one in mailboxes.listing(tx, live=True)
        if one.polled_at is None or one.polled_at < since or one.trouble is not None
    ]
    return Fact(not left, _named("arrive-mailbox", [one.name for one in left]))


def _quick(tx: Tx, since: datetime, now: datetime, user: UserId, here: Here) -> Fact:
    """Nobody must have one: it is done when it is set, when it is forbidden, or when it is not wanted."""
    return Fact(True if here.quick is not False else None, Reason("arrive-quick-unlock"))


def _targets(tx: Tx, since: datetime, now: datetime, user: UserId, here: Here) -> Fact:
    """Each place for backups was reached from here since: a drive letter or a mount may be another now."""
    left = []
    for one in targets.listing(tx, live=True):
        tried = targets.last_try(tx, one.id)
        if tried is None or tried.at < since or tried.trouble:
            left.append(one.name)
    return Fact(not left, _named("arrive-targets", left))


def _outbox(tx: Tx, since: datetime, now: datetime, user: UserId, here: Here) -> Fact:
    return Fact(not pauses.is_fenced(tx, now), Reason("arrive-outbox"))


def _test(tx: Tx, since: datetime, now: datetime, user: UserId, here: Here) -> Fact:
    """A message to the staff's own mailboxes left from here, and a mail service took it."""
    if not concerns(tx, RELAY):
        return Fact(None, Reason("arrive-test-no-relay"))
    if not checkrounds.accounts(tx):
        return Fact(False, Reason("arrive-test-no-accounts"))
    checks = [one for round_ in checkrounds.rounds(tx) for one in round_ if one.at >= since]
    return Fact(any(_accepted(tx, checks)), Reason("arrive-test"))


def _accepted(tx: Tx, checks: list[DeliveryCheck]) -> list[bool]:
    known = tokens.by_token(tx, [one.message_id.strip("<>").partition("@")[0] for one in checks])
    return [row.state is State.ACCEPTED for row in messages.get_many(tx, known.values()).values()]


def _objects(tx: Tx, act: Act, since: datetime) -> set[str]:
    found = audit_queries.records(tx, AuditFilter(since=since, acts=(act.value,), outcome="ok"))
    return {seen(record).obj for record in found}


def _named(code: str, names: list[str]) -> Reason:
    return Reason(code, {"names": ", ".join(names)})


_Look = Callable[[Tx, datetime, datetime, UserId, Here], Fact]
_LOOKS: Mapping[str, _Look] = {
    RECOVERY_KEY: _recovery_key,
    SHARE: _share,
    RELAY: _relay,
    MAILBOX: _mailbox,
    QUICK: _quick,
    TARGETS: _targets,
    OUTBOX: _outbox,
    TEST: _test,
}
