"""What a signed list must hold, and when the newest word of its signer is believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desktop.errors import InputError
from desktop.sync.update_list import Known, UpdateList, believe, content_of, numbers, read
from tests.made_practice import START
from tests.support.releases import a_list

KNOWN = Known("stable", "1.2.0", 10, sequence=6, seen="1.2.5")


def why(one: UpdateList, known: Known = KNOWN) -> str:
    with pytest.raises(InputError) as refused:
        believe(one, known, START)
    return refused.value.code


def test_a_list_is_read_as_it_was_written() -> None:
    assert read(content_of(a_list())) == a_list()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "sealwell-update-2"),
        ("channel", ""),
        ("channel", 1),
        ("sequence", 0),
        ("sequence", True),
        ("sequence", 1.5),
        ("sequence", 2**31 + 1),
        ("version", "1.3"),
        ("version", "1.3.0-rc1"),
        ("version", "01.3.0"),
        ("version", "1.3.0\n"),
        ("version", "١.٣.٠"),
        ("released", "2026-11-22"),
        ("released", "2026-11-22T15:00:00+00:00"),
        ("released", "2026-13-22T15:00:00Z"),
        ("expires", None),
        ("schema", "10"),
        ("upgrade_from", "old"),
        ("severity", "urgent"),
        ("severity", ["high"]),
        ("notes", {"en": "only"}),
        ("notes", {"en": "a", "es": "b", "fr": "c"}),
        ("notes", {"en": "a" * 4001, "es": "b"}),
        ("notes", {"en": 1, "es": "b"}),
        ("notes", "words"),
        ("files", None),
        ("files", [{}]),
        ("files", ["x"]),
        ("surprise", 1),
    ],
)
def test_a_field_of_another_form_is_not_read(field: str, value: Any) -> None:
    with pytest.raises(InputError) as refused:
        read({**content_of(a_list()), field: value})
    assert refused.value.code == "update-not-readable"


@pytest.mark.parametrize("field", sorted(content_of(a_list())))
def test_no_field_may_be_missing(field: str) -> None:
    content = content_of(a_list())
    del content[field]
    with pytest.raises(InputError):
        read(content)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "../evil.deb"},
        {"name": "a/b.deb"},
        {"name": ".hidden"},
        {"name": "a b.deb"},
        {"name": "C:evil.exe"},
        {"name": ""},
        {"bytes": 0},
        {"bytes": 2 * 1024**3},
        {"sha256": "A" * 64},
        {"sha256": "a" * 63},
        {"system": ""},
        {"more": 1},
    ],
)
def test_a_file_must_have_a_plain_name_a_size_and_a_hash(change: dict[str, Any]) -> None:
    content = content_of(a_list())
    content["files"][0].update(change)
    with pytest.raises(InputError):
        read(content)


def test_two_files_of_one_name_or_for_one_system_are_refused() -> None:
    (file,) = a_list().files
    for other in (replace(file, system="rpm"), replace(file, name="other.deb")):
        with pytest.raises(InputError):
            read(content_of(a_list(files=(file, other))))


def test_a_system_that_is_not_known_yet_is_no_reason_to_refuse() -> None:
    (file,) = a_list().files
    other = replace(file, system="windows-arm64", name="other.exe")
    assert read(content_of(a_list(files=(file, other)))).file_for("debian") == file


def test_the_newest_word_is_believed() -> None:
    believe(a_list(), KNOWN, START)
    believe(a_list(sequence=6, version="1.2.5"), KNOWN, START)


def test_a_list_that_has_expired_is_not() -> None:
    assert why(a_list(expires=START)) == "update-expired"
    assert why(a_list(expires=START - timedelta(days=1))) == "update-expired"


def test_a_lower_number_or_a_lower_version_than_seen_is_an_older_list() -> None:
    assert why(a_list(sequence=5)) == "update-rolled-back"
    assert why(a_list(version="1.2.4")) == "update-rolled-back"


def test_a_version_or_a_database_below_the_running_one_is_no_update() -> None:
    fresh = Known("stable", "1.2.0", 10)
    assert why(a_list(version="1.1.9"), fresh) == "update-older"
    assert why(a_list(schema=9), fresh) == "update-older"


def test_another_channel_is_not_ours() -> None:
    assert why(a_list(channel="preview")) == "update-not-readable"


def test_versions_are_compared_as_numbers() -> None:
    assert numbers("1.10.0") > numbers("1.9.9")
    with pytest.raises(ValueError):
        numbers("1.9.9+extra")


def test_the_schedule_of_patches_counts_from_the_release() -> None:
    assert a_list(severity="critical").install_by == a_list().released + timedelta(days=15)
    assert a_list(severity="high").install_by == a_list().released + timedelta(days=30)
    assert a_list(severity="normal").install_by is None
