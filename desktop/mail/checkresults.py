"""What staff saw of the delivery check, as the choice of a form uses it.

The newest look at each mailbox counts, for a year. A form that went to junk, did not arrive or did
not open is not chosen for anybody whose mail the same service takes; one that arrived and
opened is chosen at that very domain even where general knowledge says that it tends to be
stopped (`mail/providers.py`). As there, this chooses among forms and refuses nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import date, timedelta

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.domains import MX
from desktop.mail.headers import domain_of, wire_address
from desktop.mail.providers import known_host
from desktop.models import checkrounds, evidence
from desktop.models.database import Tx
from desktop.models.delivery import DeliveryCheck
from desktop.models.observed import DOMAIN, Observed
from desktop.models.protection import Form

KEPT = timedelta(days=365)
_SERVICE_LABELS = 3
"""The last labels of a mail server's name that its service owns: `l.google.com`, `mail.icloud.com`."""
_FORMS = {form.value: form for form in Form}


@dataclass(frozen=True)
class Results:
    """`stopped` by mark of a mail service, `passed` by domain."""

    stopped: dict[str, frozenset[Form]] = field(default_factory=dict)
    passed: dict[str, frozenset[Form]] = field(default_factory=dict)

    def blocked(self, domain: str, servers: Iterable[str], known: frozenset[Form]) -> frozenset[Form]:
        """The forms that are not chosen for `domain`; `known` is general knowledge."""
        seen = frozenset[Form]().union(
            *(self.stopped.get(mark, frozenset()) for mark in marks(domain, servers))
        )
        return (known - self.passed.get(domain.lower(), frozenset())) | seen


_NOTHING = Results()


def marks(domain: str, servers: Iterable[str]) -> frozenset[str]:
    """What two domains share whose mail is taken by one service."""
    known = known_host(domain, servers)
    found = {f"domain:{domain.lower()}"}
    if known:
        return frozenset({*found, f"service:{known}"})
    for server in servers:
        labels = server.strip().rstrip(".").lower().split(".")
        if len(labels) >= _SERVICE_LABELS:
            found.add(f"servers:{'.'.join(labels[-_SERVICE_LABELS:])}")
    return frozenset(found)


def servers_of(looks: Sequence[Observed]) -> frozenset[str]:
    """The mail servers that any look at a domain has found."""
    return frozenset(
        str(host) for look in looks if look.kind == MX for host in look.details.get("hosts") or ()
    )


def load(tx: Tx, today: date) -> Results:
    """What is known now; next to nothing to read where nobody ever checked."""
    newest = newest_of(tx, today)
    if not newest:
        return _NOTHING
    domains = {one.id: domain_at(one.address) for one in checkrounds.accounts(tx, retired=True)}
    looks = evidence.about_many(tx, DOMAIN, {domain for domain in domains.values() if domain})
    stopped: dict[str, frozenset[Form]] = {}
    passed: dict[str, frozenset[Form]] = {}
    for one in newest:
        domain, form = domains.get(one.account, ""), _FORMS.get(one.form)
        if not domain or form is None:
            continue
        if went_wrong(one):
            for mark in marks(domain, servers_of(looks.get(domain, ()))):
                stopped[mark] = stopped.get(mark, frozenset()) | {form}
        elif one.placed == "inbox" and one.opened == "yes":
            passed[domain] = passed.get(domain, frozenset()) | {form}
    return Results(stopped, passed)


def newest_of(tx: Tx, today: date) -> list[DeliveryCheck]:
    """The latest that somebody looked at, of each mailbox and form."""
    found: dict[tuple[str, str], DeliveryCheck] = {}
    for round_ in checkrounds.rounds(tx):
        for one in round_:
            if one.placed and one.at.date() >= today - KEPT:
                found.setdefault((one.account, one.form), one)
    return list(found.values())


def went_wrong(one: DeliveryCheck) -> bool:
    """Junk, nowhere, or it does not open."""
    return one.placed in ("spam", "missing") or one.opened == "no"


def domain_at(address: str) -> str:
    """'' of an address that cannot be written to."""
    try:
        return domain_of(wire_address(address)).lower()
    except InputError:
        return ""
