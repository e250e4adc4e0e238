"""The first page: what the campaign is called, which group it is for, and who of them had it already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.models.standing import SegmentId
from desktop.office.values_campaigns import CampaignLine, CampaignsShown
from desktop.office.values_segments import SegmentLine, SegmentsShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.campaigns.draft import Draft
from desktop.ui.campaigns.words import begun, state_words
from desktop.ui.form import Field
from desktop.ui.table import Column, Rows, table

_ID = Qt.ItemDataRole.UserRole
_TALLEST = 150
_NAME = 80
"""Characters, as the office keeps at most."""


class WhoPage(QWidget):
    """`look` reads the groups and their numbers anew; `draft` is what is chosen; `counted` tells how many
    people the chosen group has now."""

    counted = Signal(int)

    def __init__(self, ui: Ui, session: Session, page: Page, on_groups: Callable[[], None]) -> None:
        super().__init__()
        self.ui, self._session, self._page = ui, session, page
        self._segment: SegmentId | None = None
        self._without: tuple[CampaignId, ...] = ()
        self._own: CampaignId | None = None
        self._showing = False
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.name = Field(say("ui.campaigns.name"), hint=say("ui.campaigns.name-hint"))
        self.name.input.setMaxLength(_NAME)
        column.addWidget(self.name)
        head = QHBoxLayout()
        head.addWidget(plain_label(say("ui.campaigns.group"), "label"))
        head.addStretch()
        self.groups_button = button(say("ui.campaigns.make-group"), on_groups, "link")
        head.addWidget(self.groups_button)
        column.addLayout(head)
        self.rows = Rows[SegmentLine](
            [
                Column(say("ui.groups.group"), self._name_of, stretch=True),
                Column(say("ui.campaigns.people-now"), lambda one: f"{one.count:,}", width=150),
            ]
        )
        self.list = table(self.rows, say("ui.campaigns.group"))
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        column.addWidget(self.list, 1)
        self.count = plain_label("", "heading", wrap=True)
        column.addWidget(self.count)
        self.not_yet = QCheckBox(say("ui.campaigns.not-yet"))
        self.not_yet.toggled.connect(self._offer)
        column.addWidget(self.not_yet)
        self.earlier = QListWidget()
        self.earlier.setAccessibleName(say("ui.campaigns.earlier"))
        self.earlier.setMaximumHeight(_TALLEST)
        self.earlier.setTabKeyNavigation(False)
        column.addWidget(self.earlier)
        self.earlier.hide()
        self.not_yet.hide()

    @property
    def segment(self) -> SegmentLine | None:
        return next((one for one in self.rows.rows if one.id == self._segment), None)

    def _name_of(self, line: SegmentLine) -> str:
        return self.ui.say("ui.groups.health") if line.hidden else clean(line.name)

    # --- showing ------------------------------------------------------------------------------

    def show_draft(self, draft: Draft, own: CampaignId | None) -> None:
        self._segment, self._without, self._own = draft.segment, draft.without, own
        self.name.input.setText(clean(draft.name))
        self._mark()

    def draft(self, before: Draft) -> Draft:
        return replace(before, name=self.name.text.strip(), segment=self._segment, without=self.without())

    def without(self) -> tuple[CampaignId, ...]:
        """Whose readers are left out; before the list is here, those of the draft."""
        if not self.earlier.count():
            return self._without
        if not self.not_yet.isChecked():
            return ()
        items = (self.earlier.item(row) for row in range(self.earlier.count()))
        chosen = {str(one.data(_ID)) for one in items if one.checkState() is Qt.CheckState.Checked}
        kept = [one for one in self._without if one in chosen]
        return (*kept, *(CampaignId(one) for one in sorted(chosen - set(kept))))

    def look(self) -> None:
        self._page.call(
            lambda _: (
                self.ui.office.list_segments(self._session),
                self.ui.office.list_campaigns(self._session),
            ),
            lambda both: self._show(*both),
        )

    def _show(self, groups: SegmentsShown, campaigns: CampaignsShown) -> None:
        self._without = self.without()
        self._showing = True
        self.rows.show(groups.segments)
        self._list_earlier([one for one in campaigns.campaigns if begun(one)])
        self._showing = False
        self.groups_button.setVisible(groups.can_change)
        self._mark()

    def _list_earlier(self, lines: list[CampaignLine]) -> None:
        self.earlier.clear()
        for line in lines:
            if line.id == self._own:
                continue
            item = QListWidgetItem(f"{clean(line.name)} · {state_words(self.ui, line.state)}")
            item.setData(_ID, str(line.id))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            self.earlier.addItem(item)

    def _mark(self) -> None:
        """The rows as the draft has them, and how many people that is now."""
        self._showing = True
        row = next((at for at, one in enumerate(self.rows.rows) if one.id == self._segment), -1)
        if row >= 0:
            self.list.selectRow(row)
        else:
            self.list.clearSelection()
        for at in range(self.earlier.count()):
            item = self.earlier.item(at)
            mine = item.data(_ID) in self._without
            item.setCheckState(Qt.CheckState.Checked if mine else Qt.CheckState.Unchecked)
        self.not_yet.setVisible(bool(self.earlier.count()))
        self.not_yet.setChecked(bool(self._without))
        self.earlier.setVisible(bool(self.earlier.count()) and self.not_yet.isChecked())
        self._showing = False
        self._count()

    def _offer(self, on: bool) -> None:
        self.earlier.setVisible(on)
        if on and not self._showing and self.earlier.count():
            self.earlier.setCurrentRow(0)
            self.earlier.setFocus()

    # --- choosing -----------------------------------------------------------------------------

    def _choose(self, row: int) -> None:
        if self._showing or not 0 <= row < len(self.rows.rows):
            return
        self._segment = self.rows.rows[row].id
        self._count()

    def _count(self) -> None:
        line = self.segment
        self.counted.emit(line.count if line is not None else 0)
        if line is None:
            code = "choose-group" if self.rows.rows else "no-group"
            self.count.setText(self.ui.say(f"ui.campaigns.{code}"))
        elif not line.count:
            self.count.setText(self.ui.say("ui.campaigns.group-empty"))
        else:
            self.count.setText(self.ui.texts.count("ui.campaigns.group-count", line.count))
