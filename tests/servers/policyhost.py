"""A web server for one MTA-STS policy, on loopback, that can be wrong in every usual way."""

from __future__ import annotations

import http.server
import ssl

from tests.servers.tlshost import TlsHost


class PolicyHost(TlsHost):
    """`how`: '' serves `body`; else redirect, html, huge, missing, slow, short, or chunked."""

    def __init__(self, context: ssl.SSLContext, body: bytes, how: str = "") -> None:
        super().__init__(context)
        self.body = body
        self.how = how
        self.paths: list[str] = []

    def respond(self, to: http.server.BaseHTTPRequestHandler) -> None:
        self.paths.append(f"{to.headers['Host']}{to.path}")
        if self.how == "slow":
            self.stop.wait(30)
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
