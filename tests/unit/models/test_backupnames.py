"""Names of backup files: all that thinning and restore need, and nothing about anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from desktop.models.backupnames import BackupName, chain_of, container_name, parse_name
from desktop.models.safekeeping import BackupId

AT = datetime(2026, 11, 23, 16, 0, 9, 999_000, tzinfo=UTC)
ONE, TWO = BackupId("0a" * 16), BackupId("1b" * 16)


def test_a_name_says_when_which_and_what_it_goes_on_from() -> None:
    name = container_name(AT, TWO, ONE)
    assert name == "20261123T160009Z-1b1b1b1b1b1b-0a0a0a0a0a0a.sealwell"
    assert parse_name(name) == BackupName(name, AT.replace(microsecond=0), "1b" * 6, "0a" * 6)
    whole = container_name(AT, ONE, None)
    assert whole.endswith("-0a0a0a0a0a0a-whole.sealwell")
    assert parse_name(whole) == BackupName(whole, AT.replace(microsecond=0), "0a" * 6, None)


def test_names_tell_the_same_moment_everywhere() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=-8)))
    assert container_name(elsewhere, ONE, None) == container_name(AT, ONE, None)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "state",
        "marker.txt",
        "20261123T160009Z-1b1b1b1b1b1b-whole.sealwell.part",
        ".20261123T160009Z-1b1b1b1b1b1b-whole.sealwell",
        "20261123T160009Z-1B1B1B1B1B1B-whole.sealwell",
        "20260631T160009Z-1b1b1b1b1b1b-whole.sealwell",
        "20261123T256009Z-1b1b1b1b1b1b-whole.sealwell",
        "20261123T160009Z-1b1b1b1b1b1b-.sealwell",
        "２0261123T160009Z-1b1b1b1b1b1b-whole.sealwell",
        "../20261123T160009Z-1b1b1b1b1b1b-whole.sealwell",
        "20261123T160009Z-1b1b1b1b1b1b-whole.sealwell\n",
    ],
)
def test_other_files_are_none(name: str) -> None:
    assert parse_name(name) is None


def named(own: str, parent: str | None) -> BackupName:
    return BackupName(own, AT, own, parent)


def test_a_chain_goes_from_the_whole_one_on() -> None:
    one, two, three, other = named("a", None), named("b", "a"), named("c", "b"), named("d", "a")
    assert chain_of(three, [other, three, two, one]) == (one, two, three)
    assert chain_of(one, []) == (one,)


def test_a_chain_with_a_gap_or_a_circle_is_none() -> None:
    one, two = named("a", "b"), named("b", "a")
    assert chain_of(two, [named("c", None)]) is None
    assert chain_of(one, [one, two]) is None
    assert chain_of(named("e", "e"), [named("e", "e")]) is None
