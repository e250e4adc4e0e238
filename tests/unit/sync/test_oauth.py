"""Access tokens: renewed ahead of their end, one at a time, kept with what came along, or refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.authority import Authority
from desktop.audit.events import Act
from desktop.errors import InputError
from desktop.models import audit, grants
from desktop.models.delivery import Grant, GrantState
from desktop.sync.oauth import SignIns, id_of
from desktop.sync.oauth_providers import provider_of, providers
from desktop.sync.oauth_web import Poster
from desktop.sync.oauth_words import SignInError
from tests.made_practice import MovedClock
from tests.servers.practice import BarePractice
from tests.servers.signin import SignInSite, drips, hangs_up, refuses, says, stalls
from tests.support.signin import local_provider, provider_text

OWNER = "relay:" + "1" * 32


@pytest.fixture
def site(authority: Authority) -> Iterator[SignInSite]:
    with SignInSite(authority.server_context()) as running:
        yield running


class Kept:
    """A practice with one grant at `site`, and the tokens that it gives out."""

    def __init__(self, practice: BarePractice, site: SignInSite, authority: Authority) -> None:
        self.practice, self.site = practice, site
        self.signins = self.another(authority)
        self.authority = authority
        first = site.grant()
        self.put(
            Grant(
                OWNER,
                "local",
                "",
                "app-id",
                "",
                site.account,
                first["refresh_token"],
                first["access_token"],
                practice.clock.now() + timedelta(hours=1),
                GrantState.GOOD,
                practice.clock.now(),
            )
        )

    def another(self, authority: Authority, seconds: float = 2.0) -> SignIns:
        poster = Poster(self.practice.clock, authority.client_context(), seconds)
        known = {"local": local_provider(self.site)}
        return SignIns(self.practice.database, self.practice.audit, self.practice.clock, poster, known)

    def put(self, grant: Grant) -> None:
        self.practice.database.write(lambda tx: grants.put(tx, grant))

    @property
    def grant(self) -> Grant:
        found = self.practice.database.read(lambda tx: grants.get(tx, OWNER))
        assert found is not None
        return found

    def nearly_over(self) -> None:
        soon = self.practice.clock.now() + timedelta(minutes=4)
        self.put(replace(self.grant, access_until=soon))

    def refused(self, **options: Any) -> SignInError:
        with pytest.raises(SignInError) as caught:
            self.signins.access_token(OWNER, **options)
        return caught.value


@pytest.fixture
def kept(tmp_path: Path, site: SignInSite, authority: Authority) -> Iterator[Kept]:
    with BarePractice(tmp_path, MovedClock()) as practice:
        yield Kept(practice, site, authority)


def ended(kept: Kept) -> list[str]:
    records = kept.practice.database.read(lambda tx: list(audit.records(tx)))
    told = [json.loads(one.body) for one in records]
    return [one["why"] for one in told if (one["act"], one["obj"]) == (Act.GRANT_ENDED, id_of(OWNER))]


def test_a_token_that_lives_is_given_without_asking(kept: Kept) -> None:
    assert kept.signins.access_token(OWNER) == kept.site.access[0]
    assert kept.site.forms == []


@pytest.mark.parametrize("days", [5 / 1440, 0, -3, 400, None])
def test_it_is_renewed_before_it_ends(kept: Kept, days: float | None) -> None:
    """More than two days ahead: counted while the clock was wrong."""
    until = None if days is None else kept.practice.clock.now() + timedelta(days=days)
    kept.put(replace(kept.grant, access_until=until))
    before = kept.grant.refresh_token
    token = kept.signins.access_token(OWNER)
    assert token == kept.site.access[-1] != kept.site.access[0]
    assert kept.grant.access_token == token
    assert kept.grant.refresh_token not in ("", before)
    assert kept.grant.access_until == kept.practice.clock.now() + timedelta(hours=1)
    assert kept.site.forms[0]["scope"] == "https://mail.google.com/ openid email"
    assert kept.signins.access_token(OWNER) == token


def test_where_the_refresh_token_stays_it_is_kept(kept: Kept) -> None:
    kept.site.rotates = False
    kept.nearly_over()
    before = kept.grant.refresh_token
    kept.signins.access_token(OWNER)
    assert kept.grant.refresh_token == before


def test_a_token_that_the_server_refused_is_renewed_though_its_time_is_not_over(kept: Kept) -> None:
    first = kept.signins.access_token(OWNER)
    second = kept.signins.access_token(OWNER, instead_of=first)
    assert second != first
    assert kept.signins.access_token(OWNER, instead_of=first) == second


def test_many_who_ask_at_once_cost_one_renewal(kept: Kept) -> None:
    kept.nearly_over()
    found: list[str] = []

    def ask() -> None:
        found.append(kept.signins.access_token(OWNER))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == len(kept.site.forms) == 1


def test_another_process_that_renewed_first_is_believed(kept: Kept) -> None:
    """Its refresh token took ours back: that is no end of the grant."""
    kept.nearly_over()
    old = kept.grant
    other = kept.another(kept.authority)

    def meanwhile(handler: Any) -> None:
        newest = kept.site.grant()
        kept.put(
            replace(
                old,
                refresh_token=newest["refresh_token"],
                access_token=newest["access_token"],
                access_until=kept.practice.clock.now() + timedelta(hours=1),
            )
        )
        refuses("invalid_grant", "Token was revoked.")(handler)

    kept.site.lies.append(meanwhile)
    assert other.access_token(OWNER) == kept.site.access[-1]
    assert kept.grant.state is GrantState.GOOD
    assert ended(kept) == []


def test_who_never_signed_in_is_told_so(kept: Kept) -> None:
    with pytest.raises(SignInError) as caught:
        kept.signins.access_token("mailbox:" + "2" * 32)
    assert caught.value.code == "sign-in-missing"
    kept.put(replace(kept.grant, state=GrantState.WAITING))
    assert kept.refused().code == "sign-in-missing"


@pytest.mark.parametrize(
    ("error", "words", "code", "state"),
    [
        ("invalid_grant", "Token has been expired or revoked.", "sign-in-revoked", GrantState.REVOKED),
        ("invalid_grant", "Bad Request", "sign-in-expired", GrantState.EXPIRED),
        ("invalid_grant", "AADSTS700082: expired due to inactivity", "sign-in-expired", GrantState.EXPIRED),
        ("invalid_grant", "AADSTS50173: fresh auth token needed", "sign-in-revoked", GrantState.REVOKED),
        ("invalid_grant", "AADSTS53003: blocked by policies", "sign-in-policy", GrantState.EXPIRED),
        ("invalid_grant", "AADSTS65001: not consented", "sign-in-consent", GrantState.GOOD),
        ("invalid_client", "AADSTS7000215: secret", "sign-in-app-wrong", GrantState.GOOD),
        ("temporarily_unavailable", "", "sign-in-busy", GrantState.GOOD),
        ("something_new", "", "sign-in-refused", GrantState.GOOD),
    ],
)
def test_a_refusal_has_its_code_and_ends_what_is_over(
    kept: Kept, error: str, words: str, code: str, state: GrantState
) -> None:
    kept.nearly_over()
    kept.site.lies.append(refuses(error, words))
    caught = kept.refused()
    assert caught.code == code
    assert kept.grant.state is state
    over = state is not GrantState.GOOD
    assert ended(kept) == ([code] if over else [])
    assert (kept.grant.refresh_token == "") is over
    if over:
        asked = len(kept.site.forms)
        assert kept.refused().code == f"sign-in-{state.value}"
        assert len(kept.site.forms) == asked


LIES: dict[str, Any] = {
    "a page of a hotel": (says(200, b"<html>Welcome</html>", "text/html"), "sign-in-garbled"),
    "a list": (says(200, b"[]"), "sign-in-garbled"),
    "nothing": (says(200, b""), "sign-in-garbled"),
    "no token": (says(200, b'{"token_type": "Bearer"}'), "sign-in-garbled"),
    "another kind": (says(200, b'{"access_token": "a", "token_type": "mac"}'), "sign-in-garbled"),
    "line breaks": (
        says(200, b'{"access_token": "a\\r\\nRCPT TO:<x@y>", "token_type": "Bearer"}'),
        "sign-in-garbled",
    ),
    "a control character": (
        says(200, b'{"access_token": "a\\u0001b", "token_type": "Bearer"}'),
        "sign-in-garbled",
    ),
    "a number": (says(200, b'{"access_token": 7, "token_type": "Bearer"}'), "sign-in-garbled"),
    "a huge answer": (says(200, b'"' + b"x" * 200_000 + b'"'), "sign-in-garbled"),
    "a deep answer": (says(200, b"[" * 60_000), "sign-in-garbled"),
    "a huge header": (says(200, b"{}", X_Long="y" * 40_000), "sign-in-garbled"),
    "elsewhere": (says(302, b"{}", Location="https://evil.example/token"), "sign-in-garbled"),
    "too many asked": (says(429, b"{}"), "sign-in-busy"),
    "out of order": (says(503, b"<html>"), "sign-in-busy"),
    "silence": (stalls, "sign-in-unreachable"),
    "drop by drop": (drips, "sign-in-unreachable"),
    "hung up": (hangs_up, "sign-in-garbled"),
}


@pytest.mark.parametrize("kind", LIES)
def test_a_lying_server_gets_nothing_and_the_grant_stays(kept: Kept, kind: str) -> None:
    lie, code = LIES[kind]
    kept.nearly_over()
    before = kept.grant
    kept.signins = kept.another(kept.authority, seconds=3.0)
    kept.site.lies.append(lie)
    caught = kept.refused()
    assert (caught.code, caught.lasting) == (code, False)
    assert kept.grant == before
    assert before.refresh_token not in repr(caught) + str(caught.params) + str(caught.__context__)
    assert kept.signins.access_token(OWNER) == kept.site.access[-1]


def test_a_life_that_is_no_number_makes_a_token_of_one_use(kept: Kept) -> None:
    kept.site.expires_in = "soon"
    kept.nearly_over()
    first = kept.signins.access_token(OWNER)
    assert kept.signins.access_token(OWNER) != first


@pytest.mark.parametrize(
    ("date", "code"),
    [("Mon, 01 Jan 2001 00:00:00 GMT", "sign-in-clock-wrong"), ("rubbish", "sign-in-refused")],
)
def test_an_unknown_refusal_while_the_clocks_differ_is_the_clocks(kept: Kept, date: str, code: str) -> None:
    kept.nearly_over()
    kept.site.date = date
    kept.site.lies.append(refuses("unheard_of"))
    assert kept.refused().code == code


def test_a_certificate_that_is_not_proven_gets_no_token(
    kept: Kept, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kept.nearly_over()
    kept.signins = kept.another(Authority(tmp_path_factory.mktemp("other")))
    caught = kept.refused()
    assert (caught.code, caught.lasting) == ("sign-in-certificate", True)
    assert kept.site.forms == []


def test_the_providers_of_the_program_are_whole() -> None:
    known = providers()
    assert set(known) == {"google", "microsoft"}
    microsoft = known["microsoft"]
    assert (
        microsoft.at(microsoft.token, "")
        == "https://login.microsoftonline.com/organizations/oauth2/v2.0/token"
    )
    assert microsoft.scope("mailbox:1") == (
        "https://outlook.office.com/IMAP.AccessAsUser.All offline_access openid email"
    )
    for one in known.values():
        assert {"relay", "mailbox"} == set(one.scopes)


@pytest.mark.parametrize("tenant", ["a/b", "a b", "..", "{x}", "a?b", "é", "-", "a\r\nb", "x" * 80])
def test_an_organisation_cannot_bend_the_address(tenant: str) -> None:
    microsoft = providers()["microsoft"]
    with pytest.raises(InputError) as caught:
        microsoft.at(microsoft.token, tenant)
    assert caught.value.code == "sign-in-tenant-wrong"


@pytest.mark.parametrize("change", [{"token": "http://x.example/"}, {"redirect": "evil.example"}])
def test_a_provider_without_https_or_with_a_far_redirect_is_no_provider(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="bad"):
        provider_of("bad", json.dumps({**provider_text(), **change}))
