"""A whole list of addresses looked over: slips, look-alikes, shared and unanswered ones.

Nothing is changed here and the network is not asked: it is a list of suggestions, each of which a
person decides about. What is plainly wrong is refused when it is entered (`addresses.py`); here
stand also the doubts that would keep honest addresses out if they were rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime, timedelta

import idna

from desktop.frozen import dataclass
from desktop.models import mailings
from desktop.models.database import Tx
from desktop.models.mailings import Mailing
from desktop.models.records import PersonId, Reason
from desktop.people.addresses import UNUSABLE, check_address
from desktop.people.lookalikes import distance, without_accents

SILENT_FOR = timedelta(days=365)
SILENT_LEAST = 3
"""Messages without any sign; one or two say nothing."""
_RARE, _COMMON = 2, 20
"""Addresses at a domain: one that so few have is compared with those that so many have."""
_NAME_LEAST = 8
"""Letters of a domain that is long enough for one wrong one to tell a slip from another firm."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROLES = _words(
    "abuse admin administrator billing contact customerservice enquiries enquiry hello help helpdesk "
    "hostmaster hr info inquiries inquiry it jobs mail mailbox marketing media news newsletter noc office "
    "orders postmaster press privacy reception registrar root sales secretary security service staff "
    "subscribe support team webmaster "
    "administracion atencion contacto consultas facturacion informacion oficina recepcion secretaria ventas"
)
"""Read by whoever has the job (RFC 2142 and what firms use): never by one patient alone."""
PLACEHOLDERS = _words(
    "asdf declined donotemail donthave na nada ninguno nobody noemail noemailaddress nomail none noone "
    "noreply notavailable notgiven notprovided notiene patient pending refused sincorreo test unknown xxx"
)
"""What desks type where a form insists on an address."""

ORDER = (
    *("address-stopped", "domain-typo", "domain-near-slip", "mixed-script", "lookalike", "domain-twin"),
    *("address-placeholder", "address-role", "address-shared", "address-silent"),
)
"""The most pressing first; any other reason of `check_address` comes before all of them."""
CODES = (*sorted(UNUSABLE.difference(ORDER)), *ORDER)
"""Every reason there is for a doubt."""


@dataclass(frozen=True)
class Doubt:
    """`suggestion` is the whole address that was probably meant, or ''."""

    mailing: Mailing = field(repr=False)
    reason: Reason
    suggestion: str = field(repr=False, default="")


@dataclass(frozen=True)
class Looked:
    """All doubts, the most pressing first; each address has the one that presses most."""

    doubts: tuple[Doubt, ...]
    looked_at: int


def look_over(tx: Tx, now: datetime) -> Looked:
    """Everybody's address; reads only."""
    everybody = tuple(mailings.everybody(tx))
    stopped = mailings.stopped(tx)
    silent = mailings.silent(tx, now - SILENT_FOR, SILENT_LEAST)
    return Looked(doubts(everybody, stopped, silent), len(everybody))


def doubts(
    everybody: Iterable[Mailing], stopped: frozenset[str], silent: Mapping[PersonId, int]
) -> tuple[Doubt, ...]:
    """As `look_over`, of a list that is given."""
    some = tuple(everybody)
    domains = Counter(one.key.rpartition("@")[2] for one in some)
    own = Counter(one.key for one in some if one.own and one.patient)
    near = _near_slips(domains)
    twins = _twins(domains)
    found = [
        doubt
        for one in some
        if (doubt := _doubt(one, stopped, near, twins, own[one.key], silent.get(one.person, 0))) is not None
    ]
    found.sort(key=lambda doubt: ORDER.index(doubt.reason.code) if doubt.reason.code in ORDER else -1)
    return tuple(found)


def _doubt(
    one: Mailing,
    stopped: frozenset[str],
    near: Mapping[str, str],
    twins: Mapping[str, str],
    sharing: int,
    silent: int,
) -> Doubt | None:
    local, _, domain = one.key.rpartition("@")
    checked = check_address(one.address)
    if checked.reason is not None:
        meant = str(checked.reason.params.get("suggestion", ""))
        return Doubt(one, checked.reason, _at(one, meant))
    if one.key in stopped:
        return Doubt(one, Reason("address-stopped"))
    if domain in near:
        meant = near[domain]
        return Doubt(
            one, Reason("domain-near-slip", {"domain": domain, "suggestion": meant}), _at(one, meant)
        )
    if domain in twins:
        return Doubt(one, _meant("domain-twin", domain, twins), _at(one, twins[domain]))
    word = "".join(c for c in local.partition("+")[0] if c.isalpha())
    if word in PLACEHOLDERS:
        return Doubt(one, Reason("address-placeholder"))
    if one.patient and word in ROLES:
        return Doubt(one, Reason("address-role"))
    if one.own and one.patient and sharing > 1:
        return Doubt(one, Reason("address-shared", {"count": sharing}))
    return Doubt(one, Reason("address-silent", {"count": silent})) if silent else None


def _meant(code: str, domain: str, by_domain: Mapping[str, str]) -> Reason:
    return Reason(code, {"domain": domain, "suggestion": by_domain[domain]})


def _at(one: Mailing, domain: str) -> str:
    return f"{one.address.rpartition('@')[0]}@{domain}" if domain else ""


def _near_slips(domains: Mapping[str, int]) -> dict[str, str]:
    """Domains that hardly anybody has, one slip away from one that many of this practice have."""
    common = [one for one, count in domains.items() if count >= _COMMON and len(one) >= _NAME_LEAST]
    rare = [one for one, count in domains.items() if count <= _RARE and len(one) >= _NAME_LEAST]
    return {one: meant for one in rare for meant in common if distance(one, meant, 1) <= 1}


def _twins(domains: Mapping[str, int]) -> dict[str, str]:
    """Domains with letters of their own that read like another of the list (UTS 39, confusables)."""
    found: dict[str, str] = {}
    for one in domains:
        if "xn--" not in one:
            continue
        try:
            bare = without_accents(idna.decode(one))
        except idna.IDNAError:
            continue  # `check_address` has said so
        if bare != one and bare in domains:
            found[one] = bare
    return found
