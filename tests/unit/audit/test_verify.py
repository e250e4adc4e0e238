from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop.audit.chain import leaf_hash
from desktop.audit.verify import Head, Verdict, verify
from desktop.models.records import AuditRecord

LogOf = Callable[[int], list[AuditRecord]]


def rehashed(record: AuditRecord, body: str) -> AuditRecord:
    return AuditRecord(record.seq, body, leaf_hash(body.encode("utf-8")))


def at(record: AuditRecord, seq: int) -> AuditRecord:
    return dataclasses.replace(record, seq=seq)


def test_an_untouched_log_is_ok(log_of: LogOf) -> None:
    log = log_of(50)
    assert verify(log, count=50, head=Head(50, log[-1].hash)) == Verdict(True, 50, None, "ok")
    assert verify([], count=0) == Verdict(True, 0, None, "ok")


def test_an_edited_record_is_named(log_of: LogOf) -> None:
    log = log_of(9)
    log[4] = dataclasses.replace(log[4], body=log[4].body.replace('"count":5', '"count":6'))
    assert verify(log) == Verdict(False, 4, 5, "edited")


def test_an_edited_record_with_a_new_hash_is_named_by_the_link_after_it(log_of: LogOf) -> None:
    log = log_of(9)
    log[4] = rehashed(log[4], log[4].body.replace('"count":5', '"count":6'))
    assert verify(log) == Verdict(False, 4, 5, "edited")


def test_an_edited_hash_column_is_named(log_of: LogOf) -> None:
    log = log_of(9)
    log[0] = dataclasses.replace(log[0], hash="f" * 64)
    assert verify(log) == Verdict(False, 0, 1, "edited")


def test_a_record_that_is_not_canonical_is_named(log_of: LogOf) -> None:
    log = log_of(9)
    log[2] = rehashed(log[2], log[2].body.replace('"count":3', '"count": 3'))
    assert verify(log) == Verdict(False, 2, 3, "not-canonical")


def test_a_deleted_record_is_missing(log_of: LogOf) -> None:
    log = log_of(9)
    del log[3]
    assert verify(log) == Verdict(False, 3, 4, "missing")


def test_a_deleted_record_whose_gap_was_closed_is_missing(log_of: LogOf) -> None:
    log = log_of(9)
    closed = [*log[:3], *(at(record, record.seq - 1) for record in log[4:])]
    assert verify(closed) == Verdict(False, 3, 4, "missing")


def test_a_deleted_first_record_is_missing(log_of: LogOf) -> None:
    assert verify(log_of(5)[1:]) == Verdict(False, 0, 1, "missing")


@pytest.mark.parametrize(("one", "other"), [(3, 4), (2, 8)])
def test_swapped_records_are_reordered(log_of: LogOf, one: int, other: int) -> None:
    log = log_of(9)
    log[one], log[other] = at(log[other], one + 1), at(log[one], other + 1)
    assert verify(log) == Verdict(False, one, one + 1, "reordered")


def test_a_repeated_record_is_inserted(log_of: LogOf) -> None:
    log = log_of(5)
    grown = [*log[:3], at(log[1], 4), *(at(record, record.seq + 1) for record in log[3:])]
    assert verify(grown) == Verdict(False, 3, 4, "inserted")


def test_a_forged_record_that_the_next_link_skips_is_inserted(chain: Any, log_of: LogOf) -> None:
    log = log_of(3)
    forged = chain.record(4, log[-1].hash, "session.ended")
    after = chain.record(5, log[-1].hash)
    assert verify([*log, forged, after]) == Verdict(False, 3, 4, "inserted")


def test_a_row_outside_the_stream_shows_in_the_count(log_of: LogOf) -> None:
    assert verify(log_of(5), count=6) == Verdict(False, 5, 6, "inserted")
    assert verify(log_of(5), count=4) == Verdict(False, 5, 6, "missing")


def test_a_cut_tail_is_missing_where_a_head_is_known(log_of: LogOf) -> None:
    log = log_of(9)
    head = Head(9, log[-1].hash)
    assert verify(log[:6]).ok, "a cut tail agrees with itself: only the head tells"
    assert verify(log[:6], head=head) == Verdict(False, 6, 7, "missing")


def test_a_log_rewritten_from_the_middle_does_not_match_the_head(chain: Any, log_of: LogOf) -> None:
    log = log_of(6)
    head = Head(6, log[-1].hash)
    forged = log[:3]
    for seq in range(4, 9):
        forged.append(chain.record(seq, forged[-1].hash, "session.ended"))
    assert verify(forged).ok
    assert verify(forged, head=head) == Verdict(False, 5, 6, "edited")


def test_any_single_change_to_a_random_log_is_found(log_of: LogOf) -> None:
    rng = random.Random(7)
    for _ in range(300):
        log = log_of(rng.randint(2, 12))
        head = Head(len(log), log[-1].hash)
        where = rng.randrange(len(log))
        spot = rng.randrange(len(log[where].body))
        old = log[where].body[spot]
        body = log[where].body[:spot] + chr((ord(old) + 1) % 128) + log[where].body[spot + 1 :]
        changed = dataclasses.replace(log[where], body=body)
        log[where] = rehashed(changed, body) if rng.random() < 0.5 else changed
        verdict = verify(log, head=head)
        assert not verdict.ok
        assert verdict.first_bad is not None
        assert verdict.first_bad <= where + 1


def test_the_stream_is_read_once_and_not_kept(log_of: LogOf) -> None:
    seen = 0

    def stream() -> Iterator[AuditRecord]:
        nonlocal seen
        for record in log_of(20):
            seen += 1
            yield record

    assert verify(stream()).records == 20
    assert seen == 20
