"""When something is written about a visit: by type of visit, before it or after it, and in which words."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.campaigning import AFTER, TemplateId, WindowKind
from desktop.office.values_reminders import WindowChanged, WindowLine, WindowRequest, WindowsShown
from desktop.texts import clean
from desktop.ui.audit.inputs import number_input
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.table import Column, Rows, table

_UNITS = {"minutes": 1, "hours": 60, "days": 1440}
_MOST = 1440
_LIBRARY, _OWN = "library:", "own:"
"""Before what a choice of words names."""


class TimesSection(Page):
    """The list above; the line below adds one, or changes the one in front."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.times.title"))
        self._session = session
        self.shown: WindowsShown | None = None
        self.head.addStretch()
        self.outer.addWidget(plain_label(ui.say("ui.times.lead"), "muted", wrap=True))
        self.usual = plain_label(ui.say("ui.times.usual"), wrap=True)
        self.outer.addWidget(self.usual)
        self.rows = Rows[WindowLine](self._columns())
        self.view = table(self.rows, ui.say("ui.times.title"))
        self.view.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        self.outer.addWidget(self.view, 1)
        self.outer.addWidget(self._form())
        self.families = QCheckBox(ui.say("ui.times.families"))
        self.families.setToolTip(ui.say("ui.times.families-hint"))
        self.families.clicked.connect(self.set_families)
        self.outer.addWidget(self.families)
        self._choose(-1)

    def _columns(self) -> list[Column[WindowLine]]:
        say = self.ui.say
        return [
            Column(
                say("ui.times.type"), lambda one: clean(one.visit_type) or say("ui.times.every"), width=145
            ),
            Column(say("ui.times.what"), lambda one: say(f"ui.times.kind-{one.kind.value}"), stretch=True),
            Column(say("ui.times.when"), self._when, width=140),
            Column(say("ui.times.words"), self._words, stretch=True),
        ]

    def _when(self, one: WindowLine) -> str:
        unit = _unit(one.minutes)
        side = "after" if one.kind in AFTER else "before"
        return self.ui.texts.count(f"ui.times.{side}-{unit}", one.minutes // _UNITS[unit])

    def _words(self, one: WindowLine) -> str:
        name = self.ui.say(f"template.title.{one.code}") if one.code else clean(one.words)
        if not name:
            return self.ui.say("ui.times.plain")
        return self.ui.say("ui.times.unapproved", name=name) if one.unapproved else name

    def _form(self) -> QWidget:
        say = self.ui.say
        self.type, self.kind, self.unit, self.words = (QComboBox() for _ in range(4))
        for box, name in (
            (self.type, "type"),
            (self.kind, "what"),
            (self.unit, "unit"),
            (self.words, "words"),
        ):
            box.setAccessibleName(say(f"ui.times.{name}"))
        for kind in WindowKind:
            self.kind.addItem(say(f"ui.times.kind-{kind.value}"), kind.value)
        for unit in _UNITS:
            self.unit.addItem(say(f"ui.times.{unit}"), unit)
        self.unit.setCurrentIndex(self.unit.findData("days"))
        self.number = number_input(say("ui.times.number"), 1, _MOST)
        self.add_button = button(say("ui.times.add"), self.add, "primary")
        self.change_button = button(say("ui.times.change"), self.change)
        self.remove_button = button(say("ui.times.remove"), self.remove)
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row, below = QHBoxLayout(), QHBoxLayout()
        for box in (self.type, self.kind, self.words):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
            row.addWidget(box, 1)
        below.addWidget(self.number)
        below.addWidget(self.unit)
        below.addStretch()
        for made in (self.remove_button, self.change_button, self.add_button):
            below.addWidget(made)
        column.addLayout(row)
        column.addLayout(below)
        return form

    # --- looking -------------------------------------------------------------------------------

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.list_windows(self._session), self.show_windows)

    def show_windows(self, shown: WindowsShown) -> None:
        self.shown = shown
        self.usual.setVisible(shown.usual)
        self.families.setChecked(shown.families)
        self.families.setEnabled(shown.may_set)
        self.type.clear()
        self.type.addItem(self.ui.say("ui.times.every"), "")
        for name in shown.types:
            self.type.addItem(clean(name), name)
        self.words.clear()
        self.words.addItem(self.ui.say("ui.times.plain"), "")
        for code in shown.codes:
            self.words.addItem(self.ui.say(f"template.title.{code}"), f"{_LIBRARY}{code}")
        for id_, name in shown.templates:
            self.words.addItem(clean(name), f"{_OWN}{id_}")
        self.rows.show(shown.windows)
        self._choose(-1)

    def _chosen(self) -> WindowLine | None:
        at = self.view.currentIndex().row()
        return self.rows.rows[at] if 0 <= at < len(self.rows.rows) else None

    def _choose(self, at: int) -> None:
        one = self.rows.rows[at] if 0 <= at < len(self.rows.rows) else None
        may = self.shown is not None and self.shown.may_set
        self.add_button.setEnabled(may)
        for made in (self.change_button, self.remove_button):
            made.setEnabled(may and one is not None)
        if one is None:
            return
        if one.visit_type and self.type.findData(one.visit_type) < 0:
            self.type.addItem(clean(one.visit_type), one.visit_type)
        unit = _unit(one.minutes)
        words = f"{_OWN}{one.template}" if one.template else f"{_LIBRARY}{one.code}" if one.code else ""
        self.type.setCurrentIndex(self.type.findData(one.visit_type))
        self.kind.setCurrentIndex(self.kind.findData(one.kind.value))
        self.unit.setCurrentIndex(self.unit.findData(unit))
        self.number.setValue(one.minutes // _UNITS[unit])
        self.words.setCurrentIndex(max(0, self.words.findData(words)))

    # --- changing --------------------------------------------------------------------------------

    def _request(self, of: WindowLine | None) -> WindowRequest:
        words = str(self.words.currentData() or "")
        return WindowRequest(
            kind=WindowKind(self.kind.currentData()),
            minutes=self.number.value() * _UNITS[str(self.unit.currentData())],
            visit_type=str(self.type.currentData() or ""),
            template=TemplateId(words.removeprefix(_OWN)) if words.startswith(_OWN) else None,
            code=words.removeprefix(_LIBRARY) if words.startswith(_LIBRARY) else "",
            id=of.id if of is not None else None,
        )

    def add(self) -> None:
        self._set(self._request(None))

    def change(self) -> None:
        one = self._chosen()
        if one is not None:
            self._set(self._request(one))

    def _set(self, request: WindowRequest) -> None:
        self.notice.clear()
        self.call(lambda _: self.ui.office.set_window(self._session, request), self._kept)

    def remove(self) -> None:
        one = self._chosen()
        if one is not None:
            self.notice.clear()
            self.call(lambda _: self.ui.office.retire_window(self._session, one.id), self._kept)

    def set_families(self, merged: bool) -> None:
        """One letter for several visits of a family on one day, where the family said nothing itself."""
        self.notice.clear()
        self.call(lambda _: self.ui.office.set_family_letters(self._session, merged), self.show_windows)

    def _kept(self, changed: WindowChanged) -> None:
        self.show_windows(changed.shown)
        words = self.ui.say("ui.times.kept")
        if changed.withdrawn:
            words = f"{words} {self.ui.texts.count('ui.times.withdrawn', changed.withdrawn)}"
        self.notice.show_words(words, "ok")


def _unit(minutes: int) -> str:
    """The largest that says it whole."""
    return next(unit for unit in reversed(_UNITS) if minutes % _UNITS[unit] == 0)
