"""Report a problem: read whole before it is saved, checked for patients, made with and without anybody."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from desktop.audit.witness import Gap
from desktop.errors import VaultError
from desktop.models.accounts import Session
from desktop.office.api import Office
from desktop.office.values_problem import ProblemFacts
from desktop.ui.gate.lock import LockPage
from desktop.ui.problem.dialog import ProblemDialog
from tests.made_staff import desk_of
from tests.support.canary import CANARY
from tests.ui.conftest import AtWork, Opened


@pytest.fixture
def dialog(at_work: AtWork) -> ProblemDialog:
    ui = replace(at_work.screen.ui, folder=at_work.practice.folder)
    made = ProblemDialog(ui, at_work.session, at_work.workspace)
    made.open()
    at_work.screen.settle()
    return made


def opened_one(opened: Opened) -> ProblemDialog:
    opened.screen.settle()
    return next(one for one in opened.window.findChildren(QDialog) if isinstance(one, ProblemDialog))


def test_everything_stands_there_before_it_is_saved(at_work: AtWork, dialog: ProblemDialog) -> None:
    shown = dialog.whole.toPlainText()
    for words in (
        "problem.program",
        "problem.system",
        "problem.window",
        "problem.checks",
        "problem.practice",
    ):
        assert at_work.screen.words(words) in shown
    assert shown == dialog.problem.text(at_work.screen.ui.texts)
    for name in (
        "Zoraida",
        "Canaryfield",
        "elmstreet",
        "Elm Street",
        "ana",
        str(at_work.practice.folder.root),
    ):
        assert name not in shown.split(), name
    assert "example.org" not in shown


def test_own_words_are_in_it_as_they_are_typed_and_in_the_file(
    at_work: AtWork, dialog: ProblemDialog, tmp_path: Path
) -> None:
    dialog.own.setPlainText("The page stays empty after I press Review.")
    assert "The page stays empty" in dialog.whole.toPlainText()
    dialog.write(tmp_path / "report.txt")
    assert (tmp_path / "report.txt").read_text("utf-8") == dialog.whole.toPlainText()
    dialog.write(tmp_path / "report.json")
    document = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert document["words"] == "The page stays empty after I press Review."
    assert document["window"]["language"] == "en"


def test_a_patients_name_is_shown_first_and_saved_only_on_a_second_press(
    at_work: AtWork, dialog: ProblemDialog
) -> None:
    QApplication.clipboard().clear()
    dialog.own.setPlainText("It stops when I open Zoraida Canaryfield.")
    dialog.copy.click()
    at_work.screen.settle()
    assert "Canaryfield" in dialog.notice.words
    assert QApplication.clipboard().text() == ""
    dialog.own.setPlainText("It stops when I open Bo Nightingale.")
    dialog.copy.click()
    at_work.screen.settle()
    assert QApplication.clipboard().text() == "", "other words are asked about again"
    dialog.copy.click()
    at_work.screen.settle()
    assert "Nightingale" in QApplication.clipboard().text()
    QApplication.clipboard().clear()


def test_harmless_words_go_at_once(at_work: AtWork, dialog: ProblemDialog) -> None:
    dialog.own.setPlainText("It stops.")
    dialog.copy.click()
    at_work.screen.settle()
    assert "It stops." in QApplication.clipboard().text()
    QApplication.clipboard().clear()


def test_a_long_paragraph_stays_whole(dialog: ProblemDialog, tmp_path: Path) -> None:
    """The box wraps: what somebody writes in it is one line."""
    paragraph = " ".join(["It stops when I press Review."] * 40)
    dialog.own.setPlainText(f"{paragraph}\n\nThat is all\u202e.")
    assert f"{paragraph}\n\nThat is all." in dialog.whole.toPlainText()
    dialog.write(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_bytes())["words"] == f"{paragraph}\n\nThat is all."


class Held:
    """An office that waits before it looks at anybody's words."""

    def __init__(self, office: Office) -> None:
        self.go_on = threading.Event()
        self._office = office

    def __getattr__(self, name: str) -> Any:
        return getattr(self._office, name)

    def report_problem(self, session: Session, words: str = "") -> ProblemFacts:
        if words:
            self.go_on.wait(10)
        return self._office.report_problem(session, words)


def test_words_typed_while_they_are_looked_at_are_looked_at_too(at_work: AtWork) -> None:
    office = Held(at_work.office)
    ui = replace(at_work.screen.ui, open_office=lambda: cast(Office, office), folder=at_work.practice.folder)
    dialog = ProblemDialog(ui, at_work.session, at_work.workspace)
    dialog.open()
    at_work.screen.settle()
    QApplication.clipboard().clear()
    dialog.own.setPlainText("It stops.")
    dialog.copy.click()
    dialog.own.setPlainText("It stops when I open Zoraida Canaryfield.")
    office.go_on.set()
    at_work.screen.settle()
    assert QApplication.clipboard().text() == ""
    assert "Canaryfield" in dialog.notice.words


def test_what_cannot_be_written_is_said(at_work: AtWork, dialog: ProblemDialog, tmp_path: Path) -> None:
    dialog.write(tmp_path / "missing" / "report.txt")
    assert "report.txt" in dialog.notice.words


def test_it_is_in_the_log_where_somebody_is_signed_in(at_work: AtWork, dialog: ProblemDialog) -> None:
    acts = [line.act for line in at_work.office.query_log(at_work.session).lines]
    assert "problem.reported" in acts


def test_from_the_sign_in_page_without_anything_of_the_practice(opened: Opened) -> None:
    page = opened.page()
    QTest.keyClick(page.problem, Qt.Key.Key_Space)
    dialog = opened_one(opened)
    shown = dialog.whole.toPlainText()
    assert opened.screen.words("problem.practice") not in shown
    assert opened.screen.words("problem.checks") in shown
    dialog.own.setPlainText(f"Born {CANARY.birth_date}, {CANARY.phone}")
    dialog.copy.click()
    opened.screen.settle()
    assert dialog.notice.words, "dates of birth and numbers are seen without knowing anybody"
    dialog.close()


def test_from_the_lock_page_own_words_are_asked_for_once_more(opened: Opened) -> None:
    """Nobody is signed in: no name is known, so none can be found."""
    opened.sign_in()
    opened.window.lock()
    opened.screen.settle()
    page = opened.window.centralWidget()
    assert isinstance(page, LockPage)
    page.problem.click()
    dialog = opened_one(opened)
    QApplication.clipboard().clear()
    dialog.own.setPlainText("Zoraida Canaryfield cannot open her letter.")
    dialog.copy.click()
    opened.screen.settle()
    assert dialog.notice.words == opened.screen.words("ui.problem.not-checked")
    assert QApplication.clipboard().text() == ""
    dialog.copy.click()
    opened.screen.settle()
    assert "Zoraida" in QApplication.clipboard().text(), "the writer has read them once more"
    QApplication.clipboard().clear()
    dialog.close()


def test_from_the_lock_page_and_by_f1(opened: Opened) -> None:
    opened.sign_in()
    opened.window.lock()
    opened.screen.settle()
    page = opened.window.centralWidget()
    assert isinstance(page, LockPage)
    page.problem.click()
    dialog = opened_one(opened)
    assert opened.screen.words("problem.practice") not in dialog.whole.toPlainText()
    dialog.close()


def test_where_the_service_does_not_answer_the_report_says_so(opened: Opened) -> None:
    def gone() -> object:
        raise VaultError("service-gone")

    ui = replace(opened.screen.ui, open_office=gone, folder=opened.practice.folder)  # type: ignore[arg-type]
    dialog = ProblemDialog(ui, None, opened.window)
    dialog.open()
    opened.screen.settle()
    assert "service: service-gone" in dialog.whole.toPlainText()
    dialog.own.setPlainText("It stops.")
    dialog.copy.click()
    opened.screen.settle()
    assert dialog.notice.words == opened.screen.words("ui.problem.not-checked")
    dialog.close()


def shown_report(at_work: AtWork) -> str:
    dialog = ProblemDialog(at_work.screen.ui, at_work.session, at_work.workspace)
    dialog.open()
    at_work.screen.settle()
    return dialog.whole.toPlainText()


def test_in_a_gap_of_the_log_the_checks_stay_in_the_report(at_work: AtWork) -> None:
    watch = desk_of(at_work.office).log_watch
    assert watch is not None
    watch.gap = Gap("missing", 1, 2, "keyring")
    shown = shown_report(at_work)
    assert "crypto: ok" in shown
    assert "users: 1" in shown, "a report changes nothing"


def test_where_the_sign_in_has_ended_the_checks_stay_in_the_report(at_work: AtWork) -> None:
    at_work.office.sign_out(at_work.session)
    shown = shown_report(at_work)
    assert "crypto: ok" in shown
    assert "service: signed-out" in shown


def test_the_last_error_is_in_it_by_its_code(opened: Opened) -> None:
    opened.fill(password="not the right one at all")
    ui = replace(opened.screen.ui, folder=opened.practice.folder)
    dialog = ProblemDialog(ui, None, opened.window)
    dialog.open()
    opened.screen.settle()
    assert "code: wrong-password" in dialog.whole.toPlainText()
    dialog.close()
