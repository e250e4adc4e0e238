"""Log lines by RFC 5424, for a log server or a SIEM: ids and codes, no names.

One line a record, ended by a line feed (RFC 6587, section 3.4.2), with everything in the
structured data and no free text behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from desktop.audit.outside import Seen, iso, seen
from desktop.models.records import AuditRecord

APP = "sealwell"
FACILITY = 13
"""Log audit (RFC 5424, table 1)."""
SEVERITY = {"ok": 6, "refused": 4, "failed": 3}
"""Informational, warning, error (table 2); a record that cannot be read is critical."""
CRITICAL = 2
SD_ID = "audit@32473"
"""We have no enterprise number of our own: 32473 is the one that RFC 5612 sets aside for such use."""
_NAME_CHARS = 32


def syslog_lines(records: Iterable[AuditRecord], host: str = "-") -> Iterator[bytes]:
    """`host` is the computer's name where the practice wants it shown, else nothing ("-")."""
    host = _word(host, 255)
    for record in records:
        yield _line(seen(record), host)


def _line(one: Seen, host: str) -> bytes:
    severity = SEVERITY.get(one.outcome, CRITICAL) if one.readable else CRITICAL
    head = (
        f"<{FACILITY * 8 + severity}>1 {iso(one.at) if one.at else '-'} {host} {APP} - {_word(one.act, 32)} "
    )
    return (head + _data(one) + "\n").encode("utf-8")


def _data(one: Seen) -> str:
    told = {
        "seq": one.seq,
        "hash": one.hash,
        "outcome": one.outcome,
        "why": one.why,
        "actor": one.actor,
        "role": one.role,
        "session": one.session,
        "object": one.obj,
        "app": one.app,
        **{f"det.{name}": value for name, value in one.det.items()},
    }
    params = "".join(f' {_word(name, _NAME_CHARS)}="{_escaped(str(value))}"' for name, value in told.items())
    return f"[{SD_ID}{params}]"


def _escaped(value: str) -> str:
    """The three characters of section 6.3.3; controls and lone halves of pairs become U+FFFD."""
    if value.isalnum():  # ids and hashes, which are most of it
        return value
    shown = value if value.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in value)
    return shown.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


@lru_cache(maxsize=512)
def _word(value: str, limit: int) -> str:
    """Printable ASCII without what ends a name (section 6), or the nil value."""
    kept = "".join(c for c in value if "!" <= c <= "~" and c not in '="]')
    return kept[:limit] or "-"
