"""What was done with a person's conversations stands in their own reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.access.roles import Purpose
from desktop.models import messages
from desktop.models.accounts import Session
from desktop.models.filters import AuditFilter
from desktop.models.records import Label, State
from desktop.office.api import Office
from desktop.office.values import LetterRequest
from desktop.office.values_audit import LogQuery, PersonReport
from desktop.office.values_messages import TaskEnd, TaskRequest
from desktop.office.values_practice import RelayRequest
from tests.made_practice import person_named
from tests.made_staff import desk_of
from tests.support.mailroom import Mailroom
from tests.support.queued import queued

AT_WORK = tuple[Office, Session]


@pytest.fixture
def work(at_work: AT_WORK) -> AT_WORK:
    desk_of(at_work[0]).guard.prove(at_work[1], Purpose.EXPORT)
    return at_work


def test_who_looked_at_a_conversation_stands_in_the_patients_record_of_access(
    work: AT_WORK, tmp_path: Path
) -> None:
    office, session = work
    room, person = Mailroom(office), person_named(*work, "Zoraida")
    asked = room.comes("May I come later?", person).conversation
    office.show_conversation(session, asked)
    office.show_conversation(session, room.comes("Hello", person_named(*work, "Bo")).conversation)
    task = office.add_task(session, TaskRequest("Call her", person)).id
    office.end_task(session, TaskEnd(task))
    office.record_of_access(session, PersonReport(person, "csv", str(tmp_path / "access.csv")))
    rows = (tmp_path / "access.csv").read_text("utf-8").splitlines()
    assert len([row for row in rows if "A conversation shown" in row]) == 1
    assert [row for row in rows if "A task ended" in row]
    named = office.query_log(session, LogQuery(AuditFilter(person=person))).lines
    assert "conversation.shown" in [line.act for line in named]


def test_a_letter_to_a_professional_about_a_patient_is_a_disclosure(
    work: AT_WORK, relay_request: Callable[..., RelayRequest], tmp_path: Path
) -> None:
    office, session = work
    office.add_relay(session, relay_request())
    doctor, person = Mailroom(office).doctor(session), person_named(*work, "Zoraida")
    letter = LetterRequest(doctor, "A patient", "Please see her.", label=Label.ROUTINE, about=person)
    sent = queued(office.send_letter(session, letter))
    desk_of(office).opened().database.write(
        lambda tx: messages.move(tx, sent.id, State.QUEUED, State.ACCEPTED)
    )
    office.disclosures(session, PersonReport(person, "csv", str(tmp_path / "told.csv")))
    assert "grey@clinic.example" in (tmp_path / "told.csv").read_text("utf-8")
