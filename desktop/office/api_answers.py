"""The part of the one door that takes answers of patients back to the schedule. As `api.py`."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from desktop.models.accounts import Session
from desktop.office.values_answers import AnswerMark, AnswersFile, AnswersShown


class AnswerDoor(Protocol):
    def list_answers(self, session: Session, day: date | None = None) -> AnswersShown:
        """Who confirmed, who cannot come, and who said nothing, on `day` (default: tomorrow)."""
        ...

    def mark_answer(self, session: Session, mark: AnswerMark) -> AnswersShown:
        """Tick one row, or take the tick off; the day anew.

        Raises InputError "visit-unknown"; Refused "answer-none" where this time of the visit has none,
        "answer-changed" where the patient has said otherwise since.
        """
        ...

    def answers_file(self, session: Session, day: date | None = None, form: str = "csv") -> AnswersFile:
        """The day for the schedule's program, as paper, or as FHIR; recorded before it is handed out.

        Raises InputError "format-unknown"; Refused "answers-none" where the day has no visits.
        """
        ...
