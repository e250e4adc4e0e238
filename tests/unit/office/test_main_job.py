"""From a file to an accepted reminder, through the door and a real relay on this computer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from demo.authority import Authority
from demo.recipients import Recipients
from demo.relay import RecordingRelay, RelaySetup
from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import Consent, Label, Method, PersonId, State
from desktop.office.api import Office
from desktop.office.values import (
    AppointmentsImport,
    AttachmentIn,
    ImportRequest,
    KeyImport,
    LetterRequest,
    PassphraseRequest,
)
from desktop.office.values_practice import EvidenceRequest, RelayRequest
from tests.made_practice import PEOPLE, Practice, import_visits, person_named

Work = tuple[Office, Session]


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[tuple[RecordingRelay, Path]]:
    authority = Authority(tmp_path)
    with RecordingRelay(RelaySetup(context=authority.server_context("localhost"))) as relay:
        yield relay, authority.ca_file


@pytest.fixture
def recipients() -> Iterator[Recipients]:
    made = Recipients()
    yield made
    made.close()


@pytest.fixture
def connected(
    at_work: Work, relay: tuple[RecordingRelay, Path], relay_request: Callable[..., RelayRequest]
) -> tuple[Office, Session, RecordingRelay]:
    server, ca_file = relay
    office, session = at_work
    request = relay_request(
        port=server.port,
        user=server.setup.user,
        password=server.setup.password,
        ca_file=str(ca_file),
        security=server.setup.security,
    )
    office.add_relay(session, request)
    return office, session, server


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def test_tomorrows_reminders_reach_the_relay_and_the_log_is_whole(
    connected: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, server = connected
    import_visits(office, session, practice.clock)
    shown = office.today(session)
    assert (shown.day, shown.visits, shown.relay_ready) == (date(2026, 11, 24), 3, True)
    plan = office.preview_reminders(session)
    assert [line.method for line in plan.reminders] == [Method.TLS, Method.TLS]
    assert [line.reason.code for line in plan.excluded] == ["no-address"]
    sent = office.send_reminders(session)
    assert len(sent.messages) == 2
    practice.clock.move(11)
    done = office.run_outbox(session)
    assert {line.state for line in done.messages} == {State.ACCEPTED}
    assert {one.recipients for one in server.received} == {("zoraida@example.org",), ("bo@example.org",)}
    assert all(one.tls for one in server.received)
    assert server.plaintext_commands == 0
    assert office.verify_audit(session).ok


def test_sending_twice_queues_nobody_twice(
    connected: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, _ = connected
    import_visits(office, session, practice.clock)
    office.send_reminders(session)
    again = office.send_reminders(session)
    assert again.messages == ()
    assert {line.reason.code for line in again.excluded} == {"already-queued", "no-address"}


def test_undo_stops_what_is_held(
    connected: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, server = connected
    import_visits(office, session, practice.clock)
    sent = office.send_reminders(session)
    assert office.cancel_messages(session, sent.messages).cancelled == 2
    practice.clock.move(60)
    office.run_outbox(session)
    assert server.received == []


def test_undo_after_sending_says_too_late(
    connected: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, _ = connected
    import_visits(office, session, practice.clock)
    sent = office.send_reminders(session)
    practice.clock.move(11)
    office.run_outbox(session)
    answer = office.cancel_messages(session, sent.messages)
    assert (answer.cancelled, answer.too_late) == (0, 2)


def test_a_visit_cancelled_after_queueing_gets_no_reminder(
    connected: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, server = connected
    import_visits(office, session, practice.clock)
    office.send_reminders(session)
    header = b"Appointment ID,MRN,Date,Time,Provider,Status\n"
    change = ImportRequest("c.csv", data=header + b"A1,1001,2026-11-24,09:30,Dr. Shah,cancelled\n")
    from_file = replace(change, modified=practice.clock.now())
    office.import_appointments(session, _changes(from_file))
    practice.clock.move(11)
    done = office.run_outbox(session)
    states = {line.name: line.state for line in done.messages}
    assert states["Zoraida Canaryfield"] is State.CANCELLED
    assert {one.recipients for one in server.received} == {("bo@example.org",)}


def _changes(request: ImportRequest) -> AppointmentsImport:
    return AppointmentsImport(request, "changes")


def test_a_key_takes_precedence_and_only_its_owner_can_open(
    connected: tuple[Office, Session, RecordingRelay], practice: Practice, recipients: Recipients
) -> None:
    office, session, server = connected
    person = person_named(office, session, "Zoraida")
    key = recipients.openpgp("Zoraida Canaryfield", "zoraida@example.org")
    office.import_key(session, KeyImport(person, key.fingerprint, data=key.public))
    letter = LetterRequest(person, subject="Secret-subject", text="Canary-text", attachments=_file())
    shown = office.explain_letter(session, letter)
    assert shown.method is Method.OPENPGP
    office.send_letter(session, replace(letter, expect=shown.hash, seen=shown.seen))
    practice.clock.move(11)
    office.run_outbox(session)
    wire = server.received[0].wire
    assert "Canary-text" in recipients.open_openpgp(wire)
    for canary in (b"Canary", b"Secret-subject", b"Zoraida", b"result.pdf"):
        assert canary not in wire


def _file() -> tuple[AttachmentIn, ...]:
    return (AttachmentIn("result.pdf", data=b"%PDF-1.7 Canary"),)


def test_a_certificate_seals_to_its_owner(
    connected: tuple[Office, Session, RecordingRelay], practice: Practice, recipients: Recipients
) -> None:
    office, session, server = connected
    person = person_named(office, session, "Zoraida")
    key = recipients.smime("Zoraida Canaryfield", "zoraida@example.org")
    office.import_key(session, KeyImport(person, key.fingerprint, data=key.public))
    office.send_letter(session, LetterRequest(person, subject="Subject", text="Canary-text"))
    practice.clock.move(11)
    office.run_outbox(session)
    assert "Canary-text" in recipients.open_smime(server.received[0].wire, "zoraida@example.org")
    assert b"Canary" not in server.received[0].wire


def test_a_password_card_gives_a_locked_file(
    connected: tuple[Office, Session, RecordingRelay], practice: Practice, recipients: Recipients
) -> None:
    office, session, server = connected
    person = person_named(office, session, "Zoraida")
    made = office.make_passphrase(session, PassphraseRequest(person, "Ana", "in-person"))
    assert len(made.passphrase.split()) == 6
    assert made.passphrase not in repr(made)
    office.send_letter(session, LetterRequest(person, subject="Subject", text="Canary-text"))
    practice.clock.move(11)
    office.run_outbox(session)
    wire = server.received[0].wire
    page = recipients.open_locked_file(wire, made.passphrase)
    assert "Canary-text" in page
    assert b"Canary" not in wire


def test_a_sensitive_letter_without_a_key_goes_nowhere(
    connected: tuple[Office, Session, RecordingRelay],
) -> None:
    office, session, _ = connected
    person = person_named(office, session, "Zoraida")
    letter = LetterRequest(person, subject="Subject", text="Text", label=Label.SENSITIVE)
    assert office.explain_letter(session, letter).method is Method.NONE
    assert code_of(lambda: office.send_letter(session, letter)) == "not-sendable"
    assert office.list_outbox(session).messages == ()
    assert "message.refused" in [line.act for line in office.query_log(session).lines]


def test_a_decision_that_changed_meanwhile_is_shown_again(
    connected: tuple[Office, Session, RecordingRelay],
) -> None:
    office, session, _ = connected
    person = person_named(office, session, "Zoraida")
    office.make_passphrase(session, PassphraseRequest(person, "Ana", "in-person"))
    letter = LetterRequest(person, subject="Subject", text="Text")
    shown = office.explain_letter(session, letter)
    office.make_passphrase(session, PassphraseRequest(person, "Ana", "by-post"))
    assert code_of(lambda: office.send_letter(session, replace(letter, expect=shown.hash))) == (
        "decision-changed"
    )


def test_without_required_tls_nothing_routine_leaves_unproven(
    connected: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, _ = connected
    relay = office.list_relays(session)[0].id
    office.record_evidence(session, EvidenceRequest(relay, required_tls=""))
    import_visits(office, session, practice.clock)
    plan = office.preview_reminders(session)
    assert plan.reminders == ()
    assert len(plan.excluded) == 3


def test_evidence_withdrawn_after_queueing_stops_the_reminder(
    connected: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, server = connected
    import_visits(office, session, practice.clock)
    office.send_reminders(session)
    relay = office.list_relays(session)[0].id
    office.record_evidence(session, EvidenceRequest(relay, required_tls=""))
    practice.clock.move(11)
    done = office.run_outbox(session)
    assert {line.state for line in done.messages} == {State.CANCELLED}
    assert server.received == []


def test_a_refusal_recorded_after_queueing_stops_the_reminder(
    connected: tuple[Office, Session, RecordingRelay], practice: Practice
) -> None:
    office, session, server = connected
    import_visits(office, session, practice.clock)
    office.send_reminders(session)
    shown = office.set_person(session, person_named(office, session, "Zoraida"), {"consent": "refused"})
    assert shown.person.consent is Consent.REFUSED
    practice.clock.move(11)
    office.run_outbox(session)
    assert {one.recipients for one in server.received} == {("bo@example.org",)}


def test_a_key_for_another_address_is_refused_and_recorded(
    connected: tuple[Office, Session, RecordingRelay], recipients: Recipients
) -> None:
    office, session, _ = connected
    person = person_named(office, session, "Zoraida")
    key = recipients.openpgp("Somebody Else", "else@example.org")
    request = KeyImport(person, key.fingerprint, data=key.public)
    assert code_of(lambda: office.import_key(session, request)) == "key-foreign"
    assert office.show_person(session, person).keys == ()
    assert "key.refused" in [line.act for line in office.query_log(session).lines]


def test_a_fingerprint_that_differs_is_refused(
    connected: tuple[Office, Session, RecordingRelay], recipients: Recipients
) -> None:
    office, session, _ = connected
    person = person_named(office, session, "Zoraida")
    key = recipients.openpgp("Zoraida Canaryfield", "zoraida@example.org")
    request = KeyImport(person, "0" * 40, data=key.public)
    assert code_of(lambda: office.import_key(session, request)) == "fingerprint-differs"


def test_an_unknown_person_is_a_known_error(at_work: Work) -> None:
    office, session = at_work
    assert code_of(lambda: office.show_person(session, PersonId("0" * 32))) == "person-unknown"


def test_a_dry_run_stores_nothing(practice: Practice) -> None:
    office, session = practice.signed_in()
    answer = office.import_people(session, ImportRequest("people.csv", data=PEOPLE, dry_run=True))
    assert answer.created == 3
    assert office.search_people(session, "").total == 0


def test_a_refused_file_is_recorded_and_stores_nothing(at_work: Work) -> None:
    office, session = at_work
    request = ImportRequest("empty.csv", data=b"First Name,Last Name,E-mail\n")
    assert code_of(lambda: office.import_people(session, request)) == "no-rows"
    assert "import.refused" in [line.act for line in office.query_log(session).lines]
    assert office.search_people(session, "").total == 3
