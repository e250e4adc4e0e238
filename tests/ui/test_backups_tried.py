"""A backup is checked, a restore tried, the kit printed, the recovery key made anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from desktop.office.values_backups import KitRequest
from desktop.ui.backups.check import CheckDialog
from desktop.ui.backups.choice import FILE
from desktop.ui.backups.drill import DrillDialog
from desktop.ui.backups.kit import KitDialog, NewKeyDialog
from desktop.ui.backups.page import BackupsSection
from desktop.ui.backups.running import RunningDialog
from desktop.ui.dialog import ConfirmDialog
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork
from tests.ui.test_backups import add_place, back_up, section


@pytest.fixture
def page(at_work: AtWork, tmp_path: Path) -> BackupsSection:
    """With one backup on a second disk."""
    add_place(at_work, tmp_path / "disk")
    found = section(at_work)
    back_up(at_work, found)
    assert found.notice.property("kind") == "ok", found.notice.words
    return found


def wait(at_work: AtWork, dialog: RunningDialog) -> None:
    at_work.screen.qtbot.waitUntil(lambda: dialog._task is None, timeout=90_000)
    at_work.screen.settle()


def newest(folder: Path) -> Path:
    return max((folder / "disk").rglob("*.sealwell"))


# --- checking ------------------------------------------------------------------------------------------


def check(at_work: AtWork, page: BackupsSection) -> CheckDialog:
    page.cards[0].acts["check"].click()
    dialog = page.findChildren(CheckDialog)[-1]
    at_work.screen.settle()
    return dialog


def test_the_newest_backup_is_whole(at_work: AtWork, page: BackupsSection) -> None:
    dialog = check(at_work, page)
    assert dialog.which.count() >= 2
    dialog.go.click()
    assert dialog.going.isVisible()
    wait(at_work, dialog)
    assert dialog.notice.property("kind") == "ok", dialog.notice.words
    assert "It is whole" in dialog.notice.words
    assert dialog.go.isHidden()
    dialog.cancel.click()
    assert not dialog.isVisible()


def test_what_is_wrong_with_a_file_is_said(at_work: AtWork, page: BackupsSection, tmp_path: Path) -> None:
    file = newest(tmp_path)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    dialog = check(at_work, page)
    dialog.place.setCurrentIndex(dialog.place.findData(FILE))
    assert dialog.which.isHidden()
    dialog.go.click()
    assert dialog.file.input.property("wrong")
    dialog.file.input.setText(str(file))
    dialog.go.click()
    wait(at_work, dialog)
    assert dialog.notice.property("kind") == "error"
    assert "reason." not in dialog.notice.words
    assert "error." not in dialog.notice.words
    assert dialog.go.isVisible()


def test_a_check_is_cancelled_and_can_begin_again(at_work: AtWork, page: BackupsSection) -> None:
    dialog = check(at_work, page)
    dialog.go.click()
    dialog.reject()
    assert dialog.isVisible()
    wait(at_work, dialog)
    if dialog.notice.property("kind") != "ok":  # else it was done before it heard of it
        assert dialog.notice.words == at_work.screen.words("ui.backups.work-stopped")
        assert dialog.go.isVisible()
    dialog.reject()
    assert not dialog.isVisible()


# --- the drill -----------------------------------------------------------------------------------------


def drill(at_work: AtWork, page: BackupsSection) -> DrillDialog:
    page.emergency.drill_button.click()
    dialog = page.findChildren(DrillDialog)[-1]
    at_work.screen.settle()
    return dialog


def type_groups(at_work: AtWork, dialog: DrillDialog) -> None:
    """As they stand on the paper."""
    groups = at_work.practice.made.recovery_key.replace("-", " ").split()
    asked = at_work.office.drill_asks(at_work.session).groups
    assert len(dialog.typed) == len(asked) == 2
    for number, field in zip(asked, dialog.typed, strict=True):
        assert str(number) in field.input.accessibleName()
        field.input.setText(groups[number - 1].lower())


def test_a_restore_is_tried_and_its_page_saved(at_work: AtWork, page: BackupsSection, tmp_path: Path) -> None:
    dialog = drill(at_work, page)
    dialog.go.click()
    assert dialog.typed[0].input.property("wrong")
    type_groups(at_work, dialog)
    dialog.go.click()
    wait(at_work, dialog)
    assert dialog.notice.property("kind") == "ok", dialog.notice.words
    assert "It works" in dialog.notice.words
    assert "72 hours" in dialog.notice.words
    assert {"Second disk", "Its paper is there"} <= set(texts_of(dialog.facts))
    assert all(field.text == "" for field in dialog.typed)
    dialog.save_button.click()
    chooser = dialog.findChildren(QFileDialog)[-1]
    chooser.fileSelected.emit(str(tmp_path / "drill.pdf"))
    chooser.reject()
    assert (tmp_path / "drill.pdf").read_bytes().startswith(b"%PDF-")
    assert dialog.notice.property("kind") == "ok"
    dialog.cancel.click()
    at_work.screen.settle()
    assert "it worked" in page.emergency.drill_words.text()


def test_wrong_groups_are_a_failed_drill(at_work: AtWork, page: BackupsSection) -> None:
    dialog = drill(at_work, page)
    for field in dialog.typed:
        field.input.setText("ABCD")
    dialog.start()
    wait(at_work, dialog)
    assert dialog.notice.property("kind") == "error"
    assert "It did not work" in dialog.notice.words
    assert "reason." not in dialog.notice.words
    assert dialog.save_button.isVisible()


def test_a_drill_that_is_cancelled_is_none(at_work: AtWork, page: BackupsSection) -> None:
    dialog = drill(at_work, page)
    type_groups(at_work, dialog)
    dialog.start()
    dialog.going.cancel.click()
    wait(at_work, dialog)
    if dialog.answer is None:  # else it was done before it heard of it
        assert dialog.notice.words == at_work.screen.words("ui.backups.work-stopped")
        assert at_work.office.show_backups(at_work.session).drills == ()


# --- kit and key -----------------------------------------------------------------------------------------


def kit(page: BackupsSection) -> KitDialog:
    page.emergency.kit_button.click()
    return page.findChildren(KitDialog)[-1]


def test_the_kit_is_saved_without_the_key(at_work: AtWork, page: BackupsSection, tmp_path: Path) -> None:
    dialog = kit(page)
    assert dialog.key.isHidden()
    dialog.go.click()
    at_work.screen.settle()
    chooser = dialog.findChildren(QFileDialog)[-1]
    chooser.fileSelected.emit(str(tmp_path / "kit.pdf"))
    chooser.reject()
    assert (tmp_path / "kit.pdf").read_bytes().startswith(b"%PDF-")
    assert "delete the file" in dialog.notice.words
    assert dialog.go.isHidden()


def test_a_key_that_is_wrong_comes_on_no_paper(at_work: AtWork, page: BackupsSection, tmp_path: Path) -> None:
    dialog = kit(page)
    dialog.with_key.setChecked(True)
    dialog.go.click()
    assert dialog.key.input.property("wrong")
    dialog.key.input.setText("ABCD-EFGH")
    dialog.go.click()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "error"
    assert "error." not in dialog.notice.words
    dialog.key.input.setText(at_work.practice.made.recovery_key)
    dialog.go.click()
    at_work.screen.settle()
    assert dialog.findChildren(QFileDialog)


def test_a_kit_that_cannot_be_written_says_so(at_work: AtWork, page: BackupsSection, tmp_path: Path) -> None:
    dialog = kit(page)
    dialog.go.click()
    at_work.screen.settle()
    chooser = dialog.findChildren(QFileDialog)[-1]
    chooser.fileSelected.emit(str(tmp_path / "no such folder" / "kit.pdf"))
    chooser.reject()
    assert dialog.notice.property("kind") == "error"
    assert dialog.go.isVisible()


def test_a_new_key_is_shown_until_it_was_typed_back(
    at_work: AtWork, page: BackupsSection, tmp_path: Path
) -> None:
    page.emergency.key_button.click()
    page.findChildren(ConfirmDialog)[-1].reject()
    at_work.screen.settle()
    assert page.findChildren(NewKeyDialog) == []
    page.emergency.key_button.click()
    page.findChildren(ConfirmDialog)[-1].go_button.click()
    at_work.screen.settle()
    dialog = page.findChildren(NewKeyDialog)[-1]
    assert dialog.isVisible()
    dialog.reject()
    assert dialog.isVisible()
    key = dialog.page.shown.text().split()
    assert "".join(key) != at_work.practice.made.recovery_key.replace("-", "")
    dialog.page.kit.click()
    at_work.screen.settle()
    chooser = dialog.findChildren(QFileDialog)[-1]
    chooser.fileSelected.emit(str(tmp_path / "kit.pdf"))
    chooser.reject()
    assert (tmp_path / "kit.pdf").read_bytes().startswith(b"%PDF-"), dialog.page.notice.words
    for at, field in zip(dialog.page.asked, dialog.page.typed, strict=True):
        field.input.setText(key[at])
    dialog.page.submit()
    at_work.screen.settle()
    assert not dialog.isVisible()
    assert page.notice.property("kind") == "ok"
    assert at_work.office.print_kit(at_work.session, KitRequest("-".join(key))).data.startswith(b"%PDF-")
    assert at_work.office.verify_audit(at_work.session).ok
