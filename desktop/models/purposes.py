"""What a message to many is for, in the terms of the rule, and what follows from it.

45 CFR 164.501 (marketing, treatment, payment, operations), 164.508(a)(3) (authorization for
marketing), 164.514(f) (fundraising); 15 USC 7702(2) and 16 CFR 316 (commercial mail). Frozen values.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from desktop.frozen import dataclass
from desktop.models.standing import Use


class MailPurpose(StrEnum):
    """Each template and each campaign has exactly one."""

    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
    OWN_SERVICE = "own-service"
    """The practice's own health-related product or service, for which nobody pays it to write."""
    MARKETING = "marketing"
    PAID = "paid"
    """Somebody else pays for it."""
    FUNDRAISING = "fundraising"


@dataclass(frozen=True)
class Basis:
    """What the rule asks of mail with a purpose; `citation` is quoted to people as it stands here."""

    citation: str
    use: Use
    """Whose state in the consent ledger it rests on."""
    authorized: bool = False
    """Whether nobody may get it without a valid written authorization."""
    commercial: bool = False
    """Whether a postal address and a way to say no must stand in it (16 CFR 316.5, 15 USC 7704(a)(5))."""


BASES: Mapping[MailPurpose, Basis] = MappingProxyType(
    {
        MailPurpose.TREATMENT: Basis("45 CFR 164.506(c)(1); 164.501, treatment", Use.CARE),
        MailPurpose.PAYMENT: Basis("45 CFR 164.506(c)(1); 164.501, payment", Use.CARE),
        MailPurpose.OPERATIONS: Basis("45 CFR 164.506(c)(1); 164.501, health care operations", Use.CARE),
        MailPurpose.OWN_SERVICE: Basis("45 CFR 164.501, marketing (2)(ii)(B)", Use.CARE, commercial=True),
        MailPurpose.MARKETING: Basis(
            "45 CFR 164.508(a)(3)(i)", Use.MARKETING, authorized=True, commercial=True
        ),
        MailPurpose.PAID: Basis("45 CFR 164.508(a)(3)(ii)", Use.PAID, authorized=True, commercial=True),
        MailPurpose.FUNDRAISING: Basis("45 CFR 164.514(f)", Use.CARE, commercial=True),
    }
)
