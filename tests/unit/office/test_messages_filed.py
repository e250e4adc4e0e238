"""Conversations for the chart, reports of a wrong reader, and what a search finds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from desktop.errors import InputError, Refused, SealwellError
from desktop.mail.received_files import files_in
from desktop.models import filings, suppressions
from desktop.models.accounts import Role, Session
from desktop.models.correspondence import ConversationId, ConversationState, EntryId, FilingForm, MailQuery
from desktop.models.delivery import SuppressionKind
from desktop.models.documents import Document, Facts, Paragraph
from desktop.models.names import address_key
from desktop.models.records import Label, PersonId
from desktop.office import messages_filed
from desktop.office.api import Office
from desktop.office.values import LetterRequest
from desktop.office.values_messages import MailFound, TaskRequest, ToChart
from desktop.office.values_practice import RelayRequest
from desktop.office.wire import from_json, to_json
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of
from tests.support.mailroom import Mailroom
from tests.support.queued import queued

AT_WORK = tuple[Office, Session]
RAW = b"From: zoraida@example.org\r\nSubject: A question\r\n\r\nMay I come later?\xe9\n--=_x\r\n"
WITH_FILE = (
    b"From: zoraida@example.org\r\nSubject: My card\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nMy card\r\n"
    b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=card.txt\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nTWVtYmVyIDEyMw0K\r\n--b--\r\n"
)


class Printed:
    """Keeps what it was given to print."""

    def __init__(self) -> None:
        self.papers: list[Document] = []

    def print_pdf(self, document: Document, progress: Any = None) -> bytes:
        self.papers.append(document)
        return b"%PDF-1.7"

    def words(self) -> str:
        (paper,) = self.papers
        blocks = [one.text for one in paper.blocks if isinstance(one, Paragraph)]
        facts = [" ".join(row) for one in paper.blocks if isinstance(one, Facts) for row in one.rows]
        return "\n".join([paper.title, *paper.subtitle, paper.footer, *facts, *blocks])


@pytest.fixture
def printed(practice: Practice) -> Printed:
    printer = Printed()
    practice.printer = lambda: printer
    return printer


@pytest.fixture
def work(printed: Printed, at_work: AT_WORK, relay_request: Callable[..., RelayRequest]) -> AT_WORK:
    office, session = at_work
    office.add_relay(session, relay_request())
    return at_work


@pytest.fixture
def room(work: AT_WORK) -> Mailroom:
    return Mailroom(work[0])


@pytest.fixture
def asked(room: Mailroom, work: AT_WORK) -> ConversationId:
    """A question of hers and our answer."""
    office, session = work
    person = person_named(office, session, "Zoraida")
    said = room.comes("May I come later?", person, label=Label.ROUTINE, raw=RAW).conversation
    words = LetterRequest(
        person, "Re", "Yes.\n\nCome at ten.", label=Label.ROUTINE, conversation=said, turn=1
    )
    queued(office.send_letter(session, words))
    return said


def acts(work: AT_WORK) -> list[str]:
    return [line.act for line in work[0].query_log(work[1]).lines]


def kept(work: AT_WORK, person: PersonId) -> list[Any]:
    return desk_of(work[0]).opened().database.read(lambda tx: filings.of_person(tx, person))


def test_a_paper_says_who_said_what_and_when(work: AT_WORK, asked: ConversationId, printed: Printed) -> None:
    office, session = work
    made = office.export_conversation(session, ToChart(asked, FilingForm.PDF))
    assert (made.name, made.data) == ("conversation-2026-11-23.pdf", b"%PDF-1.7")
    words = printed.words()
    for one in (
        "Elm Street",
        "Zoraida Canaryfield",
        "1001",
        "1961-04-02",
        "May I come later?",
        "Come at ten.",
    ):
        assert one in words
    assert "Monday, November 23, 2026, 9:00 am: from Zoraida Canaryfield, zoraida@example.org" in words
    assert "from Elm Street (ana) to zoraida@example.org" in words
    assert kept(work, person_named(*work, "Zoraida")) == []
    assert "conversation.exported" in acts(work)
    assert "file.filed" not in acts(work)


def test_what_is_filed_is_on_record_with_its_hash(
    room: Mailroom, work: AT_WORK, asked: ConversationId
) -> None:
    office, session = work
    person = person_named(*work, "Zoraida")
    made = office.export_conversation(session, ToChart(asked, FilingForm.PDF, person))
    (filing,) = kept(work, person)
    assert filing.sha256 == hashlib.sha256(made.data).hexdigest()
    assert "file.filed" in acts(work)
    (line,) = office.show_conversation(session, asked).filings
    assert (line.form, line.name, line.by) == (FilingForm.PDF, "A question", "ana")
    assert office.show_person(session, person).filings == (line,)
    assert [one.name for one in office.show_person(room.colleague("di", Role.BILLING), person).filings] == [
        ""
    ]


def test_as_mail_it_opens_in_another_reader_with_what_came_in_as_it_came(
    work: AT_WORK, asked: ConversationId
) -> None:
    office, session = work
    made = office.export_conversation(session, ToChart(asked, FilingForm.EML))
    mail = message_from_bytes(made.data, policy=policy.default)
    assert mail["Subject"] == "Conversation from Elm Street"
    ours, theirs = list(mail.iter_parts())
    assert "Come at ten." in ours.get_content()
    assert theirs.get_content_type() == "message/rfc822"
    assert theirs.get_content()["Subject"] == "A question"
    assert RAW in made.data


def test_more_than_fits_into_memory_is_not_gathered(
    work: AT_WORK, asked: ConversationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, session = work
    monkeypatch.setattr(messages_filed, "_MOST_BYTES", len(RAW) - 1)
    with pytest.raises(Refused) as caught:
        office.export_conversation(session, ToChart(asked, FilingForm.EML))
    assert caught.value.code == "conversation-too-large"
    refused = [line for line in office.query_log(session).lines if line.act == "conversation.exported"]
    assert [(line.outcome, line.obj) for line in refused] == [("refused", asked)]
    assert office.export_conversation(session, ToChart(asked, FilingForm.PDF)).data


def test_one_received_file_is_filed_as_it_came(room: Mailroom, work: AT_WORK) -> None:
    office, session = work
    person = person_named(*work, "Zoraida")
    said = room.comes("My card", person, raw=WITH_FILE, files=files_in(WITH_FILE))
    request = ToChart(said.conversation, FilingForm.FILE, person, said.id, said.files[0].part)
    made = office.export_conversation(session, request)
    assert (made.name, made.data) == ("card.txt", b"Member 123\r\n")
    (filing,) = kept(work, person)
    assert (filing.entry, filing.name) == (said.id, "card.txt")
    assert filing.sha256 == hashlib.sha256(made.data).hexdigest()
    other = room.comes("Something else", person).conversation
    for wrong, code in (
        (replace(request, conversation=other), "entry-unknown"),
        (replace(request, entry=None), "entry-unknown"),
        (replace(request, part=99), "file-gone"),
    ):
        with pytest.raises(InputError) as caught:
            office.export_conversation(session, wrong)
        assert caught.value.code == code
    assert len(kept(work, person)) == 1


def test_it_is_filed_only_to_whom_it_is_with(room: Mailroom, work: AT_WORK, asked: ConversationId) -> None:
    office, session = work
    bo = person_named(*work, "Bo")
    for request, code in (
        (ToChart(asked, FilingForm.PDF, bo), "conversation-other-person"),
        (ToChart(asked, FilingForm.PDF, PersonId("f" * 32)), "person-unknown"),
        (ToChart(ConversationId("nonsense"), FilingForm.EML), "conversation-unknown"),
    ):
        with pytest.raises(SealwellError) as caught:
            office.export_conversation(session, request)
        assert caught.value.code == code
    assert kept(work, bo) == []
    room.put(_with(room, asked, label=Label.VERY_SENSITIVE))
    with pytest.raises(Refused) as hidden:
        office.export_conversation(room.colleague("cy"), ToChart(asked, FilingForm.EML))
    assert hidden.value.code == "conversation-hidden"


def _with(room: Mailroom, id_: ConversationId, **fields: Any) -> Any:
    return replace(room.conversation(id_), **fields)


def test_without_a_printer_nothing_is_filed(practice: Practice, work: AT_WORK, asked: ConversationId) -> None:
    practice.printer = None
    office, session = practice.signed_in()
    person = person_named(office, session, "Zoraida")
    with pytest.raises(Refused) as caught:
        office.export_conversation(session, ToChart(asked, FilingForm.PDF, person))
    assert caught.value.code == "printing-unavailable"
    assert kept((office, session), person) == []


def test_what_reached_the_wrong_person_stops_the_address_and_opens_a_task(
    room: Mailroom, work: AT_WORK, asked: ConversationId
) -> None:
    office, session = work
    person = person_named(*work, "Zoraida")
    office.show_conversation(session, asked)
    answer = office.show_conversation(session, asked).entries[-1]
    shown = office.wrong_person(session, answer.id)
    assert [task.kind for task in shown.tasks] == ["wrong-person"]
    key = address_key("zoraida@example.org")
    stopped = desk_of(office).opened().database.read(lambda tx: suppressions.live(tx, (key,)))
    assert stopped[key].kind is SuppressionKind.WRONG_PERSON
    assert len(office.wrong_person(session, answer.id).tasks) == 1
    fresh = room.comes("Who are you?", person)
    with pytest.raises(Refused) as caught:
        office.wrong_person(session, fresh.id)
    assert caught.value.code == "nothing-sent"
    with pytest.raises(InputError) as unknown:
        office.wrong_person(session, EntryId("nonsense"))
    assert unknown.value.code == "entry-unknown"


def test_what_a_patient_got_by_mistake_is_not_blamed_on_the_doctor_who_was_asked_since(
    work: AT_WORK, room: Mailroom, asked: ConversationId
) -> None:
    """Stopped is the address to which the wrong message went, and what never left reached nobody."""
    office, session = work
    doctor = room.doctor(session)
    ours = office.show_conversation(session, asked).entries[-1]
    also = LetterRequest(
        doctor, "A question", "Could you see her?", label=Label.ROUTINE, conversation=asked, turn=2
    )
    queued(office.send_letter(session, also))
    person = person_named(*work, "Zoraida")
    again = LetterRequest(person, "Re", "One more.", label=Label.ROUTINE, conversation=asked, turn=3)
    stopped = queued(office.send_letter(session, again)).id
    office.cancel_messages(session, (stopped,))
    theirs = room.comes("This is not for me", person, about=ours.message)
    assert theirs.conversation == asked
    shown = office.wrong_person(session, theirs.id)
    assert [(task.kind, task.message) for task in shown.tasks] == [("wrong-person", ours.message)]
    keys = (address_key("zoraida@example.org"), address_key("grey@clinic.example"))
    found = desk_of(office).opened().database.read(lambda tx: suppressions.live(tx, keys))
    assert list(found) == [keys[0]]
    never = next(one for one in shown.entries if one.message == stopped)
    with pytest.raises(Refused, match="nothing-sent"):
        office.wrong_person(session, never.id)


def test_a_search_finds_what_was_said_and_what_is_to_do(work: AT_WORK, asked: ConversationId) -> None:
    office, session = work
    person = person_named(*work, "Zoraida")
    office.add_task(session, TaskRequest("Ask about ten o'clock", person))
    found = office.search_mail(session, MailQuery("ten"))
    assert [(hit.conversation, hit.name) for hit in found.hits] == [(asked, "Zoraida Canaryfield")]
    assert [task.note for task in found.tasks] == ["Ask about ten o'clock"]
    assert from_json(MailFound, to_json(found)) == found
    assert "mail.searched" in acts(work)
    now = desk_of(office).clock.now()
    assert len(office.search_mail(session, MailQuery("", person)).hits) == 2
    assert office.search_mail(session, MailQuery("later", until=now - timedelta(days=1))).hits == ()
    assert office.search_mail(session, MailQuery("later", state=ConversationState.OPEN)).hits == ()
    assert len(office.search_mail(session, MailQuery("later", label=Label.ROUTINE)).hits) == 1


def test_what_a_role_may_not_read_it_does_not_find(room: Mailroom, work: AT_WORK) -> None:
    office, session = work
    person = person_named(*work, "Zoraida")
    room.comes("About the biopsy", person, label=Label.VERY_SENSITIVE)
    cy, di = room.colleague("cy"), room.colleague("di", Role.BILLING)
    assert len(office.search_mail(session, MailQuery("biopsy")).hits) == 1
    hidden = office.search_mail(cy, MailQuery("biopsy"))
    assert (hidden.hits, hidden.hidden) == ((), 1)
    room.comes("About the bill", person)
    assert len(office.search_mail(cy, MailQuery("bill")).hits) == 1
    assert office.search_mail(di, MailQuery("bill")).hits == ()
