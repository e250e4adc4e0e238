"""The log in the window: pages as it is scrolled, filters, one record in words, checking it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QDate, QTimer

from desktop.models.filters import AuditFilter
from desktop.office.api import Office
from desktop.office.values_access import UsersShown
from desktop.office.values_audit import EVENT_GROUPS, LogQuery
from desktop.office.values_practice import AuditLine, AuditPage
from desktop.ui.audit.filters import FilterBar
from desktop.ui.audit.log import LogSection
from desktop.ui.audit.model import MOST, PAGE, LogModel
from desktop.ui.audit.page import AuditPageView
from desktop.ui.audit.words import plain_fields, technical_fields
from desktop.ui.base import Ui
from desktop.ui.dates import when_words
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork, Screen

MANY = 100_000
START = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@dataclass
class LongLog:
    """An office whose log has `size` records; a page is given only while `gate` is open."""

    size: int = MANY
    gate: threading.Event = field(default_factory=threading.Event)
    threads: set[int] = field(default_factory=set)
    asked: list[LogQuery] = field(default_factory=list)

    def query_log(self, session: object, query: LogQuery) -> AuditPage:
        self.threads.add(threading.get_ident())
        self.asked.append(query)
        self.gate.wait(20)
        newest = (query.before or self.size + 1) - 1
        oldest = max(0, newest - query.limit)
        lines = tuple(
            AuditLine(seq, START - timedelta(seconds=self.size - seq), "people.shown", "ana", "ok")
            for seq in range(newest, oldest, -1)
        )
        return AuditPage(lines, self.size, zone="America/Denver")

    def list_users(self, session: object) -> UsersShown:
        return UsersShown(())


@pytest.fixture
def audit(at_work: AtWork) -> LogSection:
    return at_work.page("audit", AuditPageView).log


@pytest.fixture
def long(at_work: AtWork) -> tuple[LongLog, LogSection, Screen]:
    """The section over a hundred thousand records; the gate is open."""
    fake = LongLog()
    fake.gate.set()
    screen = at_work.screen
    office: Callable[[], Office] = lambda: fake  # type: ignore[assignment, return-value]  # noqa: E731
    ui = Ui(office, screen.bridge, screen.ui.texts, screen.ui.theme, screen.ui.clock)
    section = screen.show(LogSection(ui, at_work.session))
    section.refresh()
    screen.settle()
    return fake, section, screen


def acts(section: LogSection) -> list[str]:
    return [line.act for line in section.model.lines]


# --- many records ------------------------------------------------------------------------


def test_the_first_page_is_short_and_the_number_of_all_is_said(
    long: tuple[LongLog, LogSection, Screen],
) -> None:
    fake, section, _ = long
    assert len(section.model.lines) <= 2 * PAGE
    assert "100,000" in section.count.text()
    assert threading.get_ident() not in fake.threads, "the window's own thread never asks"


def test_scrolling_asks_for_the_next_page_behind_the_last_record(
    long: tuple[LongLog, LogSection, Screen],
) -> None:
    fake, section, screen = long
    before = len(section.model.lines)
    last = section.model.lines[-1].seq
    section.view.verticalScrollBar().setValue(section.view.verticalScrollBar().maximum())
    screen.settle()
    assert len(section.model.lines) > before
    assert any(query.before == last for query in fake.asked)
    numbers = [line.seq for line in section.model.lines]
    assert numbers == list(range(MANY, MANY - len(numbers), -1)), "each record once, in order"


def test_the_window_ticks_while_a_page_is_fetched(long: tuple[LongLog, LogSection, Screen]) -> None:
    """Structural: the page is held back until the window has ticked a hundred times."""
    fake, section, screen = long
    fake.gate.clear()
    ticks: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start(5)
    section.look()
    section.view.verticalScrollBar().setValue(section.view.verticalScrollBar().maximum())
    screen.qtbot.waitUntil(lambda: len(ticks) >= 100, timeout=15_000)
    assert section.model.loading
    assert section.model.lines, "what stood there stays until the answer comes"
    timer.stop()
    fake.gate.set()
    screen.settle()
    assert not section.model.loading


def test_no_more_than_a_window_of_records_is_held_and_older_goes_on(
    long: tuple[LongLog, LogSection, Screen],
) -> None:
    fake, section, screen = long
    while section.model.canFetchMore(section.view.rootIndex()):
        section.model.fetchMore(section.view.rootIndex())
        screen.settle()
    assert len(section.model.lines) == MOST
    assert section.older.isVisible()
    last = section.model.lines[-1].seq
    section.older.click()
    screen.settle()
    assert section.model.lines[0].seq == last - 1
    assert section.newest.isVisible()
    section.newest.click()
    screen.settle()
    assert section.model.lines[0].seq == MANY
    assert len(fake.asked) <= MOST // PAGE + 6


def test_an_answer_that_was_overtaken_is_dropped(at_work: AtWork) -> None:
    waiting: list[Callable[[AuditPage], None]] = []
    model = LogModel(at_work.screen.ui, lambda _, done: waiting.append(done))
    model.start(AuditFilter())
    model.start(AuditFilter(outcome="refused"))
    line = AuditLine(7, START, "people.shown", "ana", "refused")
    waiting[1](AuditPage((line,), 1))
    waiting[0](AuditPage((), 0))
    assert model.lines == [line]


# --- filters -----------------------------------------------------------------------------


def test_a_group_of_events_shows_only_its_own(at_work: AtWork, audit: LogSection) -> None:
    audit.filters.group.setCurrentIndex(audit.filters.group.findData("people"))
    audit.look()
    at_work.screen.settle()
    assert acts(audit)
    assert set(acts(audit)) <= set(EVENT_GROUPS["people"])
    audit.filters.reset.click()
    at_work.screen.settle()
    audit.look()
    at_work.screen.settle()
    assert set(acts(audit)) - set(EVENT_GROUPS["people"])
    assert audit.filters.reset.isHidden()


def test_users_outcomes_and_periods_narrow_the_list(at_work: AtWork, audit: LogSection) -> None:
    at_work.screen.settle()
    assert audit.filters.user.findText("ana") > 0
    audit.filters.user.setCurrentIndex(audit.filters.user.findText("ana"))
    audit.filters.outcome.setCurrentIndex(audit.filters.outcome.findData("refused"))
    audit.look()
    at_work.screen.settle()
    assert acts(audit) == []
    assert audit.record.what.text() == at_work.screen.words("ui.audit.nothing-found")
    audit.filters.outcome.setCurrentIndex(0)
    audit.filters.period.setCurrentIndex(audit.filters.period.findData("today"))
    audit.look()
    at_work.screen.settle()
    assert {line.actor for line in audit.model.lines} == {"ana"}


def test_a_person_is_found_while_typing_and_narrows_the_list(at_work: AtWork, audit: LogSection) -> None:
    person = at_work.person("Zoraida")
    at_work.office.show_person(at_work.session, person)
    field_ = audit.filters.person
    field_.setText("zorai")
    field_.look_up()
    at_work.screen.settle()
    before = field_.chosen
    field_.choose(0)
    assert before is None, "typing alone chooses nobody"
    assert field_.chosen == person
    audit.look()
    at_work.screen.settle()
    assert "people.shown" in acts(audit)
    assert {line.obj for line in audit.model.lines if line.act == "people.shown"} == {person}
    assert "Zoraida" in audit.filters.words()


def test_chosen_days_are_the_practices_days(at_work: AtWork) -> None:
    bar = at_work.screen.show(FilterBar(at_work.screen.ui, at_work.session, people=True))
    page = at_work.page("audit", AuditPageView).log
    bar.zone = page.model.zone
    bar.period.setCurrentIndex(bar.period.findData("chosen"))
    bar.first.setDate(QDate(2026, 11, 20))
    bar.last.setDate(QDate(2026, 11, 18))
    wanted = bar.wanted()
    assert wanted.since == datetime(2026, 11, 18, 7, tzinfo=UTC), "midnight in Denver"
    assert wanted.until == datetime(2026, 11, 21, 7, tzinfo=UTC), "the last day belongs to it"


# --- one record --------------------------------------------------------------------------


def test_a_record_is_said_in_words_and_its_proof_is_folded(at_work: AtWork, audit: LogSection) -> None:
    audit.filters.group.setCurrentIndex(audit.filters.group.findData("practice"))
    audit.look()
    at_work.screen.settle()
    words = texts_of(audit.view)
    assert at_work.screen.words("event.relay.added") in words
    assert not [text for text in words if text.startswith(("event.", "ui."))]
    audit.view.selectRow(0)
    line = audit.model.lines[0]
    assert audit.record.what.text() == at_work.screen.words(f"event.{line.act}")
    assert not audit.record._folded.isVisible()
    audit.record.fold.click()
    assert audit.record._folded.isVisible()
    shown = " ".join(texts_of(audit.record._folded)).replace(" ", "")
    assert line.hash in shown
    assert str(line.seq) in shown


def test_fields_with_words_are_plain_and_the_rest_is_technical(at_work: AtWork) -> None:
    details: dict[str, str | int] = {"count": 1234, "method": "tls", "ids": "f" * 64, "day": 20261124}
    line = AuditLine(3, START, "people.searched", "ana", "ok", hash="a" * 64, details=details)
    ui = at_work.screen.ui
    assert [value for _, value in plain_fields(ui, line, None)] == [
        "1,234",
        ui.say("ui.method.tls"),
        "24 Nov 2026",
    ]
    technical = dict(technical_fields(ui, line, None))
    assert technical["ids"] == "f" * 64
    assert "count" not in technical
    refused = AuditLine(
        4, START, "guard.refused", "ana", "refused", "people.set", "front-desk", "not-allowed"
    )
    said = plain_fields(ui, refused, None)
    assert said == [(ui.say("ui.record.action"), ui.say("ui.action.people.set"))]


def test_times_are_the_practices(at_work: AtWork, audit: LogSection) -> None:
    assert str(audit.model.zone) == "America/Denver"
    assert when_words(START, audit.model.zone, "en").endswith("8:00\u202fAM")


# --- checking ----------------------------------------------------------------------------


def test_checking_the_log_says_that_it_is_whole(at_work: AtWork, audit: LogSection) -> None:
    audit.verify_button.click()
    assert audit.stop.isVisible()
    at_work.screen.settle()
    assert audit.notice.property("kind") == "ok"
    assert audit.verify_button.isVisible()


def test_a_refusal_of_the_office_is_said_and_nothing_is_asked_again(
    at_work: AtWork, audit: LogSection
) -> None:
    at_work.office.sign_out(at_work.session)
    audit.look()
    at_work.screen.settle()
    assert audit.notice.property("kind") == "error"
    assert not audit.model.canFetchMore(audit.view.rootIndex())
