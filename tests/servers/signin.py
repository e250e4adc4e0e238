"""A provider's sign-in server over TLS on this computer: honest, until it is told to lie.

It grants codes with PKCE (RFC 7636), by redirect and by device code (RFC 8628), takes each code
once, changes the refresh token at each use, and takes older ones back.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

Lie = Callable[["_Handler"], None]


def says(status: int, body: bytes, kind: str = "application/json", **headers: str) -> Lie:
    """Answer so, whatever was asked."""

    def lie(handler: _Handler) -> None:
        handler.answer(status, body, kind, headers)

    return lie


def refuses(error: str, description: str = "", status: int = 400, **more: Any) -> Lie:
    """A refusal of RFC 6749, 5.2."""
    fields = {"error": error, **({"error_description": description} if description else {}), **more}
    return says(status, json.dumps(fields).encode())


def stalls(handler: _Handler) -> None:
    """No answer at all."""
    handler.site.over.wait(30)


def drips(handler: _Handler) -> None:
    """An answer that never ends, an octet at a time."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    try:
        while not handler.site.over.wait(0.02):
            handler.wfile.write(b"X")
            handler.wfile.flush()
    except OSError:
        pass


def hangs_up(handler: _Handler) -> None:
    """The connection ends without a word."""
    handler.connection.close()


@dataclass
class SignInSite:
    """Use as a context manager. `lies` are used up in turn by requests to `token` and `device`."""

    context: ssl.SSLContext
    account: str = "office@clinic.example"
    needs_secret: str = ""
    lies: list[Lie] = field(default_factory=list)
    rotates: bool = True
    expires_in: Any = 3600
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    devices: dict[str, bool] = field(default_factory=dict)
    refresh: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)
    access: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    """What came to the token endpoint, in order."""
    date: str = ""
    """What its answers say of the time; '' says nothing."""
    port: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        site = self

        class Handler(_Handler):
            pass

        Handler.site = site
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._server.socket = self.context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.02), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def agree(self, url: str) -> str:
        """What the browser does when the person agrees: the redirect to follow."""
        asked = {key: some[0] for key, some in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def grant(self, scope: str = "") -> dict[str, Any]:
        """New tokens, as the token endpoint gives them."""
        access, refresh = f"access-{secrets.token_hex(8)}", f"refresh-{secrets.token_hex(8)}"
        self.access.append(access)
        claims = base64.urlsafe_b64encode(json.dumps({"email": self.account}).encode()).rstrip(b"=").decode()
        found = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "id_token": f"e30.{claims}.c2ln",
            "scope": scope,
        }
        if self.rotates or not self.refresh:
            self.taken_back |= self.refresh
            self.refresh = {refresh}
            found["refresh_token"] = refresh
        return found


class _Handler(BaseHTTPRequestHandler):
    site: SignInSite

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Not to the test's output."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` of an answer."""
        return self.site.date

    def answer(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
        form = {key: some[0] for key, some in parse_qs(text).items()}
        self.site.forms.append(form)
        if self.site.lies:
            self.site.lies.pop(0)(self)
            return
        status, fields = self._device(form) if self.path == "/device" else self._token(form)
        self.answer(status, json.dumps(fields).encode(), "application/json; charset=utf-8")

    def _device(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        code = secrets.token_urlsafe(16)
        self.site.devices[code] = False
        return 200, {
            "device_code": code,
            "user_code": "WDJB-MJHT",
            "verification_uri": "https://localhost/link",
            "expires_in": 900,
            "interval": 1,
        }

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        site = self.site
        if site.needs_secret and form.get("client_secret") != site.needs_secret:
            return 401, {"error": "invalid_client"}
        kind = form.get("grant_type")
        if kind == "authorization_code":
            asked = site.codes.pop(form["code"], None)
            proof = hashlib.sha256(form["code_verifier"].encode()).digest()
            right = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
            if asked is None or asked["code_challenge"] != right or asked["code_challenge_method"] != "S256":
                return 400, {"error": "invalid_grant", "error_description": "code"}
            if asked["redirect_uri"] != form["redirect_uri"] or asked["client_id"] != form["client_id"]:
                return 400, {"error": "invalid_grant", "error_description": "redirect"}
            return 200, site.grant(asked["scope"])
        if kind == "refresh_token":
            if form["refresh_token"] not in site.refresh:
                return 400, {"error": "invalid_grant", "error_description": "Token was revoked."}
            return 200, site.grant(form["scope"])
        if kind == "urn:ietf:params:oauth:grant-type:device_code":
            if form["device_code"] not in site.devices:
                return 400, {"error": "expired_token"}
            if not site.devices[form["device_code"]]:
                return 400, {"error": "authorization_pending"}
            del site.devices[form["device_code"]]
            return 200, site.grant()
        return 400, {"error": "unsupported_grant_type"}


def pause(seconds: float) -> Lie:
    """The honest answer, later."""

    def lie(handler: _Handler) -> None:
        time.sleep(seconds)
        handler.answer(200, json.dumps(handler.site.grant()).encode(), "application/json")

    return lie
