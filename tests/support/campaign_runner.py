"""The child of the kill test of campaigns: signs in, says so, and sends until its campaign ends or waits
for somebody. With `resume` it lets go on what was cut off."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp

from desktop.assembly import build_office
from desktop.crypto.kdf import FLOOR
from desktop.models.campaigning import CampaignId, CampaignState
from desktop.office.values_entry import Credentials
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER, MovedClock

GOES_ON = frozenset({CampaignState.RUNNING})


class RunningClock(MovedClock):
    """Begins where the parent's clock stands, and goes on as clocks do."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.move(seconds)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=time.monotonic() - self._began)

    def mono(self) -> float:
        return super().mono() + time.monotonic() - self._began


def main(given: dict[str, Any]) -> None:
    clock, campaign = RunningClock(given["seconds"]), CampaignId(given["campaign"])
    office = build_office(
        PracticeFolder(Path(given["folder"])), clock, params=lambda: FLOOR, device_store=lambda: None
    )
    code = pyotp.TOTP(pyotp.parse_uri(given["totp_uri"]).secret).at(clock.now())
    session = office.sign_in(Credentials(USER, password=PASSWORD, code=code)).session
    if given["resume"] and office.campaign_progress(session, campaign).state is CampaignState.PAUSED:
        office.resume_campaign(session, campaign)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while office.campaign_progress(session, campaign).state in GOES_ON:
        office.run_outbox(session)
    office.close()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
