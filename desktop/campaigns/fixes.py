"""What mends it that somebody is left out of a campaign: one of a few things that a person can do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Fix(StrEnum):
    """Words: `campaign.fix.<fix>`."""

    ADDRESS = "address"
    """Write down an address that works."""
    OWN_ADDRESS = "own-address"
    """Ask for one that they alone read."""
    ASK = "ask"
    """Ask whether they want such mail."""
    PERMISSION = "permission"
    """Have a written permission signed."""
    PROTECT = "protect"
    """Hand over a password card, or call."""
    COMPLETE = "complete"
    """Fill in what the text needs."""
    CALL = "call"
    RELAY = "relay"
    """See to the mail service and its agreement."""
    WAIT = "wait"
    NOTHING = "nothing"
    """It is right as it is."""


_SETTLED = frozenset({"consent-refused", "no-marketing", "no-gifts", "campaign-had", "campaign-had-merged"})
"""Their word, or they have it already: nothing is to be put right."""
_FIXES: Mapping[str, Fix] = MappingProxyType(
    {
        **dict.fromkeys(("no-address", "email-unusable", "address-stopped"), Fix.ADDRESS),
        **dict.fromkeys(("guardian-ended", "proxy-ended", "guardian-no-birth-date"), Fix.ADDRESS),
        "mailbox-shared-offer": Fix.OWN_ADDRESS,
        "consent-unknown": Fix.ASK,
        **dict.fromkeys(
            ("permission-missing", "permission-incomplete", "permission-revoked"), Fix.PERMISSION
        ),
        **dict.fromkeys(("permission-expired", "permission-not-yet"), Fix.PERMISSION),
        **dict.fromkeys(("permission-other-payer", "permission-of-minor"), Fix.PERMISSION),
        "no-safe-way": Fix.PROTECT,
        **dict.fromkeys(("text-incomplete", "template-link-unsafe"), Fix.COMPLETE),
        **dict.fromkeys(("person-no-email", "label-no-email"), Fix.CALL),
        **dict.fromkeys(
            ("no-relay", "no-baa", "baa-expired", "baa-not-yet", "baa-review-overdue"), Fix.RELAY
        ),
        "campaign-cap": Fix.WAIT,
        **dict.fromkeys(_SETTLED, Fix.NOTHING),
        **dict.fromkeys(("person-gone", "person-moved", "person-deceased", "person-discharged"), Fix.NOTHING),
    }
)
_NOT_TO_REACH = _SETTLED | {"person-gone"}
_LEFT = frozenset({"person-moved", "person-deceased", "person-discharged"})


def fix_of(code: str) -> Fix:
    """What is not listed somebody has to look at: a call is never wrong."""
    return _FIXES.get(code, Fix.CALL)


def may_be_reached(code: str, *, authorized: bool) -> bool:
    """Whether the practice may call or write on paper instead to whom this reason leaves out.

    A no holds for every way, and without the permission that marketing needs nobody is called either
    (45 CFR 164.508(a)(3) speaks of any use of what the practice knows).
    """
    asks = fix_of(code) in (Fix.ASK, Fix.PERMISSION)
    return code not in _NOT_TO_REACH | _LEFT and not (authorized and asks)


KNOWN = frozenset(_FIXES)
"""Every code that has a fix of its own."""
