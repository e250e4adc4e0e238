"""Settings: a relay is added, tested and its evidence recorded; bad ones say what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import shiboken6

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.relay import RelayDialog
from desktop.ui.settings.relays import DomainDialog, RelayCard, RelaySection
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork, RelayHere


@pytest.fixture
def settings(at_work: AtWork) -> RelaySection:
    page = at_work.page("settings", SettingsPage).sections.open("relay")
    at_work.screen.settle()
    assert isinstance(page, RelaySection)
    return page


@pytest.fixture
def dialog(at_work: AtWork, settings: RelaySection) -> RelayDialog:
    settings.add_button.click()
    at_work.screen.settle()
    return settings.findChildren(RelayDialog)[-1]


@pytest.fixture
def stripped(tmp_path: Path) -> Iterator[RecordingRelay]:
    """A relay that offers AUTH and no encryption at all."""
    authority = Authority(tmp_path)
    setup = RelaySetup(context=authority.server_context("localhost"), security="stripped")
    with RecordingRelay(setup) as server:
        yield server


def fill(dialog: RelayDialog, **changes: str) -> None:
    values = {
        "host": "localhost",
        "port": "465",
        "from_address": "office@elmstreet.example.com",
        "user": "office",
        "password": "relay-password",
        "counterparty": "Relay Inc.",
        "signed": "2026-01-01",
        "expires": "",
        **changes,
    }
    for name, value in values.items():
        getattr(dialog.form, name).input.setText(value)


def card_of(settings: RelaySection) -> RelayCard:
    return next(iter(settings.cards.values()))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("port", "0"),
        ("port", "99999"),
        ("port", "smtp"),
        ("host", ""),
        ("signed", "1.1.26"),
        ("expires", "x"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    at_work: AtWork, dialog: RelayDialog, field: str, value: str
) -> None:
    fill(dialog, **{field: value})
    dialog.save()
    at_work.screen.settle()
    assert getattr(dialog.form, field).input.property("wrong")
    assert getattr(dialog.form, field).input.accessibleDescription()
    assert len(at_work.office.list_relays(at_work.session)) == 1


def test_a_relay_without_encryption_fails_its_test_and_gets_no_password(
    at_work: AtWork, dialog: RelayDialog, stripped: RecordingRelay
) -> None:
    fill(dialog, port=str(stripped.port))
    dialog.form.security.setCurrentIndex(dialog.form.security.findData("starttls"))
    dialog.test_button.click()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "error"
    assert not dialog.notice.words.startswith("reason.")
    assert stripped.plaintext_commands == 0
    assert dialog.test_button.isEnabled()


def test_a_relay_that_cannot_prove_itself_fails_its_test(
    at_work: AtWork, dialog: RelayDialog, relay: RelayHere
) -> None:
    fill(dialog, port=str(relay.server.port))
    dialog.test_button.click()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "error"
    assert "localhost" in dialog.notice.words
    assert relay.server.received == []


def test_nobody_at_the_port_is_said_in_words(at_work: AtWork, dialog: RelayDialog) -> None:
    fill(dialog, port="9")
    dialog.test_button.click()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "error"
    assert not dialog.notice.words.startswith("reason.")


def test_a_stored_relay_that_answers_is_said_to_work(at_work: AtWork, settings: RelaySection) -> None:
    card_of(settings).test_button.click()
    at_work.screen.settle()
    assert settings.notice.words == at_work.screen.words("ui.relay.works")


def test_saving_adds_the_relay(at_work: AtWork, settings: RelaySection, dialog: RelayDialog) -> None:
    fill(dialog, host="mail.example.org")
    dialog.save_button.click()
    at_work.screen.settle()
    assert not shiboken6.isValid(dialog)
    assert len(settings.cards) == 2
    assert any("mail.example.org" in text for text in texts_of(settings))


def test_cancelling_adds_nothing(at_work: AtWork, settings: RelaySection, dialog: RelayDialog) -> None:
    fill(dialog)
    dialog.cancel.click()
    at_work.screen.settle()
    assert len(at_work.office.list_relays(at_work.session)) == 1


def test_a_relay_without_an_agreement_is_kept_and_said_not_to_be_ready(
    at_work: AtWork, settings: RelaySection, dialog: RelayDialog
) -> None:
    fill(dialog, counterparty="", signed="", host="mail.example.org")
    dialog.save_button.click()
    at_work.screen.settle()
    assert at_work.screen.words("ui.relay.not-ready") in texts_of(settings)


def test_a_known_service_fills_the_fields(at_work: AtWork, dialog: RelayDialog) -> None:
    assert dialog.form.preset.count() > 3
    dialog.form.preset.setCurrentIndex(1)
    assert dialog.form.host.text
    assert dialog.form.port.text.isdecimal()


def test_ticking_the_evidence_is_recorded_and_unticking_too(at_work: AtWork, settings: RelaySection) -> None:
    for wanted in ("", "account"):
        card_of(settings).required.click()
        at_work.screen.settle()
        assert at_work.office.list_relays(at_work.session)[0].required_tls == wanted
    assert card_of(settings).required.isChecked()


def test_one_domain_is_recorded_until_its_date(at_work: AtWork, settings: RelaySection) -> None:
    settings.add_domain(at_work.office.list_relays(at_work.session)[0])
    dialog = settings.findChildren(DomainDialog)[-1]
    dialog.domain.input.setText("hospital.example")
    dialog.until.input.setText("soon")
    dialog.go()
    assert dialog.until.input.property("wrong")
    dialog.until.input.setText("2027-06-30")
    dialog.go()
    at_work.screen.settle()
    forced = at_work.office.list_relays(at_work.session)[0].forced_tls
    assert [(one.domain, one.until) for one in forced] == [("hospital.example", date(2027, 6, 30))]


def test_a_domain_that_is_not_one_is_refused(at_work: AtWork, settings: RelaySection) -> None:
    settings.add_domain(at_work.office.list_relays(at_work.session)[0])
    dialog = settings.findChildren(DomainDialog)[-1]
    dialog.domain.input.setText("hospital")
    dialog.go()
    assert dialog.domain.input.property("wrong")
    dialog.reject()
    at_work.screen.settle()
    assert at_work.office.list_relays(at_work.session)[0].forced_tls == ()
