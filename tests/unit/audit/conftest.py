from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from desktop.audit.chain import GENESIS, canonical, leaf_hash
from desktop.models.records import AuditRecord


@dataclass(frozen=True)
class Chain:
    """Builds logs by hand, so that nothing under test makes its own evidence."""

    def body(self, seq: int, prev: str, act: str = "session.locked") -> bytes:
        return canonical(
            {
                "v": 1,
                "seq": seq,
                "ts": 1764000000000 + seq,
                "boot": "boot",
                "mono": seq,
                "actor": "system",
                "role": "system",
                "sess": "",
                "act": act,
                "obj": "",
                "outcome": "ok",
                "why": "",
                "det": {"count": seq},
                "app": "0.1",
                "prev": prev,
            }
        )

    def record(self, seq: int, prev: str, act: str = "session.locked") -> AuditRecord:
        body = self.body(seq, prev, act)
        return AuditRecord(seq, body.decode("utf-8"), leaf_hash(body))

    def log(self, length: int) -> list[AuditRecord]:
        records: list[AuditRecord] = []
        prev = GENESIS
        for seq in range(1, length + 1):
            records.append(self.record(seq, prev))
            prev = records[-1].hash
        return records


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def log_of(chain: Chain) -> Callable[[int], list[AuditRecord]]:
    return chain.log
