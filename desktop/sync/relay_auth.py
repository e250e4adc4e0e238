"""Signing in at a relay: strongest way first, never before TLS, one refusal is final.

Each refusal has a code whose sentence says what an office administrator can do (RFC 4954, 6, and
what the large providers answer); the relay's own words go along.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from dataclasses import field

from aiosmtplib.errors import SMTPAuthenticationError
from aiosmtplib.response import SMTPResponse

from desktop.frozen import dataclass
from desktop.models.delivery import Auth
from desktop.models.records import Relay
from desktop.sync.relay_protocol import RelayClient
from desktop.sync.relay_scram import MECHANISMS, Scram, ScramError
from desktop.sync.relay_tls import RelayError, Step
from desktop.texts import clean

_GO_ON, _DONE = 334, 235
_UNKNOWN = frozenset({500, 501, 502, 504})
_WITH_PASSWORD = (*MECHANISMS, "PLAIN", "LOGIN")
_WITH_TOKEN = ("OAUTHBEARER", "XOAUTH2")
_WORDS = 300


@dataclass(frozen=True)
class Access:
    """What opens a relay. With OAUTH, `secret` is an access token, and `renew` fetches another one
    where the relay refuses it although its time is not over."""

    secret: str = field(repr=False)
    auth: Auth = Auth.PASSWORD
    pin: str = ""
    """See `RelaySending.pin`."""
    renew: Callable[[str], Awaitable[str]] | None = field(repr=False, default=None)


@dataclass(frozen=True)
class Refusal:
    """Applies to a reply whose code, enhanced code and words match; '' matches all."""

    code: str
    reply: str
    enhanced: str = ""
    words: str = ""
    auth: Auth | None = None


REFUSALS: tuple[Refusal, ...] = (
    Refusal("relay-auth-too-many", r"4..|5..", words=r"too many (?:login|auth\w*|failed)|rate limit"),
    Refusal("relay-auth-once", r"432"),
    Refusal("relay-auth-later", r"4.."),
    Refusal("relay-app-password", r"5..", words=r"application-specific password|app(?:lication)? password"),
    Refusal("relay-auth-browser", r"5..", words=r"web browser|webloginrequired|continuesignin"),
    Refusal("relay-smtp-auth-off", r"5..", words=r"smtpclientauth\w* is disabled|smtp auth\w* is disabled"),
    Refusal("relay-password-off", r"5..", words=r"basic auth\w* is (?:disabled|not supported)"),
    Refusal(
        "relay-auth-policy",
        r"5..",
        words=r"security defaults|conditional access|did not meet the criteria|locked by your organi[sz]ation"
        r"|organi[sz]ation configuration|admin\w* policy|multi-?factor",
    ),
    Refusal(
        "relay-account-off", r"525|5..", words=r"account (?:is |has been )?(?:disabled|locked|suspended)"
    ),
    Refusal("relay-account-off", r"525"),
    Refusal("relay-auth-weak", r"534", r"5\.7\.9"),
    Refusal("relay-token-refused", r"5..", auth=Auth.OAUTH),
    Refusal("relay-auth-refused", r"..."),
)
_LATER = frozenset({"relay-auth-later", "relay-auth-too-many"})


def refused(relay: Relay, code: int, message: str, auth: Auth) -> RelayError:
    """The known error for a relay's refusal."""
    enhanced = re.match(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)", message)
    for rule in REFUSALS:
        if (
            re.fullmatch(rule.reply, str(code))
            and (not rule.enhanced or (enhanced and re.fullmatch(rule.enhanced, enhanced[0])))
            and (not rule.words or re.search(rule.words, message, re.IGNORECASE))
            and rule.auth in (None, auth)
        ):
            reply = clean(f"{code} {message}")[:_WORDS]
            temporary = rule.code in _LATER and code // 100 == 4
            return RelayError(rule.code, Step.LOGIN, lasting=not temporary, host=relay.host, reply=reply)
    raise ValueError(code)


async def sign_in(client: RelayClient, relay: Relay, access: Access) -> None:
    """AUTH by the strongest way that both sides know.

    Raises RelayError `relay-no-auth` where there is none, `relay-not-proven` where the relay did not
    prove its own knowledge of the password, and the codes of `REFUSALS`. A wrong password is never
    tried twice, which would lock the account; a refused token once more with a new one.
    """
    try:
        await _by_best(client, relay, access, access.secret)
    except RelayError as error:
        if error.code != "relay-token-refused" or access.renew is None or not client.is_connected:
            raise
        renewed = await access.renew(access.secret)
        await _by_best(client, relay, access, renewed)


async def _by_best(client: RelayClient, relay: Relay, access: Access, secret: str) -> None:
    offered = {name.upper() for name in client.server_auth_methods}
    known = _WITH_TOKEN if access.auth is Auth.OAUTH else _WITH_PASSWORD
    for mechanism in known:
        if mechanism not in offered:
            continue
        try:
            if mechanism in MECHANISMS:
                reply = await _scram(client, mechanism, relay, secret)
            elif access.auth is Auth.OAUTH:
                reply = await _bearer(client, mechanism, relay, secret)
            elif mechanism == "PLAIN":
                reply = await client.auth_plain(relay.user, secret)
            else:
                reply = await client.auth_login(relay.user, secret)
        except SMTPAuthenticationError as error:
            reply = SMTPResponse(error.code, error.message)
        if reply.code == _DONE:
            return
        if reply.code not in _UNKNOWN:
            raise refused(relay, reply.code, reply.message, access.auth)
    code = "relay-no-token-auth" if access.auth is Auth.OAUTH else "relay-no-auth"
    raise RelayError(code, Step.LOGIN, lasting=True, host=relay.host)


async def _scram(client: RelayClient, mechanism: str, relay: Relay, password: str) -> SMTPResponse:
    scram = Scram(mechanism, relay.user, password)
    reply = await client.execute_command(b"AUTH", mechanism.encode(), base64.b64encode(scram.first()))
    if reply.code != _GO_ON:
        return reply
    try:
        final = await asyncio.to_thread(scram.final, _challenge(reply))
        reply = await client.execute_command(base64.b64encode(final))
        if reply.code != _GO_ON:
            if reply.code == _DONE:  # welcome, but without the proof that was due first
                raise ScramError("proof")
            return reply
        scram.check(_challenge(reply))
    except (ScramError, binascii.Error, UnicodeError) as error:
        raise RelayError("relay-not-proven", Step.LOGIN, lasting=True, host=relay.host) from error
    return await client.execute_command(b"")


async def _bearer(client: RelayClient, mechanism: str, relay: Relay, token: str) -> SMTPResponse:
    """OAUTHBEARER (RFC 7628) or XOAUTH2, its elder; a 334 is a refusal that wants one more line."""
    if mechanism == "OAUTHBEARER":
        user = relay.user.replace("=", "=3D").replace(",", "=2C")
        said = f"n,a={user},\x01host={relay.host}\x01port={relay.port}\x01auth=Bearer {token}\x01\x01"
        enough = base64.b64encode(b"\x01")
    else:
        said, enough = f"user={relay.user}\x01auth=Bearer {token}\x01\x01", b""
    reply = await client.execute_command(b"AUTH", mechanism.encode(), base64.b64encode(said.encode("utf-8")))
    return await client.execute_command(enough) if reply.code == _GO_ON else reply


def _challenge(reply: SMTPResponse) -> bytes:
    return base64.b64decode(reply.message.strip().encode("ascii"), validate=True)
