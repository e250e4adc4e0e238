"""Today's review with times of the practice's own, and what the calendar says of campaigns and seasons."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from desktop.models.campaigning import CampaignSchedule, CampaignState, WindowKind
from desktop.models.records import State, VisitStatus
from desktop.office.values_calendar import Season
from desktop.office.values_campaigns import CampaignRequest
from desktop.office.values_facts import VisitQuery, VisitRequest
from desktop.office.values_reminders import WindowRequest
from desktop.ui.calendar.page import CalendarPage
from desktop.ui.campaigns.place import CampaignsPlace
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.reminders.drill import NEED, SETTLED
from desktop.ui.reminders.page import CALENDAR, TodayPage
from desktop.ui.reminders.review import DROP, ReviewView
from tests.made_practice import import_visits
from tests.ui.conftest import AtWork

DAY = 24 * 60
TUESDAY = date(2026, 11, 24)
A_WEEK_ON = datetime.fromisoformat("2026-11-30T09:00")


def tuesday(at: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-24T{at}")


def cells(view: ReviewView, *columns: int) -> list[tuple[str, ...]]:
    return [
        tuple(view.rows.data(view.rows.index(row, at)) for at in columns)
        for row in range(view.rows.rowCount())
    ]


def reviewed(at_work: AtWork) -> TodayPage:
    page = at_work.page("today", TodayPage)
    page.review()
    at_work.screen.settle()
    return page


def visit(at_work: AtWork, name: str, start: datetime) -> None:
    at_work.office.add_visit(at_work.session, VisitRequest(at_work.person(name), start))


# --- the review ---------------------------------------------------------------------------


def test_send_sends_what_was_reviewed_though_it_is_of_other_days(at_work: AtWork) -> None:
    """With times of the practice's own: a week ahead too, and not every time of tomorrow's visits."""
    at_work.office.set_window(at_work.session, WindowRequest(WindowKind.REMINDER, 7 * DAY))
    visit(at_work, "Zoraida", A_WEEK_ON)
    visit(at_work, "Bo", tuesday("09:30"))
    page = reviewed(at_work)
    view = page.review_view
    assert view.send_button.text() == "Send 2"
    planned = {(line.person, line.start) for line in view.rows.rows}
    view.send_button.click()
    at_work.screen.settle()
    sent = {
        (line.visit.person, line.visit.start)
        for line in at_work.office.list_visits(at_work.session, VisitQuery(TUESDAY, 9)).lines
        if line.reminder is State.QUEUED
    }
    assert sent == planned


def test_review_is_open_while_letters_are_due_though_tomorrow_has_no_visit(at_work: AtWork) -> None:
    at_work.office.set_window(at_work.session, WindowRequest(WindowKind.REMINDER, 7 * DAY))
    visit(at_work, "Zoraida", A_WEEK_ON)
    page = at_work.page("today", TodayPage)
    assert page.start.review_button.isEnabled()


def test_rows_of_several_days_say_their_day_and_when_their_letter_leaves(at_work: AtWork) -> None:
    at_work.office.set_window(at_work.session, WindowRequest(WindowKind.REMINDER, 7 * DAY))
    at_work.office.set_window(at_work.session, WindowRequest(WindowKind.REMINDER, 120))
    visit(at_work, "Zoraida", A_WEEK_ON)
    visit(at_work, "Bo", tuesday("14:30"))
    view = reviewed(at_work).review_view
    shown = cells(view, 0, 2)
    starts = [start for start, _ in shown]
    assert any("30" in start for start in starts)
    assert any("24" in start for start in starts)
    assert any("12:30" in leaves for _, leaves in shown), "two hours before, by the practice's clock"
    assert "Tue 24 Nov" in view.heading.text()


def test_on_a_single_day_rows_say_the_time_alone_and_no_hour_of_leaving(at_work: AtWork) -> None:
    import_visits(at_work.office, at_work.session, at_work.practice.clock)
    view = reviewed(at_work).review_view
    assert not any("Nov" in time for (time,) in cells(view, 0))
    assert view.view.isColumnHidden(2)


def test_who_needs_somebody_is_counted_once_however_many_times_their_visit_has(at_work: AtWork) -> None:
    for minutes in (DAY, 120):
        at_work.office.set_window(at_work.session, WindowRequest(WindowKind.REMINDER, minutes))
    import_visits(at_work.office, at_work.session, at_work.practice.clock)
    view = reviewed(at_work).review_view
    assert view.counts.buttons[NEED].text() == "1 needs you"


def test_who_has_a_reminder_already_does_not_need_anybody(at_work: AtWork) -> None:
    import_visits(at_work.office, at_work.session, at_work.practice.clock)
    page = reviewed(at_work)
    page.review_view.send_button.click()
    at_work.screen.settle()
    page.review()
    at_work.screen.settle()
    view = page.review_view
    groups = [line.group for line in view.rows.rows]
    assert groups == [NEED, SETTLED, SETTLED]
    assert view.counts.buttons[NEED].text() == "1 needs you"
    assert not any(line.fix for line in view.rows.rows if line.group == SETTLED)


def test_a_family_in_one_letter_has_a_row_for_each_visit(at_work: AtWork) -> None:
    office, session = at_work.office, at_work.session
    zoraida, bo = at_work.person("Zoraida"), at_work.person("Bo")
    address = office.show_person(session, zoraida).person.email
    office.set_person(session, bo, {"email": address})
    office.set_family(session, zoraida, "merge")
    import_visits(office, session, at_work.practice.clock)
    view = reviewed(at_work).review_view
    assert "1 family in one letter" in view.heading.text()
    assert view.send_button.text() == "Send 1"
    named = [line.name for line in view.rows.rows]
    assert "Zoraida Canaryfield and Bo Nightingale" in named
    assert "Bo Nightingale" in named


def test_of_two_visits_of_a_day_the_wrong_one_is_dropped_by_a_button(at_work: AtWork) -> None:
    """Moved in the practice's other program, and the old time still stands in the file."""
    import_visits(at_work.office, at_work.session, at_work.practice.clock)
    visit(at_work, "Bo", tuesday("17:00"))
    page = reviewed(at_work)
    view = page.review_view
    both = [at for at, line in enumerate(view.rows.rows) if line.fix == DROP]
    assert len(both) == 2
    assert "5:00" in view.rows.rows[both[0]].why
    assert view.send_button.text() == "Send 3"
    view.fixes[both[0]].click()
    (dialog,) = page.findChildren(ConfirmDialog)
    dialog.reject()
    at_work.screen.settle()
    assert view.send_button.text() == "Send 3", "no keeps it"
    view.view.selectRow(both[0])
    view.fix_current()
    page.findChildren(ConfirmDialog)[-1].go_button.click()
    at_work.screen.settle()
    assert view.send_button.text() == "Send 2"
    lines = at_work.office.list_visits(at_work.session, VisitQuery(TUESDAY)).lines
    gone = [line.visit.start.hour for line in lines if line.visit.status is VisitStatus.CANCELLED]
    assert gone == [14]


# --- the calendar -------------------------------------------------------------------------


def opened(at_work: AtWork) -> CalendarPage:
    page = at_work.page("today", TodayPage)
    page.choice.buttons[CALENDAR].click()
    at_work.screen.settle()
    return page.calendar


def row_day(page: CalendarPage, name: str) -> date:
    days = page.shown.days if page.shown is not None else ()
    return next(day.day for day in days if any(line.name == name for line in day.letters))


def flu(page: CalendarPage) -> Season:
    assert page.shown is not None
    return next(one for one in page.shown.seasons if one.code == "flu")


def test_a_campaign_stands_on_its_day_with_its_name_and_its_letters(at_work: AtWork) -> None:
    starts = at_work.practice.clock.now() + timedelta(days=2)
    request = CampaignRequest("Autumn news", schedule=CampaignSchedule(starts=starts))
    at_work.office.keep_campaign(at_work.session, request)
    page = opened(at_work)
    row = (
        next((line for day in page.shown.days for line in day.letters if line.name == "Autumn news"), None)
        if page.shown
        else None
    )
    assert row is not None
    assert row.state is CampaignState.DRAFT
    assert page.shown is not None
    page.grid.show_month(page.shown, row_day(page, "Autumn news"))
    assert "Autumn news" in page.letters.text()
    assert "Autumn news" in page.grid.currentItem().text(), "it is seen in the month, checked or not"


def test_one_press_on_a_season_opens_its_campaign_filled_in(at_work: AtWork) -> None:
    page = opened(at_work)
    page.plan(flu(page))
    at_work.screen.settle()
    place = at_work.workspace.pages["campaigns"]
    assert isinstance(place, CampaignsPlace)
    (line,) = at_work.office.list_campaigns(at_work.session).campaigns
    assert line.name == "Flu season 2026"
    kept = at_work.office.show_campaign(at_work.session, line.id)
    groups = at_work.office.list_segments(at_work.session).segments
    assert [one.name for one in groups] == [at_work.screen.words("ui.groups.recipe.flu")]
    assert kept.segment == groups[0].id
    rule = at_work.office.show_segment(at_work.session, groups[0].id).rule
    assert "zip" not in rule, "a ZIP code that nobody chose would leave people out"
    wizard = place.tabs.pages["campaigns"]
    assert wizard.in_hand  # type: ignore[attr-defined]


def test_a_season_that_was_planned_before_opens_the_same_campaign(at_work: AtWork) -> None:
    page = opened(at_work)
    for _ in range(2):
        page.plan(flu(page))
        at_work.screen.settle()
    assert len(at_work.office.list_campaigns(at_work.session).campaigns) == 1
    assert len(at_work.office.list_segments(at_work.session).segments) == 1
