"""People for a campaign: most may get it, and of each kind that must not there are some.

Names and addresses stand nowhere else, so that one of them in a file tells of a leak.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial

from desktop.models import rules, suppressions
from desktop.models.accounts import Session
from desktop.models.delivery import Suppression, SuppressionKind
from desktop.models.ids import new_id
from desktop.models.names import address_key
from desktop.models.protection import Form
from desktop.models.records import Method, PersonId
from desktop.models.rules import Condition, Every, Op
from desktop.models.standing import Reader
from desktop.office.api import Office
from desktop.office.values import AppointmentsImport, ImportRequest, KeyImport, PassphraseRequest
from desktop.office.values_campaigns import CampaignRules
from desktop.office.values_household import LinkRequest
from desktop.office.values_segments import SegmentRequest
from tests.made_practice import person_named
from tests.made_staff import desk_of
from tests.practice.readers import Readers

HOUSE, GONE = "there.example", "gone.example"
"""Mail to the second is refused behind the mail service, and comes back."""
FIRST, LAST = "Zanzi", "Quokka"
GROUP = "Adults"
STATUS = {"person-moved": "moved", "person-deceased": "deceased", "person-discharged": "discharged"}
REASONS = (
    *("no-address", "address-stopped", "consent-refused", "no-marketing", *STATUS, "person-no-email"),
    *("mailbox-shared-offer", "campaign-cap"),
)
"""Why somebody of the group does not get it."""
MINOR, BOUNCES = "minor", "bounces"
_COLUMNS = (
    *("MRN", "First Name", "Last Name", "E-mail", "DOB", "Language", "Status"),
    *("Consent", "Marketing Consent", "Preferred Method"),
)
_BOUNCING = 3
"""Fewer than what stops a campaign by itself."""


@dataclass(frozen=True)
class Member:
    """`kind` is one of `REASONS`, `MINOR` or `BOUNCES`; '' of whom nothing special is known."""

    number: str
    first: str
    last: str
    email: str
    born: date
    language: str
    kind: str = ""
    way: Method = Method.TLS

    @property
    def in_group(self) -> bool:
        return self.kind != MINOR

    @property
    def gets_it(self) -> bool:
        return self.in_group and self.kind not in REASONS

    def cells(self) -> tuple[str, ...]:
        preferred = "none" if self.kind == "person-no-email" else self.way.value
        return (
            *(self.number, self.first, self.last, self.email, self.born.isoformat(), self.language),
            STATUS.get(self.kind, "active"),
            "refused" if self.kind == "consent-refused" else "",
            "refused" if self.kind == "no-marketing" else "",
            preferred if preferred != Method.TLS.value else "",
        )


def crowd(size: int, today: date) -> tuple[Member, ...]:
    """Of each kind that must not get it one, of a thousand people six; two share an address as a couple."""
    some = max(1, size // 160)
    kinds = [kind for kind in (*REASONS, MINOR) for _ in range(some)] + [BOUNCES] * _BOUNCING
    ways = [Method.OPENPGP] + [Method.ENVELOPE] * max(3, size // 80)
    people = []
    for number in range(size):
        kind = kinds[number] if number < len(kinds) else ""
        plain = number - len(kinds)
        people.append(
            Member(
                f"{5000 + number}",
                f"{FIRST}{_code(number)}",
                f"{LAST}{_code(number)}",
                _address(kind, number - (number == size - 1)),
                today - timedelta(days=365 * (9 if kind == MINOR else 25 + number % 50)),
                "es" if number % 7 == 0 else "en",
                kind,
                ways[plain] if 0 <= plain < len(ways) else Method.TLS,
            )
        )
    return tuple(people)


def _address(kind: str, number: int) -> str:
    if kind == "no-address":
        return ""
    return f"p{_code(number)}@{GONE if kind == BOUNCES else HOUSE}"


def _code(number: int) -> str:
    """Three letters: names with digits look odd."""
    return "".join(chr(ord("a") + number // 26**place % 26) for place in (2, 1, 0))


def settle_in(office: Office, session: Session, people: Iterable[Member], now: datetime) -> None:
    """Everything that is known of them, and the group of all who are of age."""
    everybody = tuple(people)
    office.import_people(session, ImportRequest("people.csv", data=_file(everybody)))
    office.keep_segment(session, SegmentRequest(GROUP, _of_age()))
    office.set_campaign_rules(session, CampaignRules(cap=1))
    database = desk_of(office).opened().database
    with _readers() as readers:
        for one in everybody:
            if one.kind == "address-stopped":
                key, kind = address_key(one.email), SuppressionKind.COMPLAINT
                stop = Suppression(new_id(), key, kind, None, now)
                database.write(partial(suppressions.add, one=stop))
            elif one.kind == "mailbox-shared-offer":
                office.set_link(session, LinkRequest(_id(office, session, one), one.email, Reader.SHARED))
            elif one.way is Method.ENVELOPE:
                who = _id(office, session, one)
                office.make_passphrase(session, PassphraseRequest(who, "Ana", "in-person"))
                office.set_form(session, who, Form.HTML)
            elif one.way is Method.OPENPGP:
                fingerprint, public = readers.openpgp(one.email)
                office.import_key(session, KeyImport(_id(office, session, one), fingerprint, data=public))


def remind(office: Office, session: Session, people: Iterable[Member], day: date, now: datetime) -> int:
    """Who has had enough has a reminder of a visit on `day` already; how many letters that were."""
    rows = [
        f"V{one.number},{one.number},{day},14:30,Dr. Shah\n" for one in people if one.kind == "campaign-cap"
    ]
    visits = "Appointment ID,MRN,Date,Time,Provider\n" + "".join(rows)
    request = ImportRequest("visits.csv", data=visits.encode(), modified=now)
    office.import_appointments(session, AppointmentsImport(request, "whole"))
    office.send_reminders(session, day)
    office.run_outbox(session)
    return len(rows)


@contextmanager
def _readers() -> Iterator[Readers]:
    readers = Readers()
    try:
        yield readers
    finally:
        readers.close()


def _id(office: Office, session: Session, one: Member) -> PersonId:
    return person_named(office, session, one.last)


def _of_age() -> str:
    return rules.to_text(Every((Condition("age", Op.AT_LEAST, (18,)),)))


def _file(people: Iterable[Member]) -> bytes:
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(_COLUMNS)
    rows.writerows(one.cells() for one in people)
    return written.getvalue().encode()


# --- what came of it -----------------------------------------------------------------------


def way_of(wire: bytes) -> Method:
    """Which way a letter went, by what it is."""
    mail = message_from_bytes(wire, policy=default)
    if mail.get_content_type() == "multipart/encrypted":
        return Method.OPENPGP
    names = [part.get_filename() or "" for part in mail.walk() if part.is_attachment()]
    return Method.ENVELOPE if any(name.endswith(".html") for name in names) else Method.TLS


def words_of(wire: bytes) -> str:
    """What a letter says to everybody's eyes: its subject and its text."""
    mail = message_from_bytes(wire, policy=default)
    body = mail.get_body(("plain",))
    return f"{mail['Subject']}\n{body.get_content() if body is not None else ''}"
