"""What a practice chose about locks and its security officer, as it is kept; changed in `policy.py`."""

from __future__ import annotations

from desktop.models import settings
from desktop.models.database import Tx
from desktop.office.values_access import SecurityPolicy

_PREFIX = "policy-"


def read_policy(tx: Tx) -> SecurityPolicy:
    """As it was stored; what was never chosen is as the program has it."""
    given = SecurityPolicy()

    def kept(name: str, otherwise: str) -> str:
        found = settings.get(tx, policy_key(name))
        return otherwise if found is None else found

    def chosen(name: str, otherwise: bool) -> bool:
        return kept(name, spell(otherwise)) == spell(True)

    return SecurityPolicy(
        idle_minutes=int(kept("idle_minutes", str(given.idle_minutes))),
        strict_lock=chosen("strict_lock", given.strict_lock),
        lock_on_close=chosen("lock_on_close", given.lock_on_close),
        quick_unlock=chosen("quick_unlock", given.quick_unlock),
        officer=kept("officer", given.officer),
        officer_email=kept("officer_email", given.officer_email),
    )


def policy_key(name: str) -> str:
    """The setting that holds one field of the policy."""
    return _PREFIX + name.replace("_", "-")


def spell(value: object) -> str:
    """A choice as it is kept."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
