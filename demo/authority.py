"""A throwaway certificate authority for servers on this computer: for the demo and the tests."""

from __future__ import annotations

import ssl
import warnings
from datetime import timedelta
from pathlib import Path

import trustme

from desktop.clock import SystemClock

LOCAL_NAMES = ("localhost", "127.0.0.1")


class Authority:
    """Lives as long as the object; nothing but `ca.pem` and what is asked for touches the disk."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self._folder = folder
        self.ca_file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.ca_file))

    def server_context(self, *names: str, expired: bool = False, old_tls: bool = False) -> ssl.SSLContext:
        """A server's side of TLS; by default good, else bad in exactly one way."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._issue(names, expired).configure_cert(context)
        if old_tls:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # old on purpose
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")
        return context

    def client_context(self) -> ssl.SSLContext:
        """A client's side of TLS that trusts this authority and no other."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def write_server_files(self, *names: str) -> tuple[Path, Path]:
        """Certificate chain and key as files, for servers that are programs of their own."""
        issued = self._issue(names, expired=False)
        chain, key = self._folder / "server.pem", self._folder / "server.key"
        for place, blob in enumerate(issued.cert_chain_pems):
            blob.write_to_path(str(chain), append=place > 0)
        issued.private_key_pem.write_to_path(str(key))
        key.chmod(0o600)
        return chain, key

    def _issue(self, names: tuple[str, ...], expired: bool) -> trustme.LeafCert:
        if not expired:
            return self._ca.issue_cert(*(names or LOCAL_NAMES))
        gone = SystemClock().now() - timedelta(days=1)
        return self._ca.issue_cert(
            *(names or LOCAL_NAMES), not_before=gone - timedelta(days=30), not_after=gone
        )
