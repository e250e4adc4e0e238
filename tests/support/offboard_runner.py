"""The child of the kill test: signs in, says so, and offboards somebody until it is killed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pyotp

from desktop.assembly import build_office
from desktop.crypto.kdf import FLOOR
from desktop.models.accounts import UserId
from desktop.office.values_access import OffboardRequest
from desktop.office.values_entry import Credentials
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER, MovedClock


def main(given: dict[str, Any]) -> None:
    clock = MovedClock()
    clock.move(given["seconds"])
    office = build_office(
        PracticeFolder(Path(given["folder"])), clock, params=lambda: FLOOR, device_store=lambda: None
    )
    code = pyotp.TOTP(pyotp.parse_uri(given["totp_uri"]).secret).at(clock.now())
    session = office.sign_in(Credentials(USER, password=PASSWORD, code=code)).session
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    office.offboard_user(session, OffboardRequest(UserId(given["user"]), session.user))
    sys.stdout.write("done\n")
    sys.stdout.flush()
    office.close()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
