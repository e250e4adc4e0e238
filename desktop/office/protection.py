"""Decisions as people see them, and the ways by which somebody can be reached at all."""

from __future__ import annotations

from datetime import datetime

from desktop.errors import SealwellError
from desktop.mail.decision import LEVEL_OF, RUNGS, Decision
from desktop.mail.gather import Gathered, Wishes, gather
from desktop.mail.policy import decide
from desktop.mail.sender import load_sender
from desktop.models.database import Tx
from desktop.models.records import Label, Level, Method, Person, PersonId
from desktop.office.values import Explained, RejectedMethod


def explained(person: PersonId, decision: Decision) -> Explained:
    """The decision as a value of the door."""
    return Explained(
        person,
        decision.method,
        decision.level,
        decision.reasons,
        tuple(RejectedMethod(item.method, item.reason, item.remedy) for item in decision.rejected),
        decision.policy,
        decision.hash(),
        decision.form,
    )


def reachable_methods(tx: Tx, person: Person, now: datetime) -> tuple[Method, ...]:
    """Every method open to this person for routine content today, best first.

    The chosen one, then each that the policy would take if it were asked for.
    """
    known = gather(tx, (person.id,), load_sender(tx).relay, now.date()).get(person.id)
    return open_methods(known, now) if known is not None else ()


def open_methods(known: Gathered, now: datetime) -> tuple[Method, ...]:
    """As `reachable_methods`, of what was gathered already."""
    first = decide(known.asks(Label.ROUTINE, now)).method
    if first is Method.NONE:
        return ()
    others = [method for method in RUNGS if method is not first and _takes(known, method, now)]
    return (first, *others)


def _takes(known: Gathered, method: Method, now: datetime) -> bool:
    """Whether the policy takes `method` when somebody asks for it."""
    if LEVEL_OF[method] is Level.PLAIN:
        return False
    try:
        return decide(known.asks(Label.ROUTINE, now, Wishes(wanted=method))).method is method
    except SealwellError:
        return False
