"""Mailboxes in Settings: added, tested in words, read with progress, changed, no longer read."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from demo.authority import Authority
from desktop.models.records import Baa
from desktop.office.values_delivery import MailboxLine, MailboxRequest
from desktop.ui.settings.mailbox import MailboxDialog
from desktop.ui.settings.mailboxes import MailboxSection
from desktop.ui.settings.page import SettingsPage
from tests.servers.dovecot import PASSWORD, USER, Mailboxes
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork

needs_dovecot = pytest.mark.skipif(not Mailboxes.installed(), reason="needs Debian's dovecot")
AGREED = Baa("Mail Inc.", date(2026, 1, 1), date(2027, 1, 1), "e-mail")


@pytest.fixture
def section(at_work: AtWork) -> MailboxSection:
    settings = at_work.page("settings", SettingsPage)
    found = settings.sections.open("mailbox")
    at_work.screen.settle()
    assert isinstance(found, MailboxSection)
    return found


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    (tmp_path / "authority").mkdir()
    return Authority(tmp_path / "authority")


@pytest.fixture
def server(authority: Authority) -> Iterator[Mailboxes]:
    with Mailboxes(*authority.write_server_files()) as made:
        yield made


@pytest.fixture
def deaf() -> Iterator[socket.socket]:
    """A server that is reached and never says anything."""
    with socket.create_server(("localhost", 0)) as made:
        made.settimeout(10)
        yield made


def let_go(at_work: AtWork, server: socket.socket) -> None:
    """Its silence ends."""
    server.accept()[0].close()
    at_work.screen.settle()


def request(port: int, ca_file: str = "") -> MailboxRequest:
    return MailboxRequest(
        "Answers", "localhost", port, "implicit", USER, PASSWORD, "office@elmstreet.example.com", ca_file,
        baa=AGREED,
    )  # fmt: skip


def kept(at_work: AtWork) -> tuple[MailboxLine, ...]:
    return tuple(one for one in at_work.office.list_mailboxes(at_work.session) if one.retired_at is None)


def dialog_of(section: MailboxSection) -> MailboxDialog:
    return next(one for one in section.findChildren(MailboxDialog) if one.isVisible())


def fill(dialog: MailboxDialog, port: int) -> None:
    form = dialog.form
    for field, value in (
        (form.address, "office@elmstreet.example.com"),
        (form.host, "localhost"),
        (form.port, str(port)),
        (form.user, USER),
        (form.password, PASSWORD),
        (form.agreement.counterparty, "Mail Inc."),
        (form.agreement.signed, "2026-01-01"),
    ):
        field.input.setText(value)


def test_without_a_mailbox_it_says_what_one_is_good_for(at_work: AtWork, section: MailboxSection) -> None:
    assert at_work.screen.words("ui.mailbox.none") in texts_of(section)
    assert not section.poll_button.isVisible()


def test_what_is_missing_is_said_beside_its_field(at_work: AtWork, section: MailboxSection) -> None:
    section.add()
    dialog = dialog_of(section)
    dialog.save()
    assert dialog.form.address.input.accessibleDescription() == at_work.screen.words("ui.form.missing")
    fill(dialog, 993)
    for field, wrong in (
        (dialog.form.address, "office"),
        (dialog.form.port, "99999"),
        (dialog.form.minutes, "0"),
    ):
        before = field.text
        field.input.setText(wrong)
        dialog.save()
        at_work.screen.settle()
        assert field.input.property("wrong")
        field.input.setText(before)
        field.wrong("")
    assert kept(at_work) == ()


@needs_dovecot
def test_a_server_that_cannot_be_trusted_is_named_before_anything_is_kept(
    at_work: AtWork, section: MailboxSection, server: Mailboxes
) -> None:
    section.add()
    dialog = dialog_of(section)
    fill(dialog, server.imaps)
    dialog.test()
    at_work.screen.settle()
    assert dialog.notice.isVisible()
    assert dialog.notice.words.splitlines()[-1].startswith("✗")
    assert "reason." not in dialog.notice.words
    assert dialog.save_button.isEnabled()
    assert kept(at_work) == ()


def test_a_certificate_file_that_is_not_there_is_said_beside_its_field(
    at_work: AtWork, section: MailboxSection
) -> None:
    section.add()
    dialog = dialog_of(section)
    fill(dialog, 993)
    dialog.form.ca_file.input.setText("nowhere/authority.pem")
    dialog.save()
    at_work.screen.settle()
    told = dialog.form.ca_file.input.accessibleDescription()
    assert told == at_work.screen.words("ui.relay.ca-file-wrong")
    assert kept(at_work) == ()


@needs_dovecot
def test_a_server_of_the_practices_own_is_trusted_by_its_certificate_file(
    at_work: AtWork,
    section: MailboxSection,
    server: Mailboxes,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(authority.ca_file.parent)
    section.add()
    dialog = dialog_of(section)
    fill(dialog, server.imaps)
    dialog.form.ca_file.input.setText(authority.ca_file.name)
    dialog.test()
    at_work.screen.settle()
    assert {one[0] for one in dialog.notice.words.splitlines()} == {"✓"}
    dialog.save()
    at_work.screen.settle()
    (line,) = kept(at_work)
    assert line.ca_file == str(authority.ca_file), "whole, because the service stands elsewhere"


def test_a_test_that_takes_long_can_be_stopped_before_it_is_kept(
    at_work: AtWork, section: MailboxSection, deaf: socket.socket
) -> None:
    section.add()
    dialog = dialog_of(section)
    fill(dialog, deaf.getsockname()[1])
    dialog.test()
    assert dialog.test_button.text() == at_work.screen.words("ui.relay.stop-test")
    assert not dialog.save_button.isEnabled()
    dialog.test_button.click()
    assert dialog.test_button.text() == at_work.screen.words("ui.relay.test")
    assert dialog.save_button.isEnabled()
    let_go(at_work, deaf)
    assert not dialog.notice.isVisible(), "what it finds after all comes to nobody"


def test_the_test_of_a_kept_mailbox_can_be_cancelled(
    at_work: AtWork, section: MailboxSection, deaf: socket.socket
) -> None:
    line = at_work.office.add_mailbox(at_work.session, replace(request(deaf.getsockname()[1]), baa=None))
    section.refresh()
    at_work.screen.settle()
    section.cards[line.id].buttons["test"].click()
    assert section.progress_row.isVisible()
    assert not section.cards[line.id].buttons["test"].isEnabled()
    section.cancel_button.click()
    assert not section.progress_row.isVisible()
    assert section.cards[line.id].buttons["test"].isEnabled()
    let_go(at_work, deaf)
    assert not section.notice.isVisible()


def test_a_mailbox_is_added_by_keyboard_and_shown_as_not_read_yet(
    at_work: AtWork, section: MailboxSection
) -> None:
    section.add_button.setFocus()
    QTest.keyClick(section.add_button, Qt.Key.Key_Space)
    dialog = dialog_of(section)
    fill(dialog, 993)
    dialog.save_button.setFocus()
    QTest.keyClick(dialog.save_button, Qt.Key.Key_Space)
    at_work.screen.settle()
    (line,) = kept(at_work)
    assert (line.name, line.folder, line.tidy) == ("office@elmstreet.example.com", "INBOX", False)
    assert line.id in section.cards
    assert at_work.screen.words("ui.mailbox.not-read") in texts_of(section)


@needs_dovecot
def test_a_mailbox_is_tested_and_read_and_what_is_new_is_counted(
    at_work: AtWork, section: MailboxSection, server: Mailboxes, authority: Authority
) -> None:
    line = at_work.office.add_mailbox(at_work.session, request(server.imaps, str(authority.ca_file)))
    section.refresh()
    at_work.screen.settle()
    section.cards[line.id].buttons["test"].click()
    at_work.screen.settle()
    assert {one[0] for one in section.notice.words.splitlines()} == {"✓"}
    section.poll_button.click()
    assert section.progress_row.isVisible()
    at_work.screen.settle()
    assert not section.progress_row.isVisible()
    assert section.notice.words == at_work.screen.ui.texts.count("ui.mailbox.new", 0)
    assert at_work.screen.words("ui.mailbox.read") in texts_of(section)


def test_a_mailbox_that_cannot_be_reached_says_so_on_its_card(
    at_work: AtWork, section: MailboxSection
) -> None:
    line = at_work.office.add_mailbox(at_work.session, request(1))
    section.refresh()
    at_work.screen.settle()
    section.poll()
    at_work.screen.settle()
    assert section.notice.isVisible()
    card = " ".join(texts_of(section.cards[line.id]))
    assert at_work.screen.words("ui.mailbox.trouble") in card
    assert "reason." not in card


def test_changing_it_keeps_the_password(at_work: AtWork, section: MailboxSection) -> None:
    line = at_work.office.add_mailbox(at_work.session, request(993))
    section.refresh()
    at_work.screen.settle()
    section.cards[line.id].buttons["edit"].click()
    dialog = dialog_of(section)
    assert dialog.form.password.text == ""
    dialog.form.minutes.input.setText("15")
    dialog.form.tidy.setChecked(True)
    dialog.save()
    at_work.screen.settle()
    (changed,) = kept(at_work)
    assert (changed.id, changed.minutes, changed.tidy, changed.baa) == (line.id, 15, True, AGREED)


def test_it_is_no_longer_read_after_a_second_click(at_work: AtWork, section: MailboxSection) -> None:
    line = at_work.office.add_mailbox(at_work.session, request(993))
    section.refresh()
    at_work.screen.settle()
    section.cards[line.id].buttons["retire"].click()
    asked = next(one for one in section.findChildren(QDialog) if one.isVisible())
    QTest.keyClick(asked, Qt.Key.Key_Escape)
    at_work.screen.settle()
    assert len(kept(at_work)) == 1
    section.cards[line.id].buttons["retire"].click()
    asked = next(one for one in section.findChildren(QDialog) if one.isVisible())
    asked.accept()
    at_work.screen.settle()
    assert kept(at_work) == ()
    assert section.cards == {}
