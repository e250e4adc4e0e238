"""Who gets it and who does not: a filter by name, by reason and by way, and a row for everybody."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.models.records import Method
from desktop.office.values_campaigns import AudienceQuery, AudienceShown, CampaignRow, CampaignShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, plain_label
from desktop.ui.campaigns.words import about, left_words, method_words
from desktop.ui.table import Column, Rows, table

_PAUSE = 250
_STRETCH = 100
_ALL, _GETS, _LEFT_OUT = "all", "gets", "left-out"
BY_REASON = "reason:"


class AudienceList(QWidget):
    """`on_person` hears of somebody who gets it, to look at their letter; `filtered`: others are shown."""

    filtered = Signal()

    def __init__(
        self, ui: Ui, session: Session, page: Page, on_person: Callable[[CampaignRow], None]
    ) -> None:
        super().__init__()
        self.ui, self._session, self._page, self._on_person = ui, session, page, on_person
        self._campaign: CampaignId | None = None
        self._asked = 0
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE)
        self._soon.timeout.connect(self.look)
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        self.filter = QComboBox()
        self.filter.setAccessibleName(say("ui.campaigns.filter"))
        self.filter.setMinimumContentsLength(24)
        self.filter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.filter.activated.connect(lambda _: self.look())
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("ui.campaigns.find-person"))
        self.search.setAccessibleName(say("ui.campaigns.find-person"))
        self.search.textEdited.connect(lambda _: self._soon.start())
        row.addWidget(self.filter, 1)
        row.addWidget(self.search, 1)
        column.addLayout(row)
        tokens = ui.theme.tokens
        self.rows = Rows[CampaignRow](
            [
                Column(say("ui.campaigns.person"), lambda one: clean(one.name), width=200),
                Column(
                    say("ui.campaigns.how"),
                    self._how,
                    colour=lambda one: tokens.ok if one.included and one.late is None else tokens.warn,
                    width=190,
                ),
                Column(say("ui.campaigns.why-fix"), self._why, stretch=True),
            ],
            more=lambda: self._ask(len(self.rows.rows)),
        )
        self.list = table(self.rows, say("ui.campaigns.audience"))
        self.list.setMinimumHeight(220)
        self.list.activated.connect(lambda index: self._open(index.row()))
        column.addWidget(self.list, 1)
        self.count = plain_label("", "muted")
        column.addWidget(self.count)

    def show_campaign(self, shown: CampaignShown) -> None:
        """Offers what the counts hold; what was chosen stays chosen where it is still there."""
        if shown.line.id != self._campaign:
            self.search.clear()
            self.filter.clear()
        self._campaign = shown.line.id
        before = self.filter.currentData()
        self.filter.clear()
        for code in (_ALL, _GETS, _LEFT_OUT):
            self.filter.addItem(self.ui.say(f"ui.campaigns.show-{code}"), code)
        for one in shown.methods:
            self.filter.addItem(method_words(self.ui, one.method), f"method:{one.method.value}")
        for left in shown.reasons:
            self.filter.addItem(left_words(self.ui, left), f"{BY_REASON}{left.reason.code}")
        self.filter.setCurrentIndex(max(0, self.filter.findData(before)))
        self.look()

    def choose(self, code: str) -> None:
        """Such as `reason:refused`: those people alone."""
        at = self.filter.findData(code)
        if at >= 0:
            self.filter.setCurrentIndex(at)
            self.look()

    @property
    def reason(self) -> str:
        """The code of the reason whose people are shown; '' for any other choice."""
        chosen = str(self.filter.currentData() or "")
        return chosen.removeprefix(BY_REASON) if chosen.startswith(BY_REASON) else ""

    def look(self) -> None:
        self.filtered.emit()
        self._ask(0)

    def _ask(self, offset: int) -> None:
        if self._campaign is None:
            return
        self._asked += 1
        mine, query = self._asked, self._query(self._campaign, offset)
        self._page.call(
            lambda _: self.ui.office.list_audience(self._session, query),
            lambda shown: self._show(mine, offset, shown),
        )

    def _query(self, campaign: CampaignId, offset: int) -> AudienceQuery:
        kind, _, value = str(self.filter.currentData() or _ALL).partition(":")
        included = {_GETS: True, _LEFT_OUT: False, "method": True, "reason": False}.get(kind)
        return AudienceQuery(
            campaign,
            included,
            value if kind == "reason" else "",
            Method(value) if kind == "method" else None,
            self.search.text().strip(),
            _STRETCH,
            offset,
        )

    def _show(self, mine: int, offset: int, shown: AudienceShown) -> None:
        if mine != self._asked:
            return
        if offset:
            self.rows.append(shown.rows)
        else:
            self.rows.show(shown.rows, shown.total)
        self.count.setText(self.ui.texts.count("ui.campaigns.people", shown.total))

    def _how(self, row: CampaignRow) -> str:
        if not row.included:
            return self.ui.say("ui.campaigns.does-not")
        if row.late is not None:
            return self.ui.say("ui.campaigns.fell-out")
        return method_words(self.ui, row.method)

    def _why(self, row: CampaignRow) -> str:
        """Why not, and what mends it."""
        reason = row.late or row.reason
        parts = [about(self.ui, reason, row.name)] if reason is not None else []
        if row.fix:
            parts.append(self.ui.say(f"campaign.fix.{row.fix}"))
        return " ".join(parts)

    def _open(self, at: int) -> None:
        if 0 <= at < len(self.rows.rows):
            self._on_person(self.rows.rows[at])
