"""A window's process for tests: begins an answer, keeps its draft, and waits to be killed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from desktop.clock import SystemClock
from desktop.models.correspondence import ConversationId
from desktop.office.remote import window_office
from desktop.office.values_access import DraftKept
from desktop.office.values_entry import Credentials
from desktop.paths import PracticeFolder

office = window_office(PracticeFolder(Path(sys.argv[1])), SystemClock()).as_office()
session = office.sign_in(Credentials("ana", password=sys.argv[2], code=sys.argv[3])).session
conversation = ConversationId(sys.argv[4])
shown = office.show_conversation(session, conversation)
office.begin_answer(session, conversation)
kept = DraftKept(
    "",
    shown.reply_to,
    "Re: A question",
    "Yes, at two.",
    conversation=conversation,
    turn=shown.turn,
)
office.keep_draft(session, kept)
sys.stdout.write("ready\n")
sys.stdout.flush()
time.sleep(600)
