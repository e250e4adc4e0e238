"""Who signed in by browser for a relay or a mailbox: shown on its card, done again, and ended there."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest

from demo.authority import Authority
from desktop.config import LIMITS
from desktop.models import grants
from desktop.models.delivery import Auth, GrantState
from desktop.models.records import Baa
from desktop.office.values_delivery import MailboxRequest
from desktop.sync.oauth_web import Poster
from desktop.ui.base import Page
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.settings.grant import GrantPart
from desktop.ui.settings.mailbox import MailboxDialog
from desktop.ui.settings.mailboxes import MailboxSection
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.relays import RelaySection
from desktop.ui.settings.signin import SignInDialog, TechnicalDialog
from desktop.ui.stepup import StepUpDialog
from tests.made_practice import PASSWORD
from tests.made_staff import desk_of
from tests.servers.signin import SignInSite
from tests.support.pages import texts_of
from tests.support.signin import local_provider
from tests.ui.conftest import AtWork

KINDS = ["relay", "mailbox"]
AGREED = Baa("Mail Inc.", date(2026, 1, 1), None, "e-mail")


class Scene:
    """The sections of a practice whose provider stands on this computer, and a browser that agrees."""

    def __init__(self, at_work: AtWork, site: SignInSite, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at_work, self.site = at_work, site
        self.opened: list[str] = []
        self.has_browser = True
        monkeypatch.setattr(QDesktopServices, "openUrl", self._open)
        self._threads: list[threading.Thread] = []
        user = site.account
        at_work.office.add_mailbox(
            at_work.session, MailboxRequest("In", "localhost", 9, "implicit", user, "", user, baa=AGREED)
        )

    def _open(self, url: QUrl) -> bool:
        self.opened.append(url.toString())
        if self.has_browser:
            self.agree(self.opened[-1])
        return self.has_browser

    def agree(self, url: str) -> None:
        thread = threading.Thread(target=_follow, args=(self.site.agree(url),))
        thread.start()
        self._threads.append(thread)

    def section(self, kind: str) -> Page:
        found = self.at_work.page("settings", SettingsPage).sections.open(kind)
        self.at_work.screen.settle()
        assert isinstance(found, RelaySection | MailboxSection)
        return found

    def part(self, page: Page) -> GrantPart:
        """Of the only relay or mailbox; the old card may not be gone yet."""
        assert isinstance(page, RelaySection | MailboxSection)
        (card,) = page.cards.values()
        return card.grant

    def begin(self, page: Page) -> SignInDialog:
        self.part(page).sign_in_button.click()
        (dialog,) = page.findChildren(SignInDialog)
        dialog.account.input.setText(self.site.account)
        dialog.start()
        return dialog

    def sign_in(self, page: Page) -> None:
        self.begin(page)
        self.settle()

    def settle(self) -> None:
        self.at_work.screen.settle()
        self.at_work.screen.settle()

    def words(self, code: str, **params: str) -> str:
        return self.at_work.screen.words(code, **params)

    def wait_longer_than_a_proof_lasts(self) -> None:
        for seconds in (LIMITS.step_up / 2, LIMITS.step_up / 2 + 1):
            self.at_work.practice.clock.move(seconds)
            self.at_work.office.touch(self.at_work.session)


def _follow(url: str) -> None:
    parts = urlsplit(url)
    line = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=5)
    line.request("GET", f"{parts.path}?{parts.query}")
    line.getresponse().read()
    line.close()


@pytest.fixture
def scene(at_work: AtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    (tmp_path / "provider").mkdir()
    authority = Authority(tmp_path / "provider")
    with SignInSite(authority.server_context()) as site:
        signins = desk_of(at_work.office).opened().signins
        signins.poster = Poster(at_work.practice.clock, authority.client_context(), 5)
        signins._known = {"local": local_provider(site)}
        yield Scene(at_work, site, monkeypatch)


@pytest.mark.parametrize("kind", KINDS)
def test_who_signed_in_is_shown_and_the_sign_in_can_be_ended(scene: Scene, kind: str) -> None:
    page = scene.section(kind)
    part = scene.part(page)
    assert part.sign_in_button.text() == scene.words("ui.grant.button", provider="Local")
    assert not part.end_button.isVisible()
    scene.sign_in(page)
    part = scene.part(page)
    good = scene.words("ui.grant.good", account=scene.site.account)
    assert good in texts_of(part)
    assert part.sign_in_button.text() == scene.words("ui.grant.again")
    part.end_button.click()
    (asked,) = page.findChildren(ConfirmDialog)
    QTest.keyClick(asked, Qt.Key.Key_Escape)
    scene.settle()
    assert good in texts_of(scene.part(page)), "one click ends nothing"
    scene.part(page).end_button.click()
    next(one for one in page.findChildren(ConfirmDialog) if one.isVisible()).accept()
    scene.settle()
    part = scene.part(page)
    assert scene.words("reason.sign-in-revoked", provider="Local", reply="") in texts_of(part)
    assert good not in texts_of(part)
    assert not part.end_button.isVisible()


@pytest.mark.parametrize("kind", KINDS)
def test_a_sign_in_that_ran_out_is_said_on_the_card(scene: Scene, kind: str) -> None:
    page = scene.section(kind)
    scene.sign_in(page)
    owner = scene.part(page)._owner.id
    desk_of(scene.at_work.office).opened().database.write(
        lambda tx: grants.end(tx, owner, GrantState.EXPIRED)
    )
    page.refresh()
    scene.settle()
    part = scene.part(page)
    assert scene.words("reason.sign-in-expired", provider="Local", reply="") in texts_of(part)
    pill = {"relay": "ui.relay.not-ready", "mailbox": "ui.mailbox.trouble"}[kind]
    assert scene.words(pill) in texts_of(page)
    assert part.sign_in_button.text() == scene.words("ui.grant.again")


def test_minutes_after_the_own_sign_in_the_password_is_asked_and_it_goes_on(scene: Scene) -> None:
    page = scene.section("mailbox")
    scene.wait_longer_than_a_proof_lasts()
    dialog = scene.begin(page)
    scene.settle()
    (proof,) = dialog.findChildren(StepUpDialog)
    assert scene.opened == []
    proof.password.input.setText(PASSWORD)
    proof.go_on()
    scene.settle()
    assert len(scene.opened) == 1
    assert scene.words("ui.grant.good", account=scene.site.account) in texts_of(scene.part(page))


def test_who_does_not_prove_who_they_are_may_try_again(scene: Scene) -> None:
    scene.wait_longer_than_a_proof_lasts()
    dialog = scene.begin(scene.section("relay"))
    scene.settle()
    (proof,) = dialog.findChildren(StepUpDialog)
    QTest.keyClick(proof, Qt.Key.Key_Escape)
    scene.settle()
    assert dialog.notice.isVisible()
    assert dialog.start_button.isEnabled()
    assert scene.opened == []


def test_where_no_browser_opens_the_address_is_shown(scene: Scene) -> None:
    scene.has_browser = False
    page = scene.section("relay")
    dialog = scene.begin(page)
    scene.at_work.screen.qtbot.waitUntil(dialog.address.isVisible, timeout=10_000)
    assert dialog.address.text == scene.opened[0]
    assert dialog.address.input.isReadOnly()
    assert dialog.address.input.selectedText() == scene.opened[0]
    scene.agree(dialog.address.text)
    scene.settle()
    assert scene.words("ui.grant.good", account=scene.site.account) in texts_of(scene.part(page))


def test_a_server_of_no_known_provider_offers_nothing(scene: Scene) -> None:
    signins = desk_of(scene.at_work.office).opened().signins
    signins._known = {}
    assert not scene.part(scene.section("mailbox")).isVisible()


@pytest.mark.parametrize(("password", "auth"), [("", Auth.OAUTH), ("secret words", Auth.PASSWORD)])
def test_a_mailbox_of_a_provider_needs_no_password(scene: Scene, password: str, auth: Auth) -> None:
    page = scene.section("mailbox")
    assert isinstance(page, MailboxSection)
    page.add()
    (dialog,) = page.findChildren(MailboxDialog)
    scene.settle()
    form = dialog.form
    form.host.input.setText("LocalHost")
    hint = scene.words("ui.grant.none", provider="Local")
    assert form.password.input.accessibleDescription() == hint
    for field, value in (
        (form.address, scene.site.account),
        (form.user, scene.site.account),
        (form.password, password),
        (form.name, "New"),
    ):
        field.input.setText(value)
    dialog.save()
    scene.settle()
    lines = scene.at_work.office.list_mailboxes(scene.at_work.session)
    assert [line.auth for line in lines if line.name == "New"] == [auth]


def test_who_types_a_password_after_all_signs_in_with_it(scene: Scene) -> None:
    page = scene.section("mailbox")
    assert isinstance(page, MailboxSection)
    scene.sign_in(page)
    for password, auth in (("", Auth.OAUTH), ("secret words", Auth.PASSWORD)):
        (card,) = page.cards.values()
        card.buttons["edit"].click()
        dialog = next(one for one in page.findChildren(MailboxDialog) if one.isVisible())
        dialog.form.password.input.setText(password)
        dialog.save()
        scene.settle()
        (line,) = scene.at_work.office.list_mailboxes(scene.at_work.session)
        assert (line.auth, line.grant is not None) == (auth, auth is Auth.OAUTH)


def technical(page: RelaySection) -> TechnicalDialog:
    (card,) = page.cards.values()
    card.technical_button.click()
    return next(one for one in page.findChildren(TechnicalDialog) if one.isVisible())


def walk(scene: Scene, page: RelaySection) -> str:
    """What a test of the connection says."""
    (card,) = page.cards.values()
    card.test_button.click()
    scene.settle()
    return page.notice.words


def test_the_key_of_the_last_test_can_be_pinned(scene: Scene) -> None:
    page = scene.section("relay")
    assert isinstance(page, RelaySection)
    dialog = technical(page)
    scene.settle()
    assert not dialog.seen_button.isVisible()
    dialog.reject()
    scene.settle()
    works = walk(scene, page)
    dialog = technical(page)
    scene.settle()
    dialog.seen_button.click()
    dialog.save()
    scene.settle()
    (relay,) = page.cards
    assert scene.at_work.office.show_relay_sending(scene.at_work.session, relay).pin.startswith("key:")
    assert walk(scene, page) == works == scene.words("ui.relay.works")


def test_an_ended_sign_in_is_said_once_however_it_was_found_out(scene: Scene) -> None:
    page = scene.section("mailbox")
    assert isinstance(page, MailboxSection)
    scene.sign_in(page)
    owner = scene.part(page)._owner.id
    desk_of(scene.at_work.office).opened().database.write(
        lambda tx: grants.end(tx, owner, GrantState.EXPIRED)
    )
    for look in (page.refresh, page.poll):
        look()
        scene.settle()
        (card,) = page.cards.values()
        told = " ".join(texts_of(card))
        assert told.count(scene.words("reason.sign-in-expired", provider="Local", reply="").strip()) == 1
        assert scene.words("ui.mailbox.trouble") in texts_of(card)
