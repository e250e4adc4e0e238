"""What a practice chose about locks: never looser than the program's own limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.errors import InputError
from desktop.models import settings
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.office.choices import policy_key, read_policy, spell
from desktop.office.desk import Desk, Recorder
from desktop.office.values_access import SecurityPolicy
from desktop.people.addresses import check_address

_MOST_MINUTES = 15
"""NIST SP 800-63B-4, 2.2.3 allows an hour; a front desk with people before it gets less."""
_NAME = 120


class PolicyDesk:
    """Administrators look at it and change it; `changed` is told at once."""

    def __init__(self, desk: Desk, changed: Callable[[SecurityPolicy], None]) -> None:
        self._desk = desk
        self._changed = changed

    def show_policy(self, session: Session) -> SecurityPolicy:
        return self._desk.read(session, Action.SHOW_POLICY, read_policy, lambda _: Event(Act.POLICY_SHOWN))

    def set_policy(self, session: Session, policy: SecurityPolicy) -> SecurityPolicy:
        """Store what is within the limits, and act on it from now on.

        Raises InputError "policy-idle-range", "policy-officer-too-long", "policy-officer-address".
        """
        self._desk.check(session, Action.SET_POLICY)
        _check(policy)

        def store(tx: Tx, record: Recorder) -> SecurityPolicy:
            before = read_policy(tx)
            changed = [f.name for f in fields(policy) if getattr(policy, f.name) != getattr(before, f.name)]
            for name in changed:
                settings.put(tx, policy_key(name), spell(getattr(policy, name)))
            record(Event(Act.POLICY_CHANGED, det={"fields": len(changed)}))
            return policy

        stored = self._desk.write(session, Action.SET_POLICY, store)
        self._changed(stored)
        return stored


def _check(policy: SecurityPolicy) -> None:
    if not 1 <= policy.idle_minutes <= _MOST_MINUTES:
        raise InputError("policy-idle-range", most=_MOST_MINUTES)
    if len(policy.officer) > _NAME:
        raise InputError("policy-officer-too-long", most=_NAME)
    if policy.officer_email and not check_address(policy.officer_email).ok:
        raise InputError("policy-officer-address")
