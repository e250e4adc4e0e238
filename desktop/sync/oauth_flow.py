"""How a person agrees: in their own browser with a redirect to this computer, or with a code.

RFC 8252 and RFC 7636 (PKCE, always S256): the redirect goes to 127.0.0.1 at a port that is open
for this one sign-in, takes one answer with the right state, and is closed. RFC 8628 is for
computers without a browser. Nothing is stored here, and no code or token is in an error.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import html
import secrets
from collections.abc import Callable
from dataclasses import field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from desktop.clock import Clock
from desktop.frozen import dataclass
from desktop.sync.oauth import Tokens, tokens_of
from desktop.sync.oauth_providers import Provider
from desktop.sync.oauth_web import Poster
from desktop.sync.oauth_words import SignInError, refusal

PATIENCE = timedelta(minutes=10)
"""How long somebody may take in the browser."""
_LOOK = 0.2
_REQUEST_BYTES = 16 * 1024
_REQUEST_SECONDS = 5.0
_WRONG_MOST = 20
"""Wrong answers that are turned away before the sign-in ends: other programs run here, too."""
_INTERVAL_MOST = 60
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"

GoOn = Callable[[float, float], bool]
"""Called with the seconds gone and granted, again and again; answers False to cancel."""


@dataclass(frozen=True)
class App:
    """As whom the program asks, and whom it expects to agree."""

    provider: Provider
    owner: str
    account: str
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)

    def form(self, **more: str) -> dict[str, str]:
        """What every post to the token endpoint says."""
        secret = {"client_secret": self.client_secret} if self.client_secret else {}
        return {"client_id": self.client_id, **secret, **more}

    def at(self, address: str) -> str:
        return self.provider.at(address, self.tenant)


@dataclass(frozen=True)
class Waiting:
    """What the person needs: where to sign in, and what to type there ('' by redirect)."""

    url: str
    until: datetime
    user_code: str = ""


class BrowserSignIn:
    """Redirect to this computer. `begin`, show the address, `finish`; always `close`."""

    def __init__(self, app: App, poster: Poster, clock: Clock, page: str, wrong: str) -> None:
        """`page` and `wrong` are the sentences that the browser shows at the end."""
        self._app, self._poster, self._clock = app, poster, clock
        self._page, self._wrong = page, wrong
        self._state = secrets.token_urlsafe(32)
        self._verifier = secrets.token_urlsafe(48)
        self._open: asyncio.Task[None] | None = None
        self._answer: asyncio.Future[dict[str, str]] | None = None
        self._redirect = ""
        self._wrong_ones = 0
        self._until = clock.now() + PATIENCE

    async def begin(self) -> Waiting:
        """Open the port. Raises OSError where this computer has none to give."""
        self._answer = asyncio.get_running_loop().create_future()
        server = await asyncio.start_server(self._heard, "127.0.0.1", 0, limit=_REQUEST_BYTES)
        port = server.sockets[0].getsockname()[1]
        self._open = asyncio.create_task(_keep_open(server))
        await asyncio.sleep(0)  # a task that is cancelled before its first step would close nothing
        provider = self._app.provider
        self._redirect = f"http://{provider.redirect}:{port}/"
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self._verifier.encode("ascii")).digest())
        asked = {
            "response_type": "code",
            "client_id": self._app.client_id,
            "redirect_uri": self._redirect,
            "scope": provider.scope(self._app.owner),
            "state": self._state,
            "code_challenge": challenge.rstrip(b"=").decode("ascii"),
            "code_challenge_method": "S256",
            "login_hint": self._app.account,
            **provider.extra,
        }
        return Waiting(f"{self._app.at(provider.authorize)}?{urlencode(asked)}", self._until)

    async def finish(self, go_on: GoOn) -> Tokens:
        """Wait for the redirect and exchange its code.

        Raises SignInError: `sign-in-timeout`, `sign-in-cancelled`, `sign-in-state-wrong` (only answers
        of somebody else came), and the provider's refusals.
        """
        if self._answer is None:
            raise ValueError("begin first")
        await wait_for(self._answer, self._clock, self._until, go_on, lambda: self._wrong_ones)
        answer = self._answer.result()
        await self.close()
        name = self._app.provider.name
        if "error" in answer:
            raise refusal(name, answer["error"], answer.get("error_description", ""))
        form = self._app.form(
            grant_type="authorization_code",
            code=answer["code"],
            redirect_uri=self._redirect,
            code_verifier=self._verifier,
        )
        said = await self._poster.post(name, self._app.at(self._app.provider.token), form)
        return tokens_of(self._app.provider, said, self._clock)

    async def close(self) -> None:
        """Nobody is listened to any more; also twice."""
        keeper, self._open = self._open, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait({keeper})

    async def _heard(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError):
            async with asyncio.timeout(_REQUEST_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                right = self._take(head)
                writer.write(_shown(self._page if right else self._wrong, right=right))
                await writer.drain()
        writer.close()

    def _take(self, head: bytes) -> bool:
        """Whether this is the answer that was waited for; only the first one counts."""
        line = head.partition(b"\r\n")[0].split(b" ")
        if self._answer is None or self._answer.done() or len(line) != 3 or line[0] != b"GET":
            return False
        target = urlsplit(line[1].decode("latin-1"))
        fields = parse_qs(target.query, max_num_fields=40)
        if target.path != "/" or any(len(some) != 1 for some in fields.values()):
            return False
        answer = {name: some[0] for name, some in fields.items()}
        issuer = self._app.provider.issuer
        mine = secrets.compare_digest(answer.get("state", "").encode(), self._state.encode())
        if mine and "iss" in answer and issuer and answer["iss"] != issuer:
            mine = False
        if not mine:
            self._wrong_ones += "code" in answer or "error" in answer
        elif "code" in answer or "error" in answer:
            self._answer.set_result(answer)
            return "code" in answer
        return False


class CodeSignIn:
    """A code that the person types on any computer."""

    def __init__(self, app: App, poster: Poster, clock: Clock) -> None:
        self._app, self._poster, self._clock = app, poster, clock
        self._code = ""
        self._interval = 5
        self._until = clock.now()

    async def begin(self) -> Waiting:
        """Raises SignInError `sign-in-no-code` where the provider has no such way, and refusals."""
        provider = self._app.provider
        if not provider.device:
            raise SignInError("sign-in-no-code", lasting=True, provider=provider.name)
        form = {"client_id": self._app.client_id, "scope": provider.scope(self._app.owner)}
        said = await self._poster.post(provider.name, self._app.at(provider.device), form)
        fields = said.fields
        if "error" in fields or said.status != 200:
            tokens_of(provider, said, self._clock)  # raises what the refusal means
        code, shown, page = (fields.get(key) for key in ("device_code", "user_code", "verification_uri"))
        if not (isinstance(code, str) and code and isinstance(shown, str) and _typable(shown)):
            raise SignInError("sign-in-garbled", lasting=False, provider=provider.name)
        if page not in provider.pages:  # it is shown to a person: never a stranger's address
            raise SignInError("sign-in-garbled", lasting=False, provider=provider.name)
        self._code = code
        self._interval = _seconds(fields.get("interval"), 5, _INTERVAL_MOST)
        life = timedelta(seconds=_seconds(fields.get("expires_in"), 900, 1800))
        self._until = self._clock.now() + min(life, PATIENCE * 2)
        return Waiting(page, self._until, shown)

    async def finish(self, go_on: GoOn) -> Tokens:
        """Ask again and again, not faster than allowed. Raises as `BrowserSignIn.finish`."""
        provider = self._app.provider
        form = self._app.form(grant_type=_DEVICE, device_code=self._code)
        while True:
            pause = asyncio.ensure_future(asyncio.sleep(self._interval))
            await wait_for(pause, self._clock, self._until, go_on, lambda: 0)
            try:
                said = await self._poster.post(provider.name, self._app.at(provider.token), form)
            except SignInError as error:
                if error.lasting:
                    raise
                continue  # a line that is down for a moment ends nothing
            waiting = said.fields.get("error")
            if waiting == "slow_down":
                self._interval = min(self._interval + 5, _INTERVAL_MOST)
            elif waiting != "authorization_pending":
                return tokens_of(provider, said, self._clock)

    async def close(self) -> None:
        """Nothing is open between two questions."""


async def _keep_open(server: asyncio.Server) -> None:
    """A task of its own, so that the port is closed with the loop, whoever forgets it."""
    async with server:
        await asyncio.sleep(PATIENCE.total_seconds())


async def wait_for(
    done: asyncio.Future[object] | asyncio.Future[dict[str, str]] | asyncio.Future[None],
    clock: Clock,
    until: datetime,
    go_on: GoOn,
    wrong: Callable[[], int],
) -> None:
    """Until `done`; ends in words where it was cancelled, took too long, or only strangers answered."""
    whole = max(1.0, (until - clock.now()).total_seconds())
    while not done.done():
        left = (until - clock.now()).total_seconds()
        code = ""
        if not go_on(max(0.0, whole - left), whole):
            code = "sign-in-cancelled"
        elif wrong() > _WRONG_MOST or (left <= 0 and wrong()):
            code = "sign-in-state-wrong"
        elif left <= 0:
            code = "sign-in-timeout"
        if code:
            done.cancel()
            raise SignInError(code, lasting=True, provider="", reply="")
        await asyncio.wait({done}, timeout=_LOOK)


def _shown(sentence: str, *, right: bool) -> bytes:
    """A page that keeps the address, which holds the code, to itself."""
    words = html.escape(sentence)
    body = f'<!doctype html><meta charset="utf-8"><title>{words}</title><p>{words}</p>'.encode()
    status = "200 OK" if right else "400 Bad Request"
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
        "Content-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body


def _typable(code: str) -> bool:
    return 4 <= len(code) <= 20 and code.isascii() and all(char.isalnum() or char == "-" for char in code)


def _seconds(given: object, usual: int, most: int) -> int:
    return min(given, most) if type(given) is int and given > 0 else usual
