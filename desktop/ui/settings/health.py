"""Delivery check: a message in each form to mailboxes of the staff, and what they saw of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import State
from desktop.office.values_health import DeliveryCheckLine, DeliveryChecksShown, DeliveryTick, StaffAccountIn
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.dates import date_words
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field

_PLACES = ("", "inbox", "spam", "missing")
_OPENED = ("", "yes", "no")
_SPARE = 2
"""Empty rows in the dialog beside those that are filled."""


class HealthSection(Page):
    """The newest round to be ticked, the earlier ones in a line each, and what follows from them."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.health"))
        self._session = session
        self._shown: DeliveryChecksShown | None = None
        self.title.setWordWrap(True)  # beside three long buttons, in the smallest window
        self.head.setStretch(0, 1)
        self.accounts_button = button(ui.say("ui.health.accounts"), self.edit_accounts)
        self.compare_button = button(ui.say("ui.health.compare"), self.compare)
        self.start_button = button(ui.say("ui.health.start"), self.start, "primary")
        for made in (self.accounts_button, self.compare_button, self.start_button):
            self.head.addWidget(made)
        self.column = scrolled_column(self.outer, spacing=12)
        self.ticks: dict[str, tuple[QComboBox, QComboBox]] = {}

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.show_delivery_checks(self._session), self.show_checks)

    def edit_accounts(self) -> None:
        before = self._shown.accounts if self._shown is not None else ()
        dialog = AccountsDialog(self.ui, self._session, self, before)
        dialog.accepted.connect(self.refresh)
        dialog.open()

    def start(self) -> None:
        self._work("ui.health.starting", lambda: self.ui.office.start_delivery_check(self._session))

    def compare(self) -> None:
        self._work("ui.health.comparing", lambda: self.ui.office.read_back(self._session))

    def tick(self, check: str) -> None:
        """Kept as soon as something is chosen; "not looked yet" keeps nothing."""
        placed, opened = (box.currentData() for box in self.ticks[check])
        if placed:
            seen = DeliveryTick(check, placed, opened if placed != "missing" else "")
            self.call(lambda _: self.ui.office.tick_delivery(self._session, seen), self._ticked)

    def show_checks(self, shown: DeliveryChecksShown) -> None:
        """Take what is known onto the page."""
        self._shown = shown
        self.ticks.clear()
        emptied(self.column)
        say = self.ui.say
        self.column.addWidget(plain_label(say("ui.health.lead"), "muted", wrap=True))
        if shown.due and shown.accounts:
            self.column.addWidget(plain_label(say("ui.health.due"), "pill-warn"))
        if not shown.accounts:
            self.column.addWidget(plain_label(say("ui.health.none"), "muted", wrap=True))
        if shown.advice:
            self.column.addWidget(self._advice(shown))
        for number, round_ in enumerate(shown.rounds):
            self.column.addWidget(self._round(round_) if number == 0 else self._earlier(round_))
        self.column.addStretch()
        self.start_button.setEnabled(bool(shown.accounts))
        self.compare_button.setEnabled(bool(shown.rounds))

    # --- inside -------------------------------------------------------------------------------

    def _work(self, words: str, work: Callable[[], DeliveryChecksShown]) -> None:
        self.notice.show_words(self.ui.say(words), "plain")
        self.start_button.setEnabled(False)
        self.compare_button.setEnabled(False)
        self.call(lambda _: work(), self._done, self._failed)

    def _done(self, shown: DeliveryChecksShown) -> None:
        self.notice.clear()
        self.show_checks(shown)

    def _ticked(self, shown: DeliveryChecksShown) -> None:
        """Where the hand is stays where it is: only what follows is shown anew at the next look."""
        self._shown = shown
        self.notice.show_words(self.ui.say("ui.health.kept"), "ok")

    def _failed(self, error: SealwellError) -> None:
        self.start_button.setEnabled(True)
        self.compare_button.setEnabled(True)
        self.show_error(error)

    def _advice(self, shown: DeliveryChecksShown) -> QWidget:
        frame, column = card()
        column.addWidget(plain_label(self.ui.say("ui.health.follows"), "heading"))
        for reason in shown.advice:
            params = dict(reason.params)
            if "form" in params:
                params["form"] = self.ui.say(f"delivery-form.{params['form']}")
            words = self.ui.say(f"reason.{reason.code}", **params)
            column.addWidget(plain_label(clean(words), wrap=True))
        return frame

    def _round(self, round_: tuple[DeliveryCheckLine, ...]) -> QWidget:
        say, language = self.ui.say, self.ui.texts.language
        frame, column = card()
        day = date_words(round_[0].at.date(), language)
        column.addWidget(plain_label(say("ui.health.round", date=day), "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        for place, name in enumerate(("mailbox", "form", "state", "placed", "opened")):
            grid.addWidget(plain_label(say(f"ui.health.{name}"), "label"), 0, place)
        row = 1
        for line in round_:
            row = self._line(grid, row, line)
        grid.setColumnStretch(0, 1)
        column.addLayout(grid)
        return frame

    def _line(self, grid: QGridLayout, row: int, line: DeliveryCheckLine) -> int:
        say = self.ui.say
        device = f"  ·  {say('ui.health.phone')}" if line.device else ""
        where = clean(f"{line.provider}  ·  {line.address}{device}")
        form = say(f"delivery-form.{line.form}")
        grid.addWidget(plain_label(where, wrap=True), row, 0)
        grid.addWidget(plain_label(form), row, 1)
        grid.addWidget(plain_label(say(f"ui.state.{line.state.value}"), "muted"), row, 2)
        placed = self._choice("ui.health.place", _PLACES, line.placed, f"{where}, {form}")
        opened = self._choice("ui.health.open", _OPENED, line.opened, f"{where}, {form}")
        left = line.state not in (State.QUEUED, State.CANCELLED)
        for box in (placed, opened):
            box.setEnabled(left)
            box.activated.connect(lambda _, check=line.id: self.tick(check))
        self.ticks[line.id] = placed, opened
        grid.addWidget(placed, row, 3)
        grid.addWidget(opened, row, 4)
        if line.changes is not None:
            words = " ".join(self.ui.reason(one) for one in line.changes) or say("ui.health.unchanged")
            grid.addWidget(plain_label(words, "muted", wrap=True), row + 1, 0, 1, 5)
            return row + 2
        return row + 1

    def _choice(self, words: str, codes: tuple[str, ...], chosen: str, about: str) -> QComboBox:
        box = QComboBox()
        for code in codes:
            box.addItem(self.ui.say(f"{words}-{code or 'unknown'}"), code)
        box.setCurrentIndex(codes.index(chosen) if chosen in codes else 0)
        box.setAccessibleName(f"{self.ui.say(words)}: {about}")
        return box

    def _earlier(self, round_: tuple[DeliveryCheckLine, ...]) -> QWidget:
        places = [line.placed for line in round_]
        return plain_label(
            self.ui.say(
                "ui.health.earlier",
                date=date_words(round_[0].at.date(), self.ui.texts.language),
                inbox=places.count("inbox"),
                spam=places.count("spam"),
                missing=places.count("missing"),
            ),
            "muted",
            wrap=True,
        )


class AccountsDialog(FormDialog):
    """The mailboxes of the staff: address, which service, and whether it is read on a phone."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget, before: tuple[StaffAccountIn, ...]) -> None:
        super().__init__(ui, ui.say("ui.health.accounts"), parent)
        self._session = session
        self.content.addWidget(plain_label(ui.say("ui.health.accounts-lead"), "muted", wrap=True))
        self.rows: list[tuple[Field, Field, QCheckBox]] = []
        self._rows = QVBoxLayout()
        self.content.addLayout(self._rows)
        for one in before:
            self.add_row(one)
        for _ in range(_SPARE):
            self.add_row(None)
        self.content.addWidget(button(ui.say("ui.health.more"), lambda: self.add_row(None), "link"))
        self.save_button = button(ui.say("ui.save"), self.save, "primary")
        self.foot.addWidget(self.save_button)

    def add_row(self, one: StaffAccountIn | None) -> None:
        say = self.ui.say
        address, provider = Field(say("ui.health.address")), Field(say("ui.health.provider"))
        phone = QCheckBox(say("ui.health.phone"))
        if one is not None:
            address.input.setText(one.address)
            provider.input.setText(one.provider)
            phone.setChecked(one.device == "phone")
        row = QHBoxLayout()
        row.addWidget(address, 3)
        row.addWidget(provider, 2)
        row.addWidget(phone, 0, Qt.AlignmentFlag.AlignBottom)
        self._rows.addLayout(row)
        self.rows.append((address, provider, phone))

    def save(self) -> None:
        """Rows without an address are left out; leaving all out ends the check."""
        wanted = tuple(
            StaffAccountIn(address.text.strip(), provider.text.strip(), "phone" if phone.isChecked() else "")
            for address, provider, phone in self.rows
            if address.text.strip()
        )
        self.save_button.setEnabled(False)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.set_staff_accounts(self._session, wanted),
            lambda _: self.accept(),
            self._refused,
        )

    def _refused(self, error: SealwellError) -> None:
        self.save_button.setEnabled(True)
        self.failed(error)
