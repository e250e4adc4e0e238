"""Raw pages: which changed since, without the one page that belongs to SQLite's locks."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from desktop.errors import Refused, VaultError
from desktop.models.pages import TAG, Scan, digest_of, every_page, lock_page, read_pages, scan

PAGE = 4096


def made(path: Path, tags: list[int]) -> Path:
    with path.open("wb") as file:
        for tag in tags:
            file.write(bytes(PAGE - 64) + tag.to_bytes(TAG, "big") + bytes(48))
    return path


def looked(path: Path, pages: int, before: bytes | None = None) -> tuple[Scan, bytes]:
    tags = io.BytesIO()
    known = None if before is None else io.BytesIO(before)
    return scan(path, pages, PAGE, known, tags, lambda _done, _all: True), tags.getvalue()


def test_without_an_earlier_one_every_page_changed(tmp_path: Path) -> None:
    path = made(tmp_path / "a", list(range(1, 701)))
    found, tags = looked(path, 700)
    assert list(found.each()) == [(1, 700)]
    assert found.changed == 700
    assert tags == b"".join(number.to_bytes(TAG, "big") for number in range(1, 701))
    assert found.digest == hashlib.sha256(tags).hexdigest() == digest_of(path, 700, PAGE)


def test_changed_and_new_pages_are_runs(tmp_path: Path) -> None:
    before = looked(made(tmp_path / "a", list(range(1, 601))), 600)[1]
    now = list(range(1, 611))
    for number in (0, 254, 255, 256, 257, 400):
        now[number] += 10_000
    found, _ = looked(made(tmp_path / "b", now), 610, before)
    assert list(found.each()) == [(1, 1), (255, 4), (401, 1), (601, 10)]
    assert found.changed == 16


def test_fewer_pages_than_before(tmp_path: Path) -> None:
    path = made(tmp_path / "a", list(range(1, 601)))
    before = looked(path, 600)[1]
    assert looked(path, 300, before)[0].changed == 0


def test_a_file_that_ends_early_is_damaged(tmp_path: Path) -> None:
    path = made(tmp_path / "a", [1, 2, 3])
    with pytest.raises(VaultError, match="database-damaged"):
        looked(path, 4)
    with pytest.raises(VaultError, match="database-damaged"):
        list(read_pages(path, 3, 2, PAGE))


def test_looking_can_be_stopped(tmp_path: Path) -> None:
    path = made(tmp_path / "a", list(range(1, 601)))
    with pytest.raises(Refused, match="cancelled"):
        scan(path, 600, PAGE, None, None, lambda done, _all: done < 512)


def test_pages_are_read_a_few_at_a_time(tmp_path: Path) -> None:
    path = made(tmp_path / "a", list(range(1, 601)))
    blocks = list(read_pages(path, 2, 599, PAGE))
    assert max(map(len, blocks)) <= 1024 * 1024
    assert b"".join(blocks) == path.read_bytes()[PAGE:]


def test_the_page_of_locks_is_never_read_and_never_changed(tmp_path: Path) -> None:
    path, lock = tmp_path / "large", lock_page(PAGE)
    pages = lock + 2
    with path.open("wb") as file:
        file.truncate(pages * PAGE)
        for number in (lock - 1, lock, lock + 1):
            file.seek(number * PAGE - 64)
            file.write(number.to_bytes(TAG, "big"))
    found, tags = looked(path, pages, bytes((lock - 2) * TAG))
    assert list(found.each()) == [(lock - 1, 1), (lock + 1, 2)]
    assert tags[(lock - 1) * TAG : lock * TAG] == bytes(TAG)
    assert list(every_page(found, pages, PAGE).each()) == [(1, lock - 1), (lock + 1, 2)]
    assert list(every_page(found, 5, PAGE).each()) == [(1, 5)]
    os.truncate(path, 0)
