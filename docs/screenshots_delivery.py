"""Outbox, pauses, the failed message, the call list and mailboxes, for `docs/screenshots.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from desktop.clock import SystemClock
from desktop.models.accounts import Session
from desktop.models.delivery import EVERYTHING, AccountId, Auth, GrantState, Pause, Scope
from desktop.models.records import Baa, MessageId, Method, PersonId, Reason, State
from desktop.office.values import OutboxLine, OutboxShown
from desktop.office.values_delivery import (
    CallLine,
    CallList,
    FailureShown,
    MailboxLine,
    MessageShown,
    PausesShown,
    PhaseLine,
    WouldGo,
)
from desktop.office.values_practice import GrantShown
from desktop.ui.failures.wizard import FailureWizard
from desktop.ui.outbox.calls import CallDialog
from desktop.ui.outbox.page import OutboxPage
from desktop.ui.outbox.pausing import ContinueDialog, PauseDialog
from desktop.ui.settings.mailbox import MailboxDialog
from desktop.ui.settings.mailboxes import MailboxSection
from desktop.ui.settings.page import SettingsPage

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera

_NOW = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)
_RELAY = "Lakeside Mail"
_WAY = (
    ("queued", 0, "phase-queued", ""),
    ("connecting", 12, "phase-connecting", ""),
    ("envelope", 13, "phase-envelope", ""),
    ("data", 13, "phase-data", ""),
    ("dot-sent", 14, "phase-dot-sent", ""),
    ("uncertain", 614, "phase-uncertain", ""),
)


def at_work(camera: Camera, workspace: Workspace, session: Session) -> None:
    workspace.open("outbox")
    camera.settle()
    page = workspace.pages["outbox"]
    if not isinstance(page, OutboxPage):
        raise TypeError("the outbox is another page")
    page._timer.stop()
    lines = _lines()
    page._show("all", 0, _outbox(lines), PausesShown((), 0))
    page.view.selectRow(1)
    camera.settle()
    page.notice.clear()
    page.detail._show(_unclear(lines[1]))
    camera.take("outbox-unclear")
    page._show("all", 0, _outbox(lines), _paused(session))
    page.view.selectRow(3)
    camera.settle()
    page.notice.clear()
    page.detail._show(_waits(lines[3]))
    camera.take("outbox-paused")
    _dialogs(camera, page, session, lines)
    page._show("all", 0, _outbox(()), PausesShown((), 0))
    page._timer.start()
    _mailboxes(camera, workspace, session)


def _dialogs(camera: Camera, page: OutboxPage, session: Session, lines: tuple[OutboxLine, ...]) -> None:
    camera.dialog("outbox-pause", PauseDialog(camera.ui, session, page))
    going = ContinueDialog(camera.ui, session, EVERYTHING, page)
    camera.settle()
    going.notice.clear()
    pause = Pause(EVERYTHING, Reason("restored"), None, _NOW)
    going._show(WouldGo(lines[3:6], lines[8:], lines[1:2], pause, "seen"))
    camera.dialog("outbox-continue", going)
    calls = CallDialog(camera.ui, session, page)
    camera.settle()
    calls.notice.clear()
    calls._show(_calls())
    camera.dialog("call-list", calls)
    wizard = FailureWizard(camera.ui, session, lines[0].id, page)
    camera.settle()
    wizard.notice.clear()
    wizard._loaded(_failure(lines[0]))
    wizard.open()
    camera.take("failure-1", wizard)
    wizard.go_on()
    wizard.check.ways["phone"].setChecked(True)
    wizard.check.results["changed"].setChecked(True)
    wizard.check.address.input.setText("harrison.blackwood@example.org")
    camera.take("failure-2", wizard)
    wizard._show_choice(_failure(lines[0], checked=True))
    camera.take("failure-3", wizard)
    wizard.reject()


def _mailboxes(camera: Camera, workspace: Workspace, session: Session) -> None:
    workspace.open("settings")
    settings = workspace.pages["settings"]
    if not isinstance(settings, SettingsPage):
        raise TypeError("Settings is another page")
    section = settings.sections.open("mailbox")
    camera.settle()
    if isinstance(section, MailboxSection):
        section._show(((_mailbox(), _signed_in(), _mailbox(trouble=True)), camera.ui.office.list_providers()))
        camera.take("settings-mailboxes")
        camera.dialog("mailbox-add", MailboxDialog(camera.ui, session, section))


def _line(at: int, name: str, state: State, **more: object) -> OutboxLine:
    kind = str(more.pop("kind", "reminder"))
    since = _NOW - timedelta(minutes=7 * at)
    return OutboxLine(
        MessageId(f"{at:032x}"),
        PersonId(f"{at:032x}"),
        name,
        kind,
        Method.TLS if kind == "reminder" else Method.ENVELOPE,
        state,
        "",
        1,
        since,
        since,
        can_cancel=state in (State.QUEUED, State.DEFERRED),
        **more,  # type: ignore[arg-type]
    )


def _lines() -> tuple[OutboxLine, ...]:
    tomorrow = SystemClock().now().replace(hour=15, minute=0) + timedelta(days=1)
    return (
        _line(1, "Harrison Blackwood", State.BOUNCED, kind="letter", reason=Reason("bounced-gone")),
        _line(2, "Dolores Altamirano", State.UNCERTAIN, kind="letter"),
        _line(3, "Montgomery Sandoval", State.DATA),
        _line(4, "Ximena Echeverría", State.QUEUED, pause=Reason("paused-by-person")),
        _line(5, "Theodore Ashworth", State.QUEUED, next_try=tomorrow),
        _line(6, "Winifred Oyelaran", State.DEFERRED, next_try=tomorrow),
        _line(7, "Bartholomew Quill", State.ACCEPTED),
        _line(8, "Guadalupe Villanueva", State.ACCEPTED, kind="letter"),
        _line(9, "Cordelia Hathaway", State.EXPIRED),
    )


def _outbox(lines: tuple[OutboxLine, ...]) -> OutboxShown:
    counts: dict[State, int] = {}
    for line in lines:
        counts[line.state] = counts.get(line.state, 0) + 1
    return OutboxShown(counts, lines, mark="picture")


def _unclear(line: OutboxLine) -> MessageShown:
    start = line.queued_at
    phases = tuple(
        PhaseLine(start + timedelta(seconds=after), phase, Reason(code, {"relay": _RELAY}), reply)
        for phase, after, code, reply in _WAY
    )
    return MessageShown(line, phases, _RELAY, False, False, True, True)


def _waits(line: OutboxLine) -> MessageShown:
    phases = (PhaseLine(line.queued_at, "queued", Reason("phase-queued", {"relay": _RELAY})),)
    pause = Pause(Scope(f"message:{line.id}"), Reason("paused-by-person"), None, _NOW)
    return MessageShown(line, phases, _RELAY, True, True, False, False, pause)


def _paused(session: Session) -> PausesShown:
    return PausesShown((Pause(EVERYTHING, Reason("paused-by-person"), session.user, _NOW),), 3)


def _calls() -> CallList:
    def line(hour: int, name: str, phone: str, code: str) -> CallLine:
        start = datetime.combine(date(2026, 11, 24), time(hour, 30))
        return CallLine(None, PersonId(f"{hour:032x}"), name, phone, start, "Dr. Shah", Reason(code))

    return CallList(
        date(2026, 11, 24),
        (
            line(9, "Dolores Altamirano", "303-555-0141", "uncertain-before"),
            line(11, "Harrison Blackwood", "303-555-0172", "call-came-back"),
            line(14, "Ximena Echeverría", "", "call-waits"),
        ),
    )


def _failure(line: OutboxLine, *, checked: bool = False) -> FailureShown:
    return FailureShown(
        line,
        Reason("failure-address-unknown"),
        True,
        "harrison@example.org",
        ("harrison.blackwood@example.org",) if checked else (),
        "303-555-0172",
        _NOW if checked else None,
        None,
        checked,
    )


def _signed_in() -> MailboxLine:
    """At a provider, by browser."""
    account = "elmstreet@outlook.example"
    grant = GrantShown("", "Microsoft 365", account, GrantState.GOOD.value)
    return replace(
        _mailbox(),
        id=AccountId("9" * 32),
        name="Microsoft 365",
        host="outlook.office365.com",
        user=account,
        address=account,
        auth=Auth.OAUTH,
        grant=grant,
    )


def _mailbox(*, trouble: bool = False) -> MailboxLine:
    return MailboxLine(
        id=AccountId("8" * 32 if trouble else "7" * 32),
        name="Answers" if not trouble else "Front desk",
        host="imap.lakeside.example",
        port=993,
        security="implicit",
        user="office",
        address="office@elmstreet.example",
        folder="INBOX",
        auth=Auth.PASSWORD,
        minutes=5,
        tidy=False,
        baa=Baa("Lakeside Mail", date(2026, 1, 1), date(2027, 12, 31), "e-mail"),
        baa_problem=None,
        polled_at=None if trouble else _NOW,
        trouble=Reason("mailbox-sign-in-failed", {"host": "imap.lakeside.example"}) if trouble else None,
        retired_at=None,
    )
