"""What a patient answers is kept beside the very time of the visit, with the mail that said it."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from desktop.models import appointments, maillinks, messages, tasks, visitanswers
from desktop.models.campaigning import AnswerKept, VisitAnswer
from desktop.models.database import Tx
from desktop.models.delivery import AccountId
from desktop.models.records import Appointment, AppointmentId, Message, State
from desktop.models.standing import MailLink, Reader
from tests.practice.office import TUESDAY, Practice
from tests.support.mailbox import a_box, arrives, reminder, reply

MOTHER = "mother@mail.example"


@pytest.fixture
def box(office: Practice) -> AccountId:
    return a_box(office)


def said(office: Practice, visit: AppointmentId) -> AnswerKept | None:
    def look(tx: Tx) -> AnswerKept | None:
        found = appointments.get(tx, visit)
        assert found is not None
        return visitanswers.of_visits(tx, {visit: found.occurrence}).get(visit)

    return office.db.read(look)


def _put(link: MailLink, tx: Tx) -> None:
    maillinks.put(tx, link)


def family(office: Practice) -> tuple[Message, list[Appointment]]:
    """One accepted letter about two children."""
    visits = []
    for hour, first in enumerate(("Ana", "Bea"), 9):
        child = office.person(first, birth_date=date(2015, 5, 5), email=MOTHER)
        link = MailLink(child.id, MOTHER, True, Reader.GUARDIAN)
        office.db.write(partial(_put, link))
        visits.append(office.visit(child, hour))
    office.db.write(lambda tx: maillinks.set_family(tx, MOTHER, "merge"))
    sealed = office.reminders.seal(office.db.read(lambda tx: office.reminders.plan(tx, TUESDAY)))
    (row,) = office.db.write(lambda tx: office.reminders.enqueue(tx, sealed, office.session)).messages
    office.db.write(lambda tx: messages.move(tx, row.id, State.QUEUED, State.ACCEPTED))
    return row, visits


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Yes", VisitAnswer.CONFIRMED),
        ("No", VisitAnswer.DECLINED),
        ("Can we move my visit to another day?", VisitAnswer.DECLINED),
        ("Please cancel my appointment.", VisitAnswer.DECLINED),
        ("What should I bring?", None),
    ],
)
def test_an_answer_is_kept_in_the_transaction_that_files_its_mail(
    office: Practice, box: AccountId, words: str, answer: VisitAnswer | None
) -> None:
    row = reminder(office, office.person())
    arrives(office, box, reply(row, words))
    found = said(office, AppointmentId(row.source))
    assert (found.answer if found else None) is answer
    if found is not None:
        assert found.message == row.id
        assert "visit.answered" in office.acts()


def test_a_visit_that_was_moved_since_has_no_answer(office: Practice, box: AccountId) -> None:
    row = reminder(office, office.person())
    visit = office.db.read(lambda tx: appointments.get(tx, AppointmentId(row.source)))
    assert visit is not None
    office.change_visit(visit, occurrence=2)
    arrives(office, box, reply(row, "Yes"))
    assert said(office, visit.id) is None


def test_who_changes_their_mind_is_believed(office: Practice, box: AccountId) -> None:
    row = reminder(office, office.person())
    arrives(office, box, reply(row, "Yes"))
    office.clock.pass_(hours=1)
    arrives(office, box, reply(row, "No"))
    found = said(office, AppointmentId(row.source))
    assert found is not None
    assert found.answer is VisitAnswer.DECLINED


def test_a_stranger_who_shows_our_token_answers_for_nobody(office: Practice, box: AccountId) -> None:
    row = reminder(office, office.person())
    arrives(office, box, reply(row, "Yes", "zoe@elsewhere.example"))
    assert said(office, AppointmentId(row.source)) is None


def test_a_yes_to_a_familys_letter_is_one_of_every_visit_in_it(office: Practice, box: AccountId) -> None:
    row, visits = family(office)
    arrives(office, box, reply(row, "Yes"))
    found = [said(office, visit.id) for visit in visits]
    assert [one.answer for one in found if one is not None] == [VisitAnswer.CONFIRMED] * 2


def test_whose_visit_a_familys_no_is_about_is_for_a_person_to_find_out(
    office: Practice, box: AccountId
) -> None:
    row, visits = family(office)
    arrives(office, box, reply(row, "No"))
    assert [said(office, visit.id) for visit in visits] == [None, None]
    assert office.db.read(lambda tx: tasks.open_ones(tx, "declined")) == []
