"""A place for backups is tried out, step by step, before or after it is kept.

Everything that a backup needs is done once with a small file, and undone. An SFTP server whose key
nobody confirmed gets as far as showing it: what signs in is not sent to a server that may be another.
"""

from __future__ import annotations

import secrets
from contextlib import closing

from desktop.config import TARGET_LIMITS
from desktop.frozen import dataclass
from desktop.models.records import Reason
from desktop.models.safekeeping import AT_OTHERS, Place, TargetKind
from desktop.sync.targets.base import TargetError, prove
from desktop.sync.targets.reach import HostKey, fingerprint_of, host_key, opened

_STEPS = {
    "reach": Reason("target-step-reach"),
    "host-key": Reason("target-step-host-key"),
    "sign-in": Reason("target-step-sign-in"),
    "write": Reason("target-step-write"),
    "read-back": Reason("target-step-read-back"),
    "remove": Reason("target-step-remove"),
}
_AT = {
    "target-host-key-unknown": "host-key",
    "target-host-key-changed": "host-key",
    "target-refused": "sign-in",
    "target-key-wrong": "sign-in",
}
"""Where somebody stands who meets this on the way in; all else is `reach`."""
_GIB = 1024**3


@dataclass(frozen=True)
class Walked:
    """One step; `reason` says what came of it."""

    step: str
    ok: bool
    reason: Reason


@dataclass(frozen=True)
class Tried:
    """`shown` is what an SFTP server showed, whether it is pinned or not."""

    ok: bool
    steps: tuple[Walked, ...]
    shown: HostKey | None = None


def try_out(place: Place, secret: str, vault_tag: str, marker: str | None) -> Tried:
    """`marker` is that of a target that is kept, None before. Raises InputError only."""
    if place.kind is TargetKind.SFTP and not place.host_key:
        return _show(place)
    steps: list[Walked] = []
    shown = HostKey(place.host_key, fingerprint_of(place.host_key)) if place.host_key else None
    try:
        _walk(place, secret, vault_tag, marker, steps)
    except TargetError as error:
        steps.append(_failed(error, place, steps))
        return Tried(False, tuple(steps), shown)
    return Tried(all(step.ok for step in steps), tuple(steps), shown)


def _show(place: Place) -> Tried:
    try:
        shown = host_key(place)
    except TargetError as error:
        return Tried(False, (Walked("reach", False, Reason(error.code)),))
    compare = Walked("host-key", False, Reason("target-step-compare", {"fingerprint": shown.fingerprint}))
    return Tried(False, (_passed("reach"), compare), shown)


def _walk(place: Place, secret: str, vault_tag: str, marker: str | None, steps: list[Walked]) -> None:
    with closing(opened(place, secret, vault_tag)) as reached:
        reached.practices()
        if marker is not None:
            prove(reached, marker, place.kind)
        steps += [_passed(step) for step in _way_in(place)]
        for step, ok in reached.try_out(secrets.token_hex(32).encode("ascii")):
            steps.append(_passed(step) if ok else Walked(step, False, Reason("target-broken")))
            if not ok:
                return
        steps.append(_space(reached.free_bytes()))


def _way_in(place: Place) -> list[str]:
    if place.kind is TargetKind.SFTP:
        return ["reach", "host-key", "sign-in"]
    return ["reach", "sign-in"] if place.kind in AT_OTHERS else ["reach"]


def _failed(error: TargetError, place: Place, steps: list[Walked]) -> Walked:
    """The step that was on, after those that were passed."""
    if any(one.step == "reach" for one in steps):
        done = {one.step for one in steps}
        step = next((one for one in ("write", "read-back", "remove") if one not in done), "space")
        return Walked(step, False, Reason(error.code))
    step = _AT.get(error.code, "reach")
    way = _way_in(place)
    if step not in way:  # a folder of this computer that may not be entered
        return Walked("reach", False, Reason(error.code))
    steps += [_passed(one) for one in way[: way.index(step)]]
    return Walked(step, False, Reason(error.code))


def _passed(step: str) -> Walked:
    return Walked(step, True, _STEPS[step])


def _space(free: int | None) -> Walked:
    if free is None:
        return Walked("space", True, Reason("target-step-space-unknown"))
    if free < TARGET_LIMITS.spare_bytes * 2:
        return Walked("space", False, Reason("target-full"))
    return Walked("space", True, Reason("target-step-space", {"gigabytes": free // _GIB}))
