"""Signing in at a provider: begun, agreed to in a browser, kept with the relay; and every other end."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from demo.authority import Authority
from desktop.errors import InputError, Refused, SealwellError
from desktop.models import audit, grants, sending
from desktop.models.accounts import Session
from desktop.models.delivery import AccountId, Auth, GrantState
from desktop.models.records import Baa, Reason, RelayId
from desktop.office.grants import account_of
from desktop.office.values_delivery import GrantRequest, MailboxLine, MailboxRequest
from desktop.office.values_practice import GrantShown, RelayRequest
from desktop.sync.oauth_providers import providers
from desktop.sync.oauth_web import Poster
from tests.made_practice import Practice
from tests.made_staff import desk_of
from tests.servers.signin import SignInSite, refuses
from tests.support.signin import local_provider
from tests.support.waiting import until

SECRETS = ("access-", "refresh-", "app-secret")


@dataclass
class Scene:
    """A relay of a signed-in practice, and a provider on this computer."""

    office: Any
    session: Session
    site: SignInSite
    relay: RelayId
    clock: Any
    owner_id: str = ""

    @property
    def owner(self) -> str:
        return self.owner_id or f"relay:{self.relay}"

    @property
    def database(self) -> Any:
        return desk_of(self.office).opened().database

    def request(self, **changes: Any) -> GrantRequest:
        asked = GrantRequest(self.owner, "local", self.site.account, client_secret="app-secret")
        return replace(asked, **changes)

    def sign_in(self, browser: Callable[[str], None] | None = None) -> GrantShown:
        waiting = self.office.begin_grant(self.session, self.request())
        thread = threading.Thread(target=browser or self.agree, args=(waiting.url,))
        thread.start()
        try:
            shown: GrantShown = self.office.finish_grant(self.session, self.owner)
            return shown
        finally:
            thread.join()

    def agree(self, url: str) -> None:
        follow(self.site.agree(url))

    def add_mailbox(self, port: int, auth: Auth = Auth.PASSWORD) -> AccountId:
        agreed = Baa("Mail Inc.", date(2026, 1, 1), None, "e-mail")
        asked = MailboxRequest(
            "Answers", "127.0.0.1", port, "implicit", "office@clinic.example", "", auth=auth, baa=agreed
        )
        line: MailboxLine = self.office.add_mailbox(self.session, asked)
        return line.id

    def mailbox(self) -> MailboxLine:
        (line,) = self.office.list_mailboxes(self.session)
        assert isinstance(line, MailboxLine)
        return line

    def relay_line(self) -> Any:
        (line,) = self.office.list_relays(self.session)
        return line

    def acts(self) -> list[tuple[str, str, str]]:
        records = self.database.read(lambda tx: list(audit.records(tx)))
        bodies = [json.loads(one.body) for one in records]
        return [
            (one["act"], one["outcome"], one.get("why", "")) for one in bodies if one["act"][:6] == "grant."
        ]


def follow(url: str) -> None:
    parts = urlsplit(url)
    line = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=5)
    line.request("GET", f"{parts.path}?{parts.query}")
    line.getresponse().read()
    line.close()


@pytest.fixture
def scene(practice: Practice, tmp_path: Path) -> Iterator[Scene]:
    office, session = practice.signed_in()
    authority = Authority(tmp_path)
    request = RelayRequest(
        "Mail", "localhost", 465, "implicit", "office@clinic.example", "office@clinic.example", None, "pw"
    )
    relay = office.add_relay(session, request).id
    with SignInSite(authority.server_context()) as site:
        signins = desk_of(office).opened().signins
        signins.poster = Poster(practice.clock, authority.client_context(), 2)
        signins._known = {"local": local_provider(site)}
        yield Scene(office, session, site, relay, practice.clock)


def test_what_was_agreed_to_is_kept_with_the_relay(scene: Scene) -> None:
    shown = scene.sign_in()
    assert (shown.state, shown.account, shown.trouble) == ("good", scene.site.account, None)
    kept = scene.database.read(lambda tx: grants.get(tx, scene.owner))
    assert (kept.access_token, kept.state) == (scene.site.access[0], GrantState.GOOD)
    assert scene.database.read(lambda tx: sending.get(tx, scene.relay)).auth is Auth.OAUTH
    assert [act for act, _, _ in scene.acts()] == ["grant.asked", "grant.made"]
    assert desk_of(scene.office).opened().signins.access_token(scene.owner) == scene.site.access[0]


def test_no_token_is_in_what_is_shown_or_recorded(scene: Scene) -> None:
    shown = scene.sign_in()
    records = scene.database.read(lambda tx: [one.body for one in audit.records(tx)])
    kept = scene.database.read(lambda tx: grants.get(tx, scene.owner))
    for text in (repr(shown), repr(kept), repr(scene.request()), *records):
        assert not any(secret in text for secret in SECRETS)


def test_another_account_than_the_one_that_was_meant_is_refused(scene: Scene) -> None:
    def other(url: str) -> None:
        scene.site.account = "dr.private@mail.example"
        scene.agree(url)

    with pytest.raises(SealwellError) as caught:
        scene.sign_in(other)
    assert caught.value.code == "sign-in-account-wrong"
    assert scene.database.read(lambda tx: grants.get(tx, scene.owner)) is None
    assert scene.acts()[-1] == ("grant.made", "refused", "sign-in-account-wrong")
    assert scene.database.read(lambda tx: sending.get(tx, scene.relay)).auth is Auth.PASSWORD


def test_a_refusal_is_on_record_and_the_next_try_begins_anew(scene: Scene) -> None:
    scene.site.lies.append(refuses("invalid_grant", "AADSTS65001: consent"))
    with pytest.raises(SealwellError) as caught:
        scene.sign_in()
    assert caught.value.code == "sign-in-consent"
    with pytest.raises(SealwellError) as again:
        scene.office.finish_grant(scene.session, scene.owner)
    assert again.value.code == "sign-in-missing"
    assert scene.sign_in().state == "good"


def test_it_can_be_cancelled(scene: Scene) -> None:
    scene.office.begin_grant(scene.session, scene.request())
    told: list[tuple[int, int]] = []

    def progress(done: int, of: int) -> bool:
        told.append((done, of))
        return len(told) < 3

    with pytest.raises(SealwellError) as caught:
        scene.office.finish_grant(scene.session, scene.owner, progress)
    assert caught.value.code == "sign-in-cancelled"
    assert told[-1][1] == 600


def test_beginning_again_closes_the_first_door(scene: Scene) -> None:
    first = scene.office.begin_grant(scene.session, scene.request())
    redirect = scene.site.agree(first.url)
    scene.office.begin_grant(scene.session, scene.request())
    with pytest.raises(OSError, match="refused"):
        follow(redirect)


def test_a_code_is_for_computers_without_a_browser(scene: Scene) -> None:
    shown = scene.office.begin_grant(scene.session, scene.request(flow="code"))
    assert (shown.user_code, shown.url) == ("WDJB-MJHT", "https://localhost/link")
    scene.site.devices.update(dict.fromkeys(scene.site.devices, True))
    assert scene.office.finish_grant(scene.session, scene.owner).state == "good"


def test_a_step_up_that_ran_out_meanwhile_loses_nothing(scene: Scene) -> None:
    waiting = scene.office.begin_grant(scene.session, scene.request())
    desk = desk_of(scene.office)
    check, refuse = desk.guard.check, [False]

    def guard(session: Session, action: Any) -> None:
        if refuse[0] and scene.site.access:
            refuse[0] = False
            raise Refused("step-up-needed")
        check(session, action)

    desk.guard.check = guard  # type: ignore[method-assign]
    refuse[0] = True
    thread = threading.Thread(target=scene.agree, args=(waiting.url,))
    thread.start()
    with pytest.raises(Refused):
        scene.office.finish_grant(scene.session, scene.owner)
    thread.join()
    assert scene.office.finish_grant(scene.session, scene.owner).state == "good"
    assert len(scene.site.forms) == 1


def test_ending_it_leaves_no_token_here(scene: Scene) -> None:
    scene.sign_in()
    shown = scene.office.end_grant(scene.session, scene.owner)
    assert (shown.state, shown.trouble.code) == ("revoked", "sign-in-revoked")
    kept = scene.database.read(lambda tx: grants.get(tx, scene.owner))
    assert (kept.access_token, kept.refresh_token) == ("", "")
    assert scene.acts()[-1][0] == "grant.ended"
    with pytest.raises(SealwellError) as caught:
        scene.office.end_grant(scene.session, "relay:" + "0" * 32)
    assert caught.value.code == "sign-in-missing"


def test_a_mailbox_is_signed_in_to_as_a_relay_is(scene: Scene) -> None:
    account = scene.add_mailbox(993)
    scene.owner_id = f"mailbox:{account}"
    assert scene.mailbox().grant is None
    shown = scene.sign_in()
    assert shown.state == "good"
    assert (scene.mailbox().auth, scene.mailbox().grant) == (Auth.OAUTH, shown)
    assert scene.relay_line().grant is None
    ended = scene.office.end_grant(scene.session, scene.owner)
    assert (scene.mailbox().auth, scene.mailbox().grant) == (Auth.OAUTH, ended)


def test_whose_sign_in_a_relay_uses_stands_in_its_line(scene: Scene) -> None:
    assert scene.relay_line().grant is None
    scene.sign_in()
    assert scene.relay_line().grant == GrantShown(scene.owner, "Local", scene.site.account, "good")
    scene.database.write(lambda tx: grants.end(tx, scene.owner, GrantState.EXPIRED))
    grant = scene.relay_line().grant
    assert grant.trouble == Reason("sign-in-expired", {"provider": "Local", "reply": ""})


def test_a_mailbox_is_read_as_soon_as_somebody_signed_in(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        account = scene.add_mailbox(server.getsockname()[1], Auth.OAUTH)
        scene.owner_id = f"mailbox:{account}"
        until(lambda: scene.mailbox().trouble == Reason("sign-in-missing"))
        scene.sign_in()
        server.settimeout(10)
        server.accept()[0].close()


def test_servers_of_incoming_mail_are_known_as_well() -> None:
    known = providers()
    for host, name in (("outlook.office365.com", "microsoft"), ("imap.gmail.com", "google")):
        assert host in known[name].hosts


def test_who_signed_in_before_need_not_name_the_app_again(scene: Scene) -> None:
    scene.sign_in()
    again = GrantRequest(scene.owner, "local", scene.site.account)
    assert "client_id=app-id" in scene.office.begin_grant(scene.session, again).url


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"provider": "nobody"}, "sign-in-provider-unknown"),
        ({"owner": "relay:" + "9" * 32}, "relay-unknown"),
        ({"owner": "mailbox:" + "9" * 32}, "mailbox-unknown"),
        ({"owner": "rubbish"}, "relay-unknown"),
        ({"account": " "}, "sign-in-account-missing"),
        ({"flow": "telepathy"}, "sign-in-account-missing"),
        ({"client_id": "a\nb"}, "sign-in-app-missing"),
        ({"client_id": "x" * 600}, "sign-in-app-missing"),
    ],
)
def test_what_cannot_be_begun(scene: Scene, changes: dict[str, str], code: str) -> None:
    with pytest.raises(InputError) as caught:
        scene.office.begin_grant(scene.session, scene.request(**changes))
    assert caught.value.code == code
    assert scene.acts() == []


@pytest.mark.parametrize(
    "token", ["", "a.b", "a.!!.c", "a.W10.c", "a.e30.c", "a.eyJlbWFpbCI6N30.c", "a.eyJ.c"]
)
def test_an_id_token_that_says_nothing(token: str) -> None:
    assert account_of(token) == ""


def test_the_providers_are_listed_without_a_session(scene: Scene) -> None:
    (one,) = scene.office.list_providers()
    assert (one.id, one.by_code, one.has_app) == ("local", True, True)
