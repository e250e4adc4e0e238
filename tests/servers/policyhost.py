"""A web server for one MTA-STS policy, on loopback, that can be wrong in every usual way."""

from __future__ import annotations

import http.server
import ssl
import threading
from types import TracebackType
from typing import Self


class PolicyHost:
    """`how`: '' serves `body`; else redirect, html, huge, missing, slow, short, or chunked."""

    def __init__(self, context: ssl.SSLContext, body: bytes, how: str = "") -> None:
        self._context = context
        self._stop = threading.Event()
        self.body = body
        self.how = how
        self.paths: list[str] = []

    def __enter__(self) -> Self:
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                pass

            def do_GET(self) -> None:
                outer.paths.append(f"{self.headers['Host']}{self.path}")
                outer.respond(self)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Clients that turn away from a bad certificate are expected."""

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

    def respond(self, to: http.server.BaseHTTPRequestHandler) -> None:
        if self.how == "slow":
            self._stop.wait(30)
            return
        status = {"redirect": 301, "missing": 404}.get(self.how, 200)
        body = b"x" * 200_000 if self.how == "huge" else self.body
        to.send_response(status)
        to.send_header("Content-Type", "text/html" if self.how == "html" else "text/plain; charset=utf-8")
        if self.how == "redirect":
            to.send_header("Location", "https://mta-sts.clinic.example/other.txt")
        if self.how == "chunked":
            to.send_header("Transfer-Encoding", "chunked")
        else:
            to.send_header("Content-Length", str(len(body) + (100 if self.how == "short" else 0)))
        to.send_header("Connection", "close")
        to.end_headers()
        if self.how == "chunked":
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        to.wfile.write(body)
        to.close_connection = True
