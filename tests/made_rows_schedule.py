"""How to call the use cases between letters and the schedule: answers, the calendar, free visits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from desktop.models import appointments, visitanswers
from desktop.models.accounts import Session
from desktop.models.campaigning import AnswerKept, VisitAnswer
from desktop.models.database import Tx
from desktop.office.values_answers import AnswerMark
from desktop.office.values_calendar import SlotsRequest
from tests.made_staff import desk_of


def _answered(world: Any) -> AnswerMark:
    """The walk's own visit, with a patient who said yes to its present time."""
    visit = world.kept["visit"]

    def keep(tx: Tx) -> AnswerMark:
        found = appointments.get(tx, visit)
        assert found is not None
        at = found.start_utc - timedelta(days=1)
        visitanswers.keep(tx, AnswerKept(found.id, found.occurrence, VisitAnswer.CONFIRMED, at))
        world.kept["answer-day"] = found.start.date()
        return AnswerMark(found.id, found.occurrence)

    made: AnswerMark = desk_of(world.office).opened().database.write(keep)
    return made


def _mark(world: Any, session: Session) -> None:
    world.office.mark_answer(session, _answered(world))


def _slots(world: Any, session: Session) -> None:
    world.office.set_slots(session, SlotsRequest((world.kept["answer-day"],), 4))


SCHEDULE = {
    "mark_answer": _mark,
    "list_answers": lambda w, s: w.office.list_answers(s, w.kept["answer-day"]),
    "answers_file": lambda w, s: w.office.answers_file(s, w.kept["answer-day"]),
    "set_slots": _slots,
    "show_calendar": lambda w, s: w.office.show_calendar(s, w.kept["answer-day"]),
}
