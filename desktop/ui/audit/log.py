"""The log itself: filters above, records newest first, the chosen one beside them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QSplitter,
    QTableView,
)

from desktop.errors import SealwellError
from desktop.models.accounts import Role, Session
from desktop.models.filters import AuditFilter
from desktop.office.values_access import UserLine
from desktop.office.values_audit import LogQuery
from desktop.office.values_practice import AuditPage, AuditVerified
from desktop.ui.audit.export import ExportDialog
from desktop.ui.audit.filters import FilterBar
from desktop.ui.audit.model import WHAT, WHEN, WHO, LogModel
from desktop.ui.audit.record import RecordPanel
from desktop.ui.audit.words import number_words
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.bridge import Task

_WAIT_MS = 200
_AHEAD = 2
"""Screens before the end at which the next page is asked for."""
_ROW_HEIGHT = 38


class LogSection(Page):
    """Nothing is asked twice at once: while the filters change, only the last question counts."""

    def __init__(self, ui: Ui, session: Session, pending: Callable[[], None] = lambda: None) -> None:
        """`pending`: called when an export waits for somebody else."""
        super().__init__(ui, "")
        self.title.hide()
        self._session = session
        self._pending = pending
        self._checking: Task | None = None
        self._users_known = False
        self.filters = FilterBar(ui, session, people=session.role is Role.ADMINISTRATOR)
        self.outer.addWidget(self.filters)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MS)
        self._later.timeout.connect(self.look)
        self.filters.changed.connect(self._later.start)
        self.model = LogModel(ui, self._ask)
        self.model.answered.connect(self._first_page)
        self.model.grown.connect(self._grown)
        self.view = log_table(self.model, ui.say("ui.audit.list"))
        self.view.selectionModel().currentRowChanged.connect(lambda now, _: self._open(now.row()))
        self.view.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.record = RecordPanel(ui)
        split = QSplitter()
        split.setHandleWidth(14)
        split.setChildrenCollapsible(False)
        split.addWidget(self.view)
        split.addWidget(self.record)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 1)
        split.setSizes([2000, 1000])
        self.record.setMinimumWidth(280)
        self.outer.addWidget(split, 1)
        self.outer.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        say = self.ui.say
        foot = QHBoxLayout()
        self.count = plain_label("", "muted")
        self.newest = button(say("ui.audit.newest"), self.look, "link")
        self.older = button(say("ui.audit.older"), self.model.older, "link")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(say("ui.audit.verifying"))
        self.bar.setMaximumWidth(160)
        self.stop = button(say("ui.audit.stop"), self._stop)
        self.verify_button = button(say("ui.audit.verify"), self.verify)
        self.export_button = button(say("ui.audit.export"), self.ask_export, "primary")
        foot.addWidget(self.count)
        foot.addWidget(self.newest)
        foot.addWidget(self.older)
        foot.addStretch()
        for one in (self.bar, self.stop, self.verify_button, self.export_button):
            foot.addWidget(one)
        for one in (self.newest, self.older, self.bar, self.stop):
            one.hide()
        return foot

    # --- looking ----------------------------------------------------------------------------

    def refresh(self) -> None:
        self.look()
        if not self._users_known:
            self._users_known = True
            self._ask_users()

    def _ask_users(self) -> None:
        """Auditors know them from the access review."""
        office, who = self.ui, self._session

        def users(_: Task) -> tuple[UserLine, ...]:
            if who.role is Role.AUDITOR:
                return office.office.show_review(who).users
            return office.office.list_users(who).users

        self.call(users, self.filters.show_users, lambda _: None)

    def look(self) -> None:
        """From the newest record on, as the filters say."""
        self._later.stop()
        self.notice.clear()
        self.model.start(self.filters.wanted())

    def show_group(self, group: str) -> None:
        """The records behind one line of the weekly review."""
        self.filters.show_group(group)
        self.look()

    def _ask(self, query: LogQuery, done: Callable[[AuditPage], None]) -> None:
        self.call(lambda _: self.ui.office.query_log(self._session, query), done, self._refused)

    def _refused(self, error: SealwellError) -> None:
        self.model.stop_loading()
        self.show_error(error)

    def _first_page(self, page: AuditPage) -> None:
        self.filters.zone = self.model.zone
        number = number_words(page.total, self.ui.texts.language)
        if self.filters.wanted() == AuditFilter() or page.whole:
            self.count.setText(self.ui.texts.count("ui.audit.records", page.total, number=number))
        else:
            self.count.setText(self.ui.say("ui.audit.records-more", number=number))
        self.view.scrollToTop()
        self._open(-1)
        if page.lines:
            self.view.selectRow(0)
        else:
            self.record.what.setText(self.ui.say("ui.audit.nothing-found"))

    def _grown(self) -> None:
        self.newest.setVisible(not self.model.from_newest)
        self.older.setVisible(self.model.has_older)

    def _scrolled(self, value: int) -> None:
        bar = self.view.verticalScrollBar()
        if value > bar.maximum() - _AHEAD * bar.pageStep():
            self.model.fetchMore(self.view.rootIndex())

    def _open(self, row: int) -> None:
        line = self.model.lines[row] if 0 <= row < len(self.model.lines) else None
        self.record.show_line(line, self.model.zone)

    # --- checking ---------------------------------------------------------------------------

    def verify(self) -> None:
        self.verify_button.hide()
        self.stop.show()
        self.bar.setRange(0, 0)
        self.bar.show()
        self.notice.show_words(self.ui.say("ui.audit.verifying"), "plain")
        self._checking = self.call(
            lambda task: self.ui.office.verify_audit(self._session, task.progress),
            self._verified,
            self._not_verified,
            self._progress,
        )

    def _progress(self, done: int, of: int) -> None:
        self.bar.setRange(0, max(1, of))
        self.bar.setValue(done)

    def _stop(self) -> None:
        if self._checking is not None:
            self._checking.cancel()

    def _over(self) -> None:
        self._checking = None
        for one in (self.bar, self.stop):
            one.hide()
        self.verify_button.show()
        self.verify_button.setFocus()

    def _verified(self, verdict: AuditVerified) -> None:
        self._over()
        if verdict.ok:
            self.notice.show_words(self.ui.texts.count("ui.audit.intact", verdict.records), "ok")
        else:
            words = self.ui.say("ui.audit.broken", record=verdict.first_bad or 0)
            self.notice.show_words(f"{words} {self.ui.say(f'ui.audit.class-{verdict.class_}')}")

    def _not_verified(self, error: SealwellError) -> None:
        self._over()
        self.show_error(error)

    # --- handing out ------------------------------------------------------------------------

    def ask_export(self) -> None:
        dialog = ExportDialog(self.ui, self._session, self, self.filters.wanted(), self.filters.words())
        dialog.waits.connect(self._pending)
        dialog.open()


def log_table(model: LogModel, name: str) -> QTableView:
    """Whole rows, no grid, one height: nothing is measured for rows that are not seen."""
    view = QTableView()
    view.setAccessibleName(name)
    view.setModel(model)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setShowGrid(False)
    view.setTabKeyNavigation(False)
    view.setWordWrap(False)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    rows = view.verticalHeader()
    rows.setVisible(False)
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(_ROW_HEIGHT)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
    header.resizeSection(WHEN, 178)
    header.resizeSection(WHO, 128)
    return view
