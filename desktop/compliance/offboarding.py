"""Somebody leaves: what that touches, what is handed over, and what only people can do.

45 CFR 164.308(a)(3)(ii)(C) wants procedures for ending access. Everything here works inside
the caller's transaction; keys and sessions are the office's affair.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from desktop.audit.chain import parse
from desktop.audit.events import Act
from desktop.compliance import approvals as requests
from desktop.compliance.administrators import refuse_last
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models import (
    approvals,
    audit,
    conversations,
    drafts,
    factors,
    invitations,
    messages,
    relays,
    snippets,
    tasks,
    users,
)
from desktop.models.accounts import Role, User, UserId, UserState
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import MessageId, State

KEY_CHANGE_DUE = "rotation-due"
"""The open task while the vault key has yet to be changed after somebody left."""
_NOTICE = "notice-"
_WAITING = frozenset({State.QUEUED, State.DEFERRED, State.CLAIMED, State.CONNECTING, State.ENVELOPE})
_PAGE = 1000


@dataclass(frozen=True)
class Leaving:
    """What somebody's leaving touches; `relays` are accounts whose password they may know."""

    tasks: int
    drafts: int
    approvals: int
    waiting: int
    heirs: tuple[User, ...]
    relays: tuple[str, ...]


@dataclass(frozen=True)
class HandedOver:
    """How much went to the heir; approvals that they had asked for ended."""

    tasks: int
    drafts: int
    approvals: int


def foresee(tx: Tx, user: User, now: datetime) -> Leaving:
    """Changes nothing."""
    mine = [one for one in tasks.open_ones(tx, owner=user.id) if one.owner == user.id]
    return Leaving(
        tasks=sum(not one.kind.startswith(_NOTICE) for one in mine),
        drafts=drafts.count(tx, user.id),
        approvals=sum(asked.asked_by == user.id for asked in requests.waiting(tx, now)),
        waiting=_waiting_of(tx, user.id),
        heirs=tuple(one for one in users.listing(tx) if one.state is UserState.ACTIVE and one.id != user.id),
        relays=known_relays(tx),
    )


def known_relays(tx: Tx) -> tuple[str, ...]:
    """Every account in use: nobody can say who has seen its password."""
    return tuple(relay.name for relay in relays.listing(tx) if relay.retired_at is None)


def refuse_unfit(tx: Tx, user: User, heir: UserId, by: UserId) -> None:
    """Raises Refused "last-administrator", "not-yourself"; InputError("heir-unfit")."""
    if user.role is Role.ADMINISTRATOR and user.state is UserState.ACTIVE:
        refuse_last(tx, user)
    if user.id == by:
        raise Refused("not-yourself")
    found = users.get(tx, heir)
    if found is None or found.id == user.id or found.state is not UserState.ACTIVE:
        raise InputError("heir-unfit")


def hand_over(tx: Tx, user: User, heir: UserId, now: datetime) -> HandedOver:
    """The account ends: what was theirs is the heir's, what let them in is forgotten.

    Their text blocks go over too; a signature names who left, so it ends. Conversations are
    everybody's again: who may read them is asked of each person. The name stays taken, so
    that the log never means two people by one name. Invitations that they made end too, because
    they know the codes.
    """
    for one in tasks.open_ones(tx, owner=user.id):
        if one.owner == user.id and one.kind.startswith(_NOTICE):
            tasks.close(tx, one.id, tasks.TaskState.DROPPED, now)
    requests.end_elevations(tx, user.id, now)
    snippets.hand_over(tx, user.id, heir, now)
    conversations.give_back(tx, user.id)
    done = HandedOver(
        tasks=tasks.hand_over(tx, user.id, heir),
        drafts=drafts.hand_over(tx, user.id, heir),
        approvals=approvals.end_of(tx, user.id, now),
    )
    factors.forget_all(tx, user.id)
    users.set_totp(tx, user.id, "")
    for invited in invitations_known_to(tx, user.id):
        invitations.end(tx, invited, "withdrawn", now)
    users.update_user(
        tx, replace(user, state=UserState.LEFT, disabled_at=user.disabled_at or now, must_change=False)
    )
    return done


def invitations_known_to(tx: Tx, user: UserId) -> frozenset[UserId]:
    """Whose open invitation this person holds, or has made and so may know the code of."""
    return frozenset(one.user for one in invitations.open_ones(tx) if user in (one.user, one.made_by))


def leave_key_change_due(tx: Tx, user: UserId, epoch: int, now: datetime) -> None:
    """From here on, until the key was changed, somebody has to see to it."""
    details: dict[str, str | int] = {"epoch": epoch}
    tasks.add(tx, tasks.Task(new_id(), KEY_CHANGE_DUE, now, source=user, due_at=now, details=details))


def key_change_due(tx: Tx, user: UserId) -> bool:
    """Whether the vault key of before this person left is still in use."""
    return any(one.source == user for one in tasks.open_ones(tx, KEY_CHANGE_DUE))


def key_was_changed(tx: Tx, now: datetime) -> None:
    """In the transaction that begins the epoch: nobody who left knows this key, no code opens it."""
    for one in tasks.open_ones(tx, KEY_CHANGE_DUE):
        tasks.close(tx, one.id, tasks.TaskState.DONE, now)
    for invitation in invitations.open_ones(tx):
        invitations.end(tx, invitation.user, "withdrawn", now)


def left_to_do(user: User, relays_known: Iterable[str], key_changed: bool) -> tuple[str, ...]:
    """Codes of what no program can do (`offboard.<code>`)."""
    codes = {
        "change-key": not key_changed,
        "relay-passwords": bool(tuple(relays_known)),
        "recovery-key": user.role is Role.ADMINISTRATOR,
        "shared-passwords": True,
        "building": True,
        "own-devices": True,
        "old-copies": True,
    }
    return tuple(code for code, due in codes.items() if due)


def _waiting_of(tx: Tx, user: UserId) -> int:
    """How many messages of theirs have not left: who queued a message is known to the log alone."""
    left: set[MessageId] = {row.id for row in messages.by_states(tx, tuple(_WAITING))}
    count, before = 0, None
    while left:
        page = audit.page(tx, before, _PAGE)
        for record in page:
            body = parse(record.body) or {}
            if body.get("act") == Act.MESSAGE_QUEUED.value and body["obj"] in left:
                left.discard(MessageId(body["obj"]))
                count += body["actor"] == user
        if len(page) < _PAGE:
            break
        before = page[-1].seq
    return count
