"""Decisions as people see them, and the ways by which somebody can be reached at all."""

from __future__ import annotations

from datetime import datetime

from desktop.errors import SealwellError
from desktop.mail.decision import CARE, LEVEL_OF, RUNGS, Decision, DecisionInput
from desktop.mail.policy import decide
from desktop.mail.sender import load_sender
from desktop.models import cards, keys
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
    )


def reachable_methods(tx: Tx, person: Person, now: datetime) -> tuple[Method, ...]:
    """Every method open to this person for routine content today, best first.

    The chosen one, then each that the policy would take if it were asked for.
    """
    request = DecisionInput(
        person=person,
        keys=tuple(keys.live(tx, person.id)),
        card=cards.get(tx, person.id),
        relay=load_sender(tx).relay,
        label=Label.ROUTINE,
        purpose=CARE,
        now=now,
    )
    first = decide(request).method
    if first is Method.NONE:
        return ()
    others = [method for method in RUNGS if method is not first and _takes(request, method)]
    return (first, *others)


def _takes(request: DecisionInput, method: Method) -> bool:
    """Whether the policy takes `method` when somebody asks for it."""
    if LEVEL_OF[method] is Level.PLAIN:
        return False
    asked = DecisionInput(
        request.person,
        request.keys,
        request.card,
        request.relay,
        request.label,
        request.purpose,
        request.now,
        wanted=method,
    )
    try:
        return decide(asked).method is method
    except SealwellError:
        return False
