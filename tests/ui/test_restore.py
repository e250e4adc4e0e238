"""The restore wizard over real backups: each page and wrong turn, bare and beside a practice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.assembly import build_office
from desktop.config import LIMITS
from desktop.crypto.kdf import FLOOR
from desktop.models.records import State
from desktop.models.safekeeping import TargetKind
from desktop.office.api import Office
from desktop.office.values_entry import NewPractice, SignedIn
from desktop.paths import PracticeFolder
from desktop.ui.gate.restore import RestorePages
from desktop.ui.gate.restore_found import FoundPage, WherePage
from desktop.ui.gate.restore_open import DonePage, OpenPage
from tests.made_practice import PASSWORD, USER, MovedClock
from tests.support.backed import NEW_PASSWORD, WHY, Bare, Shelf, backed_up
from tests.support.pages import texts_of
from tests.ui.conftest import Screen


@dataclass
class Wizard:
    """The pages, and the window around them as far as they know it."""

    bare: Bare
    office: Office
    screen: Screen
    practice_exists: bool = False
    told: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pages = self.screen.show(RestorePages(self.screen.ui, self))

    def attend(self, answer: SignedIn) -> None:
        raise AssertionError("nobody signs in here")

    def enter(self, answer: SignedIn) -> None:
        raise AssertionError("nobody signs in here")

    def look_around(self) -> None:
        raise AssertionError("nobody wants a look around here")

    def show_sign_in(self, user: str = "", words: str = "") -> None:
        self.told.append(("sign-in", user, words))

    def show_start(self) -> None:
        self.told.append(("start",))

    def show_restore(self) -> None:
        raise AssertionError("it is there")

    def show_readonly(self, user: str = "") -> None:
        raise AssertionError("nothing is here to be read")

    def look(self, folder: Path | None = None) -> None:
        where = self.pages.where
        where.form.address.input.setText(str(folder or self.bare.shelf.root))
        where.submit()
        self.screen.settle()

    def to_opening(self) -> OpenPage:
        self.look()
        self.pages.found.submit()
        return self.pages.open

    def fill_key(self, key: str = "", user: str = USER, reason: str = WHY) -> None:
        page = self.pages.open
        page.key.input.setText(key or self.bare.shelf.recovery_key)
        page.admin.input.setText(user)
        page.passwords.password.input.setText(NEW_PASSWORD)
        page.passwords.again.input.setText(NEW_PASSWORD)
        page.reason.input.setText(reason)

    def go(self) -> None:
        self.pages.open.submit()
        self.screen.settle()

    def write_down(self) -> None:
        page = self.pages.recovery
        groups = list(page._groups)
        for at, one in zip(page.asked, page.typed, strict=True):
            one.input.setText(groups[at])
        page.submit()

    @property
    def shown(self) -> str:
        page = self.pages.currentWidget()
        return "\n".join(texts_of(page)) if page is not None else ""


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("origin") / "practice"
    office = build_office(
        PracticeFolder(folder), MovedClock(), params=lambda: FLOOR, device_store=lambda: None
    )
    made = office.create_practice(NewPractice("Elm Street", "America/Denver", USER, password=PASSWORD))
    office.close()
    return backed_up(folder, made, tmp_path_factory.mktemp("backed"))


@pytest.fixture
def bare(shelf: Shelf, tmp_path: Path) -> Iterator[Bare]:
    computer = Bare(shelf, tmp_path)
    yield computer
    computer.close()


@pytest.fixture
def wizard(bare: Bare, make_screen: Callable[..., Screen]) -> Wizard:
    """A bare computer: what comes back goes into the office's own folder."""
    office = bare.office(folder=bare.to)
    return Wizard(bare, office, make_screen(office, bare.clock))


def test_a_bare_computer_gets_its_practice_back_and_nothing_leaves(wizard: Wizard) -> None:
    wizard.look()
    found = wizard.pages.found
    assert found.to is None, "there is no practice beside which it would go"
    assert found.chosen is not None
    assert found.chosen.name == wizard.bare.shelf.names[-1], "the newest is chosen"
    assert "Can be brought back" in wizard.shown
    found.submit()
    wizard.fill_key()
    wizard.go()
    new_key = "-".join(wizard.pages.recovery._groups)
    assert new_key != wizard.bare.shelf.recovery_key
    wizard.write_down()
    done = wizard.pages.currentWidget()
    assert isinstance(done, DonePage)
    assert "2 messages are held back until you have looked at them." in wizard.shown
    assert new_key not in wizard.shown
    done.go.click()
    assert wizard.told == [("sign-in", USER, wizard.screen.words("ui.restore.sign-in"))]
    office, session = wizard.bare.signed_in(password=NEW_PASSWORD)
    assert office.list_outbox(session).counts == {State.QUEUED: 2}


def test_with_a_password_no_new_key_is_shown(wizard: Wizard) -> None:
    page = wizard.to_opening()
    page.by_password.setChecked(True)
    page.user.input.setText(USER)
    page.password.input.setText(PASSWORD)
    page.reason.input.setText(WHY)
    wizard.go()
    assert isinstance(wizard.pages.currentWidget(), DonePage)
    assert not hasattr(wizard.pages, "recovery")


def test_beside_a_practice_it_goes_into_a_new_folder_and_says_how_to_open_it(
    bare: Bare, make_screen: Callable[..., Screen]
) -> None:
    wizard = Wizard(bare, bare.office(), make_screen(bare.office(), bare.clock), practice_exists=True)
    wizard.look()
    found = wizard.pages.found
    assert found.to is not None
    assert found.to.text, "a folder is proposed"
    found.to.input.clear()
    found.submit()
    assert found.to.input.property("wrong")
    found.to.input.setText(str(bare.to))
    found.submit()
    wizard.pages.open.back.click()
    assert wizard.pages.found.to is not None
    assert wizard.pages.found.to.text == str(bare.to), "what was chosen is kept"
    wizard.pages.found.submit()
    wizard.fill_key()
    wizard.go()
    wizard.write_down()
    assert f'sealwell-gui --practice "{bare.to}"' in wizard.shown
    wizard.pages.done.go.click()
    assert wizard.told == [("start",)]
    assert bare.office(folder=bare.to).practice_exists()


def test_a_wrong_key_leaves_nothing_and_what_was_typed_can_be_put_right(wizard: Wizard) -> None:
    page = wizard.to_opening()
    wizard.fill_key(key="-".join(["ABCD"] * 14))
    wizard.go()
    assert wizard.pages.currentWidget() is page
    assert page.notice.property("kind") == "error"
    assert "error." not in page.notice.words
    assert page.reason.text == WHY
    assert not wizard.bare.to.exists() or not any(
        one.name.endswith((".db", ".keys")) for one in wizard.bare.to.iterdir()
    )
    wizard.fill_key()
    wizard.go()
    assert wizard.pages.recovery._groups


@pytest.mark.parametrize("missing", ["key", "admin", "password", "reason"])
def test_what_is_missing_is_said_beside_its_field(wizard: Wizard, missing: str) -> None:
    page = wizard.to_opening()
    wizard.fill_key(reason="x" if missing == "reason" else WHY)
    if missing in ("key", "admin"):
        getattr(page, missing).input.clear()
    elif missing == "password":
        page.passwords.again.input.setText("another")
    page.submit()
    assert wizard.pages.currentWidget() is page
    fields = {"key": page.key, "admin": page.admin, "password": page.passwords.again, "reason": page.reason}
    assert fields[missing].input.property("wrong")


def test_a_press_on_cancel_stops_it_and_leaves_nothing(wizard: Wizard) -> None:
    page = wizard.to_opening()
    wizard.fill_key()
    page.submit()
    wizard.pages.running.cancel.click()
    assert not wizard.pages.running.cancel.isEnabled()
    wizard.screen.settle()
    assert wizard.pages.currentWidget() is page
    assert page.notice.words == wizard.screen.words("ui.restore.stopped")
    assert not wizard.office.practice_exists()


def test_a_folder_without_backups_says_so_and_keeps_what_was_typed(wizard: Wizard, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    wizard.look(empty)
    page = wizard.pages.currentWidget()
    assert isinstance(page, WherePage)
    assert page.notice.words == wizard.screen.words("ui.restore.none")
    assert page.form.address.text == str(empty)


def test_nothing_is_asked_without_an_address(wizard: Wizard) -> None:
    wizard.pages.where.submit()
    assert wizard.pages.where.form.address.input.property("wrong")
    wizard.pages.where.form.kind_box.setCurrentIndex(
        wizard.pages.where.form.kind_box.findData(TargetKind.WEBDAV.value)
    )
    wizard.pages.where.form.address.input.setText("cloud.example.com/dav")
    wizard.pages.where.submit()
    assert wizard.pages.where.form.user.input.property("wrong")


def test_a_backup_whose_beginning_is_missing_cannot_be_chosen(wizard: Wizard, tmp_path: Path) -> None:
    torn = wizard.bare.shelf.copy(tmp_path / "torn")
    (torn.folder / torn.names[0]).unlink()
    wizard.look(torn.root)
    page = wizard.pages.currentWidget()
    assert isinstance(page, FoundPage)
    page.submit()
    assert wizard.pages.currentWidget() is page
    assert page.notice.words == wizard.screen.words("ui.restore.take-whole")
    page.back.click()
    assert wizard.pages.where.form.address.text == str(torn.root)
    wizard.pages.where.back.click()
    assert wizard.told == [("start",)]


def test_the_keyboard_alone_chooses_a_backup_and_goes_on(wizard: Wizard) -> None:
    wizard.pages.where.form.address.input.setText(str(wizard.bare.shelf.root))
    QTest.keyClick(wizard.pages.where.form.address.input, Qt.Key.Key_Return)
    wizard.screen.settle()
    found = wizard.pages.found
    QTest.keyClick(found.view, Qt.Key.Key_Down)
    assert found.chosen is not None
    assert found.chosen.name == wizard.bare.shelf.names[0]
    QTest.keyClick(found.view, Qt.Key.Key_Return)
    assert isinstance(wizard.pages.currentWidget(), OpenPage)


def test_in_spanish_every_page_speaks_spanish(bare: Bare, make_screen: Callable[..., Screen]) -> None:
    office = bare.office(folder=bare.to)
    wizard = Wizard(bare, office, make_screen(office, bare.clock, "es"))
    wizard.to_opening()
    assert "clave de recuperación" in wizard.shown
    wizard.fill_key()
    wizard.go()
    wizard.write_down()
    assert "2 mensajes quedan retenidos" in wizard.shown
    assert "ui." not in wizard.shown


def closed(pages: RestorePages) -> bool:
    """As the window asks before it closes."""
    return not pages.stays()


def test_closing_the_window_ends_no_restore_and_loses_no_new_key(wizard: Wizard) -> None:
    page = wizard.to_opening()
    assert closed(wizard.pages)
    wizard.fill_key()
    page.submit()
    assert not closed(wizard.pages)
    assert wizard.screen.words("ui.restore.still-running") in wizard.shown
    wizard.screen.settle()
    assert wizard.pages.recovery.focusProxy() is wizard.pages.recovery.typed[0].input
    assert not closed(wizard.pages)
    assert wizard.screen.words("ui.recovery.first") in wizard.shown
    wizard.write_down()
    assert closed(wizard.pages)


def test_a_lock_covers_the_new_key_and_takes_off_what_was_typed(wizard: Wizard) -> None:
    page = wizard.to_opening()
    wizard.fill_key()
    wizard.bare.clock.move(LIMITS.idle_lock + 1)
    wizard.pages.watch.check()
    assert (page.key.text, page.passwords.text, page.passwords.again.text) == ("", "", "")
    assert page.admin.text == USER
    wizard.fill_key()
    wizard.go()
    key = "  ".join(wizard.pages.recovery._groups[:2])
    assert key in wizard.pages.recovery.shown.text()
    wizard.pages.lock()
    assert wizard.pages.recovery.cover.covered
    wizard.write_down()


def test_back_to_a_server_names_the_key_file_and_not_the_keys_text(wizard: Wizard, tmp_path: Path) -> None:
    """As a password its lines would be one, and open nothing."""
    key = tmp_path / "id_ed25519"
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n", "utf-8")
    form = wizard.pages.where.form
    form.kind_box.setCurrentIndex(form.kind_box.findData(TargetKind.SFTP.value))
    form.address.input.setText("127.0.0.1:1")
    form.user.input.setText("elm")
    form.key_file.input.setText(str(key))
    wizard.pages.where.submit()
    wizard.screen.settle()
    wizard.pages.to_where()
    again = wizard.pages.where.form
    assert (again.key_file.text, again.secret.text) == (str(key), "")
    given = again.value()
    assert given is not None
    assert given[1] == key.read_text("utf-8")
