"""Putting a chain together: only the right links in the right order, each as it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from desktop.crypto.container import (
    ClearHeader,
    SealedHeader,
    container_key,
    open_container,
    read_clear,
    write_container,
)
from desktop.errors import Refused, SealwellError, VaultError
from desktop.models import settings
from desktop.models.databasefile import sidecars
from desktop.models.rekey import DatabaseKeys
from desktop.paths import PracticeFolder
from desktop.sync.backup_chain import assemble, check_assembled, prove, scratch
from tests.support.containers import KEY, Kept, clear, parts, sealed

Change = Callable[[SealedHeader], SealedHeader]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kept, list[Path]]]:
    """One whole backup and two that go on from it; nobody changes them."""
    kept = Kept.create(tmp_path_factory.mktemp("practice"))
    for number in range(200):
        kept.database.write(lambda tx, n=number: settings.put(tx, f"row{n}", "x" * 900))  # type: ignore[misc]
    made = []
    for number in range(3):
        kept.database.write(lambda tx, n=number: settings.put(tx, "turn", str(n)))  # type: ignore[misc]
        one = kept.backed_up()
        assert one is not None
        made.append(one.path)
    yield kept, made
    kept.database.close()


def going_on(_done: int, _of: int) -> bool:
    return True


def refusal(kept: Kept, chain: list[Path], beside: Path) -> str:
    with pytest.raises(SealwellError) as caught:
        prove(chain, partial(container_key, kept.vault), kept.keys, beside, going_on)
    assert list(beside.iterdir()) == []
    return caught.value.code


def test_each_link_restores_its_own_moment(chain: tuple[Kept, list[Path]], tmp_path: Path) -> None:
    kept, files = chain
    for number in range(3):
        to = tmp_path / str(number)
        to.mkdir()
        found = assemble(files[: number + 1], partial(container_key, kept.vault), to, going_on)
        check_assembled(to, kept.keys, found)
        folder = PracticeFolder(to)
        assert not any(file.exists() for file in sidecars(folder.database))
        database = type(kept.database).open(
            folder.database, *kept.vault.database_key(), kept.vault.vault_id, 1
        )
        assert database.read(lambda tx: settings.get(tx, "turn")) == str(number)
        database.close()


def test_links_that_are_missing_or_in_another_order(chain: tuple[Kept, list[Path]], tmp_path: Path) -> None:
    kept, (one, two, three) = chain
    for wrong in ([], [two], [one, three], [two, one], [one, one], [one, three, two], [one, two, two]):
        assert refusal(kept, list(wrong), tmp_path) == "backup-chain-broken"
    assert refusal(kept, [one, tmp_path.parent / "gone"], tmp_path) == "backup-chain-broken"


def test_a_link_that_is_cut_or_changed(chain: tuple[Kept, list[Path]], tmp_path: Path) -> None:
    kept, (one, two, _) = chain
    beside, harmed = tmp_path / "beside", tmp_path / "harmed"
    beside.mkdir()
    data = two.read_bytes()
    harmed.write_bytes(data[:-1])
    assert refusal(kept, [one, harmed], beside) == "backup-cut"
    for at in (len(data) // 2, len(data) - 40, len(data) - 1):
        harmed.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        assert refusal(kept, [one, harmed], beside) == "backup-damaged"


def test_another_practices_keys(chain: tuple[Kept, list[Path]], tmp_path: Path) -> None:
    _, files = chain
    (tmp_path / "other").mkdir()
    (tmp_path / "beside").mkdir()
    other = Kept.create(tmp_path / "other")
    other.database.close()
    assert refusal(other, files, tmp_path / "beside") == "backup-other-practice"


def test_a_link_of_another_practice_does_not_go_on(chain: tuple[Kept, list[Path]], tmp_path: Path) -> None:
    """Made by whoever knows the whole one's id, under a key of their own."""
    kept, (one, _, _) = chain
    foreign, beside = tmp_path / "foreign", tmp_path / "beside"
    beside.mkdir()
    with one.open("rb") as source:
        opened = open_container(source, container_key(kept.vault, _clear(one)))
    header = clear(parent=_clear(one).id)
    with foreign.open("wb") as file:
        write_container(file, header, KEY, opened.header, [])
    assert refusal(kept, [one, foreign], beside) == "backup-chain-broken"


def _clear(path: Path) -> ClearHeader:
    with path.open("rb") as file:
        return read_clear(file)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda h: replace(h, counts={**h.counts, "setting": 5}), "backup-damaged"),
        (lambda h: replace(h, records=h.records + 1), "backup-damaged"),
        (lambda h: replace(h, head_hash="00" * 32), "backup-damaged"),
        (lambda h: replace(h, root="00" * 32), "backup-damaged"),
        (lambda h: replace(h, digest="00" * 32), "backup-damaged"),
        (lambda h: replace(h, pages=h.pages + 1), "backup-damaged"),
        (lambda h: replace(h, revision="0007"), "backup-damaged"),
        (lambda h: replace(h, revision="9999"), "backup-newer"),
    ],
)
def test_what_was_sealed_must_be_found(
    chain: tuple[Kept, list[Path]], tmp_path: Path, change: Change, code: str
) -> None:
    kept, files = chain
    to = tmp_path / "to"
    to.mkdir()
    found = assemble(files, partial(container_key, kept.vault), to, going_on)
    with pytest.raises(VaultError) as caught:
        check_assembled(to, kept.keys, change(found))
    assert caught.value.code == code


def test_a_page_of_an_assembled_copy_that_was_changed(chain: tuple[Kept, list[Path]], tmp_path: Path) -> None:
    """Not in its tag: the digest fits, the seal does not."""
    kept, files = chain
    to = tmp_path / "to"
    to.mkdir()
    found = assemble(files, partial(container_key, kept.vault), to, going_on)
    path = PracticeFolder(to).database
    with path.open("r+b") as file:
        file.seek(5 * 4096 + 9)
        file.write(b"\0\0\0")
    with pytest.raises(VaultError, match="database-damaged"):
        check_assembled(to, kept.keys, found)


def test_the_wrong_key_of_the_database(chain: tuple[Kept, list[Path]], tmp_path: Path) -> None:
    kept, files = chain
    to = tmp_path / "to"
    to.mkdir()
    found = assemble(files, partial(container_key, kept.vault), to, going_on)
    with pytest.raises(VaultError, match="database-not-ours"):
        check_assembled(to, DatabaseKeys(b"\1" * 32, b"\1" * 16, 1), found)


def test_it_can_be_stopped_and_leaves_nothing(chain: tuple[Kept, list[Path]], tmp_path: Path) -> None:
    kept, files = chain
    key_of = partial(container_key, kept.vault)
    with pytest.raises(Refused, match="cancelled"):
        prove(files, key_of, kept.keys, tmp_path, lambda done, of: done < of // 2)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_nothing(chain: tuple[Kept, list[Path]], tmp_path: Path) -> None:
    kept, files = chain
    beside = tmp_path / "a file"
    beside.write_bytes(b"")
    with pytest.raises(VaultError, match="database-unwritable"):
        prove(files, partial(container_key, kept.vault), kept.keys, beside, going_on)


def test_a_year_that_was_purged_since_is_not_restored(tmp_path: Path) -> None:
    whole, child = tmp_path / "whole", tmp_path / "child"
    first = sealed(3)
    with whole.open("wb") as file:
        write_container(file, clear(), KEY, first, parts(first))
    later = sealed(3, [])
    with child.open("wb") as file:
        write_container(file, clear(id="0b" * 16, parent="0a" * 16), KEY, later, [])
    for files, names in (([whole], ["2024.year"]), ([whole, child], [])):
        to = tmp_path / f"to{len(files)}"
        to.mkdir()
        assemble(files, lambda _header: KEY, to, going_on)
        assert [path.name for path in PracticeFolder(to).segments.iterdir()] == names


def test_a_year_that_no_link_holds_breaks_the_chain(tmp_path: Path) -> None:
    whole, inner = tmp_path / "whole", sealed(3)
    inner = replace(inner, files=tuple(replace(one, here=False) for one in inner.files))
    with whole.open("wb") as file:
        write_container(file, clear(), KEY, inner, parts(inner))
    to = tmp_path / "to"
    to.mkdir()
    with pytest.raises(VaultError, match="backup-chain-broken"):
        assemble([whole], lambda _header: KEY, to, going_on)


def test_a_year_that_is_not_what_was_sealed(tmp_path: Path) -> None:
    whole, inner = tmp_path / "whole", sealed(3)
    inner = replace(inner, files=tuple(replace(one, sha256="00" * 32) for one in inner.files))
    with whole.open("wb") as file:
        write_container(file, clear(), KEY, inner, parts(inner))
    with pytest.raises(VaultError, match="backup-damaged"), scratch(tmp_path) as to:
        assemble([whole], lambda _header: KEY, to, going_on)
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]
