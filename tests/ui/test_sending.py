"""Sending rules in the window: plain numbers, times with their zone, what is wrong beside its field."""

from __future__ import annotations

from dataclasses import asdict
from datetime import time

import pytest
from PySide6.QtWidgets import QLineEdit

from desktop.models.delivery import RelaySending
from desktop.office.values_campaigns import CampaignRules
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.sending import RatesCard, RulesCard, SendingSection
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork


@pytest.fixture
def page(at_work: AtWork) -> SendingSection:
    opened = at_work.page("settings", SettingsPage).sections.open("sending")
    at_work.screen.settle()
    assert isinstance(opened, SendingSection)
    return opened


def rules(page: SendingSection) -> RulesCard:
    assert page.rules is not None
    return page.rules


def rates(page: SendingSection) -> RatesCard:
    (one,) = page.relays
    return one


def test_the_zone_stands_beside_the_times(page: SendingSection) -> None:
    words = " ".join(texts_of(rules(page)))
    assert "(Mountain)" in words or "(Eastern)" in words or "Central" in words
    assert (rules(page).reminders.first.text, rules(page).reminders.last.text) == ("08:00", "20:00")
    assert [box.isChecked() for box in rules(page).campaigns.days] == [True] * 5 + [False] * 2


def test_what_is_saved_counts_and_is_shown_again(at_work: AtWork, page: SendingSection) -> None:
    form = rules(page)
    form.reminders.last.input.setText("18:30")
    form.reminders.days[6].setChecked(False)
    form.closed.input.setText("2026-12-24, 2026-12-26")
    form.closing.input.setText("19:00")
    form.save_button.click()
    at_work.screen.settle()
    kept = at_work.office.show_sending_rules(at_work.session)
    assert (kept.reminders.last, kept.reminders.days) == (time(18, 30), (0, 1, 2, 3, 4, 5))
    assert (kept.closed, kept.closing) == (("2026-12-24", "2026-12-26"), time(19))
    assert page.notice.words
    assert rules(page).reminders.last.text == "18:30"


@pytest.mark.parametrize("typed", ["8", "25:00", "08:60", "soon", ""])
def test_a_time_that_is_none_is_said_beside_its_field(
    at_work: AtWork, page: SendingSection, typed: str
) -> None:
    before = at_work.office.show_sending_rules(at_work.session)
    form = rules(page)
    form.campaigns.first.input.setText(typed)
    form.save()
    at_work.screen.settle()
    assert form.campaigns.first.input.property("wrong")
    assert at_work.office.show_sending_rules(at_work.session) == before


def test_from_how_many_on_somebody_signs_and_how_many_letters_are_enough(
    at_work: AtWork, page: SendingSection
) -> None:
    assert page.many is not None
    assert {name: one.value() for name, one in page.many.numbers.items()} == asdict(CampaignRules())
    page.many.numbers["above"].setValue(20)
    page.many.numbers["cap"].setValue(2)
    page.many.save_button.click()
    at_work.screen.settle()
    assert at_work.office.campaign_rules(at_work.session) == CampaignRules(above=20, cap=2)
    assert page.notice.words
    assert page.many.numbers["above"].value() == 20


def test_what_the_office_refuses_is_said_on_the_page(at_work: AtWork, page: SendingSection) -> None:
    rules(page).country.input.setText("XX")
    rules(page).save()
    at_work.screen.settle()
    assert "XX" in page.notice.words
    assert rules(page).country.text == "XX"  # nothing that was typed is lost


def test_my_provider_allows_30_a_minute(at_work: AtWork, page: SendingSection) -> None:
    form = rates(page)
    assert [field.text for field in form.rates] == ["", "", ""]
    assert form.details.isHidden()
    form.rates[0].input.setText("30")
    form.save_button.click()
    at_work.screen.settle()
    (relay,) = at_work.office.list_relays(at_work.session)
    assert at_work.office.show_relay_sending(at_work.session, relay.id) == RelaySending(
        relay.id, per_minute=30
    )
    assert any("0" in words and "minute" in words for words in texts_of(rates(page)))


def test_connections_and_the_office_mailbox_stand_under_technical_details(
    at_work: AtWork, page: SendingSection
) -> None:
    form = rates(page)
    form.details_button.click()
    assert not form.details.isHidden()
    form.connections.input.setText("3")
    form.office.setChecked(True)
    form.save()
    at_work.screen.settle()
    (relay,) = at_work.office.list_relays(at_work.session)
    kept = at_work.office.show_relay_sending(at_work.session, relay.id)
    assert (kept.connections, kept.office_mailbox) == (3, True)
    assert any("10" in words and "200" in words for words in texts_of(rates(page)))


def test_a_limit_that_is_no_number_is_said_beside_its_field(at_work: AtWork, page: SendingSection) -> None:
    form = rates(page)
    form.rates[2].input.setText("many")
    form.save()
    assert form.rates[2].input.property("wrong")


def test_every_field_has_a_name_of_its_own(page: SendingSection) -> None:
    names = [one.accessibleName() for one in rules(page).findChildren(QLineEdit)]
    assert all(names)
    assert len(set(names)) == len(names)
