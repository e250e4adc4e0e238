"""The restore wizard before a real OpenSSH server: a person compares its key before anything is sent."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest

from desktop.models.safekeeping import TargetKind
from desktop.ui.gate.restore_found import FoundPage, HostKeyPage, WherePage
from desktop.ui.gate.restore_open import DonePage
from tests.made_practice import PASSWORD, USER
from tests.servers.sftp import Sshd
from tests.support.backed import WHY, Bare, Shelf
from tests.ui.conftest import Screen
from tests.ui.test_restore import Wizard, bare, shelf

__all__ = ["bare", "shelf"]


@pytest.fixture
def server(shelf: Shelf) -> Iterator[Sshd]:
    with Sshd() as made:
        shutil.copytree(shelf.root, made.files, dirs_exist_ok=True)
        yield made


@pytest.fixture
def wizard(bare: Bare, make_screen: Callable[..., Screen]) -> Wizard:
    office = bare.office(folder=bare.to)
    return Wizard(bare, office, make_screen(office, bare.clock))


def ask(wizard: Wizard, server: Sshd) -> None:
    form = wizard.pages.where.form
    form.kind_box.setCurrentIndex(form.kind_box.findData(TargetKind.SFTP.value))
    form.address.input.setText(server.place().address.removeprefix("sftp://"))
    form.user.input.setText(server.user)
    form.key_file.input.setText(str(server.private))
    wizard.pages.where.submit()
    wizard.screen.settle()


def print_of(server: Sshd) -> str:
    """As ssh-keygen shows it to whoever runs the server."""
    command = ["ssh-keygen", "-l", "-E", "sha256", "-f", str(server.folder / "host.pub")]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout.split()[1]


def test_the_fingerprint_is_compared_and_the_practice_comes_back(wizard: Wizard, server: Sshd) -> None:
    ask(wizard, server)
    page = wizard.pages.currentWidget()
    assert isinstance(page, HostKeyPage)
    assert page.fingerprint.accessibleName() == print_of(server)
    assert page.fingerprint.text().replace("\n", "") == print_of(server)
    page.go.click()
    wizard.screen.settle()
    assert isinstance(wizard.pages.currentWidget(), FoundPage)
    wizard.pages.found.submit()
    opening = wizard.pages.open
    opening.by_password.setChecked(True)
    opening.user.input.setText(USER)
    opening.password.input.setText(PASSWORD)
    opening.reason.input.setText(WHY)
    wizard.go()
    assert isinstance(wizard.pages.currentWidget(), DonePage)
    assert "2 messages are held back" in wizard.shown


def test_another_fingerprint_leads_back_and_nothing_was_sent(wizard: Wizard, server: Sshd) -> None:
    ask(wizard, server)
    wizard.pages.host_key.back.click()
    page = wizard.pages.currentWidget()
    assert isinstance(page, WherePage)
    assert page.notice.words == wizard.screen.words("ui.restore.key-refused")
    assert page.form.address.text == server.place().address


def test_a_server_that_shows_another_key_than_the_confirmed_one_is_refused(
    wizard: Wizard, server: Sshd
) -> None:
    ask(wizard, server)
    server.another_key()
    wizard.pages.host_key.go.click()
    wizard.screen.settle()
    page = wizard.pages.currentWidget()
    assert isinstance(page, WherePage)
    assert page.notice.words
    assert "error." not in page.notice.words


def test_a_server_that_is_not_there_is_said(wizard: Wizard, server: Sshd) -> None:
    server.stop_now()
    ask(wizard, server)
    page = wizard.pages.where
    assert wizard.pages.currentWidget() is page
    assert page.notice.property("kind") == "error"
    assert page.go.isEnabled()


def test_a_key_file_that_is_none_is_said_beside_its_field(wizard: Wizard, server: Sshd) -> None:
    form = wizard.pages.where.form
    form.kind_box.setCurrentIndex(form.kind_box.findData(TargetKind.SFTP.value))
    form.address.input.setText("127.0.0.1/files")
    form.user.input.setText("ana")
    for text in (str(server.folder / "nowhere"), str(server.folder)):
        form.key_file.input.setText(text)
        wizard.pages.where.submit()
        assert form.key_file.input.property("wrong")
