"""Alerts in the window: what stands out, the number on the rail, who sees what across the window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.models.accounts import Role, Session
from desktop.office.values_audit import (
    AlertLine,
    AlertsShown,
    LogExport,
    LogFormat,
    LogGap,
    LogState,
    OpeningHours,
)
from desktop.ui.audit.alerts import AlertsSection, SettleDialog
from desktop.ui.audit.banner import LogBanner
from desktop.ui.audit.page import AuditPageView
from desktop.ui.audit.rules import RulesSection, window_words
from desktop.ui.workspace import Workspace
from tests.support.pages import texts_of
from tests.ui.conftest import HOLD, AtWork

GAP = LogGap(91, 120, None, "keyring", "rolled-back")


@pytest.fixture
def stood_out(at_work: AtWork, tmp_path: Path) -> AtWork:
    """The log was exported while the practice is closed."""
    at_work.office.set_hours(at_work.session, OpeningHours(0, 1, (1,)))
    request = LogExport(LogFormat.JSONL, str(tmp_path / "night.jsonl"), "asked at night")
    at_work.office.export_log(at_work.session, request)
    return at_work


def alerts(at_work: AtWork) -> AlertsSection:
    page = at_work.page("audit", AuditPageView)
    section = page.tabs.open("alerts")
    at_work.screen.settle()
    assert isinstance(section, AlertsSection)
    return section


def mismatch(at_work: AtWork) -> AlertsShown:
    now = at_work.practice.clock.now()
    return AlertsShown((AlertLine("1", "audit-mismatch", "urgent", now, now, 1, "", ()),), 1)


def as_role(at_work: AtWork, role: Role) -> Session:
    return replace(at_work.session, role=role)


def test_a_quiet_week_says_so(at_work: AtWork) -> None:
    section = alerts(at_work)
    assert section.empty.isVisible()
    assert not section.detail.isVisible()


def test_what_stands_out_is_said_with_what_to_do_and_counted_on_the_rail(stood_out: AtWork) -> None:
    section = alerts(stood_out)
    words = stood_out.screen.words
    assert section.words.text() == words("alert.off-hours-export")
    assert section.todo.text() == words("alert.off-hours-export.do")
    assert words("alert.severity.warning") in texts_of(section.view), "not by colour alone"
    assert "ana" in section.facts.text()
    rail = stood_out.workspace.rail.buttons["audit"]
    assert "1" in rail.accessibleName()
    section.seen.click()
    stood_out.screen.settle()
    assert section.seen.isHidden()
    assert rail.accessibleName() == words("ui.rail.audit")
    assert stood_out.office.list_alerts(stood_out.session).unseen == 0


def test_an_incident_is_opened_with_one_click_and_closed_with_a_reason(stood_out: AtWork) -> None:
    section = alerts(stood_out)
    section.incident.click()
    stood_out.screen.settle()
    assert section.line is not None
    assert section.line.incident
    assert section.incident.isHidden()
    section.settle.click()
    dialog = section.findChildren(SettleDialog)[0]
    dialog.go.click()
    assert dialog.reason.input.property("wrong")
    dialog.reason.input.setText("It was the examiner's visit")
    dialog.go.click()
    stood_out.screen.settle()
    assert section.line.settled
    assert section.settle.isHidden()


def test_an_auditor_looks_and_changes_nothing(stood_out: AtWork) -> None:
    ui = stood_out.screen.ui
    section = stood_out.screen.show(AlertsSection(ui, as_role(stood_out, Role.AUDITOR), lambda _: None))
    section.show_alerts(stood_out.office.list_alerts(stood_out.session))
    assert section.detail.isVisible()
    assert section.seen.isHidden()
    assert section.incident.isHidden()


def test_a_rule_is_changed_and_counts_from_now(at_work: AtWork) -> None:
    page = at_work.page("audit", AuditPageView)
    assert page.tabs.buttons["rules"].isHidden()
    page.tabs.more.click()
    rules = page.tabs.open("rules")
    at_work.screen.settle()
    assert isinstance(rules, RulesSection)
    rules.least.setValue(3)
    rules.unit.setCurrentIndex(rules.unit.findData("days"))
    rules.number.setValue(2)
    rules.save_rule.click()
    at_work.screen.settle()
    assert rules.notice.property("kind") == "ok"
    kept = at_work.office.list_rules(at_work.session)[0]
    assert (kept.least, kept.minutes, kept.changed) == (3, 2 * 24 * 60, True)
    assert window_words(at_work.screen.ui, kept.minutes) in texts_of(rules.view)


def test_opening_hours_without_a_day_are_refused_in_words(at_work: AtWork) -> None:
    page = at_work.page("audit", AuditPageView)
    rules = page.tabs.open("rules")
    at_work.screen.settle()
    assert isinstance(rules, RulesSection)
    for box in rules.days.values():
        box.setChecked(False)
    rules.save_hours.click()
    at_work.screen.settle()
    assert rules.notice.words.startswith(at_work.screen.words("error.opening-hours-wrong"))


# --- across the window -------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.ADMINISTRATOR])
def test_a_log_that_does_not_agree_is_two_sentences_and_whom_to_call(at_work: AtWork, role: Role) -> None:
    banner = at_work.screen.show(LogBanner(at_work.screen.ui, as_role(at_work, role), lambda _: None))
    banner.show_alerts(mismatch(at_work))
    words = at_work.screen.words
    assert banner.mismatch.isVisible()
    assert words("alert.audit-mismatch") in banner.mismatch.words
    assert words("alert.audit-mismatch.do") in banner.mismatch.words
    assert hasattr(banner.mismatch, "button") is (role is Role.ADMINISTRATOR)
    banner.show_alerts(AlertsShown((), 0))
    assert banner.isHidden()


def test_missing_entries_are_told_to_everybody_and_a_stale_copy_to_those_who_look_after_it(
    at_work: AtWork,
) -> None:
    desk = at_work.screen.show(
        LogBanner(at_work.screen.ui, as_role(at_work, Role.FRONT_DESK), lambda _: None)
    )
    desk.show_state(LogState(90, None, (), stale=True))
    assert desk.isHidden()
    desk.show_state(LogState(90, None, (), stale=True, gap=GAP))
    assert desk.gap.words == at_work.screen.words("ui.banner.log-gap")
    opened: list[str] = []
    mine = at_work.screen.show(LogBanner(at_work.screen.ui, at_work.session, opened.append))
    mine.show_state(LogState(90, None, (), stale=True))
    assert mine.stale.isVisible()
    mine.stale.button.click()
    mine.show_state(LogState(90, None, (), stale=True, gap=GAP))
    assert "91" in mine.gap.words
    assert mine.stale.isHidden(), "one thing at a time"
    mine.gap.button.click()
    assert opened == ["state", "state"]


def test_the_front_desk_has_no_log_but_hears_of_it(at_work: AtWork) -> None:
    session = as_role(at_work, Role.FRONT_DESK)
    workspace = at_work.screen.show(Workspace(at_work.screen.ui, session, HOLD))
    assert "audit" not in workspace.rail.buttons
    workspace.banner.show_alerts(mismatch(at_work))
    assert workspace.banner.isVisible()
    workspace.banner.unseen.emit(3)
    at_work.screen.settle()
