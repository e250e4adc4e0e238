"""A backup's container: what went in comes out, and nothing that was cut, changed or foreign does."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from desktop.crypto.container import (
    Content,
    Pages,
    SealedHeader,
    StoredFile,
    check_sum,
    container_key,
    open_container,
    read_clear,
    write_container,
)
from desktop.crypto.container_header import parse_clear, parse_sealed
from desktop.crypto.container_stream import CHUNK, SUM, TAG, Opening, Sealing, is_padded, padding
from desktop.crypto.openvault import OpenVault
from desktop.errors import VaultError
from tests.support.containers import KEY, PAGE, YEAR, clear, page, parts, sealed, summed_anew, written

WRONG = ("backup-cut", "backup-damaged", "backup-newer", "backup-not-one")


def content(data: bytes, key: bytes = KEY) -> tuple[SealedHeader, bytes, bytes]:
    """All of a container, after its last byte was checked."""
    pages, files = bytearray(), bytearray()
    opened = open_container(io.BytesIO(data), key)
    for part in opened.parts():
        (pages if isinstance(part, Pages) else files).extend(b"".join(part.data))
    return opened.header, bytes(pages), bytes(files)


def refusal(data: bytes, key: bytes = KEY) -> str:
    with pytest.raises(VaultError) as caught:
        content(data, key)
    return caught.value.code


def test_what_went_in_comes_out() -> None:
    data = written(100)
    header, pages, files = content(data)
    assert header == sealed(100)
    assert pages == b"".join(page(number) for number in range(1, 101))
    assert files == YEAR
    assert read_clear(io.BytesIO(data)) == clear()
    assert check_sum(io.BytesIO(data))


def test_what_is_not_taken_is_skipped_and_checked_all_the_same() -> None:
    data = written(100)
    kinds = [type(part) for part in open_container(io.BytesIO(data), KEY).parts()]
    assert kinds == [Pages, Content]
    broken = bytearray(data)
    broken[-SUM - 9] ^= 1
    with pytest.raises(VaultError, match="backup-damaged"):
        list(open_container(io.BytesIO(bytes(broken)), KEY).parts())


def test_nothing_of_the_content_stands_in_clear() -> None:
    data = written()
    assert page(2)[:64] not in data
    assert b"a sealed year" not in data
    assert b"2024.year" not in data


@pytest.mark.parametrize("pages", [1, 15, 16, 17, 500])
def test_the_length_tells_no_more_than_its_step(pages: int) -> None:
    data = written(pages)
    assert is_padded(len(data))
    natural = len(sealed(pages).spelled()) + pages * PAGE + len(YEAR)
    assert len(data) - natural < max(16 * 1024 + 2048, natural // 20)


@given(start=st.integers(100, 70_000), plain=st.integers(1, 40 * 1024 * 1024))
def test_padding_always_gives_a_whole_file_of_an_allowed_length(start: int, plain: int) -> None:
    whole = plain + padding(start, plain)
    length = start + whole + TAG * -(-whole // CHUNK) + SUM
    assert is_padded(length)
    assert whole >= plain
    assert length - (start + plain) <= max(2 * 16 * 1024, length // 12) + TAG * (whole // CHUNK + 1) + SUM


def test_one_bit_changed_anywhere_is_noticed() -> None:
    """G6: each byte of a whole file, one bit of it at a time."""
    data = written()
    dice = random.Random(8)
    for at in range(len(data)):
        broken = bytearray(data)
        broken[at] ^= 1 << dice.randrange(8)
        with pytest.raises(VaultError) as caught:
            content(bytes(broken))
        assert caught.value.code in WRONG
        assert not check_sum(io.BytesIO(bytes(broken)))


def test_each_of_a_thousand_cuts_is_noticed() -> None:
    data = written(40)
    dice = random.Random(9)
    cuts = {0, 1, 15, 18, 19, 22, 40, len(data) - 1, len(data) - SUM, len(data) - SUM - 1}
    cuts |= {dice.randrange(len(data)) for _ in range(1000)}
    told = [refusal(data[:cut]) for cut in sorted(cuts)]
    assert set(told) <= {"backup-cut", "backup-damaged"}
    assert told.count("backup-cut") > 0.99 * len(told)


def test_more_behind_the_end_is_noticed() -> None:
    assert refusal(written() + b"\0") == "backup-cut"
    assert refusal(written() + bytes(16 * 1024)) == "backup-damaged"


def test_a_file_that_is_something_else() -> None:
    assert refusal(b"SQLite format 3\0" + bytes(90_000)) == "backup-not-one"
    assert refusal(b"") == "backup-cut"


@pytest.mark.parametrize("change", [lambda d: d.replace(b"-1\n", b"-2\n", 1)])
def test_a_newer_form_is_named_where_the_file_is_as_it_was_written(change: Callable[[bytes], bytes]) -> None:
    newer = change(written())
    assert refusal(newer) == "backup-damaged"
    assert refusal(summed_anew(newer)) == "backup-newer"


def test_a_newer_header_is_named() -> None:
    spelled = clear().spelled()
    with pytest.raises(VaultError, match="backup-newer"):
        parse_clear(spelled.replace(b'"v":1', b'"v":2'))


def test_another_key_opens_nothing() -> None:
    assert refusal(written(), b"\x01" * 32) == "backup-wrong-key"
    assert refusal(written()[:-5], b"\x01" * 32) == "backup-cut"


def test_a_header_of_another_file_does_not_fit_its_stream() -> None:
    """Somebody exchanges the key slots for their own and puts the sum right."""
    mine = written()
    other = mine.replace(clear().spelled(), replace(clear(), salt=b"\x06" * 32).spelled())
    assert refusal(summed_anew(other)) == "backup-wrong-key"


def test_chunks_cannot_change_places_or_be_left_out() -> None:
    data = written(80)
    start = len(data) - SUM - (len(data) - SUM - 22 - len(clear().spelled()))
    size = CHUNK + TAG
    one, two = data[start : start + size], data[start + size : start + 2 * size]
    swapped = data[:start] + two + one + data[start + 2 * size :]
    assert refusal(summed_anew(swapped)) == "backup-wrong-key"
    left_out = data[: start + size] + data[start + 2 * size :]
    assert refusal(summed_anew(left_out)) in WRONG


def test_a_part_of_another_size_than_it_says_is_a_bug() -> None:
    header = sealed()
    with pytest.raises(ValueError, match="size"):
        write_container(io.BytesIO(), clear(), KEY, header, [Pages(1, 2, [page(1)])])


def test_parts_that_do_not_belong_are_refused() -> None:
    header = sealed(3, [])
    for part in (Pages(0, 1, [page(1)]), Pages(3, 2, [page(3), page(4)]), Content(0, 3, [b"abc"])):
        file = io.BytesIO()
        write_container(file, clear(), KEY, header, [part])
        assert refusal(file.getvalue()) == "backup-damaged"


def test_padding_that_is_not_zeros_is_refused() -> None:
    file, header = io.BytesIO(), clear()
    start = b"sealwell-backup-1\n" + len(header.spelled()).to_bytes(4, "big") + header.spelled()
    stream, inner = Sealing(file, KEY, start), sealed(1, []).spelled()
    stream.write(len(inner).to_bytes(4, "big") + inner + b"E" + bytes(16) + b"hidden")
    stream.finish()
    assert refusal(file.getvalue()) == "backup-damaged"


def test_a_stream_that_ends_before_its_end_is_refused() -> None:
    file, header = io.BytesIO(), clear()
    start = b"sealwell-backup-1\n" + len(header.spelled()).to_bytes(4, "big") + header.spelled()
    stream, inner = Sealing(file, KEY, start), sealed(9, []).spelled()
    stream.write(
        len(inner).to_bytes(4, "big") + inner + b"P" + (1).to_bytes(8, "big") + (9).to_bytes(8, "big")
    )
    stream.finish()
    assert refusal(file.getvalue()) == "backup-damaged"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("id", "0A" * 16), ("epoch", -1), ("made_at", 1.5), ("salt", "05"), ("keys", "!"), ("parent", 3)),
        ("made_at", 2**53 - 1),
    ],
)
def test_a_clear_header_of_another_form_is_damaged(name: str, value: object) -> None:
    tree: dict[str, object] = {
        "v": 1, "id": "0a" * 16, "vault_id": "07" * 16, "epoch": 1, "made_at": 5, "parent": None,
        "name": "n", "salt": "05" * 32, "keys": "",
    }  # fmt: skip
    assert parse_clear(rfc8785.dumps(tree)).made_at == 5  # type: ignore[arg-type]
    with pytest.raises(VaultError, match="backup-damaged"):
        parse_clear(rfc8785.dumps(tree | {name: value}))  # type: ignore[arg-type]
    with pytest.raises(VaultError, match="backup-damaged"):
        parse_clear(b" " + rfc8785.dumps(tree))  # type: ignore[arg-type]


def test_a_text_that_is_no_text_and_sizes_that_no_database_has_are_damage() -> None:
    """A number as large as the disk must not be believed, nor half a character."""
    with pytest.raises(VaultError, match="backup-damaged"):
        parse_clear(clear().spelled().replace(b'"name":"', b'"name":"\\ud800'))
    for changes in ({"pages": 2**40}, {"page_bytes": 2**40}, {"page_bytes": 0}):
        with pytest.raises(VaultError, match="backup-damaged"):
            parse_sealed(replace(sealed(1, []), **changes).spelled())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        *("", "..", "../x", "a/b", "c:d", "a\\b", " a", "a\0", "/etc/x", "NUL", "CON.year", "2024.year\n"),
        *("practice.db", "2024.year:stream", "2024."),
    ],
)
def test_no_file_leads_elsewhere(name: str) -> None:
    bad = sealed(1, [StoredFile(name, "00" * 32, 1, here=True)]).spelled()
    with pytest.raises(VaultError, match="backup-damaged"):
        parse_sealed(bad)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"[" * 100_000, b'{"v":1}'])
def test_what_is_no_header_is_damaged(data: bytes) -> None:
    for parse in (parse_clear, parse_sealed):
        with pytest.raises(VaultError, match="backup-damaged"):
            parse(data)


def test_the_key_is_of_this_practice_epoch_and_file() -> None:
    header = clear()
    vault = OpenVault(header.vault_id, 1, "ana", b"\x0b" * 32)
    key = container_key(vault, header)
    assert len(key) == 32
    assert key != container_key(vault, replace(header, id="0b" * 16))
    assert key != container_key(vault, replace(header, salt=b"\x06" * 32))
    with pytest.raises(VaultError, match="backup-other-practice"):
        container_key(vault, replace(header, vault_id=b"\x08" * 16))
    with pytest.raises(VaultError, match="backup-wrong-key"):
        container_key(vault, replace(header, epoch=2))


def test_the_sum_of_the_whole_file_is_told() -> None:
    file, inner = io.BytesIO(), sealed()
    told = write_container(file, clear(), KEY, inner, parts(inner))
    data = file.getvalue()
    assert (told.bytes, told.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_reading_beyond_the_end_is_damage() -> None:
    data = written(1)
    start = 22 + len(clear().spelled())
    stream = Opening(io.BytesIO(data), KEY, data[:start])
    with pytest.raises(VaultError, match="backup-damaged"):
        stream.read(len(data))
