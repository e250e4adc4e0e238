"""How to call the use cases between letters and the schedule: answers, the calendar, free visits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from desktop.models import appointments, visitanswers
from desktop.models.accounts import Session
from desktop.models.campaigning import AnswerKept, VisitAnswer
from desktop.models.database import Tx
from desktop.office.values_answers import AnswerMark
from desktop.office.values_calendar import SlotsRequest
from tests.made_staff import desk_of


def _calendar(world: Any, session: Session) -> None:
    """Once that is on record, the walk's own visit gets a patient who said yes to its present time."""
    world.office.show_calendar(session, date(2026, 11, 24))
    desk_of(world.office).opened().database.write(lambda tx: _answer(tx, world.kept))


def _answer(tx: Tx, kept: dict[str, Any]) -> None:
    found = appointments.get(tx, kept["visit"])
    assert found is not None
    at = found.start_utc - timedelta(days=1)
    visitanswers.keep(tx, AnswerKept(found.id, found.occurrence, VisitAnswer.CONFIRMED, at))
    kept["answered"] = AnswerMark(found.id, found.occurrence)
    kept["answer-day"] = found.start.date()


def _mark(world: Any, session: Session) -> None:
    world.office.mark_answer(session, world.kept["answered"])


def _slots(world: Any, session: Session) -> None:
    world.office.set_slots(session, SlotsRequest((world.kept["answer-day"],), 4))


SCHEDULE = {
    "show_calendar": _calendar,
    "mark_answer": _mark,
    "list_answers": lambda w, s: w.office.list_answers(s, w.kept["answer-day"]),
    "answers_file": lambda w, s: w.office.answers_file(s, w.kept["answer-day"]),
    "set_slots": _slots,
}
