"""Containers made by hand, and a practice of which backups are made."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop.crypto.container import (
    ClearHeader,
    Content,
    Pages,
    Part,
    SealedHeader,
    StoredFile,
    write_container,
)
from desktop.crypto.container_stream import SUM
from desktop.crypto.kdf import FLOOR
from desktop.crypto.vault import OpenVault, create_vault
from desktop.models.database import Database
from desktop.models.rekey import DatabaseKeys
from desktop.paths import PracticeFolder
from desktop.sync.backup_make import Made, make

KEY = bytes(range(32))
PAGE = 4096
YEAR = b"a sealed year" * 700
PASSWORD = "quiet harbour seven lanterns"
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


def clear(**changes: object) -> ClearHeader:
    values: dict[str, object] = {
        "id": "0a" * 16,
        "vault_id": b"\x07" * 16,
        "epoch": 1,
        "made_at": 1_795_000_000_000,
        "parent": None,
        "name": "20261123T160000Z-0a0a0a0a0a0a-whole.sealwell",
        "salt": b"\x05" * 32,
        "keys": b'{"v":1}',
    }
    return ClearHeader(**(values | changes))  # type: ignore[arg-type]


def sealed(pages: int = 3, files: Sequence[StoredFile] | None = None) -> SealedHeader:
    years = (StoredFile("2024.year", hashlib.sha256(YEAR).hexdigest(), len(YEAR), here=True),)
    return SealedHeader(
        revision="0008",
        program="0.1.0",
        note="a note\n",
        records=7,
        root="ab" * 32,
        head_hash="cd" * 32,
        pages=pages,
        page_bytes=PAGE,
        digest="ef" * 32,
        counts={"person": 3},
        files=years if files is None else tuple(files),
    )


def page(number: int) -> bytes:
    return bytes([number % 251]) * PAGE


def parts(header: SealedHeader) -> Iterator[Part]:
    yield Pages(1, header.pages, [page(number) for number in range(1, header.pages + 1)])
    for index, one in enumerate(header.files):
        if one.here:
            yield Content(index, one.size, [YEAR[:100], YEAR[100:]])


def written(pages: int = 3, header: ClearHeader | None = None, key: bytes = KEY) -> bytes:
    file, inner = io.BytesIO(), sealed(pages)
    write_container(file, header or clear(), key, inner, parts(inner))
    return file.getvalue()


def summed_anew(data: bytes) -> bytes:
    """As somebody would who changes a file and puts the sum right."""
    return data[:-SUM] + hashlib.sha256(data[:-SUM]).digest()


@dataclass
class Kept:
    """A practice with real keys and a real database, and the moment that it is."""

    folder: PracticeFolder
    vault: OpenVault
    database: Database
    now: datetime = NOW
    told: list[int] = field(default_factory=list)

    @classmethod
    def create(cls, root: Path) -> Kept:
        folder = PracticeFolder(root)
        vault = create_vault(folder.keys, "ana", PASSWORD, None, FLOOR).vault
        database = Database.create(folder.database, *vault.database_key(), vault.vault_id, vault.epoch)
        return cls(folder, vault, database)

    @property
    def keys(self) -> DatabaseKeys:
        return DatabaseKeys(*self.vault.database_key(), self.vault.epoch)

    def backed_up(self, stop_at: int = 101) -> Made | None:
        self.now += timedelta(hours=4)

        def tell(done: int, _of: int) -> bool:
            self.told.append(done)
            return done < stop_at

        return make(self.folder, self.vault, self.database, self.now, tell)

    def reopen(self) -> None:
        """Where a test has closed it."""
        if self.database.closed:
            keys = self.vault.database_key()
            self.database = Database.open(self.folder.database, *keys, self.vault.vault_id, self.vault.epoch)

    def here(self) -> set[str]:
        """Names in the folder of backups but for the lock."""
        return {path.name for path in self.folder.backups.iterdir()} - {".lock"}
