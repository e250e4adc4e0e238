"""`relay` and `mailbox` `signin` and `signout`: said where to go, waited for, kept, forgotten."""

from __future__ import annotations

import functools
import http.client
import io
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from demo.authority import Authority
from desktop.cli.main import run
from desktop.office import opening
from desktop.sync.oauth import SignIns
from desktop.sync.oauth_web import Poster
from tests.servers.signin import SignInSite, refuses
from tests.support.shell import Shell
from tests.support.signin import local_provider

ACCOUNT = "office@clinic.example"
PROFILE = {"host": "localhost", "port": 9, "security": "implicit", "user": ACCOUNT, "password": ""}
ADDED = {"relay": {**PROFILE, "name": "Mail", "sender": ACCOUNT}, "mailbox": PROFILE}
SECRETS = ("access-", "refresh-", "app-secret")


class Person(io.StringIO):
    """Reads what a command says, and agrees where it says to."""

    def __init__(self, site: SignInSite) -> None:
        super().__init__()
        self._site = site

    def write(self, text: str) -> int:
        for url in re.findall(r"https://\S+", text):
            threading.Thread(target=self._agree, args=(url.rstrip("."),)).start()
        return super().write(text)

    def _agree(self, url: str) -> None:
        if "redirect_uri" not in url:
            self._site.devices.update(dict.fromkeys(self._site.devices, True))
            return
        parts = urlsplit(self._site.agree(url))
        line = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=5)
        line.request("GET", f"{parts.path}?{parts.query}")
        line.getresponse().read()
        line.close()


@dataclass
class Scene:
    """A signed-in practice with a relay and a mailbox, and a provider on this computer."""

    desk: Shell
    site: SignInSite
    ids: dict[str, str]

    def sign_in(self, kind: str, **changes: Any) -> Any:
        asked = {"provider": "local", "account": self.site.account, "client_secret": "app-secret"}
        source, out, err = io.StringIO(json.dumps({**asked, **changes})), io.StringIO(), Person(self.site)
        words = (kind, "signin", self.ids[kind], "--json", "--stdin", "--practice", str(self.desk.folder))
        self.desk.code = run(words, self.desk._office, "en", (source, out, err))
        self.desk.err = err.getvalue()
        return json.loads(out.getvalue()) if out.getvalue() else None

    def sign_out(self, kind: str) -> Any:
        return self.desk(kind, "signout", self.ids[kind])


@pytest.fixture
def scene(desk: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    authority = Authority(tmp_path)
    with SignInSite(authority.server_context()) as site:
        poster = Poster(desk.clock, authority.client_context(), 5)
        known = {"local": local_provider(site)}
        monkeypatch.setattr(opening, "SignIns", functools.partial(SignIns, poster=poster, known=known))
        ids = {kind: desk(kind, "add", given=given)["id"] for kind, given in ADDED.items()}
        yield Scene(desk, site, ids)


@pytest.mark.parametrize("kind", ["relay", "mailbox"])
@pytest.mark.parametrize("flow", ["browser", "code"])
def test_what_was_agreed_to_in_the_browser_is_kept_until_signed_out(
    scene: Scene, kind: str, flow: str
) -> None:
    good = {"provider": "Local", "account": ACCOUNT, "state": "good"}
    assert scene.sign_in(kind, flow=flow) == good
    assert ("WDJB-MJHT" in scene.desk.err) is (flow == "code")
    assert not any(secret in scene.desk.err for secret in SECRETS)
    assert scene.sign_out(kind) == {**good, "state": "revoked"}


@pytest.mark.parametrize("kind", ["relay", "mailbox"])
def test_who_never_signed_in_cannot_sign_out(scene: Scene, kind: str) -> None:
    assert scene.sign_out(kind)["error"]["code"] == "sign-in-missing"
    assert scene.desk.code == 1


def test_the_sign_in_of_the_relay_is_not_the_one_of_the_mailbox(scene: Scene) -> None:
    scene.sign_in("relay")
    assert scene.sign_out("mailbox")["error"]["code"] == "sign-in-missing"
    assert scene.sign_out("relay")["state"] == "revoked"


@pytest.mark.parametrize("kind", ["relay", "mailbox"])
def test_what_is_not_there_cannot_be_signed_in_to(scene: Scene, kind: str) -> None:
    scene.ids[kind] = "9" * 32
    assert scene.sign_in(kind)["error"]["code"] == f"{kind}-unknown"
    assert scene.site.forms == []


def test_a_refusal_of_the_provider_is_said(scene: Scene) -> None:
    scene.site.lies.append(refuses("invalid_grant", "AADSTS65001: consent"))
    assert scene.sign_in("mailbox")["error"]["code"] == "sign-in-consent"
    assert scene.sign_out("mailbox")["error"]["code"] == "sign-in-missing"


def test_a_document_without_an_account_is_wrong_use(scene: Scene) -> None:
    assert scene.desk("mailbox", "signin", scene.ids["mailbox"], given={"provider": "local"}) is None
    assert scene.desk.code == 2
