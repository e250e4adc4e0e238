"""Delivery checks: one of each form, nothing about anybody, and what staff saw chooses the form."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from demo.authority import Authority
from desktop.errors import InputError, Refused
from desktop.mail import checkresults
from desktop.mail.checkmail import CHECK
from desktop.mail.gather import gather_one
from desktop.mail.sender import load_sender
from desktop.models import evidence, mailboxes, messages, people
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import AccountId, Auth, MailAccount
from desktop.models.ids import new_id
from desktop.models.observed import DOMAIN, Observed
from desktop.models.protection import Form
from desktop.models.records import Baa, Kind, Label, Person, PersonId, State
from desktop.office.api import Office
from desktop.office.values_audit import LogQuery
from desktop.office.values_health import DeliveryCheckLine, DeliveryTick, StaffAccountIn
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of
from tests.servers.dovecot import PASSWORD, USER, Mailboxes
from tests.support.kept import a_person

STAFF = StaffAccountIn("ana@mail.example.com", "Example")


@pytest.fixture
def ready(at_work: tuple[Office, Session], relay_request) -> tuple[Office, Session]:  # type: ignore[no-untyped-def]
    office, session = at_work
    office.add_relay(session, relay_request())
    return office, session


def started(office: Office, session: Session, *accounts: StaffAccountIn) -> dict[str, DeliveryCheckLine]:
    office.set_staff_accounts(session, accounts or (STAFF,))
    return {line.form: line for line in office.start_delivery_check(session).rounds[0]}


def test_one_of_each_form_to_each_mailbox_and_nothing_about_anybody(
    ready: tuple[Office, Session],
) -> None:
    office, session = ready
    lines = started(office, session)
    assert set(lines) == {"tls", "html", "pdf"}  # no key and no storage here
    database = desk_of(office).opened().database
    rows = database.read(lambda tx: messages.listing(tx, kind=CHECK))
    assert {row.label for row in rows} == {Label.ROUTINE}
    assert all(row.priority < 0 for row in rows)
    staff = database.read(lambda tx: people.get(tx, rows[0].person))
    assert staff is not None
    assert staff.kind is Kind.PROFESSIONAL
    wires = database.read(lambda tx: messages.wires(tx, [row.id for row in rows]))
    for wire in wires.values():
        assert b"Zoraida" not in wire
        assert b"zoraida" not in wire


def test_the_same_mailbox_twice_is_one_and_on_a_phone_another(ready: tuple[Office, Session]) -> None:
    office, session = ready
    phone = StaffAccountIn(STAFF.address, "Example", "phone")
    shown = office.set_staff_accounts(
        session, (STAFF, StaffAccountIn("Ana@Mail.Example.com", "Example"), phone)
    )
    assert len(shown.accounts) == 2
    assert len(office.search_people(session, "Delivery").people) == 1
    assert office.set_staff_accounts(session, ()).accounts == ()


def test_what_is_no_mailbox_keeps_nothing(ready: tuple[Office, Session]) -> None:
    office, session = ready
    for given, code in (
        ((StaffAccountIn("no address", "Example"),), "address-unusable"),
        ((StaffAccountIn("ana@mail.example.com", " "),), "value-needed"),
        ((StaffAccountIn("ana@mail.example.com", "Example", "watch"),), "value-not-allowed"),
        ((STAFF,) * 31, "too-many-accounts"),
    ):
        with pytest.raises(InputError) as caught:
            office.set_staff_accounts(session, given)
        assert caught.value.code == code
    assert office.show_delivery_checks(session).accounts == ()


def test_without_mailboxes_or_without_a_mail_service_there_is_no_check(
    at_work: tuple[Office, Session],
) -> None:
    office, session = at_work
    with pytest.raises(InputError) as caught:
        office.start_delivery_check(session)
    assert caught.value.code == "no-staff-accounts"
    office.set_staff_accounts(session, (STAFF,))
    with pytest.raises(Refused) as refused:
        office.start_delivery_check(session)
    assert refused.value.code == "check-not-possible"


def test_a_check_is_due_every_three_months(practice: Practice, ready: tuple[Office, Session]) -> None:
    office, session = ready
    assert office.show_delivery_checks(session).due
    started(office, session)
    assert not office.show_delivery_checks(session).due
    practice.clock.move(92 * 24 * 3600)
    office.close()
    again, session = practice.signed_in()
    assert again.show_delivery_checks(session).due


def blocked(office: Office, email: str, servers: tuple[str, ...] = ()) -> frozenset[Form]:
    """What is not chosen for somebody at this address, whose mail these servers take."""
    database = desk_of(office).opened().database
    now, person = desk_of(office).clock.now(), a_person(email=email)

    def ask(tx: Tx) -> frozenset[Form]:
        people.insert(tx, person)
        if servers:
            domain = email.rpartition("@")[2]
            evidence.put(tx, Observed(DOMAIN, domain, "mx", "dns", now, details={"hosts": list(servers)}))
        return gather_one(tx, person.id, load_sender(tx).relay, now.date()).blocked

    return database.rehearse(ask)


def test_junk_at_one_service_is_avoided_for_everybody_there_and_nowhere_else(
    ready: tuple[Office, Session],
) -> None:
    office, session = ready
    lines = started(office, session)
    database, now = desk_of(office).opened().database, desk_of(office).clock.now()
    seen = Observed(DOMAIN, "mail.example.com", "mx", "dns", now, details={"hosts": ["mx1.in.example.net"]})
    database.write(lambda tx: evidence.put(tx, seen))
    shown = office.tick_delivery(session, DeliveryTick(lines["html"].id, "spam"))
    assert [one.code for one in shown.advice] == ["advice-form-stopped"]
    assert blocked(office, "p@mail.example.com") == {Form.HTML}
    assert blocked(office, "p@other.example", ("mx7.in.example.net",)) == {Form.HTML}
    assert blocked(office, "p@third.example", ("mx.elsewhere.example.net",)) == frozenset()
    office.tick_delivery(session, DeliveryTick(lines["html"].id, "inbox", "yes"))
    assert blocked(office, "p@mail.example.com") == frozenset()
    office.tick_delivery(session, DeliveryTick(lines["pdf"].id, "inbox", "no"))
    assert blocked(office, "p@mail.example.com") == {Form.PDF}


def test_a_good_look_counts_against_general_knowledge_at_that_domain_alone(
    ready: tuple[Office, Session],
) -> None:
    office, session = ready
    lines = started(office, session, StaffAccountIn("ana@hotmail.com", "Outlook.com"))
    assert "html" in lines  # a form that tends to be stopped is tried too
    assert blocked(office, "p@hotmail.com") == {Form.HTML}
    office.tick_delivery(session, DeliveryTick(lines["html"].id, "inbox", "yes"))
    assert blocked(office, "p@hotmail.com") == frozenset()
    assert blocked(office, "p@live.com") == {Form.HTML}


def test_after_a_year_a_look_counts_no_more(ready: tuple[Office, Session]) -> None:
    office, session = ready
    lines = started(office, session)
    office.tick_delivery(session, DeliveryTick(lines["html"].id, "spam"))
    database, today = desk_of(office).opened().database, desk_of(office).clock.now().date()
    for day, there in (
        (today, True),
        (today + timedelta(days=364), True),
        (today + timedelta(days=366), False),
    ):
        assert bool(database.read(partial(checkresults.newest_of, today=day))) is there


def test_words_that_are_no_tick_are_refused(ready: tuple[Office, Session]) -> None:
    office, session = ready
    lines = started(office, session)
    for tick, code in (
        (DeliveryTick(lines["html"].id, ""), "value-not-allowed"),
        (DeliveryTick(lines["html"].id, "inbox", "perhaps"), "value-not-allowed"),
        (DeliveryTick("0" * 32, "inbox"), "delivery-check-unknown"),
    ):
        with pytest.raises(InputError) as caught:
            office.tick_delivery(session, tick)
        assert caught.value.code == code


@pytest.mark.skipif(not Mailboxes.installed(), reason="needs Debian's dovecot")
def test_what_arrived_is_compared_with_what_was_sent(ready: tuple[Office, Session], tmp_path: Path) -> None:
    """Through a real mailbox: two arrived untouched, one under another name."""
    office, session = ready
    (tmp_path / "authority").mkdir()
    authority = Authority(tmp_path / "authority")
    with Mailboxes(*authority.write_server_files()) as server:
        started(office, session, StaffAccountIn("office@elmstreet.example.com", "Our own"))
        database, now = desk_of(office).opened().database, desk_of(office).clock.now()
        one = MailAccount(
            AccountId(new_id()), "Own", "localhost", server.imaps, "implicit", str(authority.ca_file), USER,
            Auth.PASSWORD, "office@elmstreet.example.com", "INBOX", "", 5, tidy=False,
            baa=Baa("Mail Inc.", date(2026, 1, 1), None, "mail"), made_at=now,
        )  # fmt: skip
        database.write(lambda tx: mailboxes.add(tx, one, PASSWORD))
        rows = database.read(lambda tx: messages.listing(tx, kind=CHECK))
        ids = [row.id for row in rows]
        database.write(lambda tx: messages.move_all(tx, ids, State.QUEUED, State.ACCEPTED))
        wires = database.read(lambda tx: messages.wires(tx, [row.id for row in rows]))
        signed = b"DKIM-Signature: v=1; d=elmstreet.example.com; b=x\r\n"
        by_id = {row.message_id: wires[row.id] for row in rows}
        tls = next(row for row in rows if row.method.value == "tls")
        for message_id, wire in by_id.items():
            if message_id == tls.message_id:
                wire = wire.replace(message_id.encode(), b"<0100@relay.example>")
            server.deliver(signed + wire)
        shown = office.read_back(session)
        changes = {line.form: line.changes for line in shown.rounds[0]}
        assert changes["html"] == changes["pdf"] == ()
        assert [one.code for one in changes["tls"] or ()] == ["readback-message-id"]
        assert [one.code for one in shown.advice] == ["advice-readback-message-id"]
        with pytest.raises(Refused) as caught:  # all were read back
            office.read_back(session)
        assert caught.value.code == "read-back-no-mailbox"
        acts = [line.act for line in office.query_log(session, LogQuery(limit=5)).lines]
        assert "delivery-check.read-back" in acts


def test_the_person_of_a_staff_mailbox_is_no_patient_at_the_same_address(
    ready: tuple[Office, Session],
) -> None:
    office, session = ready
    zoraida = person_named(office, session, "Zoraida")
    office.set_staff_accounts(session, (StaffAccountIn("zoraida@example.org", "Example"),))
    database = desk_of(office).opened().database

    def at(tx: Tx) -> list[Person]:
        return people.at_address(tx, "zoraida@example.org")

    there = database.read(at)
    assert {one.kind for one in there} == {Kind.PATIENT, Kind.PROFESSIONAL}
    assert PersonId(zoraida) in {one.id for one in there}
