"""Bounces in the many forms that servers had before RFC 3464, as flufl.bounce knows them.

A list of heuristics that was not written for hostile mail: it is asked last, only about mail
that says that a server wrote it, and what it finds never stops an address by itself.
"""

from __future__ import annotations

import logging
from email import message_from_bytes
from email.policy import compat32

_RAISED = (LookupError, AttributeError, ValueError, TypeError, RecursionError)
"""What its detectors raise for mail that they do not expect; then nothing was detected."""
_MOST_BYTES = 256 * 1024
logging.getLogger("flufl.bounce").disabled = True  # it logs what it chokes on


def detect(data: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """Addresses that failed for good, and those that were only delayed."""
    from flufl.bounce import all_failures

    try:
        delayed, failed = all_failures(message_from_bytes(data[:_MOST_BYTES], policy=compat32))
    except _RAISED:
        return frozenset(), frozenset()
    return _names(failed), _names(delayed)


def _names(found: frozenset[bytes]) -> frozenset[str]:
    return frozenset(name for name in (one.decode("utf-8", "replace") for one in found) if "@" in name)
