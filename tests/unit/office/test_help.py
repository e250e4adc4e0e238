"""Help this patient: what they see, who they are, and the same message another way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from desktop.errors import SealwellError
from desktop.models import cardwords, messages, people, silences, tasks
from desktop.models.accounts import Role, Session
from desktop.models.documents import Document, Paragraph
from desktop.models.protection import Form
from desktop.models.records import Label, MessageId, Method, PersonId, State
from desktop.office.api import Office
from desktop.office.values import AttachmentIn, LetterRequest, PassphraseRequest
from desktop.office.values_protection import HelpEnd, HelpShown, IdentityCheck, SendAgain
from tests.made_practice import Practice, import_visits, person_named
from tests.made_staff import desk_of
from tests.support.colleagues import let_in
from tests.support.queued import queued

CHECK = ("birth-date", "record-number")
DEVICES = {"iphone", "android", "gmail", "outlook"}
Desk = tuple[Office, Session, PersonId]


class Kept:
    def __init__(self) -> None:
        self.papers: list[Document] = []

    def print_pdf(self, document: Document, _progress: object = None) -> bytes:
        self.papers.append(document)
        return b"%PDF-"


@pytest.fixture
def printer(practice: Practice) -> Kept:
    kept = Kept()
    practice.printer = lambda: kept
    return kept


@pytest.fixture
def desk(printer: Kept, at_work: tuple[Office, Session], relay_request: Callable[..., object]) -> Desk:
    office, session = at_work
    office.add_relay(session, relay_request())  # type: ignore[arg-type]
    person = person_named(office, session, "Zoraida")
    office.make_passphrase(session, PassphraseRequest(person, "Rita", "in-person"))
    office.set_form(session, person, Form.HTML)
    return office, session, person


def write(desk: Desk, label: Label = Label.ROUTINE, method: Method = Method.ENVELOPE) -> MessageId:
    office, session, person = desk
    letter = LetterRequest(
        person,
        "Results",
        "All is well.\n\nCome again in a year.",
        attachments=(AttachmentIn("report.txt", b"numbers"),),
        label=label,
        wanted=method,
    )
    return queued(office.send_letter(session, letter)).id


def check(desk: Desk) -> None:
    office, session, person = desk
    office.record_check(session, IdentityCheck(person, CHECK))


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def blocked(shown: HelpShown) -> dict[str, str]:
    return {one.step: one.blocked.code if one.blocked else "" for one in shown.steps}


def test_it_says_what_every_mail_program_shows_and_waits_for_the_check(desk: Desk) -> None:
    office, session, person = desk
    message = write(desk)
    shown = office.help_patient(session, message)
    assert (shown.person, shown.method, shown.form) == (person, Method.ENVELOPE, Form.HTML)
    assert shown.sees.keys() == DEVICES
    assert shown.answers == {
        "birth-date": "1961-04-02",
        "address": "zoraida@example.org",
        "record-number": "1001",
    }
    assert shown.checked_at is None
    assert set(blocked(shown).values()) <= {"check-first", "form-not-possible", "no-portal"}
    assert blocked(shown)["as-pdf"] == "check-first"
    check(desk)
    after = office.help_person(session, person)
    assert after.message == message
    assert after.checked_at is not None
    ways = blocked(after)
    assert {step for step, why in ways.items() if not why} == {
        *("read-words", "as-pdf", "on-the-way", "print", "new-words")
    }
    assert ways["as-link"] == "form-not-possible"
    assert "help.shown" in [line.act for line in office.query_log(session).lines]


def test_looking_changes_nothing_of_what_the_person_asked_for(desk: Desk) -> None:
    office, session, person = desk
    message = write(desk)
    check(desk)
    office.help_patient(session, message)
    database = desk_of(office).opened().database
    assert database.read(lambda tx: cardwords.wishes(tx, [person])) == {person: Form.HTML}
    kept = database.read(lambda tx: people.get(tx, person))
    assert kept is not None
    assert kept.preferred_method is None


def test_the_last_visit_is_asked_where_the_role_sees_visits(practice: Practice, desk: Desk) -> None:
    office, session, _ = desk
    message = write(desk)
    import_visits(office, session, practice.clock)
    assert "last-visit" not in office.help_patient(session, message).answers
    office.close()
    practice.clock.move(timedelta(days=3).total_seconds())
    office, session = practice.signed_in()
    assert office.help_patient(session, message).answers["last-visit"] == "2026-11-24"
    bo = let_in(practice, office, session, "bo", Role.BILLING)
    _, bos = bo.signed_in(practice, office)
    assert "last-visit" not in office.help_patient(bos, message).answers


def test_as_pdf_sends_the_same_content_and_keeps_the_wish(printer: Kept, desk: Desk) -> None:
    office, session, person = desk
    old = write(desk)
    check(desk)
    queued = office.send_again(session, SendAgain(old, "as-pdf"))
    assert queued.method is Method.ENVELOPE
    database = desk_of(office).opened().database
    rows = database.read(lambda tx: messages.get_many(tx, (old, queued.id)))
    assert (rows[old].state, rows[queued.id].state) == (State.CANCELLED, State.QUEUED)
    assert (rows[queued.id].source, rows[queued.id].label) == (old, Label.ROUTINE)
    assert database.read(lambda tx: cardwords.wishes(tx, [person])) == {person: Form.PDF}
    assert office.help_patient(session, queued.id).form is Form.PDF
    acts = [line.act for line in office.query_log(session).lines]
    assert {"form.changed", "message.resent", "message.cancelled"} <= set(acts)
    back = office.send_again(session, SendAgain(queued.id, "as-page"))
    assert office.help_patient(session, back.id).form is Form.HTML
    assert office.print_message(session, back.id).data
    paper = printer.papers[-1]
    assert [block.text for block in paper.blocks if isinstance(block, Paragraph)][:2] == [
        *("All is well.", "Come again in a year.")
    ]


def test_what_they_say_on_the_phone_ends_the_silence_or_becomes_a_call_tomorrow(
    practice: Practice, desk: Desk
) -> None:
    office, session, person = desk
    opened, unopened = write(desk, Label.SENSITIVE), write(desk, Label.SENSITIVE)
    office.end_help(session, HelpEnd(opened, opened=True))
    office.end_help(session, HelpEnd(unopened, opened=False))
    office.end_help(session, HelpEnd(unopened, opened=False))
    database = desk_of(office).opened().database
    ended, running = database.read(lambda tx: (silences.get(tx, opened), silences.get(tx, unopened)))
    assert ended is not None
    assert ended.how == "called"
    assert running is None or running.ended_at is None
    calls = database.read(lambda tx: tasks.open_ones(tx, "call"))
    assert [(one.person, one.source, one.details["cause"]) for one in calls] == [
        (person, unopened, "not-opened")
    ]
    assert calls[0].due_at == practice.clock.now() + timedelta(days=1)
    unknown = MessageId("0" * 32)
    assert code_of(lambda: office.end_help(session, HelpEnd(unknown, opened=True))) == "message-unknown"


def test_on_the_way_is_for_routine_content_alone_and_kept_as_the_persons_wish(desk: Desk) -> None:
    office, session, person = desk
    routine, sensitive = write(desk), write(desk, Label.SENSITIVE)
    check(desk)
    assert blocked(office.help_patient(session, sensitive))["on-the-way"] == "protection-lower"
    assert (
        code_of(lambda: office.send_again(session, SendAgain(sensitive, "on-the-way"))) == "protection-lower"
    )
    database = desk_of(office).opened().database
    before = database.read(lambda tx: people.get(tx, person))
    assert before is not None
    assert before.preferred_method is None
    assert office.send_again(session, SendAgain(routine, "on-the-way")).method is Method.TLS
    after = database.read(lambda tx: people.get(tx, person))
    assert after is not None
    assert after.preferred_method is Method.TLS


def test_nothing_is_sent_again_without_the_check_or_where_it_did_not_arrive(desk: Desk) -> None:
    office, session, _ = desk
    message = write(desk)
    assert code_of(lambda: office.send_again(session, SendAgain(message, "as-pdf"))) == "check-first"
    check(desk)
    assert code_of(lambda: office.send_again(session, SendAgain(message, "as-smoke"))) == "step-unknown"
    unknown = MessageId("0" * 32)
    assert code_of(lambda: office.send_again(session, SendAgain(unknown, "as-pdf"))) == "message-unknown"
    office.cancel_messages(session, (message,))
    assert code_of(lambda: office.send_again(session, SendAgain(message, "as-pdf"))) == "help-not-arrived"
    assert blocked(office.help_patient(session, message))["as-pdf"] == "help-not-arrived"
    assert code_of(lambda: office.help_person(session, desk[2])) == "nothing-sent"


def test_mail_that_was_encrypted_on_the_way_can_become_a_locked_file(desk: Desk) -> None:
    office, session, _ = desk
    message = write(desk, method=Method.TLS)
    check(desk)
    shown = office.help_patient(session, message)
    assert "read-words" not in blocked(shown)
    assert blocked(shown)["as-page"] == ""
    assert office.send_again(session, SendAgain(message, "as-page")).method is Method.ENVELOPE


def test_a_message_is_printed_with_its_words_and_the_names_of_its_files(printer: Kept, desk: Desk) -> None:
    office, session, _ = desk
    message = write(desk)
    assert code_of(lambda: office.print_message(session, message)) == "check-first"
    check(desk)
    assert office.print_message(session, message).name == "message.pdf"
    paper = printer.papers[0]
    said = [block.text for block in paper.blocks if isinstance(block, Paragraph)]
    assert paper.title == "Results"
    assert said[:2] == ["All is well.", "Come again in a year."]
    assert "report.txt" in said[2]


def test_very_sensitive_letters_are_printed_by_those_who_see_clinical_fields(
    practice: Practice, desk: Desk
) -> None:
    office, session, person = desk
    message = write(desk, Label.VERY_SENSITIVE)
    bo = let_in(practice, office, session, "bo", Role.FRONT_DESK)
    _, bos = bo.signed_in(practice, office)
    office.record_check(bos, IdentityCheck(person, CHECK))
    assert code_of(lambda: office.print_message(bos, message)) == "print-not-yours"
    assert blocked(office.help_patient(bos, message))["print"] == "print-not-yours"
    check(desk)
    assert office.print_message(session, message).data
    assert blocked(office.help_patient(session, message))["as-pdf"] == "form-not-possible"


def test_after_its_time_what_a_message_said_is_gone_and_it_says_so(desk: Desk) -> None:
    office, session, _ = desk
    message = write(desk)
    check(desk)
    gone = desk_of(office).opened().database
    gone.write(lambda tx: tx.connection.exec_driver_sql("DELETE FROM message_body"))
    ways = blocked(office.help_patient(session, message))
    assert ways["as-pdf"] == ways["print"] == "letter-gone"
    assert ways["read-words"] == ""
