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
from desktop.office.desk import Desk, Recorder
from desktop.office.values_access import SecurityPolicy
from desktop.people.addresses import check_address

_PREFIX = "policy-"
_MOST_MINUTES = 15
"""NIST SP 800-63B-4, 2.2.3 allows an hour; a front desk with people before it gets less."""
_NAME = 120


def read_policy(tx: Tx) -> SecurityPolicy:
    """As it was stored; what was never chosen is as the program has it."""
    given = SecurityPolicy()

    def kept(name: str, otherwise: str) -> str:
        found = settings.get(tx, _key(name))
        return otherwise if found is None else found

    def chosen(name: str, otherwise: bool) -> bool:
        return kept(name, _spell(otherwise)) == _spell(True)

    return SecurityPolicy(
        idle_minutes=int(kept("idle_minutes", str(given.idle_minutes))),
        strict_lock=chosen("strict_lock", given.strict_lock),
        lock_on_close=chosen("lock_on_close", given.lock_on_close),
        quick_unlock=chosen("quick_unlock", given.quick_unlock),
        officer=kept("officer", given.officer),
        officer_email=kept("officer_email", given.officer_email),
    )


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
                settings.put(tx, _key(name), _spell(getattr(policy, name)))
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


def _key(name: str) -> str:
    return _PREFIX + name.replace("_", "-")


def _spell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
