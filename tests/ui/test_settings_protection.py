"""Settings of protection: storage for links, sending health, a relay changed, retired, and its way onward."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPushButton

from desktop.models.records import Reason
from desktop.office.values_posture import PostureLine, PostureShown
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.settings.onward import OnwardDialog
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.posture import PostureSection
from desktop.ui.settings.relay import RelayDialog
from desktop.ui.settings.relays import RelaySection
from desktop.ui.settings.storage import StorageDialog, StorageSection
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork

FIX = '_dmarc.elmstreet.example. TXT "v=DMARC1; p=quarantine"'
SHOWN = PostureShown(
    "elmstreet.example",
    (
        PostureLine("mx", "good", Reason("posture-mx-good")),
        PostureLine("dmarc", "bad", Reason("posture-dmarc-none"), FIX),
    ),
    campaigns=False,
)


@pytest.fixture
def settings(at_work: AtWork) -> SettingsPage:
    return at_work.page("settings", SettingsPage)


def section(at_work: AtWork, settings: SettingsPage, name: str) -> object:
    opened = settings.sections.open(name)
    at_work.screen.settle()
    return opened


def test_a_storage_is_added_listed_and_retired(at_work: AtWork, settings: SettingsPage) -> None:
    page = section(at_work, settings, "storage")
    assert isinstance(page, StorageSection)
    page.add_button.click()
    dialog = page.findChildren(StorageDialog)[-1]
    dialog.save()
    assert dialog.url.input.property("wrong")
    dialog.url.input.setText("https://s3.example.com/locked")
    dialog.user.input.setText("key")
    dialog.secret.input.setText("secret")
    dialog.public.input.setText("https://files.example.com")
    dialog.days.input.setText("soon")
    dialog.save()
    assert dialog.days.input.property("wrong")
    dialog.days.input.setText("14")
    dialog.save()
    at_work.screen.settle()
    assert any("s3.example.com/locked" in words for words in texts_of(page))
    kept = at_work.office.list_storages(at_work.session).storages[0]
    assert kept.storage.days == 14
    assert kept.problem is not None  # no agreement: nothing goes there
    page.ask_retire(kept.storage.id)
    asked = page.findChildren(ConfirmDialog)[-1]
    asked.reject()
    at_work.screen.settle()
    assert at_work.office.list_storages(at_work.session).storages[0].storage.retired_at is None
    page.ask_retire(kept.storage.id)
    page.findChildren(ConfirmDialog)[-1].go_button.click()
    at_work.screen.settle()
    assert at_work.office.list_storages(at_work.session).storages[0].storage.retired_at is not None


def test_an_address_without_encryption_is_refused_in_words(at_work: AtWork, settings: SettingsPage) -> None:
    page = section(at_work, settings, "storage")
    assert isinstance(page, StorageSection)
    page.add()
    dialog = page.findChildren(StorageDialog)[-1]
    for field in (dialog.url, dialog.public):
        field.input.setText("http://s3.example.com/locked")
    dialog.user.input.setText("key")
    dialog.secret.input.setText("secret")
    dialog.save()
    at_work.screen.settle()
    assert "https://" in dialog.notice.words
    assert at_work.office.list_storages(at_work.session).storages == ()


def test_each_grade_is_a_word_and_each_fix_can_be_copied(at_work: AtWork, settings: SettingsPage) -> None:
    page = section(at_work, settings, "posture")
    assert isinstance(page, PostureSection)
    page.show_posture(SHOWN)
    words = texts_of(page)
    assert {"Good", "To be mended"} <= set(words)
    assert "Campaigns stay locked" in page.notice.words
    assert [one.text() for one in page.findChildren(QLineEdit)] == [FIX]
    copy = next(one for one in page.findChildren(QPushButton) if one.text() == "Copy")
    assert "DMARC" in copy.accessibleName()
    copy.click()
    assert QGuiApplication.clipboard().text() == FIX


def test_a_cancelled_check_shows_nothing_that_comes_later(at_work: AtWork, settings: SettingsPage) -> None:
    page = section(at_work, settings, "posture")
    assert isinstance(page, PostureSection)
    page.check()
    assert page.cancel_button.isVisibleTo(page)
    page.cancel()
    page._answered(SHOWN)
    assert not page.cancel_button.isVisibleTo(page)
    assert page.check_button.isEnabled()
    assert "cancelled" in page.notice.words
    at_work.screen.settle()


def test_a_relay_is_changed_and_keeps_its_password(at_work: AtWork, settings: SettingsPage) -> None:
    page = section(at_work, settings, "relay")
    assert isinstance(page, RelaySection)
    line = at_work.office.list_relays(at_work.session)[0]
    page.edit(line)
    dialog = page.findChildren(RelayDialog)[-1]
    assert dialog.form.host.text == line.host
    assert dialog.form.password.text == ""
    dialog.form.user.input.setText("somebody-else")
    dialog.save()
    at_work.screen.settle()
    changed = at_work.office.list_relays(at_work.session)[0]
    assert (changed.id, changed.user, changed.baa) == (line.id, "somebody-else", line.baa)


def test_a_retired_relay_leaves_the_page_and_carries_nothing(at_work: AtWork, settings: SettingsPage) -> None:
    page = section(at_work, settings, "relay")
    assert isinstance(page, RelaySection)
    line = at_work.office.list_relays(at_work.session)[0]
    page.ask_retire(line.id)
    page.findChildren(ConfirmDialog)[-1].go_button.click()
    at_work.screen.settle()
    assert page.cards == {}
    gone = at_work.office.list_relays(at_work.session)[0]
    assert gone.retired_at is not None
    assert not gone.in_use


def test_the_way_onward_is_recorded_by_header(at_work: AtWork, settings: SettingsPage) -> None:
    page = section(at_work, settings, "relay")
    assert isinstance(page, RelaySection)
    line = replace(at_work.office.list_relays(at_work.session)[0], required_tls="")
    page.onward(line)
    dialog = page.findChildren(OnwardDialog)[-1]
    at_work.screen.settle()
    assert not dialog.name.isVisibleTo(dialog)
    dialog.how.setCurrentIndex(dialog.how.findData("header"))
    assert dialog.name.isVisibleTo(dialog)
    dialog.name.input.setText("Bcc")
    dialog.value.input.setText("yes")
    dialog.save()
    at_work.screen.settle()
    assert "X-" in dialog.notice.words
    dialog.name.input.setText("X-Require-TLS")
    dialog.save()
    at_work.screen.settle()
    known = at_work.office.list_relays(at_work.session)[0].onward
    assert (known.how, known.name, known.value) == ("header", "X-Require-TLS", "yes")


def test_an_address_that_tells_the_specialty_is_warned_about(at_work: AtWork, settings: SettingsPage) -> None:
    page = section(at_work, settings, "relay")
    assert isinstance(page, RelaySection)
    page.add()
    form = page.findChildren(RelayDialog)[-1].form
    form.from_address.input.setText("office@oncology-center.example.com")
    form.from_address.input.editingFinished.emit()
    at_work.screen.settle()
    assert form.sender_note.isVisibleTo(form)
    form.from_address.input.setText("office@cedar-hill.example.com")
    form.from_address.input.editingFinished.emit()
    at_work.screen.settle()
    assert not form.sender_note.isVisibleTo(form)


def test_a_service_without_password_sign_in_says_so(at_work: AtWork, settings: SettingsPage) -> None:
    page = section(at_work, settings, "relay")
    assert isinstance(page, RelaySection)
    page.add()
    form = page.findChildren(RelayDialog)[-1].form
    at_work.screen.settle()
    form.preset.setCurrentText("Microsoft 365")
    assert "no longer takes" in form.preset_note.text()
    form.preset.setCurrentText("Google Workspace")
    assert not form.required.isEnabled()
    assert "per domain" in form.required_hint.text()
    form.preset.setCurrentIndex(0)
    assert form.required.isEnabled()
