"""A sealed year opens whole or not at all."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.audit import segments
from desktop.audit.chain import GENESIS
from desktop.audit.merkle import root
from desktop.audit.segments import Cover, Edge, read_segment, survey, write_segment
from desktop.errors import InputError, SealwellError, VaultError
from desktop.models.records import AuditRecord
from tests.support.records import audit_record, damaged_record

KEY = secrets.token_bytes(32)


def chain(count: int, after: AuditRecord | None = None) -> list[AuditRecord]:
    made: list[AuditRecord] = []
    seq, prev = (after.seq, after.hash) if after else (0, GENESIS)
    for number in range(seq + 1, seq + count + 1):
        made.append(audit_record(number, prev=prev))
        prev = made[-1].hash
    return made


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many chunks from few records."""
    monkeypatch.setattr(segments, "CHUNK", 700)


def sealed(folder: Path, records: list[AuditRecord], edge: Edge = Edge()) -> tuple[Path, Cover, str]:  # noqa: B008
    cover = survey(records, edge, 2026)
    path = folder / "2026.segment"
    return path, cover, write_segment(path, cover, records, KEY)


def code_of(path: Path, cover: Cover, sha256: str, key: bytes = KEY) -> str:
    try:
        list(read_segment(path, key, sha256, cover))
    except SealwellError as error:
        return error.code
    return ""


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("count", [1, 2, 7, 60])
def test_what_was_sealed_comes_out_again(tmp_path: Path, count: int) -> None:
    records = chain(count)
    path, cover, sha256 = sealed(tmp_path, records)
    assert list(read_segment(path, KEY, sha256, cover)) == records
    assert path.stat().st_mode & 0o777 == 0o600
    assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_root_is_that_of_all_leaves_from_the_first_on(tmp_path: Path) -> None:
    first, second = chain(5), []
    cover = survey(first, Edge(), 2025)
    second = chain(8, first[-1])
    following = survey(second, Edge.behind(cover), 2026)
    assert (following.first, following.last, following.prev) == (6, 13, first[-1].hash)
    assert following.root == root([bytes.fromhex(one.hash) for one in first + second]).hex()
    assert following.tree.stop == 13
    path, _, sha256 = sealed(tmp_path, second, Edge.behind(cover))
    assert code_of(path, replace(following, year=2026), sha256) == ""


def test_no_name_of_a_record_stands_in_the_file(tmp_path: Path) -> None:
    path, _, _ = sealed(tmp_path, chain(3))
    assert b"people.shown" not in path.read_bytes()


@pytest.mark.usefixtures("small_chunks")
def test_every_cut_is_found_also_between_chunks_and_without_the_known_hash(tmp_path: Path) -> None:
    path, cover, _ = sealed(tmp_path, chain(6))
    whole = path.read_bytes()
    for length in range(0, len(whole), 13):
        path.write_bytes(whole[:length])
        assert code_of(path, cover, hashlib.sha256(whole[:length]).hexdigest()) == "segment-damaged"
    ends = [len(whole) - 1, len(whole) - 700]
    for length in ends:
        path.write_bytes(whole[:length])
        assert code_of(path, cover, hashlib.sha256(whole[:length]).hexdigest()) == "segment-damaged"


@pytest.mark.usefixtures("small_chunks")
def test_every_changed_byte_is_found(tmp_path: Path) -> None:
    path, cover, _ = sealed(tmp_path, chain(4))
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        assert code_of(path, cover, hashlib.sha256(changed).hexdigest()) == "segment-damaged"


@pytest.mark.usefixtures("small_chunks")
def test_swapped_chunks_are_found(tmp_path: Path) -> None:
    path, cover, _ = sealed(tmp_path, chain(6))
    whole = path.read_bytes()
    size = 700 + 16
    end = len(whole) - (len(whole) % size or size)
    start = end - 2 * size
    assert start > 0
    swapped = whole[:start] + whole[start + size : end] + whole[start : start + size] + whole[end:]
    path.write_bytes(swapped)
    assert code_of(path, cover, hashlib.sha256(swapped).hexdigest()) == "segment-damaged"


def test_another_hash_another_key_another_year_and_no_file(tmp_path: Path) -> None:
    path, cover, sha256 = sealed(tmp_path, chain(3))
    assert code_of(path, cover, "0" * 64) == "segment-damaged"
    assert code_of(path, cover, sha256, secrets.token_bytes(32)) == "segment-damaged"
    assert code_of(path, replace(cover, root="0" * 64), sha256) == "segment-damaged"
    assert code_of(path, replace(cover, last=4), sha256) == "segment-damaged"
    path.unlink()
    assert code_of(path, cover, sha256) == "segment-missing"
    path.mkdir()
    assert code_of(path, cover, sha256) == "segment-damaged"


@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_damaged_log_is_not_sealed(place: int) -> None:
    records = chain(5)
    records[place] = damaged_record(place + 1)
    with pytest.raises(VaultError, match="log-damaged"):
        survey(records, Edge(), 2026)


def test_a_log_with_a_gap_or_a_foreign_link_is_not_sealed() -> None:
    records = chain(5)
    for wrong in (records[1:], [*records[:2], *records[3:]], [records[0], audit_record(2, prev="0" * 64)]):
        with pytest.raises(VaultError, match="log-damaged"):
            survey(wrong, Edge(), 2026)


def test_a_folder_that_cannot_be_written_leaves_no_half_file(tmp_path: Path) -> None:
    records = chain(2)
    cover = survey(records, Edge(), 2026)
    with pytest.raises(InputError, match="file-not-written"):
        write_segment(tmp_path / "none" / "2026.segment", cover, records, KEY)
    assert list(tmp_path.iterdir()) == []
