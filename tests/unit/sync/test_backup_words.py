"""What maker and program say to each other comes over as it was said, or not at all."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.models.rekey import DatabaseKeys
from desktop.models.safekeeping import Backup, BackupId
from desktop.sync.backup_words import At, Done, Facts, Failed, Order, Ready, Shape, Word, hear, say
from desktop.sync.backup_worker import heard

NOW = datetime(2026, 11, 23, 16, 0, 1, 5000, tzinfo=UTC)
BACKUP = Backup(
    id=BackupId("0a" * 16),
    name="20261123T160001Z-0a0a0a0a0a0a-whole.sealwell",
    made_at=NOW,
    parent=None,
    epoch=1,
    records=7,
    root="ab" * 32,
    note="line\n\n— line\n",
    bytes=16384,
    changed=4096,
    sha256="cd" * 32,
    checked_at=NOW,
)
WORDS: tuple[Word, ...] = (
    Order(Path("/p"), b"\0\xff", "0a", b"s", NOW, "1", b"secret", DatabaseKeys(b"k", b"s", 3)),
    Shape(3, 4096),
    Facts("0008", "n", 1, "r", "h", {"setting": 2}, ("2024.segment",)),
    At(40),
    Ready(),
    Done(None),
    Done(BACKUP),
    Done(replace(BACKUP, parent=BackupId("0b" * 16))),
    Failed("disk-full", {"file": "x", "most": 3}),
)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: type(word).__name__)
def test_a_word_comes_over_as_it_was_said(word: Word) -> None:
    ours, theirs = multiprocessing.Pipe()
    say(ours, word)
    assert hear(theirs) == word


def test_another_word_than_is_waited_for_ends_it() -> None:
    ours, theirs = multiprocessing.Pipe()
    say(ours, At(3))
    with pytest.raises(EOFError):
        heard(theirs, Shape)


def test_no_key_stands_in_what_a_log_would_show() -> None:
    assert "secret" not in repr(WORDS[0]).replace("secret=", "")
    assert repr(b"k") not in repr(WORDS[0])
