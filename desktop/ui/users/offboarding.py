"""Somebody leaves the practice: one dialog, from what will happen to the report."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session, UserId
from desktop.office.values_access import OffboardPlan, OffboardReport, OffboardRequest, Purpose, UserLine
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import moment_words
from desktop.ui.dialog import FormDialog
from desktop.ui.printing import print_text
from desktop.ui.stepup import Proved, proved


class OffboardDialog(FormDialog):
    """Pages: what happens, who takes over, progress, report."""

    def __init__(self, ui: Ui, session: Session, line: UserLine, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.offboard.title", name=clean(line.name)), parent)
        self._session = session
        self._user: UserId = line.id
        self._call: Proved[OffboardReport] | None = None
        self.plan: OffboardPlan | None = None
        self.report: OffboardReport | None = None
        self.setMinimumWidth(580)
        self.pages = QStackedWidget()
        self.content.addWidget(self.pages)
        self.what, self._what_column = _page(self.pages)
        self.heir_page, heir = _page(self.pages)
        heir.addWidget(plain_label(ui.say("ui.offboard.heir-lead"), "muted", wrap=True))
        label = plain_label(ui.say("ui.offboard.heir"), "label")
        self.heir = QComboBox()
        self.heir.setAccessibleName(ui.say("ui.offboard.heir"))
        label.setBuddy(self.heir)
        heir.addWidget(label)
        heir.addWidget(self.heir)
        heir.addWidget(plain_label(ui.say("ui.offboard.before"), wrap=True))
        heir.addStretch()
        self.doing, doing = _page(self.pages)
        self.step = plain_label("", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(ui.say("ui.offboard.progress"))
        for one in (self.step, self.bar):
            doing.addWidget(one)
        doing.addStretch()
        self.done_page, self._report_column = _page(self.pages)
        self.print_button = button(ui.say("ui.offboard.print"), self.print)
        self.print_button.hide()
        self.go = button(ui.say("ui.next"), self.next, "primary")
        self.go.setEnabled(False)
        self.foot.addWidget(self.print_button)
        self.foot.addWidget(self.go)
        self.cancel.clicked.disconnect()
        self.cancel.clicked.connect(self._stop)
        ui.bridge.run(
            self, lambda _: ui.office.plan_offboarding(session, self._user), self._planned, self.failed
        )

    # --- what will happen ------------------------------------------------------------

    def _planned(self, plan: OffboardPlan) -> None:
        self.plan = plan
        say, count = self.ui.say, self.ui.texts.count
        self._what_column.addWidget(plain_label(say("ui.offboard.what"), "label", wrap=True))
        lines = [say("ui.offboard.closed")]
        for code, number in (
            ("ui.offboard.sessions", plan.sessions),
            ("ui.offboard.tasks", plan.tasks),
            ("ui.offboard.drafts", plan.drafts),
            ("ui.offboard.approvals", plan.approvals),
            ("ui.offboard.waiting", plan.waiting),
        ):
            if number:
                lines.append(count(code, number))
        lines.append(say("ui.offboard.anew"))
        if plan.relays:
            lines.append(say("ui.offboard.relays", names=", ".join(clean(one) for one in plan.relays)))
        for words in lines:
            self._what_column.addWidget(plain_label(f"•  {words}", wrap=True))
        self._what_column.addStretch()
        for user, name in plan.heirs:
            self.heir.addItem(clean(name), user)
        if not plan.heirs:
            self.notice.show_words(say("ui.offboard.no-heir"))
            return
        self.go.setEnabled(True)
        self.go.setFocus()

    def next(self) -> None:
        """From page to page; on the last one the button closes."""
        page = self.pages.currentWidget()
        if page is self.what:
            self.pages.setCurrentWidget(self.heir_page)
            self.go.setText(self.ui.say("ui.offboard.go"))
            self.heir.setFocus()
        elif page is self.heir_page:
            self._begin()
        elif page is self.done_page:
            self.accept()

    # --- doing it ---------------------------------------------------------------------

    def _begin(self) -> None:
        self.notice.clear()
        self.pages.setCurrentWidget(self.doing)
        self.go.hide()
        self.bar.setRange(0, 0)
        self.step.setText(self.ui.say("ui.offboard.can-stop"))
        request = OffboardRequest(self._user, UserId(str(self.heir.currentData())))
        self._call = proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda task: self.ui.office.offboard_user(self._session, request, task.progress),
            self._finished,
            self._refused,
            self._progress,
        )

    def _progress(self, done: int, total: int) -> None:
        """All copied: from here on the change is made and cannot be stopped."""
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)
        if done >= total:
            self.cancel.setEnabled(False)
            self.step.setText(self.ui.say("ui.offboard.no-return"))

    def _stop(self) -> None:
        """Cancel closes the first pages; while it is done it asks the office to stop."""
        if self.pages.currentWidget() is self.doing and self._call is not None:
            self._call.cancel()
            self.cancel.setEnabled(False)
            self.step.setText(self.ui.say("ui.offboard.stopping"))
        else:
            self.reject()

    def reject(self) -> None:
        """Escape does not close the window over work that goes on."""
        if self.pages.currentWidget() is not self.doing:
            super().reject()

    def _refused(self, error: SealwellError) -> None:
        self._call = None
        self.cancel.setEnabled(True)
        self.go.show()
        self.pages.setCurrentWidget(self.heir_page)
        self.failed(error)

    # --- the report -------------------------------------------------------------------

    def _finished(self, report: OffboardReport) -> None:
        self._call = None
        self.report = report
        for words in self.lines(report):
            self._report_column.addWidget(plain_label(words, wrap=True))
        if report.left_to_do:
            self._report_column.addWidget(plain_label(self.ui.say("ui.offboard.left"), "heading"))
            for words in self.left(report):
                self._report_column.addWidget(plain_label(f"•  {words}", wrap=True))
        self._report_column.addStretch()
        self.pages.setCurrentWidget(self.done_page)
        self.print_button.show()
        self.cancel.hide()
        self.go.setText(self.ui.say("ui.close"))
        self.go.show()
        self.go.setFocus()

    def lines(self, report: OffboardReport) -> tuple[str, ...]:
        """What was done, for the screen and for paper."""
        say, count = self.ui.say, self.ui.texts.count
        when = moment_words(report.at, self.ui.texts.language)
        said = [say("ui.offboard.done", name=clean(report.name), when=when)]
        for code, number in (
            ("ui.offboard.sessions", report.sessions_ended),
            ("ui.offboard.tasks", report.tasks),
            ("ui.offboard.drafts", report.drafts),
            ("ui.offboard.approvals", report.approvals),
        ):
            if number:
                said.append(count(code, number))
        said.append(say("ui.offboard.changed" if report.key_changed else "ui.offboard.unchanged"))
        return tuple(said)

    def left(self, report: OffboardReport) -> tuple[str, ...]:
        names = ", ".join(clean(one) for one in report.relays)
        return tuple(self.ui.say(f"offboard.{code}", names=names) for code in report.left_to_do)

    def print(self) -> None:
        if self.report is not None:
            body = (
                *self.lines(self.report),
                "",
                self.ui.say("ui.offboard.left"),
                *(f"[ ] {words}" for words in self.left(self.report)),
            )
            print_text(self, self.windowTitle(), body)


def _page(pages: QStackedWidget) -> tuple[QWidget, QVBoxLayout]:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(10)
    pages.addWidget(made)
    return made, column
