"""A web server on loopback, over TLS, whose answers are somebody else's; clients may turn away."""

from __future__ import annotations

import http.server
import ssl
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class TlsHost(ABC):
    """Serves while it is entered; `stop` is set when it ends, for answers that wait."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self.stop = threading.Event()
        self.connections = 0

    @abstractmethod
    def respond(self, to: http.server.BaseHTTPRequestHandler) -> None:
        """The whole answer to one GET; the connection is closed after it."""

    def __enter__(self) -> Self:
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                pass

            def do_GET(self) -> None:
                outer.respond(self)
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
        self.stop.set()
        self._server.shutdown()
        self._server.server_close()
