"""Is this computer a fit place for the practice? (45 CFR 164.310(c), NIST SP 800-66r2 4.11)

Each question has three answers: yes, no, and "could not be found out"; the last is no
fault of the computer's and is said in words. One answer forbids: a folder on a network
share, where two computers would write into one database without seeing each other's
locks (https://sqlite.org/wal.html, https://sqlite.org/faq.html#q5).
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from desktop.access.computer_linux import LinuxProbe
from desktop.access.computer_macos import MacProbe
from desktop.access.computer_windows import WindowsProbe
from desktop.access.totp import CLOCK_SLACK
from desktop.errors import Refused
from desktop.frozen import dataclass
from desktop.models.records import Reason

_LONG_AGO = timedelta(days=366)
"""Longer than any practice stays closed: the clock stands ahead, or stood behind before."""


class Severity(StrEnum):
    """What follows from a "no"."""

    REFUSE = "refuse"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """The answer to one question; `ok` is None where it could not be found out."""

    check: str
    ok: bool | None
    severity: Severity
    reason: Reason


class Probe(Protocol):
    """What is asked of the operating system; None: it does not say."""

    def network_share(self, folder: Path) -> bool | None:
        """Whether the folder (or where it will be made) lies on another computer's disk."""
        ...

    def disk_encrypted(self, folder: Path) -> bool | None:
        """Whether what is written there is encrypted on the disk by the system."""
        ...

    def screen_lock(self) -> bool | None:
        """Whether the screen locks by itself after a while."""
        ...

    def clock_kept(self) -> bool | None:
        """Whether the system sets its clock by others' clocks."""
        ...

    def sync_service(self, folder: Path) -> str:
        """The service that copies the folder to other computers, '' for none that is known."""
        ...

    def hides_window(self) -> bool:
        """Whether a window can be left out of screenshots and screen sharing."""
        ...


def system_probe() -> Probe:
    """Of the system that this process runs on."""
    if sys.platform == "win32":
        return WindowsProbe()
    elif sys.platform == "darwin":  # noqa: RET505 - a type checker reads one branch per system
        return MacProbe()
    else:
        return LinuxProbe()


def check_computer(folder: Path, probe: Probe) -> tuple[Finding, ...]:
    """All questions about the computer and the practice's folder, in the order of their weight."""
    return (
        _network(probe.network_share(folder)),
        _disk(probe.disk_encrypted(folder)),
        _screen(probe.screen_lock()),
        _synchronised(probe.sync_service(folder)),
        _time(probe.clock_kept()),
        _capture(hidden=probe.hides_window()),
    )


def check_clock(now: datetime, last_seen: datetime | None) -> Finding:
    """The clock against the latest moment at which somebody signed in here, None before that.

    A clock that was set back makes used codes valid again and expired consents current.
    """
    if last_seen is None:
        return Finding("clock", None, Severity.INFO, Reason("computer-clock-first"))
    if now < last_seen - CLOCK_SLACK:
        return Finding("clock", False, Severity.WARN, Reason("computer-clock-back"))
    if now > last_seen + _LONG_AGO:
        return Finding("clock", False, Severity.WARN, Reason("computer-clock-ahead"))
    return Finding("clock", True, Severity.WARN, Reason("computer-clock"))


def refuse_unsuitable(folder: Path, probe: Probe | None = None) -> None:
    """Raise Refused("folder-on-network") where no practice may be made or opened."""
    if (probe or system_probe()).network_share(folder):
        raise Refused("folder-on-network")


def _network(shared: bool | None) -> Finding:
    match shared:
        case None:
            reason = Reason("computer-network-unknown")
        case True:
            reason = Reason("computer-network")
        case False:
            reason = Reason("computer-no-network")
    return Finding("network-folder", None if shared is None else not shared, Severity.REFUSE, reason)


def _disk(encrypted: bool | None) -> Finding:
    match encrypted:
        case None:
            reason = Reason("computer-disk-unknown")
        case True:
            reason = Reason("computer-disk-encrypted")
        case False:
            reason = Reason("computer-disk-plain")
    return Finding("disk-encryption", encrypted, Severity.WARN, reason)


def _screen(locks: bool | None) -> Finding:
    match locks:
        case None:
            reason = Reason("computer-screen-unknown")
        case True:
            reason = Reason("computer-screen-locks")
        case False:
            reason = Reason("computer-screen-open")
    return Finding("screen-lock", locks, Severity.WARN, reason)


def _synchronised(service: str) -> Finding:
    if service:
        reason = Reason("computer-synchronised", {"service": service})
    else:
        reason = Reason("computer-not-synchronised")
    return Finding("synchronised-folder", not service, Severity.WARN, reason)


def _time(kept: bool | None) -> Finding:
    match kept:
        case None:
            reason = Reason("computer-time-unknown")
        case True:
            reason = Reason("computer-time-kept")
        case False:
            reason = Reason("computer-time-alone")
    return Finding("time-service", kept, Severity.WARN, reason)


def _capture(*, hidden: bool) -> Finding:
    # Where the system has no such switch there is nothing to put right.
    reason = Reason("computer-capture-blocked" if hidden else "computer-capture-open")
    return Finding("screen-capture", True if hidden else None, Severity.INFO, reason)
