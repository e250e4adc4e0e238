"""Signing in: strongest first, never twice with a wrong password, and each refusal by its name."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from typing import Any

import pytest

from demo.authority import Authority
from desktop.models.delivery import Auth
from desktop.models.records import Relay, RelayId
from desktop.sync.letters import Letter
from desktop.sync.relay import Offer, Timeouts
from desktop.sync.relay_auth import Access, refused
from desktop.sync.relay_open import open_relay
from desktop.sync.relay_tls import RelayError, Step, is_pin
from tests.servers.authrelay import AuthRelay

SOON = Timeouts(connect=3, command=3, data=3, body=3, dot=3)
ALL = "AUTH LOGIN PLAIN SCRAM-SHA-1 XOAUTH2 SCRAM-SHA-256"
PASSWORD = "relay-password"


def profile(relay: AuthRelay, authority: Authority) -> Relay:
    return Relay(
        RelayId("1" * 32),
        "relay",
        "localhost",
        relay.port,
        "implicit",
        str(authority.ca_file),
        "office@clinic.example",
        "office@clinic.example",
        None,
    )


def enter(relay: AuthRelay, authority: Authority, access: Access | str = PASSWORD) -> Offer:
    async def run() -> Offer:
        connection = await open_relay(profile(relay, authority), access, SOON)
        try:
            return connection.offer
        finally:
            await connection.quit()

    return asyncio.run(run())


def mechanisms(relay: AuthRelay) -> list[str]:
    return [line.split(" ")[1] for line in relay.heard if line.startswith("AUTH ")]


@pytest.fixture
def context(authority: Authority) -> ssl.SSLContext:
    return authority.server_context()


@pytest.mark.parametrize(
    ("offer", "taken"),
    [
        (ALL, "SCRAM-SHA-256"),
        ("AUTH SCRAM-SHA-1 PLAIN", "SCRAM-SHA-1"),
        ("AUTH LOGIN PLAIN", "PLAIN"),
        ("AUTH scram-sha-256", "SCRAM-SHA-256"),
    ],
)
def test_the_strongest_way_that_both_know(
    context: ssl.SSLContext, authority: Authority, offer: str, taken: str
) -> None:
    with AuthRelay(context, [offer]) as relay:
        enter(relay, authority)
        assert mechanisms(relay) == [taken]
        assert relay.signed_in


def test_by_scram_the_password_itself_never_leaves(context: ssl.SSLContext, authority: Authority) -> None:
    with AuthRelay(context, ["AUTH SCRAM-SHA-256"]) as relay:
        enter(relay, authority)
        assert not any(PASSWORD in line for line in relay.heard)


def test_a_relay_that_does_not_know_the_password_is_left(
    context: ssl.SSLContext, authority: Authority
) -> None:
    with AuthRelay(context, [ALL], proves=False) as relay, pytest.raises(RelayError) as caught:
        enter(relay, authority)
    assert (caught.value.code, caught.value.lasting) == ("relay-not-proven", True)
    assert mechanisms(relay) == ["SCRAM-SHA-256"]


def test_welcome_without_proof_is_no_welcome(context: ssl.SSLContext, authority: Authority) -> None:
    with AuthRelay(context, [ALL], replies=["334 !!!"]) as relay, pytest.raises(RelayError) as caught:
        enter(relay, authority)
    assert caught.value.code == "relay-not-proven"
    with AuthRelay(context, [ALL], replies=["235 come in"]) as relay:
        enter(relay, authority)  # it asked for no proof of the password: nothing was given away
        assert not any(PASSWORD in line for line in relay.heard)


@pytest.mark.parametrize("offer", [ALL, "AUTH PLAIN", "AUTH SCRAM-SHA-1"])
def test_a_wrong_password_is_tried_once(context: ssl.SSLContext, authority: Authority, offer: str) -> None:
    with AuthRelay(context, [offer], password="another") as relay, pytest.raises(RelayError) as caught:
        enter(relay, authority)
    assert (caught.value.code, caught.value.step) == ("relay-auth-refused", Step.LOGIN)
    assert len(mechanisms(relay)) == 1


def test_what_a_relay_offers_and_does_not_know_is_passed_over(
    context: ssl.SSLContext, authority: Authority
) -> None:
    with AuthRelay(context, [ALL], replies=["504 5.5.4 what", "535 5.7.8 no"]) as relay:
        with pytest.raises(RelayError):
            enter(relay, authority)
        assert mechanisms(relay) == ["SCRAM-SHA-256", "SCRAM-SHA-1"]


@pytest.mark.parametrize(
    ("offer", "auth", "code"),
    [
        ("AUTH XOAUTH2", Auth.PASSWORD, "relay-no-auth"),
        ("AUTH PLAIN LOGIN", Auth.OAUTH, "relay-no-token-auth"),
        ("DSN", Auth.PASSWORD, "relay-no-auth"),
    ],
)
def test_without_a_common_way_nothing_is_tried(
    context: ssl.SSLContext, authority: Authority, offer: str, auth: Auth, code: str
) -> None:
    with AuthRelay(context, [offer]) as relay, pytest.raises(RelayError) as caught:
        enter(relay, authority, Access("secret", auth))
    assert caught.value.code == code
    assert mechanisms(relay) == []


@pytest.mark.parametrize(
    ("offer", "taken"), [("AUTH XOAUTH2 PLAIN", "XOAUTH2"), ("AUTH XOAUTH2 OAUTHBEARER", "OAUTHBEARER")]
)
def test_a_token_signs_in(context: ssl.SSLContext, authority: Authority, offer: str, taken: str) -> None:
    with AuthRelay(context, [offer], tokens=["good"]) as relay:
        enter(relay, authority, Access("good", Auth.OAUTH))
        assert relay.signed_in
        assert mechanisms(relay) == [taken]


@pytest.mark.parametrize("offer", ["AUTH XOAUTH2", "AUTH OAUTHBEARER"])
@pytest.mark.parametrize("fresh", ["good", "bad too"])
def test_a_refused_token_is_renewed_once(
    context: ssl.SSLContext, authority: Authority, offer: str, fresh: str
) -> None:
    asked: list[str] = []

    async def renew(refused_one: str) -> str:
        asked.append(refused_one)
        return fresh

    with AuthRelay(context, [offer], tokens=["good"]) as relay:
        access = Access("stale", Auth.OAUTH, renew=renew)
        if fresh == "good":
            enter(relay, authority, access)
        else:
            with pytest.raises(RelayError) as caught:
                enter(relay, authority, access)
            assert caught.value.code == "relay-token-refused"
        assert relay.signed_in is (fresh == "good")
        assert asked == ["stale"]
        assert len(mechanisms(relay)) == 2
    assert "stale" not in repr(access)


REFUSED = [
    ("535 5.7.3 Authentication unsuccessful [X.prod.outlook.com]", Auth.PASSWORD, "relay-auth-refused", True),
    ("535 5.7.3 Authentication unsuccessful [X.prod.outlook.com]", Auth.OAUTH, "relay-token-refused", True),
    ("535 5.7.8 Username and Password not accepted.", Auth.PASSWORD, "relay-auth-refused", True),
    ("535 Authentication Credentials Invalid", Auth.PASSWORD, "relay-auth-refused", True),
    (
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        Auth.OAUTH,
        "relay-smtp-auth-off",
        True,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
        Auth.PASSWORD,
        "relay-smtp-auth-off",
        True,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        Auth.PASSWORD,
        "relay-password-off",
        True,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, locked by your organization's security defaults policy.",
        Auth.PASSWORD,
        "relay-auth-policy",
        True,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated",
        Auth.OAUTH,
        "relay-auth-policy",
        True,
    ),
    (
        "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
        Auth.PASSWORD,
        "relay-auth-refused",
        True,
    ),
    ("534 5.7.9 Application-specific password required.", Auth.PASSWORD, "relay-app-password", True),
    (
        "534 5.7.9 Please log in with your web browser and then try again.",
        Auth.PASSWORD,
        "relay-auth-browser",
        True,
    ),
    (
        "534 5.7.14 <https://accounts.example/ContinueSignIn?x=y> Please log in",
        Auth.PASSWORD,
        "relay-auth-browser",
        True,
    ),
    ("534 5.7.9 Authentication mechanism is too weak", Auth.PASSWORD, "relay-auth-weak", True),
    ("525 5.7.13 User account disabled", Auth.PASSWORD, "relay-account-off", True),
    ("535 5.7.8 Your account has been suspended", Auth.PASSWORD, "relay-account-off", True),
    ("454 4.7.0 Temporary authentication failure", Auth.PASSWORD, "relay-auth-later", False),
    (
        "454 4.7.0 Too many login attempts, please try again later.",
        Auth.PASSWORD,
        "relay-auth-too-many",
        False,
    ),
    ("421 4.3.2 Closing", Auth.OAUTH, "relay-auth-later", False),
    ("432 4.7.12 A password transition is needed", Auth.PASSWORD, "relay-auth-once", True),
    ("550 5.7.0 Too many failed logins", Auth.PASSWORD, "relay-auth-too-many", True),
    (
        "538 5.7.11 Encryption required for requested authentication mechanism",
        Auth.PASSWORD,
        "relay-auth-refused",
        True,
    ),
    ("250 fine", Auth.PASSWORD, "relay-auth-refused", True),
]


@pytest.mark.parametrize(("said", "auth", "code", "lasting"), REFUSED)
def test_each_refusal_has_its_sentence(
    authority: Authority, context: ssl.SSLContext, said: str, auth: Auth, code: str, lasting: bool
) -> None:
    offers = ["AUTH PLAIN XOAUTH2"]
    with AuthRelay(context, offers, replies=[said]) as relay, pytest.raises(RelayError) as caught:
        enter(relay, authority, Access("secret", auth))
    error = caught.value
    assert (error.code, error.step, error.lasting) == (code, Step.LOGIN, lasting)
    assert str(error.params["reply"]).startswith(said[:3])


def test_a_long_refusal_is_cut(authority: Authority, context: ssl.SSLContext) -> None:
    with AuthRelay(context, ["AUTH PLAIN"]) as relay:
        enter(relay, authority)
        error = refused(profile(relay, authority), 535, "x" * 9000 + "\x1b[2J", Auth.PASSWORD)
    assert len(str(error.params["reply"])) <= 300


def test_a_pin_of_the_key_or_of_the_authority_lets_in(context: ssl.SSLContext, authority: Authority) -> None:
    ca = hashlib.sha256(ssl.PEM_cert_to_DER_cert(authority.ca_file.read_text("ascii"))).hexdigest()
    with AuthRelay(context, ["AUTH PLAIN"]) as relay:
        offer = enter(relay, authority)
    assert offer.authority == ca
    for pin in (f"ca:{ca}", f"key:{offer.key}", f"key:{offer.key.upper()}"):
        assert is_pin(pin)
        with AuthRelay(context, ["AUTH PLAIN"]) as relay:
            enter(relay, authority, Access(PASSWORD, pin=pin))
            assert relay.signed_in


@pytest.mark.parametrize("kind", ["key", "ca"])
def test_another_key_gets_neither_password_nor_name(
    context: ssl.SSLContext, authority: Authority, kind: str
) -> None:
    with AuthRelay(context, ["AUTH PLAIN"]) as relay, pytest.raises(RelayError) as caught:
        enter(relay, authority, Access(PASSWORD, pin=f"{kind}:{'0' * 64}"))
    assert (caught.value.code, caught.value.step) == ("relay-key-changed", Step.CERTIFICATE)
    assert caught.value.lasting
    assert relay.heard == []


def test_a_pin_never_stands_for_the_usual_proof(context: ssl.SSLContext, authority: Authority) -> None:
    with AuthRelay(context, ["AUTH PLAIN"]) as relay:
        key = enter(relay, authority).key
    wrong_name = authority.server_context("other.example")
    with AuthRelay(wrong_name, ["AUTH PLAIN"]) as relay, pytest.raises(RelayError) as caught:
        enter(relay, authority, Access(PASSWORD, pin=f"key:{key}"))
    assert caught.value.code == "relay-wrong-name"


@pytest.mark.parametrize("pin", ["", "key:", "key:12", f"md5:{'0' * 64}", f"key:{'g' * 64}", "0" * 64])
def test_what_is_no_pin(pin: str) -> None:
    assert not is_pin(pin)


def test_a_letter_too_large_for_the_relay_is_known_before_it_is_sent(
    context: ssl.SSLContext, authority: Authority
) -> None:
    async def run(relay: AuthRelay) -> Any:
        connection = await open_relay(profile(relay, authority), PASSWORD, SOON)
        fits, not_fits = (Letter("a@b.example", "c@d.example", b"x" * size) for size in (1000, 1001))
        told = Letter("a@b.example", "c@d.example", b"x", requiretls=True)
        try:
            return [connection.unfit(one) for one in (fits, not_fits, told)]
        finally:
            await connection.quit()

    with AuthRelay(context, ["AUTH PLAIN"]) as relay:
        fits, unfit, untold = asyncio.run(run(relay))
    assert fits is None
    assert unfit.code == "relay-over-size"
    assert untold.code == "relay-no-requiretls"
