"""Keys in the window: adding one to a person, confirming it, the Keys page; each also without a mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.crypto.openpgp import OwnKey, OwnKeyring
from desktop.crypto.smime import make_identity
from desktop.errors import DeliveryError
from desktop.models.protection import KeyTrust
from desktop.models.records import KeyKind, Method
from desktop.office.values import KeyLine
from desktop.ui.compose.page import ComposePage
from desktop.ui.keys.dialog import KeyDialog
from desktop.ui.keys.dialogs import IdentityDialog, RequestDialog
from desktop.ui.keys.page import KeysSection
from desktop.ui.people.page import PeoplePage
from desktop.ui.settings.page import SettingsPage
from desktop.ui.users.dialogs import ConfirmDialog
from tests.ui.conftest import AtWork

ZOE = "zoraida@example.org"


@pytest.fixture(scope="module")
def hers() -> OwnKey:
    with OwnKeyring() as ring:
        return ring.make_key("Zoraida", ZOE)


@pytest.fixture
def people(at_work: AtWork) -> PeoplePage:
    page = at_work.page("people", PeoplePage)
    page.search.setText("Zoraida")
    page.look_up()
    at_work.screen.settle()
    return page


@pytest.fixture
def section(at_work: AtWork) -> KeysSection:
    page = at_work.page("settings", SettingsPage).sections.open("keys")
    at_work.screen.settle()
    assert isinstance(page, KeysSection)
    return page


def adding(at_work: AtWork, people: PeoplePage) -> KeyDialog:
    people.detail.add_key.click()
    at_work.screen.settle()
    return people.findChildren(KeyDialog)[-1]


def given(at_work: AtWork, people: PeoplePage, data: bytes, name: str = "key.asc") -> KeyDialog:
    dialog = adding(at_work, people)
    dialog.take_file(at_work.file(name, data))
    at_work.screen.settle()
    return dialog


def stored(at_work: AtWork) -> tuple[KeyLine, ...]:
    return at_work.office.show_person(at_work.session, at_work.person("Zoraida")).keys


def said(dialog: KeyDialog | KeysSection) -> str:
    return dialog.notice.words


def certificate(at_work: AtWork, address: str = ZOE) -> bytes:
    return make_identity("Zoraida", address, at_work.practice.clock.now()).cert_der


# --- adding a key -----------------------------------------------------------------------


def test_a_key_whose_fingerprint_was_read_out_is_used_at_once(
    at_work: AtWork, people: PeoplePage, hers: OwnKey
) -> None:
    dialog = given(at_work, people, hers.public)
    assert dialog.fingerprint.words.replace(" ", "") == hers.fingerprint
    dialog.matches.click()
    at_work.screen.settle()
    assert said(dialog) == at_work.screen.words("ui.key.kept", name="Zoraida Canaryfield")
    assert [key.trust for key in stored(at_work)] == [KeyTrust.CHECKED]
    shown = at_work.office.show_person(at_work.session, at_work.person("Zoraida"))
    assert Method.OPENPGP in shown.methods


def test_a_test_message_is_sent_and_the_key_waits_until_it_was_read(
    at_work: AtWork, people: PeoplePage, hers: OwnKey
) -> None:
    dialog = given(at_work, people, hers.public)
    dialog.send_test.click()
    at_work.screen.settle()
    assert said(dialog) == at_work.screen.words("ui.key.test-sent", name="Zoraida Canaryfield")
    assert [key.trust for key in stored(at_work)] == [KeyTrust.FOUND]
    dialog.could_read.click()  # it is still held here
    at_work.screen.settle()
    assert said(dialog).startswith(at_work.screen.words("error.key-test-not-sent")[:20])
    at_work.practice.clock.move(20)
    at_work.office.run_outbox(at_work.session)
    dialog.could_read.click()
    at_work.screen.settle()
    assert [key.trust for key in stored(at_work)] == [KeyTrust.TESTED]


def test_a_fingerprint_that_differs_keeps_nothing(at_work: AtWork, people: PeoplePage, hers: OwnKey) -> None:
    dialog = given(at_work, people, hers.public)
    dialog.differs.click()
    assert said(dialog) == at_work.screen.words("ui.key.differs-note", name="Zoraida Canaryfield")
    assert not dialog.matches.isVisible()
    dialog.other.click()
    assert dialog.source.isVisible()
    dialog.cancel.click()
    at_work.screen.settle()
    assert stored(at_work) == ()


def test_pasted_text_is_read_as_a_key(at_work: AtWork, people: PeoplePage, hers: OwnKey) -> None:
    dialog = adding(at_work, people)
    assert not dialog.use_text.isEnabled()
    dialog.paste.setPlainText("hello")
    dialog.use_text.click()
    at_work.screen.settle()
    assert said(dialog).startswith(at_work.screen.words("error.key-unreadable")[:20])
    assert dialog.use_text.isEnabled()


def test_a_key_for_another_address_is_named_and_cannot_be_kept(at_work: AtWork, people: PeoplePage) -> None:
    dialog = given(at_work, people, certificate(at_work, "else@example.org"), "else.crt")
    assert "else@example.org" in said(dialog)
    assert not dialog.matches.isVisible()
    assert not dialog.send_test.isVisible()


def test_an_ended_key_says_so_and_cannot_be_kept(at_work: AtWork, people: PeoplePage) -> None:
    old = make_identity("Zoraida", ZOE, at_work.practice.clock.now().replace(year=2020)).cert_der
    dialog = given(at_work, people, old, "old.crt")
    assert "expired" in said(dialog).lower()
    assert not dialog.matches.isVisible()


def test_a_look_up_that_finds_nobody_has_words(
    at_work: AtWork, people: PeoplePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.office.keys_search.system_servers", _no_servers)
    dialog = adding(at_work, people)
    dialog.look_up.click()
    at_work.screen.settle()
    assert said(dialog)
    assert not said(dialog).startswith(("error.", "reason."))
    assert dialog.look_up.isEnabled()


def _no_servers() -> tuple[object, ...]:
    raise DeliveryError("no-resolver")


def test_a_waiting_key_is_confirmed_from_the_page_of_the_person(
    at_work: AtWork, people: PeoplePage, hers: OwnKey
) -> None:
    dialog = given(at_work, people, hers.public)
    dialog.send_test.click()
    at_work.screen.settle()
    dialog.cancel.click()
    at_work.screen.settle()
    (waiting,) = stored(at_work)
    people.detail._about_key(waiting)
    at_work.screen.settle()
    again = people.findChildren(KeyDialog)[-1]
    assert said(again) == ""
    again.matches.click()
    at_work.screen.settle()
    assert [key.trust for key in stored(at_work)] == [KeyTrust.CHECKED]


# --- without a mouse --------------------------------------------------------------------


def focused() -> QWidget | None:
    return QApplication.focusWidget()


def press_until(dialog: QWidget, wanted: QWidget) -> None:
    """Tab, as often as there are things to stop at."""
    for _ in range(20):
        if focused() is wanted:
            return
        QTest.keyClick(focused() or dialog, Qt.Key.Key_Tab)
    raise AssertionError("Tab does not lead there")


def test_a_key_is_added_by_keyboard_alone(at_work: AtWork, people: PeoplePage, hers: OwnKey) -> None:
    dialog = adding(at_work, people)
    at_work.screen.qtbot.waitUntil(lambda: dialog.isActiveWindow(), timeout=5000)
    assert focused() is dialog.choose
    press_until(dialog, dialog.look_up)
    press_until(dialog, dialog.paste)
    dialog.take_file(at_work.file("key.asc", hers.public))
    at_work.screen.settle()
    assert focused() is dialog.matches
    QTest.keyClick(dialog.matches, Qt.Key.Key_Space)
    at_work.screen.settle()
    assert focused() is dialog.cancel
    assert len(stored(at_work)) == 1


# --- the Keys page ----------------------------------------------------------------------


def with_key(at_work: AtWork, section: KeysSection, people: PeoplePage, hers: OwnKey) -> None:
    dialog = given(at_work, people, hers.public)
    dialog.matches.click()
    at_work.screen.settle()
    dialog.cancel.click()
    section.refresh()
    at_work.screen.settle()


def test_own_keys_are_renewed_after_a_question(at_work: AtWork, section: KeysSection) -> None:
    before = {one.fingerprint for one in section.shown.own} if section.shown else set()
    assert len(before) == 2
    section.own.renew[KeyKind.SMIME.value].click()
    section.findChildren(ConfirmDialog)[-1].cancel.click()
    at_work.screen.settle()
    section.own.renew[KeyKind.SMIME.value].click()
    section.findChildren(ConfirmDialog)[-1].go.click()
    at_work.screen.settle()
    assert said(section) == at_work.screen.words("ui.keys.renewed")
    assert section.shown is not None
    assert len(section.shown.own) == 3
    assert section.own.older.isVisible()


def test_own_keys_are_published_to_a_folder(at_work: AtWork, section: KeysSection, tmp_path: Path) -> None:
    folder = tmp_path / "web"
    folder.mkdir()
    section.publish_to(folder)
    at_work.screen.settle()
    assert any(folder.rglob("*.asc"))
    for file in folder.rglob("*.asc"):
        file.write_bytes(b"a page of somebody else")
    section.publish_to(folder)
    at_work.screen.settle()
    assert said(section).startswith(next(file.name for file in folder.rglob("*.asc")))


def test_a_wrong_password_of_a_certificate_file_has_words(at_work: AtWork, section: KeysSection) -> None:
    section.take_identity(at_work.file("own.p12", b"hello"))
    dialog = section.findChildren(IdentityDialog)[-1]
    dialog.password.input.setText("x")
    dialog.go.click()
    at_work.screen.settle()
    assert dialog.notice.words
    assert dialog.go.isEnabled()


def test_a_prepared_letter_is_taken_over_and_nothing_is_written_over(
    at_work: AtWork, section: KeysSection, people: PeoplePage, hers: OwnKey
) -> None:
    with_key(at_work, section, people, hers)
    section.ask.click()
    at_work.screen.settle()
    dialog = section.findChildren(RequestDialog)[-1]
    assert "Zoraida Canaryfield" in dialog.text.toPlainText()
    dialog.go.click()
    at_work.screen.settle()
    page = at_work.workspace.pages["compose"]
    assert isinstance(page, ComposePage)
    assert "Zoraida Canaryfield" in page.text.toPlainText()
    page.fill("Another", "text")
    assert page.subject.text() != "Another"


def test_the_filter_leaves_those_of_that_name_and_a_key_is_withdrawn(
    at_work: AtWork, section: KeysSection, people: PeoplePage, hers: OwnKey
) -> None:
    with_key(at_work, section, people, hers)
    section.filter.setText("nobody")
    assert section.rows.rowCount() == 0
    assert not section.withdraw.isEnabled()
    section.filter.setText("zor")
    assert section.rows.rowCount() == 1
    section.withdraw.click()
    section.findChildren(ConfirmDialog)[-1].go.click()
    at_work.screen.settle()
    assert stored(at_work) == ()
    assert not section.none.isHidden()
