"""Which mailbox a person's mail goes to today, and who may read what arrives there.

A minor's mail goes to a parent until the eighteenth birthday in the practice's zone, not a day
longer (45 CFR 164.502(g)(3)). What the patient asked to be kept confidential goes nowhere else
(164.522(b)).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace
from datetime import date, datetime

from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models import maillinks, people
from desktop.models.database import Tx
from desktop.models.names import address_key
from desktop.models.records import Person, PersonId, Reason
from desktop.models.standing import ADULT_AT, EvidenceId, EvidenceKind, MailLink, Reader
from desktop.people import proofs
from desktop.people.addresses import usable_address

NOT_THE_PATIENT = frozenset({Reader.GUARDIAN, Reader.SHARED})
"""Readers who hear nothing of a visit that is only for the patient."""

NO_ADDRESS = "no-address"
_ENDED = {Reader.GUARDIAN: "guardian-ended", Reader.PROXY: "proxy-ended"}


def adult_on(born: date) -> date:
    """The eighteenth birthday; who was born on 29 February comes of age on 1 March in other years."""
    try:
        return born.replace(year=born.year + ADULT_AT)
    except ValueError:
        return date(born.year + ADULT_AT, 3, 1)


def is_adult(born: date | None, today: date) -> bool:
    """Somebody without a birth date is not known to be of age."""
    return born is not None and adult_on(born) <= today


def born_until(today: date) -> date:
    """Who was born on this day or before is of age on `today`."""
    if (today.month, today.day) == (2, 29):  # eighteen years before there was none
        return date(today.year - ADULT_AT, 2, 28)
    return today.replace(year=today.year - ADULT_AT)


def chosen(person: Person, links: Iterable[MailLink], today: date) -> MailLink | Reason:
    """The link that counts today, or why none does: `no-address`, `guardian-ended`, `proxy-ended`,
    `guardian-no-birth-date`."""
    name: dict[str, str | int] = {"name": person.name}
    known = tuple(links)
    for link in known:
        if link.preferred and link.ended_at is None:
            if link.reader is Reader.GUARDIAN and person.birth_date is None:
                return Reason("guardian-no-birth-date", name)
            if link.reader is Reader.GUARDIAN and is_adult(person.birth_date, today):
                return Reason(_ENDED[Reader.GUARDIAN], name)
            return link
    ended = [link for link in known if link.ended_at is not None and link.reader in _ENDED]
    if not ended:
        return Reason(NO_ADDRESS, name)
    latest = max(ended, key=lambda link: (link.ended_at, link.address))
    return Reason(_ENDED[latest.reader], name)


@dataclass(frozen=True)
class Paper:
    """What a proxy shows: the file as it came."""

    name: str
    data: bytes = field(repr=False)


def set_link(tx: Tx, link: MailLink, paper: Paper | None, by: str, now: datetime, today: date) -> None:
    """From now on the person's mail goes there, read by whom the link says; in the caller's transaction.

    Raises InputError `person-unknown`, `address-unusable`, `reader-unknown`, `guardian-needs-birth-date`,
    `proxy-needs-document`, for its file as `proofs.keep_file`; Refused `guardian-of-adult`.
    """
    person = people.get(tx, link.person)
    if person is None:
        raise InputError("person-unknown")
    address = usable_address(link.address)
    other = link.reader_person
    if other is not None and (other == link.person or people.get(tx, other) is None):
        raise InputError("reader-unknown")
    if link.reader is Reader.GUARDIAN and person.birth_date is None:
        raise InputError("guardian-needs-birth-date")
    if link.reader is Reader.GUARDIAN and is_adult(person.birth_date, today):
        raise Refused("guardian-of-adult")
    fresh = replace(link, address=address, preferred=True, since=now, ended_at=None)
    maillinks.put(tx, replace(fresh, document=_document(tx, fresh, paper, by, now)))
    people.reindex(tx, (link.person,))


def end_link(tx: Tx, person: PersonId, address: str, now: datetime) -> None:
    """Nothing goes there any more. Raises InputError `link-unknown`."""
    if not maillinks.end(tx, person, address, now):
        raise InputError("link-unknown")
    people.reindex(tx, (person,))


def end_guardians(tx: Tx, today: date, now: datetime) -> tuple[PersonId, ...]:
    """End every guardian's link of who is of age on `today`; whose."""
    ended = maillinks.guardians_of(tx, born_until(today))
    for link in ended:
        maillinks.end(tx, link.person, link.address, now)
    people.reindex(tx, [link.person for link in ended])
    return tuple(dict.fromkeys(link.person for link in ended))


def _document(tx: Tx, link: MailLink, paper: Paper | None, by: str, now: datetime) -> EvidenceId | None:
    """The paper that a proxy stands on; one that was kept for this mailbox counts until the link ends."""
    if link.reader is not Reader.PROXY:
        return None
    if paper is not None and paper.data:
        return proofs.keep_file(tx, EvidenceKind.DOCUMENT, paper.name, paper.data, by, now)
    key = address_key(link.address)
    for before in maillinks.of_person(tx, link.person):
        if before.document is not None and before.ended_at is None and address_key(before.address) == key:
            return before.document
    raise InputError("proxy-needs-document")


def way_to(tx: Tx, person: PersonId, today: date) -> MailLink | Reason:
    """Where this person's mail goes on `today` (the practice's day), or why nowhere.

    `person-gone` is the answer for who is not there, was merged or withdrawn.
    """
    return ways_to(tx, (person,), today).get(person, Reason("person-gone"))


def ways_to(tx: Tx, ids: Iterable[PersonId], today: date) -> dict[PersonId, MailLink | Reason]:
    """`way_to` for many at once; who is not there is left out."""
    known = people.get_many(tx, ids)
    links = maillinks.of_many(tx, known)
    return {who: chosen(person, links.get(who, ()), today) for who, person in known.items()}
