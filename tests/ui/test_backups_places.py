"""Adding a place for backups: what kind, where, a test in steps, and whose server it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from desktop.models.records import Reason
from desktop.models.safekeeping import TargetKind
from desktop.office.values_backups import TargetLine, TargetRequest, TargetStep, TargetTested
from desktop.ui.backups.adding import HostKeyPanel, PlaceDialog, is_to_compare
from desktop.ui.backups.drives import Drive, plugged
from desktop.ui.backups.fields import PlaceFields
from desktop.ui.backups.kinds import FAR, NEAR
from desktop.ui.backups.page import BackupsSection
from desktop.ui.stepup import StepUpDialog
from tests.made_practice import PASSWORD
from tests.servers.sftp import Sshd
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork
from tests.ui.test_backups import add_place, section


@pytest.fixture
def page(at_work: AtWork) -> BackupsSection:
    return section(at_work)


@pytest.fixture
def dialog(page: BackupsSection) -> PlaceDialog:
    page.add_button.click()
    return page.findChildren(PlaceDialog)[-1]


@pytest.fixture
def sshd() -> Iterator[Sshd]:
    with Sshd() as server:
        yield server


def fields(dialog: PlaceDialog) -> PlaceFields:
    assert dialog.fields is not None
    return dialog.fields


def lines(at_work: AtWork) -> list[TargetLine]:
    return list(at_work.office.show_backups(at_work.session).targets)


# --- kinds ---------------------------------------------------------------------------------------


def test_three_plain_kinds_stand_first_and_the_keyboard_chooses(at_work: AtWork, dialog: PlaceDialog) -> None:
    assert list(dialog.kinds.rows) == [*NEAR, *FAR]
    assert dialog.save_button.isHidden()
    usb = dialog.kinds.rows[TargetKind.USB]
    usb.setFocus()
    QTest.keyClick(usb, Qt.Key.Key_Down)
    folder = dialog.kinds.rows[TargetKind.FOLDER]
    assert folder.hasFocus()
    QTest.keyClick(folder, Qt.Key.Key_Return)
    assert dialog.kinds.isHidden()
    assert fields(dialog).place.kind is TargetKind.FOLDER
    assert fields(dialog).agreement.isHidden()
    dialog.back_button.click()
    assert dialog.kinds.isVisible()
    assert dialog.fields is None
    at_work.screen.settle()


def test_the_drive_that_is_plugged_in_is_taken(at_work: AtWork, dialog: PlaceDialog) -> None:
    dialog.choose(TargetKind.USB)
    at_work.screen.settle()
    found = fields(dialog)
    found.show_drives([])
    assert found.drive_part.isHidden()
    assert "No drive is plugged in" in found.lead.text()
    found.place.address.input.clear()
    found.show_drives([Drive("BLUE", "/media/ana/BLUE", 58_000_000_000), Drive("RED", "/media/ana/RED", 1)])
    assert found.drive_part.isVisible()
    assert found.place.address.text == "/media/ana/BLUE"
    found.drives.setCurrentIndex(1)
    found.drives.activated.emit(1)
    assert found.place.address.text == "/media/ana/RED"


def test_only_what_a_person_plugged_in_is_offered() -> None:
    linux = [("", "/boot", 5), ("BLUE", "/media/ana/BLUE", 7), ("", "/run/media/ana/RED", 9)]
    assert plugged(linux, windows=False, home="/") == [
        Drive("BLUE", "/media/ana/BLUE", 7),
        Drive("/run/media/ana/RED", "/run/media/ana/RED", 9),
    ]
    windows = [("System", "C:/", 5), ("BLUE", "E:/", 7)]
    assert plugged(windows, windows=True, home="C:/") == [Drive("BLUE", "E:/", 7)]


# --- a folder ---------------------------------------------------------------------------------------


def test_a_folder_is_chosen_tested_and_kept(at_work: AtWork, dialog: PlaceDialog, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    dialog.choose(TargetKind.FOLDER)
    dialog.save_button.click()
    assert fields(dialog).place.address.input.property("wrong")
    fields(dialog).place.browse.click()
    chooser = dialog.findChildren(QFileDialog)[-1]
    chooser.fileSelected.emit(str(disk))
    chooser.reject()
    assert fields(dialog).place.address.text == str(disk)
    fields(dialog).name.input.setText("")
    dialog.save_button.click()
    assert fields(dialog).name.input.property("wrong")
    fields(dialog).name.input.setText("Second disk")
    fields(dialog).every.setCurrentIndex(1)
    dialog.test_button.click()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "ok", dialog.notice.words
    assert "✓" in dialog.notice.words
    assert "reason." not in dialog.notice.words
    dialog.save_button.click()
    at_work.screen.settle()
    line = lines(at_work)[0]
    assert (line.target.name, line.target.every_hours) == ("Second disk", 24)
    assert list(disk.glob("sealwell-*/marker.txt"))


def test_a_test_that_fails_says_what_to_do(at_work: AtWork, dialog: PlaceDialog, tmp_path: Path) -> None:
    dialog.choose(TargetKind.SHARE)
    fields(dialog).place.address.input.setText(str(tmp_path / "nowhere"))
    dialog.test_button.click()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "error"
    assert "✗" in dialog.notice.words
    assert "reason." not in dialog.notice.words
    assert "error." not in dialog.notice.words
    dialog.save_button.click()
    at_work.screen.settle()
    assert dialog.isVisible()
    assert dialog.save_button.isEnabled()
    assert lines(at_work) == []


def test_the_practices_own_folder_is_refused_in_words(at_work: AtWork, dialog: PlaceDialog) -> None:
    dialog.choose(TargetKind.FOLDER)
    fields(dialog).place.address.input.setText(str(at_work.practice.folder.root))
    dialog.save_button.click()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "error"
    assert "error." not in dialog.notice.words


def test_a_test_that_was_given_up_shows_nothing(at_work: AtWork, dialog: PlaceDialog, tmp_path: Path) -> None:
    dialog.choose(TargetKind.FOLDER)
    fields(dialog).place.address.input.setText(str(tmp_path))
    dialog.test()
    dialog.test()
    assert dialog.notice.isHidden()
    assert dialog.save_button.isEnabled()
    at_work.screen.settle()
    assert dialog.notice.isHidden()


def test_who_one_is_is_proved_before_a_place_is_kept(
    at_work: AtWork, dialog: PlaceDialog, tmp_path: Path
) -> None:
    at_work.practice.clock.move(360)
    dialog.choose(TargetKind.FOLDER)
    fields(dialog).place.address.input.setText(str(tmp_path))
    dialog.save_button.click()
    at_work.screen.settle()
    asked = dialog.findChildren(StepUpDialog)[-1]
    asked.reject()
    at_work.screen.settle()
    assert lines(at_work) == []
    assert dialog.save_button.isEnabled()
    dialog.save_button.click()
    at_work.screen.settle()
    asked = dialog.findChildren(StepUpDialog)[-1]
    asked.password.input.setText(PASSWORD)
    asked.go_on()
    at_work.screen.settle()
    assert [line.target.place.address for line in lines(at_work)] == [str(tmp_path)]


def test_a_place_is_changed(at_work: AtWork, page: BackupsSection, tmp_path: Path) -> None:
    add_place(at_work, tmp_path / "disk")
    page.refresh()
    at_work.screen.settle()
    page.cards[0].acts["change"].click()
    dialog = page.findChildren(PlaceDialog)[-1]
    assert dialog.back_button.isHidden()
    assert fields(dialog).place.address.text == str(tmp_path / "disk")
    fields(dialog).name.input.setText("Disk in the cellar")
    dialog.save_button.click()
    at_work.screen.settle()
    assert [line.target.name for line in lines(at_work)] == ["Disk in the cellar"]
    assert "Disk in the cellar" in texts_of(page.cards[0])


# --- a server ------------------------------------------------------------------------------------------


def test_a_server_is_compared_before_anything_is_sent_to_it(
    at_work: AtWork, dialog: PlaceDialog, sshd: Sshd
) -> None:
    dialog.choose(TargetKind.SFTP)
    found = fields(dialog)
    found.place.address.input.setText(sshd.place().address)
    found.place.user.input.setText(sshd.user)
    found.place.key_file.input.setText(str(sshd.private))
    found.own.setChecked(True)
    assert found.agreement.isHidden()
    found.name.input.setText("Server")
    dialog.save_button.click()
    at_work.screen.settle()
    panel = dialog.panel
    assert panel is not None
    assert panel.shown.text().startswith("SHA256:")
    assert found.isHidden()
    assert lines(at_work) == []
    assert dialog.focusWidget() is panel.shown
    dialog.back_button.click()
    assert panel.isHidden()
    assert found.isVisible()
    dialog.save_button.click()
    at_work.screen.settle()
    dialog.save_button.click()
    at_work.screen.settle()
    assert [line.target.place.host_key for line in lines(at_work)] == [sshd.host_key]


def test_another_address_is_another_server(at_work: AtWork, dialog: PlaceDialog, sshd: Sshd) -> None:
    dialog.choose(TargetKind.SFTP)
    found = fields(dialog)
    found.place.address.input.setText(sshd.place().address)
    found.place.user.input.setText(sshd.user)
    found.place.key_file.input.setText(str(sshd.private))
    dialog.test_button.click()
    at_work.screen.settle()
    dialog.save_button.click()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "ok", dialog.notice.words
    assert dialog._host_key == sshd.host_key
    found.place.address.input.setText("sftp://elsewhere.example.com/x")
    assert dialog._host_key == ""


def test_a_server_whose_key_was_changed_is_compared_anew(
    at_work: AtWork, page: BackupsSection, sshd: Sshd
) -> None:
    request = TargetRequest("Server", sshd.place(), secret=sshd.secret, own=True)
    at_work.office.add_target(at_work.session, request)
    page.refresh()
    at_work.screen.settle()
    sshd.another_key()
    page.cards[0].acts["change"].click()
    dialog = page.findChildren(PlaceDialog)[-1]
    dialog.test_button.click()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "error"
    assert dialog.findChildren(HostKeyPanel) == []
    assert not dialog.new_key_button.isHidden()
    dialog.new_key_button.click()
    at_work.screen.settle()
    assert dialog.panel is not None
    dialog.save_button.click()
    at_work.screen.settle()
    assert "password" in dialog.notice.words  # what is kept goes to no other server by itself
    fields(dialog).place.key_file.input.setText(str(sshd.private))
    dialog.save_button.click()
    at_work.screen.settle()
    assert [line.target.place.host_key for line in lines(at_work)] == [sshd.host_key]


def test_a_server_whose_key_changed_is_not_offered_for_comparing() -> None:
    def answer(code: str) -> TargetTested:
        return TargetTested(
            False, (TargetStep("host-key", False, Reason(code)),), "ssh-ed25519 AAAA", "SHA256:x"
        )

    assert is_to_compare(answer("target-step-compare"))
    assert not is_to_compare(answer("target-host-key-changed"))


def test_a_key_file_that_is_none_is_said_beside_the_field(
    at_work: AtWork, dialog: PlaceDialog, tmp_path: Path
) -> None:
    dialog.choose(TargetKind.SFTP)
    form = fields(dialog).place
    form.address.input.setText("sftp://backup.example.com/practice")
    form.user.input.setText("elm")
    form.key_file.input.setText(str(tmp_path / "missing"))
    dialog.save_button.click()
    assert form.key_file.input.property("wrong")


def test_storage_at_a_provider_has_an_agreement(at_work: AtWork, dialog: PlaceDialog) -> None:
    dialog.choose(TargetKind.S3)
    found = fields(dialog)
    assert not found.agreement.isHidden()
    found.place.address.input.setText("s3.example.com/bucket")
    found.place.user.input.setText("key")
    found.place.secret.input.setText("secret")
    found.agreement.counterparty.input.setText("Safekeep")
    found.agreement.signed.input.setText("soon")
    assert found.request() is None
    assert found.agreement.signed.input.property("wrong")
    found.agreement.signed.input.setText("2026-01-02")
    request = found.request()
    assert request is not None
    assert request.baa is not None
    assert (request.baa.signed, request.baa.scope) == (date(2026, 1, 2), "backups")
    assert request.place.address == "https://s3.example.com/bucket"
    found.own.setChecked(True)
    request = found.request()
    assert request is not None
    assert (request.own, request.baa) == (True, None)
