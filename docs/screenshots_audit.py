"""The pages of the audit log, for `docs/screenshots.py`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from desktop.models.accounts import Session
from desktop.office.values_access import ApprovalLine, ApprovalsShown
from desktop.office.values_audit import (
    AlertLine,
    AlertsShown,
    LogGap,
    LogState,
    PurgeRequest,
    RetentionShown,
    SegmentLine,
    WitnessLine,
)
from desktop.ui.audit.alerts import AlertsSection
from desktop.ui.audit.export import ACCESS, ExportDialog
from desktop.ui.audit.history import HistoryDialog
from desktop.ui.audit.log import LogSection
from desktop.ui.audit.page import AuditPageView
from desktop.ui.audit.requests import RequestsSection
from desktop.ui.audit.retention import PurgeDialog, RetentionSection
from desktop.ui.audit.state import GapDialog, StateSection
from desktop.ui.people.page import PeoplePage

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera

_NOW = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)
_ALERTS = (
    ("emergency-access", "urgent", 1, "", 40, False),
    ("off-hours-views", "warning", 412, "chris", 300, False),
    ("signin-failures", "warning", 9, "ben", 900, False),
    ("clock-anomaly", "notice", 2, "", 2000, True),
)
_WITNESSES = (
    WitnessLine("keyring", 1204, _NOW - timedelta(minutes=4), True),
    WitnessLine("mail", 1010, _NOW - timedelta(hours=30), None),
    WitnessLine("paper", 640, _NOW - timedelta(days=20), None),
    WitnessLine("export", 0, None, None),
)
_GAP = LogGap(1205, 1260, _NOW - timedelta(hours=3), "keyring", "rolled-back")


def alerts() -> AlertsShown:
    lines = tuple(
        AlertLine(
            str(number),
            rule,
            severity,
            _NOW - timedelta(minutes=ago + 35),
            _NOW - timedelta(minutes=ago),
            count,
            user,
            (1100 + number, 1140 + number),
            incident="" if not seen else "1",
            seen=seen,
        )
        for number, (rule, severity, count, user, ago, seen) in enumerate(_ALERTS)
    )
    return AlertsShown(lines, sum(not one.seen for one in lines))


def requests() -> ApprovalsShown:
    details = {"format": "package", "records": "1204", "people": "61"}
    mine = ApprovalLine(
        "1", "export", "", details, "ana", _NOW, mine=True, reason="Inspection", approved=True
    )
    theirs = ApprovalLine(
        "2",
        "purge",
        "",
        {"year": "2019", "records": "53167"},
        "ben",
        _NOW,
        mine=False,
        reason="Its time is over",
    )
    return ApprovalsShown((theirs,), (mine,))


def retention(shown: RetentionShown) -> RetentionShown:
    lines = (
        SegmentLine(2018, 1, 48_210, _NOW, "", date(2025, 1, 1), _NOW - timedelta(days=90)),
        SegmentLine(2019, 48_211, 101_377, _NOW, "2019.segment", date(2026, 1, 1)),
        SegmentLine(2020, 101_378, 160_042, _NOW, "2020.segment", date(2027, 1, 1)),
    )
    return RetentionShown(lines, shown.classes)


def at_work(camera: Camera, workspace: Workspace, session: Session) -> None:
    """Each part of the audit page, its dialogs, and the banner."""
    ui = camera.ui
    workspace.open("audit")
    page = workspace.pages["audit"]
    if not isinstance(page, AuditPageView):
        raise TypeError("the audit log is another page")
    camera.settle()
    _log(camera, page, session)
    shown = page.tabs.open("alerts")
    camera.settle()
    if isinstance(shown, AlertsSection):
        camera.take("audit-no-alerts")
        workspace.banner.show_alerts(alerts())
        shown.show_alerts(alerts())
        shown.notice.clear()
        camera.take("audit-alerts")
        page.count_alerts(0)
    page.tabs.open("digest")
    camera.take("audit-review")
    waiting = page.tabs.open("requests")
    camera.settle()
    if isinstance(waiting, RequestsSection):
        waiting.show_requests(requests())
        camera.take("audit-requests")
    state = page.tabs.open("state")
    camera.settle()
    if isinstance(state, StateSection):
        state.show_state(LogState(1204, _NOW, _WITNESSES, stale=True))
        camera.take("audit-proof")
        gap = LogState(1204, _NOW, _WITNESSES, stale=False, gap=_GAP)
        state.show_state(gap)
        camera.take("audit-gap")
        camera.dialog("audit-gap-why", GapDialog(ui, session, gap, state))
        state.refresh()
        camera.settle()
    page.tabs.more.click()
    page.tabs.open("rules")
    camera.take("audit-rules")
    kept = page.tabs.open("retention")
    camera.settle()
    if isinstance(kept, RetentionSection):
        kept.show_retention(retention(ui.office.show_retention(session)))
        camera.take("audit-retention")
        camera.dialog("audit-destroy", PurgeDialog(ui, session, PurgeRequest(2019, ""), kept))
    page.tabs.open("log")
    _history(camera, workspace, session)
    focused = QApplication.focusWidget()
    if focused is not None:
        focused.clearFocus()


def _log(camera: Camera, page: AuditPageView, session: Session) -> None:
    log = page.tabs.pages["log"]
    if not isinstance(log, LogSection):
        raise TypeError("the log is another part")
    log.view.selectRow(2)
    camera.take("audit")
    log.filters.group.setCurrentIndex(log.filters.group.findData("messages"))
    log.filters.period.setCurrentIndex(log.filters.period.findData("chosen"))
    log.look()
    camera.settle()
    log.record.fold.setChecked(True)
    camera.take("audit-filtered")
    words = log.filters.words()
    camera.dialog("audit-export", ExportDialog(camera.ui, session, log, log.filters.wanted(), words))
    patient = ExportDialog(camera.ui, session, log)
    patient.scopes[ACCESS].setChecked(True)
    camera.dialog("audit-export-patient", patient)
    log.record.fold.setChecked(False)
    log.filters.clear()
    camera.settle()


def _history(camera: Camera, workspace: Workspace, session: Session) -> None:
    workspace.open("people")
    camera.settle()
    people = workspace.pages["people"]
    shown = people.detail.shown if isinstance(people, PeoplePage) else None
    if shown is not None:
        name = shown.person.name
        camera.dialog("person-history", HistoryDialog(camera.ui, session, shown.person.id, name, people))
