"""When reminders and campaigns leave, and what the mail service allows; nothing else is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.delivery import Hours, RelaySending, SendingRules
from desktop.office.values_access import Purpose
from desktop.office.values_campaigns import CampaignRules
from desktop.office.values_delivery import RelayUse
from desktop.office.values_practice import RelayLine
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.form import Field
from desktop.ui.settings.campaignrules import CampaignRulesCard
from desktop.ui.stepup import proved

_NARROW = 84
_Shown = tuple[SendingRules, CampaignRules, tuple[tuple[RelayLine, RelaySending, RelayUse], ...]]


class SendingSection(Page):
    """The practice's rules in one card, and one card a mail service."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.sending"))
        self._session = session
        self.head.addStretch()
        self.column = scrolled_column(self.outer)
        self.rules: RulesCard | None = None
        self.many: CampaignRulesCard | None = None
        self.relays: list[RatesCard] = []

    def refresh(self) -> None:
        def look(_: object) -> _Shown:
            office, session = self.ui.office, self._session
            live = [line for line in office.list_relays(session) if line.retired_at is None]
            rates = tuple(
                (line, office.show_relay_sending(session, line.id), office.relay_use(session, line.id))
                for line in live
            )
            return office.show_sending_rules(session), office.campaign_rules(session), rates

        self.call(look, self._show)

    def _show(self, shown: _Shown) -> None:
        emptied(self.column)
        rules, many, relays = shown
        self.rules = RulesCard(self, rules)
        self.many = CampaignRulesCard(self.ui, many, self.save_many)
        self.column.addWidget(self.rules)
        self.column.addWidget(self.many)
        self.relays = [RatesCard(self, *one) for one in relays]
        for made in self.relays:
            self.column.addWidget(made)
        self.column.addStretch()

    def save_rules(self, rules: SendingRules) -> None:
        self._save(lambda: self.ui.office.set_sending_rules(self._session, rules))

    def save_many(self, rules: CampaignRules) -> None:
        self._save(lambda: self.ui.office.set_campaign_rules(self._session, rules))

    def _save(self, keep: Callable[[], object]) -> None:
        self.notice.clear()
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: keep(),
            lambda _: self._saved(),
            self.show_error,
        )

    def save_rates(self, sending: RelaySending) -> None:
        self.notice.clear()
        self.call(lambda _: self.ui.office.set_relay_sending(self._session, sending), lambda _: self._saved())

    def _saved(self) -> None:
        self.notice.show_words(self.ui.say("ui.sending.saved"), "ok")
        self.refresh()


class RulesCard(QWidget):
    """Hours, days, closed days. Every time is by the practice's own clock, which is named."""

    def __init__(self, page: SendingSection, rules: SendingRules) -> None:
        super().__init__()
        self._page, self._rules = page, rules
        say = page.ui.say
        column = _framed(self)
        column.addWidget(plain_label(say("ui.sending.when"), "heading"))
        clock = page.ui.texts.zone(rules.zone)
        column.addWidget(plain_label(say("ui.sending.clock", zone=clock), "muted", wrap=True))
        self.reminders = HoursRow(page.ui, "reminders", rules.reminders)
        self.campaigns = HoursRow(page.ui, "campaigns", rules.campaigns)
        column.addWidget(self.reminders)
        column.addWidget(self.campaigns)
        column.addWidget(plain_label(say("ui.sending.letters"), "muted", wrap=True))
        self.closed = Field(say("ui.sending.closed"), hint=say("ui.sending.closed-hint"))
        self.closed.input.setText(", ".join(rules.closed))
        column.addWidget(self.closed)
        self.country = _short(say("ui.sending.country"), rules.country)
        self.region = _short(say("ui.sending.region"), rules.region)
        self.silence = _short(say("ui.sending.silence"), str(rules.silence_days))
        self.closing = _short(say("ui.sending.closing"), _clock(rules.closing))
        for beside in ((self.country, self.region), (self.silence, self.closing)):
            row = QHBoxLayout()
            row.setSpacing(12)
            for field in beside:
                row.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
            column.addLayout(row)
        self.save_button = button(say("ui.save"), self.save, "primary")
        column.addWidget(self.save_button, 0, Qt.AlignmentFlag.AlignLeft)

    def save(self) -> None:
        """What the form says, or what is wrong beside its field."""
        reminders, campaigns = self.reminders.value(), self.campaigns.value()
        closing, fit = _time(self._page.ui, self.closing, empty=True)
        days = self.silence.text.strip()
        if not days.isdecimal():
            self.silence.wrong(self._page.ui.say("ui.sending.number-wrong"))
        if reminders is None or campaigns is None or not fit or not days.isdecimal():
            return
        self._page.save_rules(
            replace(
                self._rules,
                reminders=reminders,
                campaigns=campaigns,
                closed=tuple(one.strip() for one in self.closed.text.split(",") if one.strip()),
                country=self.country.text,
                region=self.region.text,
                silence_days=int(days),
                closing=closing,
            )
        )


class HoursRow(QWidget):
    """From, until, the days of the week, and with `holidays` whether those count."""

    def __init__(self, ui: Ui, kind: str, hours: Hours, *, holidays: bool = True) -> None:
        super().__init__()
        self._ui = ui
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(plain_label(say(f"ui.sending.{kind}"), "label"))
        row = QHBoxLayout()
        row.setSpacing(10)
        self.first = _short(say("ui.sending.first"), _clock(hours.first), say(f"ui.sending.{kind}"))
        self.last = _short(say("ui.sending.last"), _clock(hours.last), say(f"ui.sending.{kind}"))
        for field in (self.first, self.last):
            field.setFixedWidth(_NARROW + 40)
            row.addWidget(field, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch()
        column.addLayout(row)
        week = QHBoxLayout()
        week.setSpacing(10)
        self.days = [QCheckBox(say(f"words.weekday.{day + 1}")) for day in range(7)]
        for day, box in enumerate(self.days):
            box.setChecked(day in hours.days)
            box.setAccessibleName(f"{say(f'ui.sending.{kind}')}: {box.text()}")
            week.addWidget(box)
        week.addStretch()
        column.addLayout(week)
        self.holidays = QCheckBox(say("ui.sending.holidays"))
        self.holidays.setChecked(hours.holidays)
        self.holidays.setVisible(holidays)
        column.addWidget(self.holidays)

    def value(self) -> Hours | None:
        first, first_fits = _time(self._ui, self.first)
        last, last_fits = _time(self._ui, self.last)
        if first is None or last is None or not (first_fits and last_fits):
            return None
        days = tuple(day for day, box in enumerate(self.days) if box.isChecked())
        return Hours(first, last, days, self.holidays.isChecked())


class RatesCard(QWidget):
    """What the provider allows a minute, an hour, a day, and how much of that is used."""

    def __init__(self, page: SendingSection, line: RelayLine, sending: RelaySending, use: RelayUse) -> None:
        super().__init__()
        self._page, self._sending = page, sending
        ui, say = page.ui, page.ui.say
        column = _framed(self)
        column.addWidget(plain_label(clean(line.name), "heading"))
        column.addWidget(plain_label(say("ui.sending.allows"), "muted", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(12)
        rates = (sending.per_minute, sending.per_hour, sending.per_day)
        self.rates = [
            _short(say(f"ui.sending.per-{name}"), str(rate) if rate else "")
            for name, rate in zip(("minute", "hour", "day"), rates, strict=True)
        ]
        for field in self.rates:
            row.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        if any(rates):
            used = use.rates
            numbers = {"minute": used.used_minute, "hour": used.used_hour, "day": used.used_day}
            column.addWidget(plain_label(say("ui.sending.used", **numbers), "muted", wrap=True))
        for reason in use.method_words:
            column.addWidget(plain_label(ui.reason(reason), "muted", wrap=True))
        self.details_button = button(say("ui.sending.details"), self.toggle, "link")
        column.addWidget(self.details_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.details = QWidget()
        inside = QVBoxLayout(self.details)
        inside.setContentsMargins(0, 0, 0, 0)
        self.office = QCheckBox(say("ui.sending.office"))
        self.office.setChecked(sending.office_mailbox)
        self.standby = QCheckBox(say("ui.sending.standby"))
        self.standby.setChecked(sending.standby)
        self.connections = _short(say("ui.sending.connections"), str(sending.connections))
        inside.addWidget(self.office)
        inside.addWidget(self.standby)
        inside.addWidget(self.connections)
        self.details.hide()
        column.addWidget(self.details)
        self.save_button = button(say("ui.save"), self.save, "primary")
        column.addWidget(self.save_button, 0, Qt.AlignmentFlag.AlignLeft)

    def toggle(self) -> None:
        self.details.setVisible(self.details.isHidden())

    def save(self) -> None:
        """An empty limit is none."""
        fields = (*self.rates, self.connections)
        wrong = [one for one in fields if one.text.strip() and not one.text.strip().isdecimal()]
        for field in wrong:
            field.wrong(self._page.ui.say("ui.sending.number-wrong"))
        if wrong:
            return
        minute, hour, day = (int(one.text.strip() or 0) for one in self.rates)
        self._page.save_rates(
            replace(
                self._sending,
                per_minute=minute,
                per_hour=hour,
                per_day=day,
                connections=int(self.connections.text.strip() or 1),
                standby=self.standby.isChecked(),
                office_mailbox=self.office.isChecked(),
            )
        )


def _framed(outer: QWidget) -> QVBoxLayout:
    frame, column = card()
    around = QVBoxLayout(outer)
    around.setContentsMargins(0, 0, 0, 0)
    around.addWidget(frame)
    return column


def _short(label: str, text: str, of: str = "") -> Field:
    field = Field(label)
    field.input.setText(text)
    field.input.setMinimumWidth(_NARROW)
    if of:
        field.input.setAccessibleName(f"{of}: {label}")
    return field


def _clock(at: time | None) -> str:
    return "" if at is None else f"{at:%H:%M}"


def _time(ui: Ui, field: Field, *, empty: bool = False) -> tuple[time | None, bool]:
    """The time that was typed, and whether it is one."""
    words = field.text.strip()
    if not words and empty:
        return None, True
    try:
        hour, minute = words.split(":")
        return time(int(hour), int(minute)), True
    except ValueError:
        field.wrong(ui.say("ui.sending.time-wrong"))
        return None, False
