"""The child of the kill test: signs in, says so, and retires its computer until it is killed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pyotp

from desktop.assembly import build_office
from desktop.crypto.kdf import FLOOR
from desktop.office.values_entry import Credentials
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER, MovedClock
from tests.support.retired import SAME_DISK, Press, asked


def main(given: dict[str, Any]) -> None:
    clock = MovedClock()
    clock.move(given["seconds"])
    office = build_office(
        PracticeFolder(Path(given["folder"])),
        clock,
        params=lambda: FLOOR,
        device_store=lambda: None,
        printer=Press,
    )
    code = pyotp.TOTP(pyotp.parse_uri(given["totp_uri"]).secret).at(clock.now())
    session = office.sign_in(Credentials(USER, password=PASSWORD, code=code)).session
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    with mock.patch(SAME_DISK, return_value=False):
        office.retire_computer(session, asked(Path(given["to"])))
    sys.stdout.write("done\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
