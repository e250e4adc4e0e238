from __future__ import annotations

import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.access.tries import Tries
from desktop.access.triesfile import MOST_RECORDS, MOST_USERS, Entry, read_state, write_state
from desktop.crypto.sealedbox import BoxKeys, new_box_keys
from desktop.errors import Refused, VaultError

MARIA = "a" * 32
LEO = "b" * 32
BOX = new_box_keys()


@pytest.fixture
def box() -> BoxKeys:
    return BOX


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.tries"


@pytest.fixture
def tries(path: Path, clock: Any, box: BoxKeys) -> Tries:
    fresh = Tries(path, clock)
    fresh.create(box.public)
    return fresh


def fail(tries: Tries, user: str = MARIA) -> None:
    tries.begin(user)
    tries.failed(user, "wrong-password")


def wait(tries: Tries, user: str = MARIA) -> int:
    """Seconds that the next try is put off; 0 counts a try."""
    try:
        tries.begin(user)
    except Refused as refused:
        return int(refused.params.get("seconds", -1))
    tries.withdraw(user)
    return 0


def fail_patiently(tries: Tries, clock: Any, times: int, user: str = MARIA) -> None:
    for _ in range(times):
        clock.go(15 * 60 + 1)
        fail(tries, user)


def test_g11_the_first_four_failures_cost_no_time_and_then_it_doubles(tries: Tries, clock: Any) -> None:
    waits = []
    for _ in range(9):
        fail(tries)
        waits.append(wait(tries))
        clock.go(waits[-1])
    assert waits[:4] == [0, 0, 0, 0]
    assert waits[4:] == [2, 3, 5, 9, 17], "1, 2, 4, 8, 16 seconds, rounded up to the next whole one"


def test_g11_ten_failures_lock_for_a_quarter_of_an_hour_and_later_ones_for_a_minute(
    tries: Tries, clock: Any
) -> None:
    fail_patiently(tries, clock, 10)
    assert 899 <= wait(tries) <= 901
    clock.go(901)
    fail(tries)
    assert 60 <= wait(tries) <= 61


def test_g11_a_hundred_failures_stop_for_good(tries: Tries, clock: Any) -> None:
    fail_patiently(tries, clock, 100)
    clock.go(10 * 365 * 86400)
    with pytest.raises(Refused, match="sign-in-stopped"):
        tries.begin(MARIA)


def test_one_persons_failures_do_not_stop_another(tries: Tries, clock: Any) -> None:
    fail_patiently(tries, clock, 10)
    assert wait(tries, LEO) == 0


def test_success_starts_the_count_anew(tries: Tries) -> None:
    for _ in range(4):
        fail(tries)
    tries.begin(MARIA)
    tries.succeeded(MARIA)
    for _ in range(4):
        fail(tries)
    assert wait(tries) == 0


def test_g11_the_lock_survives_a_restart_of_program_and_computer(
    tries: Tries, path: Path, clock: Any
) -> None:
    fail_patiently(tries, clock, 10)
    clock.restart()
    again = Tries(path, clock)
    assert wait(again) > 800
    clock.go(901)
    assert wait(again) == 0


def test_turning_the_clock_on_skips_no_wait(tries: Tries, clock: Any) -> None:
    fail_patiently(tries, clock, 10)
    clock.wall += timedelta(days=1)
    assert wait(tries) > 800


def test_turning_the_clock_back_over_a_restart_only_starts_the_wait_anew(tries: Tries, clock: Any) -> None:
    fail_patiently(tries, clock, 10)
    clock.restart()
    clock.set_back(timedelta(days=365))
    assert wait(tries) > 800
    clock.go(901)
    assert wait(tries) == 0, "nobody is locked out until next year"


def test_a_try_counts_before_it_is_known_to_be_wrong(tries: Tries, path: Path, clock: Any) -> None:
    # What a killed process leaves behind: begun, neither failed nor succeeded.
    for _ in range(5):
        Tries(path, clock).begin(MARIA)
    assert wait(tries) > 0


def test_parallel_processes_get_no_free_guesses(path: Path, clock: Any, tries: Tries) -> None:
    def guess(_: int) -> bool:
        try:
            Tries(path, clock).begin(MARIA)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        allowed = sum(pool.map(guess, range(40)))
    assert allowed == 5


def test_what_was_nobodys_fault_is_taken_back(tries: Tries) -> None:
    for _ in range(20):
        tries.begin(MARIA)
        tries.withdraw(MARIA)
    assert wait(tries) == 0


def test_failures_come_out_with_their_own_time_and_only_for_the_private_key(
    tries: Tries, clock: Any, box: BoxKeys
) -> None:
    fail(tries)
    first = int(clock.now().timestamp() * 1000)
    clock.go(60)
    fail(tries, LEO)
    clock.go(3600)
    pending = tries.pending(box.private, "")
    assert [(t.user, t.at, t.why, t.tries) for t in pending.tries] == [
        (MARIA, first, "wrong-password", 1),
        (LEO, first + 60_000, "wrong-password", 1),
    ]
    assert tries.pending(new_box_keys().private, "").unsealed == 2


def test_the_file_tells_nobody_what_was_tried_and_belongs_to_its_owner(tries: Tries, path: Path) -> None:
    fail(tries)
    assert b"wrong-password" not in path.read_bytes()
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_folded_is_dropped_once_and_not_read_again(tries: Tries, box: BoxKeys) -> None:
    fail(tries)
    pending = tries.pending(box.private, "")
    fail(tries, LEO)
    assert [t.user for t in tries.pending(box.private, pending.mark).tries] == [LEO], "crash before dropping"
    tries.folded(pending.mark, box.public)
    assert [t.user for t in tries.pending(box.private, "").tries] == [LEO]


@pytest.mark.parametrize("damage", ["missing", "empty", "flipped", "not-json", "other-version"])
def test_a_damaged_file_counts_as_ten_failures_and_is_mended(
    tries: Tries, path: Path, clock: Any, box: BoxKeys, damage: str
) -> None:
    fail(tries)
    data = bytearray(path.read_bytes())
    if damage == "missing":
        path.unlink()
    elif damage == "flipped":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif damage == "other-version":
        path.write_bytes(bytes(data).replace(b'"v":1', b'"v":2'))
    else:
        path.write_bytes(b"" if damage == "empty" else b"[]")
    assert wait(tries) > 800
    assert wait(tries, LEO) > 800
    clock.go(901)
    fail(tries)
    assert wait(tries) > 50, "one more failure is the eleventh"
    pending = tries.pending(box.private, "")
    assert pending.damaged
    assert pending.unsealed == 1
    clock.go(61)
    tries.begin(LEO)
    tries.folded(pending.mark, box.public)
    tries.succeeded(LEO)
    fail(tries, LEO)
    after = tries.pending(box.private, pending.mark)
    assert not after.damaged
    assert [t.user for t in after.tries] == [LEO]
    assert wait(tries, LEO) == 0


def test_every_flipped_byte_is_noticed(tries: Tries, path: Path, box: BoxKeys) -> None:
    fail(tries)
    whole = path.read_bytes()
    for spot in range(0, len(whole), 7):
        data = bytearray(whole)
        data[spot] ^= 0x20
        path.write_bytes(data)
        assert tries.pending(box.private, "").damaged, spot


def test_trying_names_by_the_hundred_does_not_let_the_file_grow(tries: Tries, path: Path) -> None:
    state = read_state(path)
    for n in range(MOST_USERS):
        state.put(f"{n:032x}", Entry(count=1, at=n))
    state.records = [(n, "00" * 300) for n in range(1, MOST_RECORDS + 1)]
    state.serial = MOST_RECORDS
    write_state(path, state)
    for _ in range(5):
        fail(tries)
    for n in range(3):
        fail(tries, f"{n + 1000:032x}")
    grown = read_state(path)
    assert len(grown.users) == MOST_USERS
    assert len(grown.records) == MOST_RECORDS
    assert grown.unsealed == 8
    assert wait(tries) > 0, "who fails often is not forgotten for who fails once"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="a folder that even its owner cannot write")
def test_a_folder_that_cannot_be_written_lets_nobody_in(tries: Tries, path: Path) -> None:
    path.parent.chmod(0o500)
    try:
        with pytest.raises(VaultError, match="tries-unwritable"):
            tries.begin(MARIA)
    finally:
        path.parent.chmod(0o700)


def test_a_file_that_cannot_be_replaced_lets_nobody_in(tries: Tries, path: Path) -> None:
    path.unlink()
    path.mkdir()
    with pytest.raises(VaultError, match="tries-unwritable"):
        tries.begin(MARIA)


def test_after_a_try_that_was_no_guess_the_wait_does_not_begin_anew(tries: Tries, clock: Any) -> None:
    """A password without the code, then the same with the code, right after each other."""
    for _ in range(7):
        clock.go(61)
        tries.begin(MARIA)
        tries.failed(MARIA, "wrong-password")
    clock.go(61)
    tries.begin(MARIA)
    tries.withdraw(MARIA)
    tries.begin(MARIA)
    tries.failed(MARIA, "wrong-password")
    with pytest.raises(Refused, match="too-many-tries"):
        tries.begin(MARIA)
