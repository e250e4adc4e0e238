"""Addresses that deserve a look: by what is doubtful, with what was probably meant."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout

from desktop.models.accounts import Session
from desktop.office.values_facts import AddressesShown, AddressLine, AddressQuery
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.buttonline import ButtonLine
from desktop.ui.navigation import Navigation
from desktop.ui.table import Column, Rows, table

_ALL = ""
_MOST = 500
_NAMED = frozenset(
    {
        *("address-stopped", "domain-typo", "domain-near-slip", "domain-twin", "mixed-script", "lookalike"),
        *("address-placeholder", "address-role", "address-shared", "address-silent"),
    }
)
"""Reasons with a short name of their own above the list."""


class AddressesPage(Page):
    """A person decides about each: nothing is changed but by a press."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.addresses.title"))
        self._session, self._navigation = session, navigation
        self._code = _ALL
        self._asked = 0
        self.title.hide()
        say = ui.say
        self.kinds = ButtonLine(say("ui.addresses.kinds"), self.show_kind)
        self.outer.addWidget(self.kinds)
        self.rows = Rows[AddressLine](
            (
                Column(say("ui.addresses.person"), lambda one: clean(one.name), width=170),
                Column(say("ui.addresses.address"), lambda one: clean(one.address), width=220),
                Column(say("ui.addresses.why"), lambda one: ui.reason(one.reason), stretch=True),
            )
        )
        self.list = table(self.rows, say("ui.addresses.title"))
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        self.list.doubleClicked.connect(lambda _: self.open_person())
        for key in ("Return", "Enter"):
            QShortcut(QKeySequence(key), self.list).activated.connect(self.open_person)
        self.outer.addWidget(self.list, 1)
        self.empty = plain_label("", "muted", wrap=True)
        self.outer.addWidget(self.empty)
        self.why = plain_label("", wrap=True)
        self.outer.addWidget(self.why)
        self.line: AddressLine | None = None
        self.person_button = button(say("ui.addresses.open"), self.open_person)
        self.change_button = button("", self.change, "primary")
        foot = QHBoxLayout()
        foot.addWidget(self.change_button)
        foot.addWidget(self.person_button)
        foot.addStretch()
        self.outer.addLayout(foot)
        self._choose(-1)

    def refresh(self) -> None:
        query = AddressQuery(self._code, _MOST)
        self._asked += 1
        asked = self._asked

        def done(shown: AddressesShown) -> None:
            if asked == self._asked:
                self._show(shown)

        self.call(lambda _: self.ui.office.check_addresses(self._session, query), done)

    def show_kind(self, code: str) -> None:
        self._code = code
        self.refresh()

    def _show(self, shown: AddressesShown) -> None:
        total = sum(shown.counts.values())
        if self._code and self._code not in shown.counts:
            self._code = _ALL  # the last one of its kind was put right
            self.refresh()
            return
        self.kinds.clear()
        for code, count in ((_ALL, total), *shown.counts.items()):
            words = self.ui.say(f"ui.addresses.kind-{_named(code)}")
            made = self.kinds.add(code, f"{words} ({count})")
            made.setChecked(code == self._code)
        self.kinds.place()
        self.kinds.setVisible(total > 0)
        self.rows.show(shown.lines)
        self.list.setVisible(bool(shown.lines))
        fine = self.ui.say("ui.addresses.fine", count=shown.looked_at)
        more = self.ui.say("ui.addresses.more", count=shown.total) if shown.total > len(shown.lines) else ""
        self.empty.setText(more if shown.lines else fine)
        self.empty.setVisible(bool(self.empty.text()))
        self._choose(-1)
        if shown.lines:
            self.list.selectRow(0)

    def _choose(self, row: int) -> None:
        self.line = self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None
        self.person_button.setVisible(self.line is not None)
        self.why.setText(self.ui.reason(self.line.reason) if self.line is not None else "")
        self.why.setVisible(self.line is not None)
        suggestion = self.line.suggestion if self.line is not None else ""
        self.change_button.setVisible(bool(suggestion))
        self.change_button.setText(self.ui.say("ui.addresses.change", address=clean(suggestion)))

    def open_person(self) -> None:
        if self.line is not None:
            self._navigation.person(self.line.person)

    def change(self) -> None:
        """To what was probably meant, as it stands on the button."""
        line = self.line
        if line is None or not line.suggestion:
            return
        self.change_button.setEnabled(False)
        self.call(
            lambda _: self.ui.office.set_person(self._session, line.person, {"email": line.suggestion}),
            lambda _: self._changed(),
            self._refused,
        )

    def _changed(self) -> None:
        self.change_button.setEnabled(True)
        self.notice.show_words(self.ui.say("ui.addresses.changed"), "ok")
        self.refresh()

    def _refused(self, error: object) -> None:
        self.change_button.setEnabled(True)
        self.show_error(error)  # type: ignore[arg-type]


def _named(code: str) -> str:
    if not code:
        return "all"
    return code if code in _NAMED else "unusable"
