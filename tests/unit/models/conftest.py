"""A real encrypted database per test."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.models.database import Database


@dataclass(frozen=True)
class Vault:
    """What a vault would hand out, and where its database lies."""

    path: Path
    key: bytes
    salt: bytes
    vault_id: bytes
    epoch: int = 1

    def create(self) -> Database:
        return Database.create(self.path, self.key, self.salt, self.vault_id, self.epoch)

    def open(self) -> Database:
        return Database.open(self.path, self.key, self.salt, self.vault_id, self.epoch)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(
        tmp_path / "practice.db", secrets.token_bytes(32), secrets.token_bytes(16), secrets.token_bytes(16)
    )


@pytest.fixture
def db(vault: Vault) -> Iterator[Database]:
    database = vault.create()
    yield database
    database.close()
