"""wsgidav behind cheroot with TLS; reading a file needs no signing in, all else does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from wsgidav.wsgidav_app import WsgiDAVApp

USER, PASSWORD = "AKIDEXAMPLE", "storage-secret-of-the-test"


def main(port: int, folder: Path) -> None:
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder / "files")},
            "http_authenticator": {"domain_controller": None, "accept_basic": True, "accept_digest": False},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "dir_browser": {"enable": False},
            "logging": {"enable": False},
            "verbose": 0,
        }
    )
    open_app = WsgiDAVApp(
        {
            "provider_mapping": {"/": {"root": str(folder / "files"), "readonly": True}},
            "simple_dc": {"user_mapping": {"*": True}},
            "dir_browser": {"enable": False},
            "logging": {"enable": False},
            "verbose": 0,
        }
    )

    def serve(environ: dict[str, Any], start: Any) -> Any:
        signed = "HTTP_AUTHORIZATION" in environ
        reads = environ["REQUEST_METHOD"] in ("GET", "HEAD") and not environ["PATH_INFO"].endswith("/")
        if (folder / "full").exists() and environ["REQUEST_METHOD"] == "PUT":
            start("507 Insufficient Storage", [("Content-Length", "0")])
            return []
        return (open_app if reads and not signed else app)(environ, start)

    server = Server(("127.0.0.1", port), serve)
    server.ssl_adapter = BuiltinSSLAdapter(str(folder / "cert.pem"), str(folder / "key.pem"))
    server.safe_start()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
