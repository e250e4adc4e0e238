"""A practice that lives for one benchmark, behind the real door, on a clock that can be put forward."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pyotp

from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.kdf import FLOOR, KdfParams
from desktop.office.api import Office
from desktop.office.values_entry import Credentials, NewPractice, SignedIn
from desktop.paths import PracticeFolder

USER, PASSWORD = "ana", "quiet harbour seven lanterns"
STEP = 30.0
"""Seconds of one code of the authenticator; each is good for one sign-in."""


class LaterClock(SystemClock):
    """The computer's clock, ahead by what was skipped: nothing waits out ten seconds of Undo."""

    def __init__(self, ahead: float = 0.0) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.ahead)

    def skip(self, seconds: float) -> None:
        self.ahead += seconds


class BenchPractice:
    """`make` once, then `enter`; `totp_uri` lets another process in."""

    def __init__(self, root: Path, clock: LaterClock, params: KdfParams = FLOOR, totp_uri: str = "") -> None:
        self.folder = PracticeFolder(root)
        self.clock = clock
        self.totp_uri = totp_uri
        self.office: Office = build_office(
            self.folder, clock, params=lambda: params, device_store=lambda: None
        )

    def make(self) -> None:
        practice = NewPractice("Bench Street Practice", "America/Denver", USER, password=PASSWORD)
        self.totp_uri = self.office.create_practice(practice).totp_uri

    def enter(self) -> SignedIn:
        self.clock.skip(STEP)
        code = pyotp.TOTP(pyotp.parse_uri(self.totp_uri).secret).at(self.clock.now())
        return self.office.sign_in(Credentials(USER, password=PASSWORD, code=code))
