"""Reports in the real page: by keyboard, read out, in words where numbers are small."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.models.accounts import Role
from desktop.models.database import Tx
from desktop.models.outcomes import By, Sort, Span
from desktop.ui.navigation import ENTRY_ROLES
from desktop.ui.results.export import ExportResultsDialog
from desktop.ui.results.page import DROP_OFF, ResultsPage
from tests.made_staff import desk_of
from tests.support import histories
from tests.support.histories import Letter
from tests.ui.conftest import AtWork


def campaign(at_work: AtWork, number: int, returned: int = 3) -> str:
    now = at_work.screen.ui.clock.now()

    def make(tx: Tx) -> str:
        made = histories.a_campaign(
            tx, "Flu shots", by=at_work.session.user, made_at=now, changed_at=now, started_at=now
        )
        for count, state in ((number, "accepted"), (returned, "bounced")):
            letters = [
                Letter(
                    "campaign",
                    now,
                    state,
                    "tls" if at % 2 else "envelope",
                    "example.org",
                    source=made,
                    told=frozenset({"replied"} if at % 3 == 0 else ()),
                )
                for at in range(count)
            ]
            histories.keep(tx, letters)
        return made

    return desk_of(at_work.screen.ui.office).opened().database.write(make)


@pytest.fixture
def show(at_work: AtWork) -> Callable[[Sort], ResultsPage]:
    def made(sort: Sort) -> ResultsPage:
        page = ResultsPage(at_work.screen.ui, at_work.session, at_work.workspace)
        at_work.screen.show(page)
        page.sort.setCurrentIndex(page.sort.findData(sort.value))
        page.refresh()
        at_work.screen.settle()
        return page

    return made


def test_a_month_as_numbers_chart_and_table(at_work: AtWork, show: Callable[[Sort], ResultsPage]) -> None:
    campaign(at_work, 60)
    page = show(Sort.CAMPAIGNS)
    say = at_work.screen.words
    assert page.by.currentData() == DROP_OFF
    assert page.chart.marks[0].value == 63
    page.by.setCurrentIndex(page.by.findData(By.METHOD.value))
    page.by.activated.emit(page.by.currentIndex())
    assert {mark.value for mark in page.chart.marks} == {30 + 1, 30 + 2}
    assert page.list is not None
    assert page.list.accessibleName() == say("results.by.method")
    assert page.small.text() == say("results.small")


def test_the_chart_is_read_out_value_by_value(at_work: AtWork, show: Callable[[Sort], ResultsPage]) -> None:
    campaign(at_work, 60)
    chart = show(Sort.CAMPAIGNS).chart
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Down)
    assert chart.accessibleDescription() == "Sent: 63"
    QTest.keyClick(chart, Qt.Key.Key_Down)
    assert chart.accessibleDescription() == "Arrived: all but fewer than 11"
    QTest.keyClick(chart, Qt.Key.Key_Home)
    QTest.keyClick(chart, Qt.Key.Key_Up)
    assert chart.accessibleDescription() == "Planned: 63"


def test_nothing_written_says_the_next_step(at_work: AtWork, show: Callable[[Sort], ResultsPage]) -> None:
    page = show(Sort.CAMPAIGNS)
    assert page.small.text() == at_work.screen.words("ui.results.none-campaigns")
    assert page.next.isVisible()
    assert not page.parts.isVisible()
    assert not page.export_button.isEnabled()


def test_too_few_are_not_counted_before_anybody(at_work: AtWork, show: Callable[[Sort], ResultsPage]) -> None:
    campaign(at_work, 9, 0)
    page = show(Sort.CAMPAIGNS)
    assert page.small.text() == at_work.screen.words("ui.results.few")
    assert not page.numbers.isVisible()
    assert not page.parts.isVisible()


def test_a_campaign_opens_from_its_row_and_the_way_leads_back(
    at_work: AtWork, show: Callable[[Sort], ResultsPage]
) -> None:
    made = campaign(at_work, 60)
    page = show(Sort.CAMPAIGNS)
    page.by.setCurrentIndex(page.by.findData(By.CAMPAIGN.value))
    page.by.activated.emit(page.by.currentIndex())
    assert page.list is not None
    page.list.selectRow(0)
    page.list.doubleClicked.emit(page.list.currentIndex())
    at_work.screen.settle()
    assert page.campaign == made
    assert page.period.text() == "Results of Flu shots"
    QTest.mouseClick(page.way_back, Qt.MouseButton.LeftButton)
    at_work.screen.settle()
    assert page.campaign is None


def test_another_span_is_asked_for_and_the_end_of_time_is_now(
    at_work: AtWork, show: Callable[[Sort], ResultsPage]
) -> None:
    campaign(at_work, 60)
    page = show(Sort.CAMPAIGNS)
    assert not page.later.isEnabled()
    QTest.mouseClick(page.earlier, Qt.MouseButton.LeftButton)
    at_work.screen.settle()
    assert page.query.back == 1
    assert page.small.text() == at_work.screen.words("ui.results.none-campaigns")
    page.span.setCurrentIndex(page.span.findData(Span.YEAR.value))
    page.span.activated.emit(page.span.currentIndex())
    at_work.screen.settle()
    assert page.query.back == 0
    assert page.chart.marks[0].value == 63


def exporting(at_work: AtWork, show: Callable[[Sort], ResultsPage]) -> ExportResultsDialog:
    campaign(at_work, 60)
    page = show(Sort.CAMPAIGNS)
    page.export()
    (dialog,) = page.findChildren(ExportResultsDialog)
    return dialog


def test_a_file_is_written_from_the_page(
    at_work: AtWork, show: Callable[[Sort], ResultsPage], tmp_path: Path
) -> None:
    dialog = exporting(at_work, show)
    to = tmp_path / "report.csv"
    dialog.start(to)
    at_work.screen.settle()
    assert dialog.notice.words == "Saved as report.csv."
    assert "Flu shots" in to.read_text(encoding="utf-8")
    dialog.reject()


def test_the_paper_is_read_by_another_program(
    at_work: AtWork, show: Callable[[Sort], ResultsPage], tmp_path: Path
) -> None:
    dialog = exporting(at_work, show)
    dialog.form.setCurrentIndex(dialog.form.findData("pdf"))
    assert dialog.file_name().startswith("report-2026-")
    dialog.start(tmp_path / "report.pdf")
    at_work.screen.settle()
    with pypdfium2.PdfDocument(tmp_path / "report.pdf") as paper:
        text = "\n".join(sheet.get_textpage().get_text_bounded() for sheet in paper)
    assert "Flu shots" in text
    assert "all but fewer than 11" in text
    dialog.reject()


def test_reports_stand_in_the_rail_of_those_who_may_see_them() -> None:
    assert ENTRY_ROLES["results"] == {Role.ADMINISTRATOR, Role.MANAGER}
