"""A release for tests: a throw-away key, its list, its files, and a program that would take it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.authority import Authority
from desktop.crypto.updatekeys import key_id, public_bytes, signed
from desktop.office.installed import Installed
from desktop.office.update_facts import SCHEMA, Judge
from desktop.sync.update_list import File, UpdateList, content_of
from desktop.sync.updates import LIST_NAME, Source, Waits
from tests.made_practice import START
from tests.servers.updatehost import UpdateHost

RUNNING = "1.2.0"
NEWER = "1.3.0"
HERE = "debian"
NAME = f"sealwell_{NEWER}_amd64.deb"
PACKAGE = b"a package " * 100_000
QUICK = Waits(connect=10.0, stall=1.5, list=2.0, file=20.0)
PATIENT = Waits(connect=10.0, stall=10.0, list=20.0, file=20.0)
_NEVER_ENDS = ("slow", "drip", "endless")


def a_list(**changes: Any) -> UpdateList:
    """What is new since 1.2.0, published an hour before the tests' clock."""
    file = File(HERE, NAME, len(PACKAGE), hashlib.sha256(PACKAGE).hexdigest())
    one = UpdateList(
        channel="stable",
        sequence=7,
        version=NEWER,
        released=START - timedelta(hours=1),
        expires=START + timedelta(days=45),
        schema=SCHEMA,
        upgrade_from="1.0.0",
        severity="high",
        notes={"en": "Mail is read faster.", "es": "El correo se lee más rápido."},
        files=(file,),
    )
    return replace(one, **changes)


@dataclass
class Releases:
    """Publishes on `host`; `judge` is the program that looks there."""

    host: UpdateHost
    authority: Authority
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def document(self, one: UpdateList | None = None, key: Ed25519PrivateKey | None = None) -> bytes:
        return signed(content_of(one or a_list()), key or self.key)

    def publish(self, one: UpdateList | None = None, *, document: bytes | None = None) -> None:
        self.host.files[LIST_NAME] = document or self.document(one)
        self.host.files[NAME] = PACKAGE

    def source(self, *, keys: Callable[[], dict[str, bytes]] | None = None) -> Source:
        return Source(
            "stable",
            f"{self.host.base}{LIST_NAME}",
            self.host.base,
            keys() if keys else self.keys(),
            self.authority.client_context,
            QUICK if self.host.how in _NEVER_ENDS else PATIENT,
        )

    def keys(self) -> dict[str, bytes]:
        public = public_bytes(self.key)
        return {key_id(public): public}

    def judge(self, system: str = HERE, version: str = RUNNING, *, by_system: bool = False) -> Judge:
        return Judge(self.source(), Installed(system, by_system), version)
