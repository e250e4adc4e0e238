"""What was asked for and waits: one's own requests to go on with, and others' to decide."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.models.accounts import Session, UserId
from desktop.models.filters import AuditFilter
from desktop.models.records import MessageId, PersonId
from desktop.office.values_access import ApprovalLine, ApprovalsShown, Purpose, Verdict
from desktop.office.values_audit import LogExport, LogFormat, PurgeRequest
from desktop.texts import clean
from desktop.ui.audit.handout import ENDINGS, LogHandoutDialog
from desktop.ui.audit.retention import PurgeDialog
from desktop.ui.base import Page, Ui, button, card, plain_label
from desktop.ui.dates import when_words
from desktop.ui.stepup import proved

EXPORT, PURGE = "export", "purge"


class RequestsSection(Page):
    """A card for each request; what it waits for stands below it."""

    def __init__(self, ui: Ui, session: Session, counted: Callable[[int], None]) -> None:
        """`counted` hears how many there are."""
        super().__init__(ui, "")
        self.title.hide()
        self._session = session
        self._counted = counted
        self.lead = plain_label("", "muted", wrap=True)
        self.outer.addWidget(self.lead)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder = QWidget()
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self._column.addStretch()
        scroll.setWidget(holder)
        self.outer.addWidget(scroll, 1)
        self._cards: list[QWidget] = []

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.list_approvals(self._session), self.show_requests)

    def show_requests(self, shown: ApprovalsShown) -> None:
        for old in self._cards:
            old.hide()
            old.deleteLater()
        theirs = [one for one in shown.approvals if not one.mine]
        mine = [one for one in shown.own if one.kind in (EXPORT, PURGE)]
        self._cards = [self._mine(one) for one in mine] + [self._theirs(one) for one in theirs]
        for position, made in enumerate(self._cards):
            self._column.insertWidget(position, made)
        self.lead.setText(self.ui.say("ui.requests.lead" if self._cards else "ui.requests.none"))
        self._counted(len(self._cards))

    # --- one request -------------------------------------------------------------------------

    def words(self, line: ApprovalLine) -> str:
        """What is asked for, with the form and roles in words."""
        details = {name: clean(value) for name, value in line.details.items()}
        form = f"ui.export.form.{details.get('format', '')}"
        if self.ui.texts.has(form):
            words = self.ui.say(form)
            details["format"] = words[:1].lower() + words[1:]
        role = f"ui.role.{details.get('role', '')}"
        if self.ui.texts.has(role):
            details["role"] = self.ui.say(role)
        said = {"user": clean(line.subject), "name": clean(line.subject), **details}
        return self.ui.say(f"approval.{line.kind}", **said)

    def _card(self, line: ApprovalLine, below: str) -> tuple[QWidget, QHBoxLayout]:
        frame, column = card()
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(4)
        column.addWidget(plain_label(self.words(line), wrap=True))
        if line.reason:
            column.addWidget(
                plain_label(self.ui.say("ui.requests.reason", reason=clean(line.reason)), wrap=True)
            )
        row = QHBoxLayout()
        row.addWidget(plain_label(below, "muted", wrap=True), 1)
        column.addLayout(row)
        return frame, row

    def _mine(self, line: ApprovalLine) -> QWidget:
        ready = line.approved or (line.not_before is not None and self.ui.clock.now() >= line.not_before)
        asked = when_words(line.asked_at, None, self.ui.texts.language)
        if ready:
            below = self.ui.say("ui.requests.approved" if line.approved else "ui.requests.wait-over")
        elif line.not_before is not None:
            when = when_words(line.not_before, None, self.ui.texts.language)
            below = self.ui.say("ui.requests.wait", when=when)
        else:
            below = self.ui.say("ui.requests.waits", when=asked)
        made, row = self._card(line, below)
        if ready:
            code = "ui.requests.save" if line.kind == EXPORT else "ui.requests.destroy"
            act = button(self.ui.say(code), partial(self.go_on, line), "primary")
            act.setAccessibleName(f"{self.ui.say(code)}: {self.words(line)}")
            row.addWidget(act)
        return made

    def _theirs(self, line: ApprovalLine) -> QWidget:
        when = when_words(line.asked_at, None, self.ui.texts.language)
        made, row = self._card(line, self.ui.say("ui.approvals.by", name=clean(line.asked_by), when=when))
        for code, approve in (("ui.approvals.refuse", False), ("ui.approvals.approve", True)):
            act = button(self.ui.say(code), partial(self.decide, line, approve))
            act.setAccessibleName(f"{self.ui.say(code)}: {self.words(line)}")
            row.addWidget(act)
        return made

    # --- doing -----------------------------------------------------------------------------

    def go_on(self, line: ApprovalLine) -> None:
        """Carry out what was approved, exactly as it was asked for."""
        if line.kind == PURGE:
            request = PurgeRequest(int(line.details["year"]), line.reason, line.id)
            dialog: PurgeDialog | ContinueDialog = PurgeDialog(self.ui, self._session, request, self)
        else:
            dialog = ContinueDialog(self.ui, self._session, line, self.words(line), self)
        dialog.finished.connect(lambda _: self.refresh())
        dialog.open()

    def decide(self, line: ApprovalLine, approve: bool) -> None:
        verdict = Verdict(line.id, approve)
        words = self.ui.say("ui.approvals.approved" if approve else "ui.approvals.refused")

        def done(_: None) -> None:
            self.notice.show_words(words, "ok")
            self.refresh()

        self.notice.clear()
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.decide_approval(self._session, verdict),
            done,
            self.show_error,
        )


class ContinueDialog(LogHandoutDialog):
    """An approved export: only the place is still to be chosen."""

    def __init__(self, ui: Ui, session: Session, line: ApprovalLine, words: str, parent: QWidget) -> None:
        super().__init__(ui, session, ui.say("ui.requests.save-title"), parent)
        self._line = line
        self.content.addWidget(plain_label(words, wrap=True))
        self.content.addWidget(
            plain_label(ui.say("ui.requests.reason", reason=clean(line.reason)), "muted", wrap=True)
        )
        self.content.addWidget(plain_label(ui.say("ui.requests.save-lead"), "muted", wrap=True))

    @property
    def _format(self) -> LogFormat:
        return LogFormat(self._line.details["format"])

    def file_name(self) -> str:
        day = self.ui.clock.now().astimezone().date().isoformat()
        return f"audit-log-{day}.{ENDINGS[self._format.value]}"

    def start(self, to: Path) -> None:
        line = self._line
        self.write_log(LogExport(self._format, str(to), line.reason, asked_filter(line.details), line.id))


def asked_filter(details: dict[str, str]) -> AuditFilter:
    """The filter that a request names in its details."""
    return AuditFilter(
        since=_moment(details.get("since", "")),
        until=_moment(details.get("until", "")),
        actor=UserId(details["actor"]) if details.get("actor") else None,
        person=PersonId(details["person"]) if details.get("person") else None,
        acts=tuple(details.get("act", "").split()),
        message=MessageId(details["message"]) if details.get("message") else None,
        outcome=details.get("outcome") or None,
    )


def _moment(words: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(words) if words else None
    return None
