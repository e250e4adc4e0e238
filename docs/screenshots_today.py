"""Answers for the schedule, the calendar and the times of reminders, for `docs/screenshots.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.models.accounts import Session
from desktop.models.campaigning import WindowKind
from desktop.office.api import Office
from desktop.office.values_calendar import SlotsRequest
from desktop.office.values_reminders import WindowRequest
from desktop.ui.reminders.page import ANSWERS, CALENDAR, TodayPage

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera


def add_today(office: Office, session: Session) -> None:
    """Times of reminders, and free visits in the days to come."""
    office.set_window(session, WindowRequest(WindowKind.CONFIRM, 2 * 1440))
    office.set_window(session, WindowRequest(WindowKind.REMINDER, 120, code="reminder-today"))
    shown = office.show_calendar(session)
    ahead = tuple(one.day for one in shown.days if one.day >= shown.today)[:5]
    office.set_slots(session, SlotsRequest(ahead, 6))


def at_work(camera: Camera, workspace: Workspace, session: Session) -> None:
    workspace.open("today")
    camera.settle()
    page = workspace.pages["today"]
    if not isinstance(page, TodayPage):
        raise TypeError("Today is another page")
    for code in (ANSWERS, CALENDAR):
        page.choice.buttons[code].click()
        camera.take(f"today-{code}")
    page.refresh()
    page.review()
    camera.settle()
    camera.take("review-times")
    workspace.open("settings")
    camera.settle()
    settings = workspace.pages["settings"]
    settings.sections.open("times")  # type: ignore[attr-defined]
    camera.take("settings-times")
