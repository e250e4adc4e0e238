"""A relay of one conversation over TLS that signs in by a script: SCRAM (RFC 5802), tokens, refusals."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

ROUNDS = 4096


class AuthRelay:
    """`offers` go into the EHLO; `replies` answer AUTH in turn, before it is carried out for real."""

    def __init__(
        self,
        context: ssl.SSLContext,
        offers: Sequence[str],
        *,
        password: str = "relay-password",
        tokens: Sequence[str] = (),
        replies: Sequence[str] = (),
        proves: bool = True,
    ) -> None:
        self._context, self._offers = context, offers
        self._password, self._tokens, self._proves = password, tokens, proves
        self._replies = list(replies)
        self.heard: list[str] = []
        self.signed_in = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with suppress(OSError):
            client, _ = self._listener.accept()
            client.settimeout(5)
            with (
                client,
                self._context.wrap_socket(client, server_side=True) as line,
                line.makefile("rwb") as self._file,
            ):
                self._say("220 relay.test")
                while self._turn(self._next()):
                    pass

    def _say(self, line: str) -> None:
        self._file.write(line.encode("utf-8") + b"\r\n")
        self._file.flush()

    def _next(self) -> str:
        heard = self._file.readline()
        if not heard:
            raise ConnectionResetError
        line = heard.decode("utf-8").rstrip("\r\n")
        self.heard.append(line)
        return line

    def _challenge(self, text: bytes) -> bytes:
        self._say("334 " + base64.b64encode(text).decode())
        return base64.b64decode(self._next())

    def _turn(self, line: str) -> bool:
        verb, _, rest = line.partition(" ")
        if verb == "EHLO":
            for offer in ("relay.test", *self._offers):
                self._say(f"250-{offer}")
            self._say("250 SIZE 1000")
        elif verb == "AUTH" and self._replies:
            self._say(self._replies.pop(0))
        elif verb == "AUTH":
            self._auth(*rest.split(" "))
        elif verb == "QUIT":
            self._say("221 bye")
            return False
        else:
            self._say("250 fine")
        return True

    def _auth(self, mechanism: str, first: str = "") -> None:
        text = base64.b64decode(first)
        if mechanism.startswith("SCRAM-"):
            self._scram({"SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}[mechanism], text.decode())
            return
        if mechanism in ("XOAUTH2", "OAUTHBEARER"):
            token = text.decode().split("auth=Bearer ")[1].strip("\x01")
            self.signed_in = token in self._tokens
            if not self.signed_in:
                self._challenge(b'{"status":"400"}')
        else:
            self.signed_in = text.split(b"\0")[2] == self._password.encode()
        self._say("235 welcome" if self.signed_in else "535 5.7.3 Authentication unsuccessful")

    def _scram(self, name: str, first: str) -> None:
        bare = first.removeprefix("n,,")
        nonce = bare.split("r=")[1] + "server"
        salt = b"pepper and salt"
        mine = f"r={nonce},s={base64.b64encode(salt).decode()},i={ROUNDS}"
        answer = self._challenge(mine.encode()).decode()
        without, _, proof = answer.rpartition(",p=")
        salted = hashlib.pbkdf2_hmac(name, self._password.encode(), salt, ROUNDS)
        said = f"{bare},{mine},{without}".encode()
        stored = hashlib.new(name, hmac.new(salted, b"Client Key", name).digest()).digest()
        signature = hmac.new(stored, said, name).digest()
        key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature, strict=True))
        if hashlib.new(name, key).digest() != stored:
            self._say("535 5.7.8 Wrong")
            return
        own = hmac.new(hmac.new(salted, b"Server Key", name).digest(), said, name).digest()
        if not self._proves:
            own = bytes(len(own))
        self._challenge(b"v=" + base64.b64encode(own))
        self.signed_in = True
        self._say("235 welcome")
