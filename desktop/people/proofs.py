"""Taking evidence in: files whose kind is known by their first bytes, and notes of what was said."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

import rfc8785

from desktop.errors import InputError
from desktop.models import proofs
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.standing import Evidence, EvidenceId, EvidenceKind
from desktop.texts import clean

BYTES = 10 * 1024 * 1024
"""A scan of a few pages."""
NOTE_CHARS = 500
WORDING_CHARS = 120
_STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
"""What scanners and telephones make."""


def keep_file(
    tx: Tx,
    kind: EvidenceKind,
    name: str,
    data: bytes,
    by: str,
    now: datetime,
    *,
    taken_on: date | None = None,
    wording: str = "",
    note: str = "",
) -> EvidenceId:
    """Keep a file with its hash. Raises InputError "proof-empty", "proof-too-large", "proof-kind"."""
    if not data:
        raise InputError("proof-empty")
    if len(data) > BYTES:
        raise InputError("proof-too-large", most=BYTES // (1024 * 1024))
    media = next((media for start, media in _STARTS if data.startswith(start)), "")
    if not media:
        raise InputError("proof-kind")
    return proofs.keep(
        tx,
        Evidence(
            EvidenceId(new_id()),
            kind,
            hashlib.sha256(data).hexdigest(),
            now,
            clean(name, NOTE_CHARS),
            media,
            clean(wording, WORDING_CHARS),
            clean(note, NOTE_CHARS),
            taken_on,
            by or None,
            data,
        ),
    )


def keep_note(
    tx: Tx,
    kind: EvidenceKind,
    note: str,
    by: str,
    on: date,
    now: datetime,
    wording: str = "",
) -> EvidenceId:
    """Keep that it was said, to whom and when; the hash is that of these words (RFC 8785)."""
    note, wording = clean(note, NOTE_CHARS), clean(wording, WORDING_CHARS)
    words = {"by": by, "kind": kind.value, "note": note, "taken_on": on.isoformat(), "wording": wording}
    digest = hashlib.sha256(rfc8785.dumps(words)).hexdigest()
    id_ = EvidenceId(new_id())
    return proofs.keep(tx, Evidence(id_, kind, digest, now, "", "", wording, note, on, by or None))
