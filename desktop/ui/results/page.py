"""Reports: what came of the letters of a span of time, or of one campaign.

Large numbers first, then one breakdown at a time as a chart and, beside it, the same numbers as a table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QTableView, QVBoxLayout

from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.models.outcomes import By, Figure, Measure, Row, Shown, Sort, Span, Table
from desktop.office.results_words import before_lines, figure_words, notes, row_words, share
from desktop.office.values_results import (
    CampaignResults,
    ResultsExport,
    ResultsQuery,
    ResultsShown,
)
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.dates import day_words
from desktop.ui.navigation import Navigation
from desktop.ui.results.chart import Chart, Mark
from desktop.ui.results.export import ExportResultsDialog
from desktop.ui.results.numbers import Numbers
from desktop.ui.table import Column, Rows, table

DROP_OFF = "drop-off"
_WAY = (
    *(Measure.PLANNED, Measure.ACCEPTED, Measure.ARRIVED, Measure.OPENED, Measure.ANSWERED),
    *(Measure.CONFIRMED, Measure.KEPT),
)
"""From step to step fewer: where they were lost is seen."""
_NAME, _NUMBER, _SHARE, _TABLE = 170, 160, 80, 340
_NEXT = {Sort.REMINDERS: "today", Sort.CAMPAIGNS: "campaigns"}


class ResultsPage(Page):
    """A campaign is opened from its row, or from its own page; the way back leads to the span."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.results.title"))
        self._session, self._navigation = session, navigation
        self._back, self._asked = 0, 0
        self.campaign: CampaignId | None = None
        self.shown: ResultsShown | None = None
        self.list: QTableView | None = None
        self._build_head()
        column = scrolled_column(self.outer, margin=8)
        frame, inside = card()
        self.period = plain_label("", "heading", wrap=True)
        self.numbers = Numbers(ui)
        self.small = plain_label("", "muted", wrap=True)
        for widget in (self.period, self.numbers, self.small):
            inside.addWidget(widget)
        self.next = button("", self.go_on)
        inside.addWidget(self.next, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(frame)
        self.beside, lines = card()
        lines.addWidget(plain_label(ui.say("results.before"), "heading"))
        self.before = QVBoxLayout()
        lines.addLayout(self.before)
        column.addWidget(self.beside)
        self.parts, body = card()
        line = QHBoxLayout()
        self.by = self._choice("ui.results.by", (), self._show_part)
        line.addWidget(plain_label(ui.say("ui.results.by"), "label"))
        line.addWidget(self.by)
        line.addStretch()
        body.addLayout(line)
        both = QHBoxLayout()
        both.setSpacing(18)
        self.chart = Chart(ui)
        charted = QVBoxLayout()
        charted.addWidget(self.chart)
        charted.addStretch()
        both.addLayout(charted, 2)
        self._tabled = QVBoxLayout()
        both.addLayout(self._tabled, 3)
        body.addLayout(both)
        column.addWidget(self.parts)
        column.addStretch()
        self.parts.hide()
        self.beside.hide()
        self.next.hide()

    def _build_head(self) -> None:
        say = self.ui.say
        self.way_back = self.lead_back(say("ui.results.title"), self.show_span)
        self.head.addStretch()
        self.sort = self._choice(
            "ui.results.sort", [(one.value, f"sort-{one.value}") for one in Sort], self._anew
        )
        self.span = self._choice(
            "ui.results.span", [(one.value, f"span-{one.value}") for one in Span], self._anew
        )
        self.span.setCurrentIndex(self.span.findData(Span.MONTH.value))
        self.earlier = button(say("ui.results.earlier"), lambda: self._move(1))
        self.later = button(say("ui.results.later"), lambda: self._move(-1))
        self.export_button = button(say("ui.results.export"), self.export)
        for widget in (self.sort, self.span, self.earlier, self.later, self.export_button):
            self.head.addWidget(widget)
        self.way_back.hide()

    def _choice(self, name: str, codes: Sequence[tuple[str, str]], changed: Callable[[], None]) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(self.ui.say(name))
        for code, words in codes:
            made.addItem(self.ui.say(f"ui.results.{words}"), code)
        made.activated.connect(lambda _: changed())
        return made

    # --- what is asked -------------------------------------------------------------------------

    @property
    def query(self) -> ResultsQuery:
        return ResultsQuery(Sort(self.sort.currentData()), Span(self.span.currentData()), self._back)

    def refresh(self) -> None:
        self._asked += 1
        asked, campaign, query = self._asked, self.campaign, self.query
        office, who = self.ui, self._session
        self.notice.clear()
        self.export_button.setEnabled(False)

        def work(_: object) -> ResultsShown | CampaignResults:
            if campaign is not None:
                return office.office.show_campaign_results(who, campaign)
            return office.office.show_results(who, query)

        def done(shown: ResultsShown | CampaignResults) -> None:
            if asked == self._asked:
                self._show(shown)

        self.call(work, done)

    def show_campaign(self, campaign: CampaignId) -> None:
        self.campaign = campaign
        self.refresh()

    def show_span(self) -> None:
        self.campaign = None
        self.refresh()

    def _anew(self) -> None:
        self._back = 0
        self.refresh()

    def _move(self, by: int) -> None:
        self._back = max(0, self._back + by)
        self.refresh()

    def export(self) -> None:
        request = ResultsExport("", "", self.query, self.campaign)
        ExportResultsDialog(self.ui, self._session, request, self).open()

    def go_on(self) -> None:
        """To where letters come from."""
        self._navigation.open(_NEXT[self.query.sort])

    # --- what is shown -------------------------------------------------------------------------

    def _show(self, shown: ResultsShown | CampaignResults) -> None:
        say, campaign = self.ui.say, isinstance(shown, CampaignResults)
        results = shown.results if isinstance(shown, CampaignResults) else shown
        self.shown = results
        for widget in (self.sort, self.span, self.earlier, self.later):
            widget.setVisible(not campaign)
        self.way_back.setVisible(campaign)
        self.later.setEnabled(self._back > 0)
        if isinstance(shown, CampaignResults):
            self.period.setText(say("results.title.campaign", name=clean(shown.name)))
        else:
            self.period.setText(self._period(results))
        planned = results.total[0]
        nothing = planned.shown is Shown.EXACT and planned.value == 0
        few = planned.shown not in (Shown.EXACT, Shown.AT_LEAST)
        self.numbers.setVisible(not nothing and not few)
        self.numbers.show_figures(results.total)
        self.export_button.setEnabled(not nothing)
        self.small.setText(self._said(shown, nothing=nothing, few=few))
        self.next.setVisible(nothing and not campaign)
        self.next.setText(say(f"ui.results.go-{_NEXT[results.sort]}"))
        self._show_before(results)
        self.parts.setVisible(not nothing and not few)
        if not nothing and not few:
            self._offer(results)

    def _said(self, shown: ResultsShown | CampaignResults, *, nothing: bool, few: bool) -> str:
        if nothing and isinstance(shown, ResultsShown):
            return self.ui.say(f"ui.results.none-{shown.sort.value}")
        if nothing:
            return self.ui.say("ui.results.none-yet")
        if few:
            span = isinstance(shown, ResultsShown)
            return self.ui.say("ui.results.few" if span else "ui.results.few-campaign")
        return " ".join(notes(self.ui.texts, shown))

    def _period(self, results: ResultsShown) -> str:
        language = self.ui.texts.language
        if results.since is None or results.until is None:
            return ""
        since, until = (f"{day_words(day, language)} {day.year}" for day in (results.since, results.until))
        return since if since == until else self.ui.say("ui.results.period", since=since, until=until)

    def _show_before(self, results: ResultsShown) -> None:
        emptied(self.before)
        lines = before_lines(self.ui.texts, results.before) if results.before is not None else []
        for words in lines:
            self.before.addWidget(plain_label(words, wrap=True))
        self.beside.setVisible(bool(lines))

    def _offer(self, results: ResultsShown) -> None:
        kept = self.by.currentData()
        self.by.clear()
        self.by.addItem(self.ui.say("ui.results.drop-off"), DROP_OFF)
        for one in results.tables:
            if one.rows:
                self.by.addItem(self.ui.say(f"results.by.{one.by.value}"), one.by.value)
        self.by.setCurrentIndex(max(0, self.by.findData(kept)))
        self._show_part()

    def _show_part(self) -> None:
        if self.shown is None:
            return
        code = str(self.by.currentData())
        if code == DROP_OFF:
            self._show_way([one for one in self.shown.total if one.measure in _WAY])
        else:
            self._show_table(next(one for one in self.shown.tables if one.by.value == code))

    def _show_way(self, figures: Sequence[Figure]) -> None:
        texts = self.ui.texts
        names = {one.measure: texts.say(f"results.measure.{one.measure.value}") for one in figures}
        self.chart.show_marks(
            texts.say("ui.results.drop-off"),
            [_mark(names[one.measure], one, figure_words(texts, one)) for one in figures],
            line=False,
        )
        rows = Rows[Figure](
            (
                Column(texts.say("results.head.measure"), lambda one: names[one.measure], stretch=True),
                Column(
                    texts.say("results.head.letters"), lambda one: figure_words(texts, one), width=_NUMBER
                ),
                Column(texts.say("results.head.share"), share, width=_SHARE),
            )
        )
        rows.show(figures)
        self._place(table(rows, texts.say("ui.results.drop-off")), len(figures))

    def _show_table(self, shown: Table) -> None:
        texts, what = self.ui.texts, self.ui.say(f"results.by.{shown.by.value}")

        def name(row: Row) -> str:
            if row.since is not None and row.code == row.since.isoformat():
                return day_words(row.since, texts.language)
            return row_words(texts, shown.by, row)

        marks = [_mark(name(row), row.figures[0], figure_words(texts, row.figures[0])) for row in shown.rows]
        self.chart.show_marks(what, marks, line=shown.by is By.TIME)
        rows = Rows[Row](
            (
                Column(self.ui.say(f"results.row-of.{shown.by.value}"), name, width=_NAME),
                *(self._column(shown, at) for at in range(len(shown.rows[0].figures))),
            )
        )
        rows.show(shown.rows)
        view = table(rows, what)
        if shown.by is By.CAMPAIGN:
            self._opens(view, shown)
        self._place(view, len(shown.rows))

    def _column(self, shown: Table, at: int) -> Column[Row]:
        texts = self.ui.texts
        measure = shown.rows[0].figures[at].measure
        heading = "results.letters" if shown.by is By.OUTCOME else f"results.measure.{measure.value}"

        def words(row: Row) -> str:
            figure = row.figures[at]
            part = share(figure)
            return f"{figure_words(texts, figure)} ({part})" if part else figure_words(texts, figure)

        return Column(texts.say(heading), words, width=_NUMBER)

    def _opens(self, view: QTableView, shown: Table) -> None:
        """A campaign's row opens its own report; that of the small ones together does not."""

        def open_() -> None:
            row = view.currentIndex().row()
            if 0 <= row < len(shown.rows) and shown.rows[row].name:
                self.show_campaign(CampaignId(shown.rows[row].code))

        view.doubleClicked.connect(lambda _: open_())
        for key in ("Return", "Enter"):
            QShortcut(QKeySequence(key), view).activated.connect(open_)

    def _place(self, view: QTableView, rows: int) -> None:
        emptied(self._tabled).addWidget(view)
        view.setMinimumHeight(min(_TABLE, 44 * (rows + 1) + 24))
        self.list = view


def _mark(name: str, figure: Figure, words: str) -> Mark:
    known = figure.shown in (Shown.EXACT, Shown.AT_LEAST)
    return Mark(name, figure.value if known else None, words)
