"""A web server for the list of new versions and its files, on loopback, wrong in every usual way."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading

from tests.servers.tlshost import TlsHost


class UpdateHost(TlsHost):
    """Serves `files` by their names. `how`: '' well, or redirect, missing, huge, endless, slow, drip,
    short, cut, garbled (half of the body, then octets that are no TLS).

    `asked` holds every request as it came: its line and all of its headers.
    """

    def __init__(self, context: ssl.SSLContext, how: str = "") -> None:
        super().__init__(context)
        self.how = how
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.reached = threading.Event()
        """Set once half of a file has been sent by `drip`."""

    @property
    def base(self) -> str:
        return f"https://localhost:{self.port}/"

    def respond(self, to: http.server.BaseHTTPRequestHandler) -> None:
        self.asked.append((to.path, dict(to.headers.items())))
        if self.how == "slow":
            self.stop.wait(30)
            return
        body = self.files.get(to.path.lstrip("/"))
        status = {"redirect": 302}.get(self.how, 404 if body is None or self.how == "missing" else 200)
        body = body or b"nothing here"
        if self.how == "huge":
            body = b"x" * 500_000
        to.send_response(status)
        to.send_header("Content-Type", "application/json")
        if self.how == "redirect":
            to.send_header("Location", "https://localhost:1/elsewhere.json")
        if self.how != "endless":
            to.send_header("Content-Length", str(len(body) + (100 if self.how == "short" else 0)))
        to.send_header("Set-Cookie", "practice=known; Max-Age=31536000")
        to.end_headers()
        if self.how == "endless":
            while not self.stop.is_set():
                to.wfile.write(b"x" * 65536)
        elif self.how in ("drip", "cut", "garbled"):
            to.wfile.write(body[: len(body) // 2])
            self.reached.set()
            if self.how == "drip":
                self.stop.wait(30)
            elif self.how == "garbled":
                socket.socket.sendall(to.connection, b"this is no record of TLS")
        else:
            to.wfile.write(body)
