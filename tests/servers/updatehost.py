"""A web server for the list of new versions and its files, on loopback, wrong in every usual way."""

from __future__ import annotations

import http.server
import ssl
import threading
from types import TracebackType
from typing import Self


class UpdateHost:
    """Serves `files` by their names. `how`: '' well, or redirect, missing, huge, endless, slow, drip,
    short, cut.

    `asked` holds every request as it came: its line and all of its headers.
    """

    def __init__(self, context: ssl.SSLContext, how: str = "") -> None:
        self._context = context
        self._stop = threading.Event()
        self.how = how
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.connections = 0
        self.reached = threading.Event()
        """Set once half of a file has been sent by `drip`."""

    def __enter__(self) -> Self:
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                pass

            def do_GET(self) -> None:
                outer.asked.append((self.path, dict(self.headers.items())))
                outer._answer(self)
                self.close_connection = True

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self) -> tuple[object, object]:  # type: ignore[override]
                outer.connections += 1
                return super().get_request()

            def handle_error(self, request: object, client_address: object) -> None:
                """Clients that turn away are expected."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.socket = self._context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def base(self) -> str:
        return f"https://localhost:{self.port}/"

    def _answer(self, to: http.server.BaseHTTPRequestHandler) -> None:
        if self.how == "slow":
            self._stop.wait(30)
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
            while not self._stop.is_set():
                to.wfile.write(b"x" * 65536)
        elif self.how in ("drip", "cut"):
            to.wfile.write(body[: len(body) // 2])
            self.reached.set()
            if self.how == "drip":
                self._stop.wait(30)
        else:
            to.wfile.write(body)
