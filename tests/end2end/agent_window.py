"""A window's process for tests: signs in, queues the reminders, begins to send, locks, and waits."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from desktop.clock import SystemClock
from desktop.office.remote import window_office
from desktop.office.values_entry import Credentials
from desktop.paths import PracticeFolder

office = window_office(PracticeFolder(Path(sys.argv[1])), SystemClock()).as_office()
session = office.sign_in(Credentials("ana", password=sys.argv[2], code=sys.argv[3])).session
if "remind" in sys.argv[4:]:
    office.send_reminders(session)
    office.start_sending(session)
if "lock" in sys.argv[4:]:
    office.lock()
sys.stdout.write("ready\n")
sys.stdout.flush()
time.sleep(600)
