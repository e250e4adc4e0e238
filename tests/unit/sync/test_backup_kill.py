"""The maker is killed at any moment: no half backup has a name, and the next one comes about."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from desktop import program
from desktop.crypto.container import container_key
from desktop.errors import VaultError
from desktop.models import settings
from desktop.models.backupnames import parse_name
from desktop.models.documents import Progress
from desktop.models.lanes import Tx
from desktop.sync.backup_make import chain_here, make, prove
from tests.support.containers import Kept

ROOT = Path(__file__).resolve().parents[3]
KILLS = 12

PARENT = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from desktop.crypto.openvault import OpenVault
from desktop.models.database import Database
from desktop.paths import PracticeFolder
from desktop.sync.backup_make import make

def told(done, of):
    print(done, flush=True)
    return True

if __name__ == "__main__":
    folder = PracticeFolder(Path(sys.argv[1]))
    vault = OpenVault.from_vault_key(folder.keys, bytes.fromhex(sys.argv[2]), "ana")
    database = Database.open(folder.database, *vault.database_key(), vault.vault_id, 1)
    make(folder, vault, database, datetime(2026, 11, 24, tzinfo=UTC), told)
    database.close()
"""


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    found = Kept.create(tmp_path)
    found.database.write(partial(fill, rows=3000))
    yield found
    found.database.close()


def fill(tx: Tx, rows: int) -> None:
    for number in range(rows):
        settings.put(tx, f"row{number}", os.urandom(700).hex())


def named(kept: Kept) -> list[str]:
    return sorted(name for name in kept.here() if parse_name(name) is not None)


def tried(kept: Kept, told: Progress) -> str:
    """The code of what went wrong, "" where a backup came about."""
    try:
        made = make(kept.folder, kept.vault, kept.database, kept.now, told)
    except VaultError as error:
        return error.code
    return "" if made is not None else "nothing"


def proven(kept: Kept) -> None:
    """All that has a name is whole."""
    key_of = partial(container_key, kept.vault)
    chain = chain_here(kept.folder)
    assert [path.name for path in chain] == named(kept)
    prove(chain, key_of, kept.keys, kept.folder.backups, lambda _d, _a: True)


def test_the_maker_is_killed_at_any_moment(kept: Kept) -> None:
    first = kept.backed_up()
    assert first is not None
    dice = random.Random(11)
    ended = 0
    for number in range(KILLS):
        kept.database.write(lambda tx, n=number: settings.put(tx, "turn", str(n)))  # type: ignore[misc]
        moment = time.monotonic() + dice.uniform(0.0, 0.9)
        killed = False

        def kill(_done: int, _of: int, moment: float = moment) -> bool:
            nonlocal killed
            if not killed and time.monotonic() >= moment:
                killed = True
                for child in tuple(program.running):
                    child.kill()
            return True

        before = named(kept)
        kept.now += timedelta(seconds=1)
        trouble = tried(kept, kill)
        assert trouble in ("", "backup-ended")
        if trouble:
            ended += 1
            # Between its last step and the word about it, the new one is whole already.
            assert set(named(kept)) >= set(before)
            assert [path.name for path in chain_here(kept.folder)] == named(kept)
        assert not [name for name in kept.here() if name.startswith(".")]
    assert ended
    kept.database.write(lambda tx: settings.put(tx, "turn", "last"))
    assert kept.backed_up() is not None
    proven(kept)


def test_the_program_itself_is_killed_and_its_maker_ends_with_it(kept: Kept) -> None:
    dice = random.Random(12)
    for _ in range(4):
        program = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(kept.folder.root), kept.vault.vault_key().hex()],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        assert program.stdout is not None
        stop_at = dice.randrange(60)
        while (line := program.stdout.readline()) and int(line) < stop_at:
            pass
        program.kill()
        program.wait(30)
        program.stdout.close()
    deadline = time.monotonic() + 60
    while (trouble := tried(kept, lambda _done, _of: True)) and time.monotonic() < deadline:
        assert trouble in ("database-busy", "database-unwritable")  # makers that do not know it yet
    assert not trouble
    assert {name for name in kept.here() if name.startswith(".")} == set()
    proven(kept)
