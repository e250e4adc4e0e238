"""What somebody wrote is passed on with its files; to a professional it says whom it is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.models import people
from desktop.models.correspondence import FileIn
from desktop.models.database import Tx
from desktop.models.records import Kind, PersonId
from desktop.office.values import PassphraseRequest
from desktop.ui.compose.page import ComposePage
from tests.made_staff import desk_of
from tests.ui.conftest import AtWork
from tests.ui.test_compose_answer import Answering

MAIL = (
    b"From: zoraida@example.org\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
    b"--m\r\nContent-Type: text/plain\r\n\r\nSee the file\r\n"
    b'--m\r\nContent-Type: text/plain; name="notes.txt"\r\n\r\nmine\r\n--m--\r\n'
)
NOTES = FileIn("notes.txt", "text/plain", 4, 1)


@pytest.fixture
def desk(at_work: AtWork) -> Answering:
    return Answering(at_work)


@pytest.fixture
def doctor(desk: Answering) -> PersonId:
    """Bo is a clinic from now on, with a password card of its own."""
    bo = desk.at_work.person("Bo")

    def change(tx: Tx) -> None:
        known = people.get(tx, bo)
        assert known is not None
        people.update(tx, replace(known, kind=Kind.PROFESSIONAL))

    desk_of(desk.office).opened().database.write(change)
    desk.office.set_person(desk.session, bo, {"email": "clinic@example.net"})
    desk.office.make_passphrase(desk.session, PassphraseRequest(bo, "Ana", "in-person"))
    return bo


def forward(desk: Answering) -> ComposePage:
    shown = desk.shown
    desk.at_work.workspace.forward(shown, shown.entries[-1])
    desk.settle()
    return desk.compose


def test_words_are_quoted_and_the_recipient_is_asked_for(desk: Answering) -> None:
    page = forward(desk)
    assert page.title.text() == desk.words("ui.forward.title")
    assert (page.subject.text(), page.to.text(), page.to.hasFocus()) == ("Fwd: Your visit", "", True)
    assert "> Can I move it to Thursday?" in page.text.toPlainText()
    assert page.answer.conversation is None, "it is no answer"
    assert not page.answer.banner.isVisible()


def test_its_files_come_with_it(desk: Answering) -> None:
    desk.entry = desk.asks("See the file", raw=MAIL, files=(NOTES,))
    page = forward(desk)
    assert [(one.name, one.data.strip()) for one in page.attachments.files] == [("notes.txt", b"mine")]
    page.keeper.keep()
    desk.settle()
    (kept,) = desk.office.list_drafts(desk.session).drafts
    page.clear()
    page.continue_draft(kept)
    desk.settle()
    assert [one.name for one in page.attachments.files] == ["notes.txt"], "a draft finds them again"


def test_a_file_that_is_gone_is_said(desk: Answering) -> None:
    desk.entry = desk.asks("See the file", raw=MAIL, files=(replace(NOTES, part=7),))
    page = forward(desk)
    assert page.attachments.files == ()
    assert page.notice.words


def test_files_that_are_not_listed_are_counted(desk: Answering) -> None:
    shown = desk.shown
    desk.at_work.workspace.forward(shown, replace(shown.entries[-1], more_files=12))
    desk.settle()
    assert desk.compose.notice.words == desk.at_work.screen.ui.texts.count("ui.forward.more", 12)


def test_to_a_professional_it_says_whom_it_is_about(desk: Answering, doctor: PersonId) -> None:
    page = forward(desk)
    assert not page.about.isVisible()
    page.recipient.load(doctor)
    desk.settle()
    assert page.about.isVisible()
    assert page.about.to.text() == "Zoraida Canaryfield"
    assert "1961" in page.about.info.text()
    request = page.deciding.request()
    assert request is not None
    assert (request.person, request.about, request.conversation) == (doctor, desk.zoraida, None)
    page.send()
    desk.settle()
    assert [one.person for one in desk.office.list_outbox(desk.session).messages] == [doctor]
    assert desk.front() == "messages"


def test_a_patient_s_name_to_a_professional_without_saying_whom_is_asked_for(
    desk: Answering, doctor: PersonId
) -> None:
    desk.at_work.workspace.compose(doctor)
    desk.settle()
    page = desk.compose
    page.subject.setText("A question")
    page.text.setPlainText("Zoraida Canaryfield comes on Monday.")
    page.deciding.checker.now()
    desk.settle()
    if page.found.tick is not None:
        page.found.tick.click()
    page.send()
    desk.settle()
    assert desk.office.list_outbox(desk.session).messages == ()
    assert page.notice.words
    assert page.about.to.hasFocus()


def test_to_a_patient_nobody_is_named(desk: Answering) -> None:
    page = forward(desk)
    page.recipient.load(desk.zoraida)
    desk.settle()
    assert not page.about.isVisible()
    request = page.deciding.request()
    assert request is not None
    assert request.about is None
