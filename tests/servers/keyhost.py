"""A web server with a few pages on loopback, over TLS; it can be slow, too long, or cut short."""

from __future__ import annotations

import http.server
import ssl
from dataclasses import dataclass

from tests.servers.tlshost import TlsHost


@dataclass(frozen=True)
class Page:
    """`promised` is the length that is told where it is not the true one; `slow` waits before all."""

    body: bytes = b""
    status: int = 200
    location: str = ""
    promised: int | None = None
    slow: bool = False


class KeyHost(TlsHost):
    """`pages` by path without the query; `asked` lists host and whole target of each request."""

    def __init__(self, context: ssl.SSLContext, pages: dict[str, Page]) -> None:
        super().__init__(context)
        self.pages = pages
        self.asked: list[str] = []

    def respond(self, to: http.server.BaseHTTPRequestHandler) -> None:
        self.asked.append(f"{to.headers['Host']}{to.path}")
        page = self.pages.get(to.path.partition("?")[0], Page(status=404))
        if page.slow:
            self.stop.wait(30)
            return
        to.send_response(page.status)
        if page.location:
            to.send_header("Location", page.location)
        to.send_header("Content-Length", str(len(page.body) if page.promised is None else page.promised))
        to.send_header("Connection", "close")
        to.end_headers()
        to.wfile.write(page.body)
