"""Real storage servers over TLS: moto's S3 and wsgidav's WebDAV, each a process of its own."""

from __future__ import annotations

import json
import ssl
import sys
from pathlib import Path
from typing import Self

import httpx
import trustme

from tests.servers.programs import Program, free_port

KEY, SECRET = "AKIDEXAMPLE", "storage-secret-of-the-test"

_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::locked/*"}
    ],
}


class _Tls(Program):
    def __init__(self, ca: trustme.CA) -> None:
        super().__init__()
        self.port = free_port()
        made = ca.issue_cert("127.0.0.1", "localhost")
        made.private_key_pem.write_to_path(str(self.folder / "key.pem"))
        made.cert_chain_pems[0].write_to_path(str(self.folder / "cert.pem"))
        self.ca_file = self.folder / "ca.pem"
        ca.cert_pem.write_to_path(str(self.ca_file))

    def ports(self) -> list[int]:
        return [self.port]

    @property
    def root(self) -> str:
        return f"https://127.0.0.1:{self.port}"


class S3(_Tls):
    """With the buckets `locked` and `logs`; links work without signing in, lists do not."""

    name = "s3"

    def command(self) -> list[str]:
        return [sys.executable, str(Path(__file__).with_name("s3_main.py")), str(self.port), str(self.folder)]

    def __enter__(self) -> Self:
        super().__enter__()
        for bucket in ("locked", "logs"):
            self.ask("PUT", f"/{bucket}")
        self.ask("PUT", "/locked?policy", json.dumps(_POLICY).encode())
        return self

    def ask(self, method: str, path: str, content: bytes = b"") -> httpx.Response:
        """As the practice's own administrator would, past what is tested."""
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=owner/20261121/us-east-1/s3/aws4_request"}
        with httpx.Client(verify=_context(self.ca_file)) as client:
            return client.request(
                method, self.root + path, content=content, headers=signed | {"X-Owner": "yes"}
            )


class WebDav(_Tls):
    """Its folder `locked`: read without signing in, write and list only with; a log beside it."""

    name = "webdav"

    def __init__(self, ca: trustme.CA) -> None:
        super().__init__(ca)
        self.files = self.folder / "files"
        (self.files / "locked").mkdir(parents=True)

    def command(self) -> list[str]:
        return [
            sys.executable,
            str(Path(__file__).with_name("webdav_main.py")),
            str(self.port),
            str(self.folder),
        ]


def _context(ca_file: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca_file))
