"""Audit records for tests, with any field as wanted."""

from __future__ import annotations

from typing import Any

from desktop.audit.chain import canonical, leaf_hash
from desktop.models.records import AuditRecord

USER = "a" * 32
PERSON = "b" * 32
START = 1_795_248_903_120
"""2026-11-21 08:15:03.120 UTC."""


def audit_record(seq: int = 1, **fields: Any) -> AuditRecord:
    body = canonical(
        {
            "v": 1,
            "seq": seq,
            "ts": START,
            "boot": "boot",
            "mono": seq,
            "actor": USER,
            "role": "front-desk",
            "sess": "c" * 32,
            "act": "people.shown",
            "obj": PERSON,
            "outcome": "ok",
            "why": "",
            "det": {},
            "app": "0.3",
            "prev": "0" * 64,
            **fields,
        }
    )
    return AuditRecord(seq, body.decode("utf-8"), leaf_hash(body))


def damaged_record(seq: int) -> AuditRecord:
    """What somebody with a hex editor leaves: no JSON, a formula, a line feed."""
    return AuditRecord(seq, '=cmd|"x"]\n{"ts":', f"{seq:064x}")
