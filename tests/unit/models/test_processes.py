"""Two programs at one database, and one that is killed: the old state or the new, never half."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.errors import VaultError
from desktop.models import keyed as module
from desktop.models import people, schema, settings
from desktop.models.database import Database, Tx
from tests.unit.models.conftest import Vault

ROOT = Path(__file__).resolve().parents[3]

HOLDER = """
import sys
from pathlib import Path
from desktop.models import people, settings
from desktop.models.database import Database
from tests.support.kept import a_person

path, key, salt, vault_id, count = sys.argv[1:]
db = Database.open(Path(path), bytes.fromhex(key), bytes.fromhex(salt), bytes.fromhex(vault_id), 1)

def work(tx):
    if int(count) > 1:  # pages spill into the log before the end
        tx.connection.exec_driver_sql("PRAGMA cache_size = 10")
    settings.put(tx, "one", "half")
    for number in range(int(count)):
        people.insert(tx, a_person(first_name=f"Half{number}"))
    print("inside", flush=True)
    sys.stdin.readline()

db.write(work)
db.close()
print("done", flush=True)
"""


def holding(vault: Vault, count: int) -> subprocess.Popen[str]:
    """Another program, in the middle of a transaction, until it gets a line."""
    names = [str(vault.path), vault.key.hex(), vault.salt.hex(), vault.vault_id.hex(), str(count)]
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDER, *names],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "inside\n"
    return other


def state(tx: Tx) -> tuple[str | None, int, int]:
    return settings.get(tx, "one"), people.count(tx), people.found(tx, "half")


def test_a_second_writer_is_told_that_it_is_busy_and_a_reader_is_not(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.create().close()
    other = holding(vault, 1)
    monkeypatch.setattr(module, "_SETTINGS", (*module._SETTINGS, "PRAGMA busy_timeout = 50"))
    db = vault.open()
    try:
        with pytest.raises(VaultError) as busy:
            db.write(lambda tx: settings.put(tx, "one", "mine"))
        assert busy.value.code == "database-busy"
        assert db.read(state) == (None, 0, 0)
        assert other.communicate("go on\n", timeout=30)[0] == "done\n"
        assert db.read(state) == ("half", 1, 1)
        db.write(lambda tx: settings.put(tx, "one", "mine"))
        assert db.read(state) == ("mine", 1, 1)
    finally:
        other.kill()
        other.communicate()
        db.close()


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
@pytest.mark.parametrize("count", [1, 300], ids=["in memory", "spilled to the log"])
def test_a_writer_that_is_killed_leaves_the_old_state(vault: Vault, count: int) -> None:
    before = vault.create()
    before.write(lambda tx: settings.put(tx, "one", "old"))
    before.close()
    other = holding(vault, count)
    log = vault.path.with_name("practice.db-wal")
    assert (log.exists() and log.stat().st_size > 0) == (count > 1)
    other.send_signal(signal.SIGKILL)
    other.communicate()
    assert other.returncode == -signal.SIGKILL
    db = vault.open()
    assert db.read(state) == ("old", 0, 0)
    db.integrity()
    db.write(lambda tx: settings.put(tx, "one", "new"))
    db.close()
    again: Database = vault.open()
    assert again.read(state) == ("new", 0, 0)
    again.close()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.parametrize("how", ["just made", "just migrated"])
def test_the_file_is_still_locked_after_its_bytes_were_looked_at(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Closing any handle on it would drop SQLite's locks, and another program take itself for the last."""
    db = vault.create()
    if how == "just migrated":
        db.close()
        with monkeypatch.context() as newer:
            newer.setattr(schema, "REVISIONS", (*schema.REVISIONS, "0099"))
            newer.setattr(schema, "HEAD", "0099")
            db = Database.open(vault.path, vault.key, vault.salt, vault.vault_id, 1, lambda connection: None)
    held = f":{vault.path.stat().st_ino} "
    assert any(held in line for line in Path("/proc/locks").read_text().splitlines())
    db.close()
    assert not any(held in line for line in Path("/proc/locks").read_text().splitlines())
