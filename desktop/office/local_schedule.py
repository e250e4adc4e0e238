"""The rooms of the office in this process between letters and the schedule; as `local_people.py`."""

from __future__ import annotations

from typing import NamedTuple

from desktop.office.calendar import CalendarDesk
from desktop.office.schedule_answers import ScheduleAnswers
from desktop.office.windows import Windows


class ScheduleRooms(NamedTuple):
    """In the order in which `assembly.py` builds them."""

    answers: ScheduleAnswers
    calendar: CalendarDesk
    windows: Windows


class ScheduleOffice:
    """Fulfils `api_answers.AnswerDoor`, `api_calendar.CalendarDoor` and `api_reminders.WindowDoor`."""

    def __init__(self, rooms: ScheduleRooms) -> None:
        self.list_answers = rooms.answers.list_answers
        self.mark_answer = rooms.answers.mark_answer
        self.answers_file = rooms.answers.answers_file
        self.show_calendar = rooms.calendar.show_calendar
        self.set_slots = rooms.calendar.set_slots
        self.list_windows = rooms.windows.list_windows
        self.set_window = rooms.windows.set_window
        self.retire_window = rooms.windows.retire_window
        self.set_family_letters = rooms.windows.set_family_letters
