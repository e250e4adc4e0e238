"""A web server with a few pages on loopback, over TLS; it can be slow, too long, or cut short."""

from __future__ import annotations

import http.server
import ssl
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Page:
    """`promised` is the length that is told where it is not the true one; `slow` waits before all."""

    body: bytes = b""
    status: int = 200
    location: str = ""
    promised: int | None = None
    slow: bool = False


class KeyHost:
    """`pages` by path without the query; `asked` lists host and whole target of each request."""

    def __init__(self, context: ssl.SSLContext, pages: dict[str, Page]) -> None:
        self._context = context
        self._stop = threading.Event()
        self.pages = pages
        self.asked: list[str] = []

    def __enter__(self) -> Self:
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                pass

            def do_GET(self) -> None:
                outer.asked.append(f"{self.headers['Host']}{self.path}")
                outer.respond(self, outer.pages.get(self.path.partition("?")[0], Page(status=404)))

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

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

    def respond(self, to: http.server.BaseHTTPRequestHandler, page: Page) -> None:
        if page.slow:
            self._stop.wait(30)
            return
        to.send_response(page.status)
        if page.location:
            to.send_header("Location", page.location)
        to.send_header("Content-Length", str(len(page.body) if page.promised is None else page.promised))
        to.send_header("Connection", "close")
        to.end_headers()
        to.wfile.write(page.body)
        to.close_connection = True
