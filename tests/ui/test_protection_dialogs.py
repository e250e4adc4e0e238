"""Dialogs of keys, cards, help and sending: named, reachable, whole in the smallest window, gone with Esc."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialog, QLabel, QLineEdit, QPlainTextEdit, QWidget

from desktop.models.records import Label, Method
from desktop.office.values import LetterRequest, PassphraseRequest
from desktop.ui.cards.dialog import CardDialog
from desktop.ui.help.dialog import HelpDialog
from desktop.ui.keys.dialog import KeyDialog
from desktop.ui.settings.onward import OnwardDialog
from desktop.ui.settings.storage import StorageDialog
from desktop.ui.workspace import Workspace
from tests.architecture.test_words import CLAIMS, TERMS
from tests.made_practice import Practice, person_named
from tests.support.pages import texts_of
from tests.support.queued import queued
from tests.ui.conftest import HOLD, RelayHere, Screen

CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit)
FOR_ADMINISTRATORS = frozenset({"storage", "onward"})
LANGUAGES = pytest.mark.parametrize("language", ["en", "es"])
Dialogs = tuple[Screen, dict[str, QDialog]]


@pytest.fixture
def dialogs(
    practice: Practice, make_screen: Callable[..., Screen], relay: RelayHere, language: str
) -> Dialogs:
    office, session = practice.signed_in()
    person = person_named(office, session, "Zoraida")
    office.make_passphrase(session, PassphraseRequest(person, "Ana", "in-person"))
    letter = LetterRequest(person, "Results", "All is well.", label=Label.ROUTINE, wanted=Method.ENVELOPE)
    sent = queued(office.send_letter(session, letter)).id
    screen = make_screen(office, practice.clock, language)
    workspace = screen.show(Workspace(screen.ui, session, HOLD))
    workspace.resize(1000, 640)
    shown = office.show_person(session, person).person
    ui = screen.ui
    helping = HelpDialog(ui, session, workspace)
    helping.help_message(sent)
    made: dict[str, QDialog] = {
        "key": KeyDialog(ui, session, shown, workspace),
        "card": CardDialog(ui, session, shown, workspace),
        "help": helping,
        "storage": StorageDialog(ui, session, workspace),
        "onward": OnwardDialog(ui, session, workspace, office.list_relays(session)[0]),
    }
    screen.settle()
    return screen, made


def name_of(control: QWidget) -> str:
    if control.accessibleName():
        return control.accessibleName()
    return control.text() if isinstance(control, QAbstractButton) else ""


@LANGUAGES
def test_every_control_has_a_name_and_plain_words(dialogs: Dialogs, language: str) -> None:
    wrong = []
    for code, dialog in dialogs[1].items():
        for one in dialog.findChildren(QWidget):
            inner = isinstance(one.parent(), QLineEdit | QComboBox) or one.objectName().startswith("qt_")
            if isinstance(one, CONTROLS) and not inner and not name_of(one):
                wrong.append(f"{code}: {type(one).__name__} without a name")
        wrong += [
            f"{code}: {text}"
            for text in texts_of(dialog)
            if CLAIMS.search(text) or (code not in FOR_ADMINISTRATORS and TERMS.search(text))
        ]
    assert wrong == []


@LANGUAGES
def test_nothing_is_cut_in_the_smallest_window_and_esc_closes(dialogs: Dialogs, language: str) -> None:
    screen, made = dialogs
    cut = []
    for code, dialog in made.items():
        dialog.open()
        screen.settle()
        screen.qtbot.wait(50)
        edge = dialog.rect().right()
        for one in dialog.findChildren(QWidget):
            if not one.isVisible() or not isinstance(one, QAbstractButton | QLabel | QLineEdit):
                continue
            if one.mapTo(dialog, one.rect().topRight()).x() > edge - 10:
                cut.append(f"{code}: {one.accessibleName() or name_of(one)} is over the edge")
            if isinstance(one, QAbstractButton) and one.width() + 2 < one.sizeHint().width():
                cut.append(f"{code}: {one.text()}")
        assert dialog.width() <= 1000
        assert dialog.height() <= 640
        closed: list[int] = []
        dialog.finished.connect(closed.append)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert closed == [QDialog.DialogCode.Rejected]
    assert cut == []
