"""What an audit record may carry: whole numbers, opaque ids, keyed hashes, closed words.

Nothing here can hold a name, an address or a sentence, so no health information can
slip into the log by mistake (45 CFR 164.312(b) wants the log, 164.502(b) the minimum).
Words are closed sets, not patterns: a patient called "moved" is no word of `state`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from desktop.models.accounts import Role
from desktop.models.correspondence import FilingForm
from desktop.models.delivery import EventKind, Match, SuppressionKind
from desktop.models.records import Consent, Detail, Kind, Level, Method, State, Status
from desktop.models.safekeeping import TargetKind
from desktop.models.standing import Reader, Use

Value = str | int
MAX_NUMBER = 2**53 - 1
"""Whole numbers that RFC 8785 (JCS) can write without loss."""
RECEIVED_KINDS = (
    *("bounce", "delay", "complaint", "receipt", "auto-reply", "unsubscribe", "message", "foreign"),
)
"""What came into a mailbox; `foreign` is what is about no message of ours."""

_ID = re.compile(r"[0-9a-f]{32}")
_HASH = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_CODE_CHARS = 64
_VERSION = re.compile(r"\d{1,5}(?:\.\d{1,5}){2}")


def is_number(value: Value) -> bool:
    """A count, a time in ms, a day as yyyymmdd: 0 to 2^53-1."""
    return type(value) is int and 0 <= value <= MAX_NUMBER


def is_id(value: Value) -> bool:
    """32 hex digits, as from `models.ids.new_id`."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def is_hash(value: Value) -> bool:
    """64 hex digits of a keyed hash (`audit.tokens.keyed_hash`) or of public content."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def is_code(value: Value) -> bool:
    """A dotted or kebab-case code such as `no-rows` or `people.search`."""
    return isinstance(value, str) and len(value) <= _CODE_CHARS and _CODE.fullmatch(value) is not None


def is_version(value: Value) -> bool:
    """Of the program, such as 1.4.0."""
    return isinstance(value, str) and _VERSION.fullmatch(value) is not None


def _one_of(*words: str) -> Callable[[Value], bool]:
    allowed = frozenset(words)
    return lambda value: value in allowed


def _fields(names: str, fits: Callable[[Value], bool]) -> dict[str, Callable[[Value], bool]]:
    return dict.fromkeys(names.split(), fits)


_WORDS: Mapping[str, tuple[str, ...]] = {
    "class": (
        *("ok", "edited", "missing", "reordered", "inserted", "not-canonical"),
        *("forked", "rolled-back", "re-marked", "clock", "earlier-key"),
    ),
    "cause": tuple(SuppressionKind),
    "checked": ("same", "changed", "unreachable"),
    "consent": tuple(Consent),
    "detail": tuple(Detail),
    "event": (*tuple(EventKind), *tuple(RECEIVED_KINDS)),
    "file-kind": ("people", "appointments", "key", "letter", "envelope"),
    "form": ("link", "pdf", "html", "any"),
    "filed": tuple(FilingForm),
    "format": ("jsonl", "csv", "pdf", "fhir", "syslog", "package", "xlsx"),
    "handed": ("in-person", "by-phone", "by-post"),
    "how": tuple(one for one in Match if one),
    "key-kind": ("openpgp", "smime"),
    "kind": ("reminder", "letter", "campaign", "journey", "check", "test", "auto-answer"),
    "level": tuple(Level),
    "method": tuple(Method),
    "mode": ("whole", "changes"),
    "person-kind": tuple(Kind),
    "phase": ("connecting", "envelope", "data", "dot-sent", "after-dot"),
    "kept": (
        *("messages", "attempts", "drafts", "imports"),
        *("conversations", "conversations-chart", "conversations-short"),
    ),
    "reader": ("yes", "no"),
    "report": ("access", "disclosures"),
    "result": ("done", "dropped"),
    "role": tuple(Role),
    "role-before": tuple(Role),
    "rule": (
        *("signin-failures", "off-hours-views", "off-hours-export", "outbound-volume", "personal-mail"),
        *("audit-mismatch", "clock-anomaly", "backup-old", "many-refusals", "emergency-access"),
        *("sending-stopped", "first-relay-refuses", "much-came-back", "wrong-recipient"),
    ),
    "security": ("implicit", "starttls"),
    "settled": ("arrived", "not-arrived", "called"),
    "state": tuple(State),
    "status": tuple(Status),
    "target-kind": tuple(TargetKind),
    "mail-reader": tuple(Reader),
    "source-file": ("removed", "kept", "gone"),
    "use": tuple(Use),
    "way": ("window", "command"),
}

FIELDS: Mapping[str, Callable[[Value], bool]] = MappingProxyType(
    {
        **_fields(
            "count rows records queued included excluded due days fields attempts generation tries bytes",
            is_number,
        ),
        **_fields(
            "created updated unchanged rejected ignored repeated cancelled changed requeued", is_number
        ),
        **_fields("accepted deferred failed uncertain expired held local too-late steps unsealed", is_number),
        **_fields(
            "version first last first-bad seq serial epoch left sessions tasks drafts approvals", is_number
        ),
        **_fields("conversations mails notes seconds with-key", is_number),
        **_fields("at before after until day year least minutes messages imports people", is_number),
        **_fields("appointment batch card conversation entry import key message person previous", is_id),
        **_fields("reason relay replacement session user heir invitation approval target", is_id),
        **_fields("address content decision fingerprint ids query reason-hash", is_hash),
        **_fields("root root-before trace", is_hash),
        **{name: _one_of(*words) for name, words in _WORDS.items()},
        "action": is_code,
        "item": is_code,
        "task-kind": is_code,
        "program": is_version,
        "program-before": is_version,
    }
)
"""Every field that `det` may hold, and what its value must be.

`at`, `before`, `after` and `until` are UTC milliseconds, `day` is yyyymmdd.
"""
