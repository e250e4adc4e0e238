"""Making backups of a real practice, by the real process: whole, going on, proven or not at all."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from desktop.crypto.container import container_key, read_clear
from desktop.errors import Refused, SealwellError, VaultError
from desktop.locks import exclusive
from desktop.models import logyears, settings
from desktop.models.backupcheck import looking
from desktop.models.backupnames import parse_name
from desktop.models.lanes import Tx
from desktop.models.logyears import Segment
from desktop.paths import PracticeFolder
from desktop.sync.backup_chain import check_assembled
from desktop.sync.backup_make import Made, assemble, chain_here, make, prove, tidy
from desktop.sync.backup_state import MOST_LINKS, read_state
from tests.support.containers import Kept

PAGE = 4096
HAMMER = """
import sys
from pathlib import Path
from select import select
from desktop.models import settings
from desktop.models.database import Database
from desktop.models.snapshot import emptied

key, salt, vault_id = [bytes.fromhex(each) for each in sys.argv[2:5]]
db = Database.open(Path(sys.argv[1]), key, salt, vault_id, 1)
print("on", flush=True)
while not select([sys.stdin], [], [], 0)[0]:
    db.write(lambda tx: settings.put(tx, "hammer", "x" * 3000))
    db._writing.submit_bare(emptied).result()
db.close()
"""


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    found = Kept.create(tmp_path)
    found.database.write(partial(fill, name="first", rows=300))
    yield found
    found.database.close()


def fill(tx: Tx, name: str, rows: int = 5) -> None:
    for number in range(rows):
        settings.put(tx, f"{name}{number}", f"{name} {number} " * 60)


def backed_up(kept: Kept) -> Made:
    made = kept.backed_up()
    assert made is not None
    return made


def put_together(kept: Kept, to: Path) -> PracticeFolder:
    to.mkdir()
    sealed = assemble(chain_here(kept.folder), partial(container_key, kept.vault), to, lambda _d, _a: True)
    check_assembled(to, kept.keys, sealed)
    return PracticeFolder(to)


def test_a_whole_backup_then_what_changed(kept: Kept, tmp_path: Path) -> None:
    one = backed_up(kept)
    assert one.backup.whole
    assert one.backup.changed == kept.folder.database.stat().st_size
    kept.database.write(lambda tx: settings.put(tx, "more", "of it"))
    two = backed_up(kept)
    assert two.backup.parent == one.backup.id
    assert two.backup.changed < 12 * PAGE
    assert two.backup.bytes == two.path.stat().st_size < one.backup.bytes / 4
    assert kept.here() == {one.backup.name, two.backup.name, "state"}
    with looking(put_together(kept, tmp_path / "again").database, kept.keys) as tx:
        assert settings.get(tx, "more") == "of it"
        assert settings.get(tx, "first299") is not None


def test_what_is_told_of_it_is_so(kept: Kept) -> None:
    made = backed_up(kept)
    one = made.backup
    assert hashlib.sha256(made.path.read_bytes()).hexdigest() == one.sha256
    assert (one.made_at, one.checked_at, one.epoch) == (kept.now, kept.now, 1)
    name = parse_name(one.name)
    assert name is not None
    assert (name.id, name.parent, name.made_at) == (one.id[:12], None, kept.now)
    with made.path.open("rb") as file:
        clear = read_clear(file)
    assert (clear.id, clear.name, clear.vault_id) == (one.id, one.name, kept.vault.vault_id)
    assert clear.keys == kept.folder.keys.read_bytes()
    assert kept.told == sorted(kept.told)
    assert kept.told[-1] == 100 or kept.told[-1] >= 40


def test_nothing_new_makes_nothing(kept: Kept) -> None:
    backed_up(kept)
    before = kept.here()
    assert kept.backed_up() is None
    assert kept.here() == before


def test_new_key_slots_alone_are_something_new(kept: Kept) -> None:
    backed_up(kept)
    kept.folder.keys.write_bytes(kept.folder.keys.read_bytes() + b"\n")
    assert backed_up(kept).backup.changed == 0


def test_what_is_written_meanwhile_is_not_in_it_and_waits_for_nothing(kept: Kept, tmp_path: Path) -> None:
    """The copy is the state of one moment: each write changes two rows alike."""
    stop, wrote, count = threading.Event(), threading.Event(), list[int]()

    def both(tx: Tx, value: str) -> None:
        settings.put(tx, "one", value)
        settings.put(tx, "two", value)

    def write() -> None:
        while not stop.is_set():
            count.append(len(count))
            kept.database.write(partial(both, value=f"{len(count)} " * 1000))
            wrote.set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert wrote.wait(30)
        for turn in range(3):
            backed_up(kept)
            with looking(put_together(kept, tmp_path / f"again{turn}").database, kept.keys) as tx:
                found = settings.get(tx, "one")
                assert found is not None
                assert found == settings.get(tx, "two")
    finally:
        stop.set()
        thread.join()
    assert len(count) > 10


def test_another_program_may_empty_the_log_meanwhile(kept: Kept, tmp_path: Path) -> None:
    """It tries all the time; the file stays still as long as it is read."""
    key, salt = kept.vault.database_key()
    names = [str(kept.folder.database), key.hex(), salt.hex(), kept.vault.vault_id.hex()]
    other = subprocess.Popen(
        [sys.executable, "-c", HAMMER, *names],
        cwd=Path(__file__).resolve().parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"on\n"
        backed_up(kept)
        put_together(kept, tmp_path / "again")
    finally:
        other.communicate(b"\n", timeout=60)
    assert other.returncode == 0


def test_after_24_links_comes_a_whole_one_and_the_old_chain_goes(kept: Kept) -> None:
    """Counted by the state: making 24 for it would only take long."""
    backed_up(kept)
    state = read_state(kept.folder.backups)
    assert state is not None
    link = state.chain[0]
    moment, key = kept.now + timedelta(hours=1), kept.vault.vault_id.hex()
    full = replace(state, chain=(link,) * MOST_LINKS)
    assert state.may_go_on(key, 1, PAGE, moment)
    assert not full.may_go_on(key, 1, PAGE, moment)
    assert not state.may_go_on(key, 2, PAGE, moment)
    assert not state.may_go_on(key, 1, 2 * PAGE, moment)
    assert not state.may_go_on("00", 1, PAGE, moment)
    assert not state.may_go_on(key, 1, PAGE, kept.now + timedelta(days=7))
    assert not state.may_go_on(key, 1, PAGE, kept.now - timedelta(seconds=1))


def test_a_clock_that_was_set_back_begins_anew(kept: Kept) -> None:
    """Names tell the order: what goes on from another must not look older than that."""
    backed_up(kept)
    kept.database.write(partial(fill, name="later"))
    assert not backed_up(kept).backup.whole
    kept.database.write(partial(fill, name="last"))
    kept.now -= timedelta(hours=6)
    assert backed_up(kept).backup.whole


def test_a_week_after_the_whole_one_comes_another(kept: Kept) -> None:
    one = backed_up(kept)
    kept.database.write(partial(fill, name="later"))
    kept.now += timedelta(days=7)
    two = backed_up(kept)
    assert two.backup.whole
    assert not one.path.exists()
    assert kept.here() == {two.backup.name, "state"}


def test_many_changes_make_a_whole_one(kept: Kept) -> None:
    backed_up(kept)
    kept.database.write(partial(fill, name="second", rows=2000))
    assert backed_up(kept).backup.whole


@pytest.mark.parametrize("harm", ["gone", "cut", "nonsense", "foreign"])
def test_without_a_usable_state_comes_a_whole_one(kept: Kept, harm: str) -> None:
    backed_up(kept)
    state = kept.folder.backups / "state"
    changes: dict[str, Callable[[], object]] = {
        "gone": state.unlink,
        "cut": lambda: state.write_bytes(state.read_bytes()[:-5]),
        "nonsense": lambda: state.write_bytes(b"\0" * 500),
        "foreign": lambda: state.write_bytes(state.read_bytes().replace(b'"epoch":1', b'"epoch":7')),
    }
    changes[harm]()
    kept.database.write(partial(fill, name="later"))
    assert backed_up(kept).backup.whole


def test_without_the_file_it_would_go_on_from_comes_a_whole_one(kept: Kept) -> None:
    backed_up(kept).path.unlink()
    kept.database.write(partial(fill, name="later"))
    assert backed_up(kept).backup.whole


def test_a_state_that_hides_a_change_is_found_when_it_is_read_back(kept: Kept) -> None:
    """Somebody who may write the folder wants a change to be missing."""
    one = backed_up(kept)
    kept.database.write(partial(fill, name="hidden"))
    with kept.database.frozen() as frozen:
        pages, reader = frozen.pages, "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())"
        raw = subprocess.run(
            [sys.executable, "-c", reader, str(kept.folder.database)], check=True, capture_output=True
        ).stdout
    state = kept.folder.backups / "state"
    held = state.read_bytes()
    found = read_state(kept.folder.backups)
    assert found is not None
    tags = b"".join(raw[at - 64 : at - 48] for at in range(PAGE, len(raw) + 1, PAGE))
    head = replace(found, pages=pages, keys="").spelled()
    state.write_bytes(head + tags)
    assert held != state.read_bytes()
    with pytest.raises(VaultError, match="backup-damaged"):
        kept.backed_up()
    assert kept.here() == {one.backup.name}
    assert backed_up(kept).backup.whole


@pytest.mark.parametrize("harm", ["cut", "changed"])
def test_a_spoiled_link_here_does_not_keep_a_week_of_backups_from_being_made(kept: Kept, harm: str) -> None:
    path = backed_up(kept).path
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data if harm == "changed" else data[:-5000])
    kept.database.write(partial(fill, name="later"))
    with pytest.raises(VaultError, match="backup-"):
        kept.backed_up()
    assert backed_up(kept).backup.whole


def test_a_damaged_page_makes_no_backup_and_earlier_ones_stay(kept: Kept) -> None:
    one = backed_up(kept)
    kept.database.write(partial(fill, name="later"))
    kept.database.close()
    with kept.folder.database.open("r+b") as file:
        file.seek(-2 * PAGE + 100, os.SEEK_END)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    (kept.folder.backups / "state").unlink()
    kept.database = type(kept.database).open(
        kept.folder.database, *kept.vault.database_key(), kept.vault.vault_id, 1
    )
    with pytest.raises(VaultError, match="database-damaged"):
        kept.backed_up()
    assert kept.here() == {one.backup.name}
    with one.path.open("rb"):
        prove(
            [one.path],
            partial(container_key, kept.vault),
            kept.keys,
            kept.folder.backups,
            lambda _d, _a: True,
        )


@pytest.mark.parametrize("percent", [0, 10, 40, 60])
def test_stopping_leaves_nothing(kept: Kept, percent: int) -> None:
    with pytest.raises(Refused, match="cancelled"):
        kept.backed_up(stop_at=percent)
    assert kept.here() == set()
    assert backed_up(kept).backup.whole


def test_closing_the_practice_ends_it(kept: Kept) -> None:
    def close_at(done: int, _of: int) -> bool:
        if done >= 10:
            threading.Thread(target=kept.database.close).start()
        return True

    with pytest.raises(Refused, match="locked"):
        make(kept.folder, kept.vault, kept.database, kept.now, close_at)
    assert kept.here() == set()


def test_only_one_at_a_time(kept: Kept) -> None:
    kept.folder.backups.mkdir()
    lock = exclusive(kept.folder.backups / ".lock")
    assert lock is not None
    with lock, pytest.raises(Refused, match="backup-running"):
        kept.backed_up()
    backed_up(kept)


def test_it_cannot_be_made_inside_a_transaction(kept: Kept) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        kept.database.read(lambda _tx: kept.backed_up())
    assert kept.here() == set()


def test_a_disk_that_takes_no_more_is_said_and_nothing_stays(kept: Kept) -> None:
    """The system's limit of a file's size stands in for it: the child inherits it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300 * 1024, hard))
    try:
        with pytest.raises(VaultError, match="database-unwritable"):
            kept.backed_up()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert kept.here() == set()


def test_sealed_years_travel_once(kept: Kept, tmp_path: Path) -> None:
    year = b"sealed " * 9000
    kept.folder.segments.mkdir()
    (kept.folder.segments / "2024.segment").write_bytes(year)
    one_year = Segment(2024, 1, 2, "", "2024.segment", "", kept.now)
    kept.database.write(lambda tx: logyears.add(tx, one_year))
    one = backed_up(kept)
    kept.database.write(partial(fill, name="later"))
    two = backed_up(kept)
    assert one.backup.bytes > kept.folder.database.stat().st_size + len(year)
    assert two.backup.bytes < len(year) * 2
    again = put_together(kept, tmp_path / "again")
    assert (again.segments / "2024.segment").read_bytes() == year


def test_what_broken_off_work_left_is_removed(kept: Kept) -> None:
    one = backed_up(kept)
    backups = kept.folder.backups
    (backups / ".making-ab").write_bytes(b"x")
    (backups / ".state.77.tmp").write_bytes(b"x")
    (backups / ".scratch-ab").mkdir()
    (backups / ".scratch-ab" / "practice.db").write_bytes(b"x")
    (backups / "20260101T000000Z-0a0a0a0a0a0a-whole.sealwell").write_bytes(b"x")
    (backups / "notes of somebody.txt").write_bytes(b"x")
    tidy(backups)
    assert kept.here() == {one.backup.name, "state", "notes of somebody.txt"}


def test_a_folder_that_cannot_be_made_is_said(kept: Kept) -> None:
    kept.folder.backups.write_bytes(b"a file is in the way")
    with pytest.raises(SealwellError, match="database-unwritable"):
        kept.backed_up()
