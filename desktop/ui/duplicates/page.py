"""Who may be on file twice: two records side by side, what differs marked, and one of two answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QHeaderView, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Role, Session
from desktop.models.standing import MergeId
from desktop.office.values_household import (
    DuplicatesFound,
    DuplicatesShown,
    Merged,
    MergeLine,
    PairLine,
    Side,
    Unmerged,
)
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.dates import date_words
from desktop.ui.duplicates.dialog import MergeDialog
from desktop.ui.navigation import Navigation
from desktop.ui.table import Column, Rows, table

_PAGE = 100
_LIST = 240
"""Logical pixels; the rest is for the two records."""
_MAY_MERGE = frozenset({Role.ADMINISTRATOR, Role.MANAGER})
_FIELDS = (
    *("first_name", "last_name", "birth_date", "email", "phone", "external_id"),
    *("street", "city", "zip", "status", "consent"),
)


class DuplicatesPage(Page):
    """Pairs on the left, the chosen one on the right; below it what was put together lately."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.duplicates.title"))
        self._session = session
        self._navigation = navigation
        self._may = session.role in _MAY_MERGE
        self.pair: PairLine | None = None
        say = ui.say
        self.title.hide()
        self.count = plain_label("", "muted", wrap=True)
        self.head.addWidget(self.count, 1)
        self.look = button(say("ui.duplicates.look"), self.look_anew, "primary")
        self.stop = button(say("ui.cancel"), self.stop_looking)
        self._stop: Callable[[], None] = lambda: None
        for made in (self.look, self.stop):
            self.head.addWidget(made)
        self.stop.hide()
        row = QHBoxLayout()
        row.setSpacing(16)
        self.rows: Rows[PairLine] = Rows(
            (
                Column(say("ui.duplicates.names"), self._names, stretch=True),
                Column(say("ui.duplicates.alike"), lambda pair: f"{pair.score} %", width=90),
            )
        )
        self.list = table(self.rows, say("ui.duplicates.title"))
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._chosen(now.row()))
        self.list.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.list.setFixedWidth(_LIST)
        row.addWidget(self.list)
        right = QVBoxLayout()
        column = scrolled_column(right, margin=8)
        frame, self._beside = card()
        column.addWidget(frame)
        past, self._past = card()
        self._past_card = past
        column.addWidget(past)
        column.addStretch()
        holder = QWidget()
        holder.setLayout(right)
        row.addWidget(holder, 1)
        self.outer.addLayout(row, 1)
        self._show_pair(None)
        past.hide()

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.list_duplicates(self._session, _PAGE), self._show)

    def look_anew(self) -> None:
        """Compare everybody; the list as it was stays meanwhile, and after Cancel."""
        self._looking(True)
        self.stop.setFocus()
        self.notice.show_words(self.ui.say("ui.duplicates.looking"), "plain")

        def found(done: DuplicatesFound) -> None:
            self._looking(False)
            words = self.ui.say("ui.duplicates.looked", count=done.looked_at, found=done.found)
            self.notice.show_words(words, "ok")
            self.refresh()

        task = self.call(
            lambda task: self.ui.office.find_duplicates(self._session, task.progress), found, self._not_found
        )
        self._stop = task.cancel

    def stop_looking(self) -> None:
        self.stop.setEnabled(False)
        self._stop()

    def _not_found(self, error: SealwellError) -> None:
        self._looking(False)
        if error.code == "cancelled":
            self.notice.show_words(self.ui.say("ui.duplicates.stopped"), "plain")
        else:
            self.show_error(error)

    def _looking(self, on: bool) -> None:
        self.look.setVisible(not on)
        self.stop.setVisible(on)
        self.stop.setEnabled(on)

    def same(self, kept: Side, gone: Side) -> None:
        """After a second click that says what becomes of both."""
        dialog = MergeDialog(self.ui, clean(kept.name), self)
        dialog.accepted.connect(
            lambda: self.call(
                lambda _: self.ui.office.merge_people(self._session, kept.id, gone.id), self._merged
            )
        )
        dialog.open()

    def two(self) -> None:
        pair = self.pair
        if pair is not None:
            first, second = pair.first.id, pair.second.id
            self.call(lambda _: self.ui.office.two_people(self._session, first, second), self._show)

    def undo(self, merge: MergeId) -> None:
        self.call(lambda _: self.ui.office.unmerge_people(self._session, merge), self._unmerged)

    # --- what is shown ----------------------------------------------------------------

    def _show(self, shown: DuplicatesShown) -> None:
        self.rows.show(shown.pairs, shown.total)
        say = self.ui.say
        waiting = self.ui.texts.count("ui.duplicates.waiting", shown.total)
        self.count.setText(waiting if shown.total else say("ui.duplicates.none"))
        self._show_pair(None)
        if shown.pairs:
            self.list.selectionModel().setCurrentIndex(
                self.rows.index(0, 0),
                QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
            )
        emptied(self._past)
        self._past_card.setVisible(bool(shown.merges))
        if shown.merges:
            self._past.addWidget(plain_label(say("ui.duplicates.lately"), "heading"))
        for merge in shown.merges:
            self._past.addWidget(self._merge(merge))

    def _merged(self, done: Merged) -> None:
        words = [self.ui.say("ui.duplicates.merged")]
        if done.consent:
            words.append(self.ui.say("ui.duplicates.stricter"))
        if done.cancelled:
            words.append(self.ui.texts.count("ui.duplicates.cancelled", done.cancelled))
        self.notice.show_words(" ".join(words), "ok")
        self.refresh()

    def _unmerged(self, done: Unmerged) -> None:
        self.notice.show_words(self.ui.say("ui.duplicates.unmerged"), "ok")
        self.refresh()

    def _names(self, pair: PairLine) -> str:
        return f"{clean(pair.first.name)}\n{clean(pair.second.name)}"

    def _chosen(self, row: int) -> None:
        self._show_pair(self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None)

    def _show_pair(self, pair: PairLine | None) -> None:
        self.pair = pair
        emptied(self._beside)
        say = self.ui.say
        if pair is None:
            self._beside.addWidget(plain_label(say("ui.duplicates.choose"), "muted", wrap=True))
            return
        self._beside.addWidget(self._grid(pair))
        why = "  ·  ".join(self.ui.reason(reason) for reason in pair.reasons)
        self._beside.addWidget(plain_label(why, "muted", wrap=True))
        if not self._may:
            self._beside.addWidget(plain_label(say("ui.duplicates.ask-manager"), "muted", wrap=True))
            return
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        self.two_button = button(say("ui.duplicates.two"), self.two)
        row.addWidget(self.two_button)
        row.addStretch()
        self._beside.addWidget(line)

    def _grid(self, pair: PairLine) -> QWidget:
        say = self.ui.say
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        for column in (1, 2):
            grid.setColumnStretch(column, 1)
        shown = [name for name in _FIELDS if self._value(pair.first, name) or self._value(pair.second, name)]
        for line, name in enumerate(shown):
            differs = name in pair.differences
            title = say(f"ui.duplicates.field-{name}")
            grid.addWidget(plain_label(f"≠ {title}" if differs else title, "muted"), line, 0)
            for column, side in enumerate((pair.first, pair.second), 1):
                value = plain_label(self._value(side, name), "label" if differs else "", wrap=True)
                value.setAccessibleName(f"{title}: {value.text()}")
                grid.addWidget(value, line, column)
        for column, (side, other) in enumerate(((pair.first, pair.second), (pair.second, pair.first)), 1):
            below = say("ui.duplicates.hangs", visits=side.visits, messages=side.messages)
            grid.addWidget(plain_label(below, "muted", wrap=True), len(shown), column)
            if self._may:
                keep = button(say("ui.duplicates.same"), partial(self.same, side, other))
                keep.setAccessibleName(f"{say('ui.duplicates.same')}: {clean(side.name)}")
                grid.addWidget(keep, len(shown) + 1, column, Qt.AlignmentFlag.AlignLeft)
        return made

    def _value(self, side: Side, name: str) -> str:
        if name == "birth_date":
            return date_words(side.birth_date, self.ui.texts.language)
        value = str(getattr(side, name))
        if name in ("status", "consent"):
            return self.ui.say(f"ui.{name}.{value}")
        return clean(value)

    def _merge(self, merge: MergeLine) -> QWidget:
        say = self.ui.say
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        day = date_words(merge.at.date(), self.ui.texts.language)
        names = f"{clean(merge.kept_name)}  =  {clean(merge.gone_name)}  ·  {day}"
        row.addWidget(plain_label(names, "" if merge.undo else "muted", wrap=True), 1)
        if merge.undo:
            undo = button(say("ui.duplicates.undo"), lambda: self.undo(merge.id), "link")
            undo.setAccessibleName(f"{say('ui.duplicates.undo')}: {names}")
            row.addWidget(undo)
        elif merge.undone_at is not None:
            row.addWidget(plain_label(say("ui.duplicates.undone"), "muted"))
        return made
