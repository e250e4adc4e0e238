"""Whether the practice still has its recovery key: two of its groups, typed back at a drill.

Verifiers of four groups are kept: HMAC-SHA-256 under a random key of the database. Which four follows
from the recovery key alone, so that a key whose verifiers are made anew (after an older backup came
back) never shows a fifth. Whoever once had the database open could find those four by trying, and has
learned 80 of the 256 bits, and 10 by which they are; the 166 that are left stay out of reach. With all
of them the whole key could be found group by group.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Sequence

from desktop.crypto.recovery import normalise, recovery_groups
from desktop.frozen import dataclass
from desktop.models import drills, vaultkeys
from desktop.models.database import Tx

KEPT, ASKED = 4, 2
_VERIFIERS, _KEY = "recovery-groups", "recovery-groups-key"
_KEY_BYTES = 32


@dataclass(frozen=True)
class _Kept:
    """`to` is the officer's public key: verifiers of a recovery key that was replaced ask nothing."""

    to: bytes
    groups: dict[int, bytes]


def keep(tx: Tx, recovery_key: str, officer: bytes) -> None:
    """In the transaction behind a new key, or a key that was typed whole and opened; under a new HMAC key."""
    key, groups = secrets.token_bytes(_KEY_BYTES), recovery_groups(recovery_key)
    chosen = sorted(range(1, len(groups) + 1), key=lambda number: _lot(recovery_key, number))[:KEPT]
    tree = {
        "to": officer.hex(),
        "groups": {str(number): _verifier(key, number, groups[number - 1]).hex() for number in chosen},
    }
    vaultkeys.put(tx, _KEY, key)
    vaultkeys.put(tx, _VERIFIERS, json.dumps(tree).encode("ascii"))


def asked(tx: Tx, officer: bytes) -> tuple[int, ...]:
    """The two groups that the next drill asks for, by number from 1; () where the whole key is.

    They stay the same until that drill was run, so that asking again tells nothing more.
    """
    kept, key = _kept(tx), vaultkeys.get(tx, _KEY)
    if kept is None or key is None or kept.to != officer:
        return ()
    turn = drills.count(tx)
    numbers = sorted(
        kept.groups, key=lambda number: hmac.digest(key, f"turn/{turn}/{number}".encode(), "sha256")
    )
    return tuple(sorted(numbers[:ASKED]))


def are_right(tx: Tx, numbers: Sequence[int], typed: Sequence[str]) -> bool:
    """Whether `typed` are the groups `numbers`; compared in constant time."""
    kept, key = _kept(tx), vaultkeys.get(tx, _KEY)
    if kept is None or key is None or len(numbers) != len(typed):
        return False
    right = [
        hmac.compare_digest(kept.groups[number], _verifier(key, number, text))
        for number, text in zip(numbers, typed, strict=True)
    ]
    return all(right)


def _lot(recovery_key: str, number: int) -> bytes:
    lot = f"sealwell/recovery-lot/1/{number}".encode()
    return hmac.digest(normalise(recovery_key).encode("ascii"), lot, "sha256")


def _verifier(key: bytes, number: int, group: str) -> bytes:
    return hmac.digest(key, f"sealwell/recovery-group/1/{number}/{normalise(group)}".encode(), "sha256")


def _kept(tx: Tx) -> _Kept | None:
    found = vaultkeys.get(tx, _VERIFIERS)
    if found is None:
        return None
    tree = json.loads(found)
    groups = {int(number): bytes.fromhex(value) for number, value in tree["groups"].items()}
    return _Kept(bytes.fromhex(tree["to"]), groups)
