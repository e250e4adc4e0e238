"""Program updates in the window: nobody is asked before a tick; told, fetched, stopped, proved, refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import platformdirs
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from demo.authority import Authority
from desktop.sync.updates import LIST_NAME
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.updates import UpdateSection
from tests.made_practice import Practice
from tests.servers.updatehost import UpdateHost
from tests.support.pages import texts_of
from tests.support.releases import NAME, NEWER, PACKAGE, RUNNING, Releases, a_list
from tests.ui.conftest import AtWork


@pytest.fixture
def releases(tmp_path: Path, practice: Practice) -> Iterator[Releases]:
    authority = Authority(tmp_path)
    with UpdateHost(authority.server_context("localhost")) as host:
        made = Releases(host, authority)
        made.publish()
        practice.updates = made.judge()
        yield made


@pytest.fixture
def page(releases: Releases, at_work: AtWork) -> UpdateSection:
    return opened(at_work)


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "Downloads"
    made.mkdir()
    monkeypatch.setattr(platformdirs, "user_downloads_dir", lambda: str(made))
    return made


def opened(at_work: AtWork) -> UpdateSection:
    section = at_work.page("settings", SettingsPage).sections.open("updates")
    at_work.screen.settle()
    assert isinstance(section, UpdateSection)
    return section


def look(at_work: AtWork, page: UpdateSection) -> None:
    if not page.allow.isChecked():
        page.allow.click()
        at_work.screen.settle()
    page.check_button.click()
    at_work.screen.settle()


def test_nobody_is_asked_before_the_tick(page: UpdateSection, at_work: AtWork, releases: Releases) -> None:
    assert page.version.text() == f"Sealwell {RUNNING}"
    assert not page.allow.isChecked()
    assert not page.check_button.isEnabled()
    assert "nobody has allowed" in page.state.text()
    assert releases.host.connections == 0
    page.allow.click()
    at_work.screen.settle()
    assert page.check_button.isEnabled()
    assert at_work.office.show_updates(at_work.session).allowed
    page.allow.click()
    at_work.screen.settle()
    assert not at_work.office.show_updates(at_work.session).allowed
    assert releases.host.connections == 0


def test_a_newer_version_is_shown_with_its_day_and_its_notes_as_text(
    page: UpdateSection, at_work: AtWork, releases: Releases
) -> None:
    releases.publish(a_list(severity="critical", notes={"en": "<b>Bold</b>\nSecond", "es": ""}))
    look(at_work, page)
    said = " ".join(texts_of(page))
    assert NEWER in page.state.text()
    assert "Closes a dangerous gap" in said
    assert "Install it by" in said
    (notes,) = [one for one in page.offer.findChildren(QLabel) if "Bold" in one.text()]
    assert notes.textFormat() is Qt.TextFormat.PlainText
    late = a_list(severity="critical", released=a_list().released - timedelta(days=16), sequence=8)
    releases.publish(late)
    look(at_work, page)
    assert "should have been installed" in " ".join(texts_of(page))


def test_it_is_fetched_and_lies_in_the_downloads(
    page: UpdateSection, at_work: AtWork, releases: Releases, downloads: Path
) -> None:
    look(at_work, page)
    assert page.offer.download_button is not None
    page.offer.download_button.click()
    at_work.screen.settle()
    assert (downloads / NAME).read_bytes() == PACKAGE
    assert NAME in page.notice.words
    assert page.going is None


def test_cancel_stops_it_and_leaves_nothing(
    page: UpdateSection, at_work: AtWork, releases: Releases, downloads: Path
) -> None:
    look(at_work, page)
    releases.host.how = "drip"
    assert page.offer.download_button is not None
    page.offer.download_button.click()
    assert page.going is not None
    assert QApplication.focusWidget() is page.going.cancel
    QTest.keyClick(page.going.cancel, Qt.Key.Key_Space)
    at_work.screen.settle()
    assert "stopped" in page.notice.words
    assert list(downloads.iterdir()) == []
    assert page.check_button.isEnabled()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (
            lambda r: r.publish(document=r.document().replace(b"1.3.0", b"1.4.0")),
            "changed after it was signed",
        ),
        (lambda r: setattr(r.host, "how", "missing"), "not asked for"),
    ],
)
def test_what_went_wrong_is_said_and_stays_on_the_page(
    page: UpdateSection, at_work: AtWork, releases: Releases, how: Callable[[Releases], None], words: str
) -> None:
    how(releases)
    look(at_work, page)
    assert words in page.notice.words
    assert words in page.looked.text()
    assert page.offer.isHidden()


def test_a_file_is_judged(page: UpdateSection, at_work: AtWork, releases: Releases, tmp_path: Path) -> None:
    there = tmp_path / "drive"
    there.mkdir()
    (there / LIST_NAME).write_bytes(releases.document())
    (there / NAME).write_bytes(PACKAGE)
    page.verify(there / NAME)
    at_work.screen.settle()
    assert "is genuine" in page.notice.words
    (there / NAME).write_bytes(PACKAGE[:-1] + b"?")
    page.verify(there / NAME)
    at_work.screen.settle()
    assert "Do not install it" in page.notice.words
    assert releases.host.connections == 0


def test_without_a_key_nothing_is_offered(at_work: AtWork) -> None:
    page = opened(at_work)
    assert "no update key" in page.state.text()
    assert not page.allow.isEnabled()
    assert not page.check_button.isEnabled()
    assert not page.verify_button.isEnabled()


def test_the_computers_own_updates_bring_it(page: UpdateSection, at_work: AtWork, releases: Releases) -> None:
    look(at_work, page)
    shown = at_work.office.show_updates(at_work.session)
    page.show_known(replace(shown, by_system=True))
    assert "this computer's own updates" in page.state.text()
    assert page.offer.download_button is None


def test_every_control_is_reached_by_the_tab_key(
    page: UpdateSection, at_work: AtWork, releases: Releases
) -> None:
    look(at_work, page)
    wanted = [page.check_button, page.allow, page.offer.download_button, page.verify_button]
    page.check_button.setFocus()
    for one in wanted:
        assert one is not None
        assert QApplication.focusWidget() is one
        QTest.keyClick(one, Qt.Key.Key_Tab)
