"""The import wizard driven by the keyboard in the real window, its page, and the list handed out."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from desktop.errors import Refused
from desktop.models.accounts import Session
from desktop.office.api import Progress
from desktop.office.values import ImportRequest
from desktop.office.values_imports import VISITS, ImportOrder, ImportReport
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.imports.export import ExportPeopleDialog
from desktop.ui.imports.page import ImportsPage
from desktop.ui.imports.standing import StandingDialog
from desktop.ui.imports.wizard import ImportWizard
from desktop.ui.people.page import PeoplePage
from tests.ui.conftest import AtWork

ODD = (
    b"Chart,Given,Surname,Where to write,Came\n"
    b"77,Ada,Stone,ada@example.org,03/04/1975\n"
    b"78,Ben,Brook,not an address,05/06/1975\n"
    b"79,Cyd,Creek,neither,05/07/1975\n"
)
MORE = b"MRN,First Name,Last Name,E-mail\n3001,Newa,Comer,newa@example.org\n"


@pytest.fixture
def page(at_work: AtWork) -> ImportsPage:
    shown = at_work.page("people", PeoplePage)
    shown.open_part("imports")
    at_work.screen.settle()
    found = shown.tabs.pages["imports"]
    assert isinstance(found, ImportsPage)
    return found


def wizard(
    at_work: AtWork, page: ImportsPage, path: Path, data: bytes, kind: str = "people", age: float = 0
) -> ImportWizard:
    path.write_bytes(data)
    stamp = at_work.practice.clock.now().timestamp() - age
    os.utime(path, (stamp, stamp))
    page.take_file(path, kind)
    at_work.screen.settle()
    return page.findChildren(ImportWizard)[-1]


def press(key: Qt.Key, times: int = 1) -> None:
    """As somebody does who has no mouse: to whatever has the focus."""
    for _ in range(times):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)


def tab_to(widget: object) -> None:
    """By Tab alone, at most once around."""
    for _ in range(60):
        if QApplication.focusWidget() is widget:
            return
        press(Qt.Key.Key_Tab)
    raise AssertionError("it cannot be reached with the keyboard")


def choose(combo: QComboBox, code: str) -> None:
    """By Tab and the arrows."""
    tab_to(combo)
    wanted = combo.findData(code)
    while combo.currentIndex() != wanted:
        press(Qt.Key.Key_Down if combo.currentIndex() < wanted else Qt.Key.Key_Up)


def count(at_work: AtWork) -> int:
    return at_work.office.search_people(at_work.session, "").total


def test_the_whole_way_by_keyboard_alone(at_work: AtWork, page: ImportsPage, tmp_path: Path) -> None:
    """Columns, the question about dates, the trial, the import, the removal of the file, the undo."""
    file = tmp_path / "odd.csv"
    dialog = wizard(at_work, page, file, ODD)
    at_work.screen.qtbot.waitUntil(dialog.isActiveWindow, timeout=10_000)
    assert dialog.views.currentWidget() is dialog.columns, "it does not know every column"
    wanted = ("external_id", "first_name", "last_name", "email", "birth_date")
    for combo, code in zip(dialog.columns.combos, wanted, strict=True):
        choose(combo, code)
    tab_to(dialog.columns.keep_as)
    QTest.keyClicks(dialog.columns.keep_as, "Old program")
    assert dialog.columns.columns == wanted
    tab_to(dialog.next_button)
    press(Qt.Key.Key_Space)
    at_work.screen.settle()
    month, day = dialog.columns.answers["date-order"].buttons()
    assert QApplication.focusWidget() is month, "which number is the day is asked, not guessed"
    assert not dialog.next_button.isEnabled()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Space)
    assert day.isChecked()
    tab_to(dialog.next_button)
    press(Qt.Key.Key_Space)
    at_work.screen.settle()
    assert dialog.notice.words.startswith("This file would add 1, change 0")
    assert [(one.count, one.lines) for one in dialog.problems.rows.rows] == [(2, (3, 4))]
    assert count(at_work) == 3, "nothing is stored yet"
    assert QApplication.focusWidget() is dialog.import_button
    press(Qt.Key.Key_Space)
    at_work.screen.settle()
    assert count(at_work) == 4
    born = at_work.office.show_person(at_work.session, at_work.person("Ada")).person.birth_date
    assert str(born) == "1975-04-03"
    tab_to(dialog.source.remove)
    press(Qt.Key.Key_Space)
    at_work.screen.settle()
    assert not file.exists()
    assert at_work.office.list_imports(at_work.session).imports[0].source_file == "removed"
    tab_to(dialog.undo_button)
    press(Qt.Key.Key_Space)
    asked = dialog.findChildren(ConfirmDialog)[-1]
    at_work.screen.qtbot.waitUntil(asked.isActiveWindow, timeout=10_000)
    tab_to(asked.go_button)
    press(Qt.Key.Key_Space)
    at_work.screen.settle()
    assert count(at_work) == 3
    at_work.screen.qtbot.waitUntil(dialog.close_button.hasFocus, timeout=10_000)
    press(Qt.Key.Key_Escape)
    at_work.screen.settle()
    assert not shiboken6.isValid(dialog)
    assert page.rows.rowCount() == 2


def test_a_file_that_is_known_goes_straight_to_what_it_would_do(
    at_work: AtWork, page: ImportsPage, tmp_path: Path
) -> None:
    dialog = wizard(at_work, page, tmp_path / "more.csv", MORE)
    assert dialog.notice.words.startswith("This file would add 1")
    assert dialog.import_button.isEnabled()
    assert not dialog.back_button.isHidden(), "its columns can be looked at all the same"


def test_a_saved_answer_makes_the_next_file_quick(at_work: AtWork, page: ImportsPage, tmp_path: Path) -> None:
    data = b"Chart,Given,Surname,Ours\n77,Ada,Stone,x\n"
    first = wizard(at_work, page, tmp_path / "first.csv", data)
    first.columns.keep_as.setText("Old program")
    first.check()
    at_work.screen.settle()
    first.store()
    at_work.screen.settle()
    first.reject()
    again = wizard(at_work, page, tmp_path / "again.csv", data.replace(b"77,Ada", b"78,Eve"))
    assert again.views.currentWidget() is not again.columns
    assert again.notice.words.startswith("This file would add 1")
    again.reject()
    page.open_standing()
    at_work.screen.settle()
    standing = page.findChildren(StandingDialog)[-1]
    assert [one.name for one in standing.mappings.rows] == ["Old program"]
    standing.mapping_list.selectRow(0)
    standing.forget.click()
    at_work.screen.settle()
    assert standing.mappings.rows == []


@pytest.mark.parametrize("in_time", [True, False])
def test_escape_while_it_is_stored_leaves_the_import_running(
    at_work: AtWork, page: ImportsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_time: bool
) -> None:
    whole = at_work.office.run_import

    def slow(session: Session, order: ImportOrder, progress: Progress | None = None) -> ImportReport:
        """As with a file of many rows: under way until Escape was pressed."""
        assert progress is not None
        while progress(0, 1):
            time.sleep(0.01)
        if in_time:
            raise Refused("cancelled")
        return whole(session, order)

    monkeypatch.setattr(at_work.office, "run_import", slow)
    dialog = wizard(at_work, page, tmp_path / "more.csv", MORE)
    dialog.store()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible(), "nobody is left without knowing what was stored"
    at_work.screen.settle()
    assert count(at_work) == (3 if in_time else 4)
    if in_time:
        assert not shiboken6.isValid(dialog) or not dialog.isVisible()
    else:
        assert dialog.notice.words.startswith("Added 1")
        assert dialog.undo_button.isVisible()


def test_after_what_was_stored_a_refused_undo_offers_the_columns_again(
    at_work: AtWork, page: ImportsPage, tmp_path: Path
) -> None:
    dialog = wizard(at_work, page, tmp_path / "more.csv", MORE)
    dialog.store()
    at_work.screen.settle()
    at_work.office.undo_import(at_work.session, at_work.office.list_imports(at_work.session).imports[0].id)
    dialog.undo()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "error"
    assert dialog.back_button.isHidden()
    assert dialog.import_button.isHidden()


def test_given_up_nothing_is_stored_and_the_file_stays(
    at_work: AtWork, page: ImportsPage, tmp_path: Path
) -> None:
    file = tmp_path / "more.csv"
    dialog = wizard(at_work, page, file, MORE)
    dialog.reject()
    at_work.screen.settle()
    assert count(at_work) == 3
    assert file.exists()


def test_the_file_can_stay_and_a_changed_one_is_not_removed(
    at_work: AtWork, page: ImportsPage, tmp_path: Path
) -> None:
    file = tmp_path / "more.csv"
    dialog = wizard(at_work, page, file, MORE)
    dialog.store()
    at_work.screen.settle()
    file.write_bytes(MORE + b"3002,Other,One,\n")
    dialog.source.remove.click()
    at_work.screen.settle()
    assert file.exists()
    assert dialog.notice.property("kind") == "error"
    dialog.source.keep.click()
    at_work.screen.settle()
    assert dialog.source.isHidden()
    assert at_work.office.list_imports(at_work.session).imports[0].source_file == "kept"


def test_two_columns_for_one_field_stop_it(at_work: AtWork, page: ImportsPage, tmp_path: Path) -> None:
    dialog = wizard(at_work, page, tmp_path / "odd.csv", ODD)
    combos = dialog.columns.combos
    for combo in combos[:2]:
        combo.setCurrentIndex(combo.findData("first_name"))
    assert not dialog.next_button.isEnabled()
    assert "First name" in dialog.notice.words
    for combo in combos:
        combo.setCurrentIndex(0)
    assert not dialog.next_button.isEnabled()


def test_a_file_that_is_none_says_so(at_work: AtWork, page: ImportsPage, tmp_path: Path) -> None:
    dialog = wizard(at_work, page, tmp_path / "scan.pdf", b"%PDF-1.4 nothing")
    assert dialog.notice.property("kind") == "error"
    assert not dialog.notice.words.startswith("error.")
    assert dialog.import_button.isHidden() or not dialog.import_button.isEnabled()


def test_a_schedule_asks_what_is_missing_means(at_work: AtWork, page: ImportsPage, tmp_path: Path) -> None:
    data = b"Appointment ID,MRN,Date,Time,Room colour\nA1,1001,2026-11-24,09:30,blue\n"
    dialog = wizard(at_work, page, tmp_path / "day.csv", data, VISITS)
    assert dialog.views.currentWidget() is dialog.columns
    assert not dialog.next_button.isEnabled(), "nothing is chosen for somebody"
    changes, _ = dialog.columns.answers["absent"].buttons()
    changes.setChecked(True)
    dialog.check()
    at_work.screen.settle()
    assert dialog.notice.words.startswith("This file would add 1")


def test_an_old_schedule_wants_a_yes(at_work: AtWork, page: ImportsPage, tmp_path: Path) -> None:
    data = b"Appointment ID,MRN,Date,Time\nA1,1001,2026-11-24,09:30\n"
    dialog = wizard(at_work, page, tmp_path / "day.csv", data, VISITS, age=2 * 86400)
    changes, _ = dialog.columns.answers["absent"].buttons()
    changes.setChecked(True)
    dialog.check()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "warn"
    assert dialog.import_button.text() == at_work.screen.words("ui.today.take-it")
    dialog.import_button.click()
    at_work.screen.settle()
    assert dialog.notice.words.startswith("Added 1")
    assert at_work.office.list_imports(at_work.session).imports[0].created == 1


def test_the_page_shows_one_import_and_takes_it_back(
    at_work: AtWork, page: ImportsPage, tmp_path: Path
) -> None:
    at_work.practice.clock.move(60)
    at_work.office.import_people(at_work.session, ImportRequest("more.csv", data=MORE))
    page.refresh()
    at_work.screen.settle()
    assert page.heading.text() == "more.csv"
    assert "1 new" in page.facts.text()
    page.undo()
    at_work.screen.settle()
    assert count(at_work) == 3
    assert page.undo_button.isHidden()


def test_the_list_is_handed_out_with_a_reason(at_work: AtWork, page: ImportsPage, tmp_path: Path) -> None:
    page.open_export()
    dialog = page.findChildren(ExportPeopleDialog)[-1]
    dialog.choose()
    assert dialog.reason.text == ""
    dialog.reason.input.setText("change of program")
    to = tmp_path / "people.xlsx"
    dialog.start(to)
    at_work.screen.settle()
    assert to.exists()
    assert "3 people" in dialog.notice.words


def test_a_long_list_says_who_must_agree_and_how_one_goes_on(
    at_work: AtWork, page: ImportsPage, tmp_path: Path
) -> None:
    rows = "".join(f"{4000 + at},Number,Person{at}\n" for at in range(60))
    many = ImportRequest("many.csv", data=f"MRN,First Name,Last Name\n{rows}".encode())
    at_work.office.import_people(at_work.session, many)
    page.open_export()
    dialog = page.findChildren(ExportPeopleDialog)[-1]
    dialog.reason.input.setText("change of program")
    dialog.start(tmp_path / "people.xlsx")
    at_work.screen.settle()
    assert not (tmp_path / "people.xlsx").exists()
    assert "press Save all people again" in dialog.notice.words
    assert dialog.go.isHidden()


def test_a_folder_is_watched_and_forgotten(at_work: AtWork, page: ImportsPage, tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    page.open_standing()
    at_work.screen.settle()
    dialog = page.findChildren(StandingDialog)[-1]
    dialog.watch(folder)
    at_work.screen.settle()
    assert [one.path for one in dialog.folders.rows] == [str(folder)]
    dialog.watch(tmp_path / "none")
    at_work.screen.settle()
    assert dialog.notice.words
    dialog.folder_list.selectRow(0)
    dialog.forget_folder()
    at_work.screen.settle()
    assert dialog.folders.rows == []
