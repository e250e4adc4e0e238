"""Agreeing in a browser or with a code: one answer with the right state, in time, and no other."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from demo.authority import Authority
from desktop.sync.oauth import Tokens
from desktop.sync.oauth_flow import App, BrowserSignIn, CodeSignIn, GoOn, Waiting
from desktop.sync.oauth_web import Poster
from desktop.sync.oauth_words import SignInError
from tests.made_practice import MovedClock
from tests.servers.signin import SignInSite, refuses, says
from tests.support.signin import local_provider

Browser = Callable[[str], None]


@pytest.fixture
def site(authority: Authority) -> Iterator[SignInSite]:
    with SignInSite(authority.server_context()) as running:
        yield running


@pytest.fixture
def app(site: SignInSite) -> App:
    return App(local_provider(site), "relay:" + "1" * 32, site.account, "", "app-id", "")


def fetch(url: str, method: str = "GET") -> tuple[int, str, dict[str, str]]:
    """What a browser does with the redirect."""
    parts = urlsplit(url)
    assert parts.hostname in ("127.0.0.1", "localhost")
    line = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=5)
    try:
        line.request(method, f"{parts.path}?{parts.query}")
        answer = line.getresponse()
        return answer.status, answer.read().decode(), dict(answer.getheaders())
    finally:
        line.close()


def visit(url: str) -> None:
    fetch(url)


def always(_gone: float, _whole: float) -> bool:
    return True


def agree(
    app: App, authority: Authority, browser: Browser, go_on: GoOn = always, clock: Any = None
) -> Tokens:
    clock = clock or MovedClock()
    flow = BrowserSignIn(app, Poster(clock, authority.client_context(), 2), clock, "Done <b>", "Wrong")

    async def run() -> Tokens:
        waiting = await flow.begin()
        assert app.client_id in waiting.url
        task = asyncio.ensure_future(asyncio.to_thread(browser, waiting.url))
        try:
            return await flow.finish(go_on)
        finally:
            await flow.close()
            await task

    return asyncio.run(run())


def refusal(app: App, authority: Authority, browser: Browser, **options: Any) -> SignInError:
    with pytest.raises(SignInError) as caught:
        agree(app, authority, browser, **options)
    return caught.value


def test_the_person_agrees_and_the_code_becomes_tokens(
    app: App, authority: Authority, site: SignInSite
) -> None:
    seen: list[Any] = []
    tokens = agree(app, authority, lambda url: seen.append(fetch(site.agree(url))))
    assert (tokens.access, tokens.refresh) == (site.access[0], next(iter(site.refresh)))
    status, body, headers = seen[0]
    assert status == 200
    assert "Done &lt;b&gt;" in body
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_what_the_browser_is_sent_with(app: App, authority: Authority, site: SignInSite) -> None:
    asked: dict[str, list[str]] = {}

    def browser(url: str) -> None:
        asked.update(parse_qs(urlsplit(url).query))
        fetch(site.agree(url))

    agree(app, authority, browser)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["login_hint"] == [site.account]
    assert asked["access_type"] == ["offline"]
    assert asked["redirect_uri"][0].startswith("http://127.0.0.1:")
    assert len(asked["state"][0]) >= 32
    assert "code_verifier" not in asked


def test_an_answer_with_another_state_is_turned_away_and_the_right_one_still_counts(
    app: App, authority: Authority, site: SignInSite
) -> None:
    seen: list[int] = []

    def browser(url: str) -> None:
        right = site.agree(url)
        there = right.partition("?")[0]
        wrong = ("?code=x&state=guess", "?code=x", "", f"x?{urlsplit(right).query}", "?state=a&state=b")
        seen.extend(fetch(there + one)[0] for one in wrong)
        seen.append(fetch(f"{right}&code=second")[0])
        seen.append(fetch(right, method="POST")[0])
        seen.append(fetch(right)[0])

    tokens = agree(app, authority, browser)
    assert tokens.access == site.access[0]
    assert seen == [400] * 7 + [200]


def test_where_only_strangers_answer_it_is_said(app: App, authority: Authority, site: SignInSite) -> None:
    clock = MovedClock()

    def browser(url: str) -> None:
        there = site.agree(url).partition("?")[0]
        fetch(f"{there}?code=x&state=guess")
        clock.move(3600)

    assert refusal(app, authority, browser, clock=clock).code == "sign-in-state-wrong"


def test_a_flood_of_wrong_answers_ends_it(app: App, authority: Authority, site: SignInSite) -> None:
    def browser(url: str) -> None:
        there = site.agree(url).partition("?")[0]
        for _ in range(22):
            fetch(f"{there}?code=x&state=guess")

    assert refusal(app, authority, browser).code == "sign-in-state-wrong"


def test_another_issuer_is_another_server(app: App, authority: Authority, site: SignInSite) -> None:
    """RFC 9207: an answer that a second provider was lured into giving."""
    theirs = replace(app, provider=replace(app.provider, issuer="https://accounts.example"))
    seen: list[int] = []

    def browser(url: str) -> None:
        right = site.agree(url)
        seen.append(fetch(f"{right}&iss=https://evil.example")[0])
        seen.append(fetch(f"{right}&iss=https://accounts.example")[0])

    agree(theirs, authority, browser)
    assert seen == [400, 200]


def test_who_says_no_is_understood(app: App, authority: Authority, site: SignInSite) -> None:
    def browser(url: str) -> None:
        there, _, query = site.agree(url).partition("?")
        state = parse_qs(query)["state"][0]
        assert fetch(f"{there}?error=access_denied&state={state}")[0] == 400

    assert refusal(app, authority, browser).code == "sign-in-declined"
    assert site.forms == []


def test_it_ends_in_time_or_when_it_is_cancelled(app: App, authority: Authority) -> None:
    clock = MovedClock()
    assert refusal(app, authority, lambda _: clock.move(601), clock=clock).code == "sign-in-timeout"
    assert refusal(app, authority, lambda _: None, go_on=lambda *_: False).code == "sign-in-cancelled"


def test_after_the_end_nobody_listens(app: App, authority: Authority, site: SignInSite) -> None:
    where: list[str] = []

    def browser(url: str) -> None:
        where.append(site.agree(url))
        fetch(where[0])

    agree(app, authority, browser)
    with pytest.raises(OSError, match="refused"):
        fetch(where[0])


@pytest.mark.parametrize(
    "noise", [b"", b"\x16\x03\x01", b"GET /" + b"x" * 40_000, b"GET\r\n\r\n", b"\r\n\r\n\xff"]
)
def test_noise_at_the_port_harms_nothing(
    app: App, authority: Authority, site: SignInSite, noise: bytes
) -> None:
    def browser(url: str) -> None:
        right = site.agree(url)
        with socket.create_connection(("127.0.0.1", urlsplit(right).port or 0), 5) as line:
            line.sendall(noise)
        fetch(right)

    assert agree(app, authority, browser).access == site.access[0]


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (refuses("invalid_grant", "AADSTS70008: expired"), "sign-in-expired"),
        (refuses("invalid_client", status=401), "sign-in-app-wrong"),
        (refuses("invalid_request", "AADSTS7000218: body must contain client_secret"), "sign-in-app-setup"),
        (refuses("access_denied", "AADSTS65004: declined"), "sign-in-consent"),
        (refuses("invalid_grant", "AADSTS50076: multi-factor"), "sign-in-policy"),
        (says(200, b"<html>", "text/html"), "sign-in-garbled"),
    ],
)
def test_a_code_that_is_not_taken(
    app: App, authority: Authority, site: SignInSite, lie: Any, code: str
) -> None:
    site.lies.append(lie)
    assert refusal(app, authority, lambda url: visit(site.agree(url))).code == code


def test_a_code_that_somebody_used_before_is_worth_nothing(
    app: App, authority: Authority, site: SignInSite
) -> None:
    def browser(url: str) -> None:
        right = site.agree(url)
        site.codes.clear()
        fetch(right)

    assert refusal(app, authority, browser).code == "sign-in-expired"


# --- by code -------------------------------------------------------------------------------


def by_code(
    app: App,
    authority: Authority,
    meanwhile: Callable[[Waiting], None],
    clock: Any = None,
    go_on: GoOn = always,
) -> Tokens:
    clock = clock or MovedClock()
    flow = CodeSignIn(app, Poster(clock, authority.client_context(), 2), clock)

    async def run() -> Tokens:
        meanwhile(await flow.begin())
        return await flow.finish(go_on)

    return asyncio.run(run())


def yes(site: SignInSite) -> None:
    site.devices.update(dict.fromkeys(site.devices, True))


def test_a_code_that_is_typed_elsewhere_becomes_tokens(
    app: App, authority: Authority, site: SignInSite
) -> None:
    shown: list[Waiting] = []

    def meanwhile(waiting: Waiting) -> None:
        shown.append(waiting)
        yes(site)

    tokens = by_code(app, authority, meanwhile)
    assert tokens.access == site.access[0]
    assert (shown[0].user_code, shown[0].url) == ("WDJB-MJHT", "https://localhost/link")


def test_it_is_asked_again_until_somebody_agreed(app: App, authority: Authority, site: SignInSite) -> None:
    site.lies += [site_device, refuses("authorization_pending"), says(503, b"")]

    def meanwhile(_: Waiting) -> None:
        yes(site)

    assert by_code(app, authority, meanwhile).access == site.access[0]
    assert len(site.forms) == 4


def site_device(handler: Any) -> None:
    status, fields = handler._device({})
    handler.answer(status, json.dumps(fields).encode(), "application/json")


def test_a_code_runs_out(app: App, authority: Authority) -> None:
    clock = MovedClock()
    with pytest.raises(SignInError) as caught:
        by_code(app, authority, lambda _: clock.move(7200), clock)
    assert caught.value.code == "sign-in-timeout"


@pytest.mark.parametrize(
    "fields",
    [
        b'{"device_code":"d","user_code":"ABCD","verification_uri":"https://evil.example/"}',
        b'{"device_code":"d","user_code":"call 555-1234 now","verification_uri":"https://localhost/link"}',
        b'{"device_code":7,"user_code":"ABCD","verification_uri":"https://localhost/link"}',
        b'{"user_code":"ABCD","verification_uri":"https://localhost/link"}',
    ],
)
def test_a_stranger_s_page_is_never_shown(
    app: App, authority: Authority, site: SignInSite, fields: bytes
) -> None:
    site.lies.append(says(200, fields))
    with pytest.raises(SignInError) as caught:
        by_code(app, authority, lambda _: None)
    assert caught.value.code == "sign-in-garbled"


def test_a_provider_without_codes_says_so(app: App, authority: Authority) -> None:
    without = replace(app, provider=replace(app.provider, device=""))
    with pytest.raises(SignInError) as caught:
        by_code(without, authority, lambda _: None)
    assert caught.value.code == "sign-in-no-code"
