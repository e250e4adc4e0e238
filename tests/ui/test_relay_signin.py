"""Signing in at a provider from the window: the browser opens, the wait can be cancelled, errors are said."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from desktop.models.delivery import RelaySending
from desktop.models.records import RelayId
from desktop.office.values_delivery import ProviderShown
from desktop.office.values_practice import RelayRequest
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.relays import RelayCard, RelaySection
from desktop.ui.settings.signin import SignInDialog, TechnicalDialog
from tests.ui.conftest import AtWork

GOOGLE = ProviderShown("google", "Google Workspace", ("smtp.gmail.com",), False, True, False)


@pytest.fixture
def page(at_work: AtWork) -> RelaySection:
    request = RelayRequest(
        "Mail", "smtp.gmail.com", 465, "implicit", "office@clinic.example", "office@clinic.example", None, ""
    )
    at_work.office.add_relay(at_work.session, request)
    opened = at_work.page("settings", SettingsPage).sections.open("relay")
    at_work.screen.settle()
    assert isinstance(opened, RelaySection)
    return opened


def card(page: RelaySection) -> RelayCard:
    (found,) = offering(page)
    return page.cards[found]


def offering(page: RelaySection) -> list[RelayId]:
    return [one for one, made in page.cards.items() if made.grant.sign_in_button.isVisibleTo(made)]


def dialog(at_work: AtWork, page: RelaySection) -> SignInDialog:
    card(page).grant.sign_in_button.click()
    (found,) = page.findChildren(SignInDialog)
    at_work.screen.settle()
    return found


def test_only_a_provider_that_is_known_offers_it(page: RelaySection) -> None:
    assert len(page.cards) == 2
    assert "Google" in card(page).grant.sign_in_button.text()


def test_what_is_missing_is_said(at_work: AtWork, page: RelaySection) -> None:
    form = dialog(at_work, page)
    assert form.account.text == "office@clinic.example"
    assert form.client_secret.isVisibleTo(form)
    assert not form.tenant.isVisibleTo(form)
    form.start()
    at_work.screen.settle()
    assert form.notice.words.startswith(
        at_work.screen.words("error.sign-in-app-missing", provider=GOOGLE.name)
    )
    assert form.start_button.isEnabled()


def test_the_browser_is_opened_and_cancel_ends_the_wait(
    at_work: AtWork, page: RelaySection, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    opened: list[str] = []

    def browser(url: QUrl) -> bool:
        opened.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", browser)
    form = dialog(at_work, page)
    form.client_id.input.setText("app")
    form.client_secret.input.setText("secret")
    form.start()
    qtbot.waitUntil(lambda: bool(opened) and bool(form.notice.words), timeout=10_000)
    assert opened[0].startswith("https://accounts.google.com/")
    assert "secret" not in opened[0]
    form.reject()
    at_work.screen.settle()


@pytest.mark.parametrize(
    ("gone", "left"), [(545, "1 minute is left."), (540, "1 minute is left."), (475, "3 minutes are left.")]
)
def test_the_minutes_that_are_left_are_counted(
    at_work: AtWork, page: RelaySection, gone: int, left: str
) -> None:
    form = dialog(at_work, page)
    form._waiting(gone, 600)
    assert form.notice.words.endswith(left)


def test_pin_and_return_path_are_kept(at_work: AtWork, page: RelaySection) -> None:
    (relay,) = offering(page)
    shown = TechnicalDialog(at_work.screen.ui, at_work.session, page, relay, "Mail")
    at_work.screen.settle()
    shown.pin.input.setText("KEY:" + "A" * 64)
    shown.return_address.input.setText("bounces@clinic.example")
    shown.own_path.setChecked(True)
    shown.save()
    at_work.screen.settle()
    kept: Any = at_work.office.show_relay_sending(at_work.session, relay)
    assert isinstance(kept, RelaySending)
    assert (kept.pin, kept.own_return_path) == ("key:" + "a" * 64, True)
    assert kept.return_address == "bounces@clinic.example"
