"""The self-test of a relay's own portal: one message to the practice itself, asking for it.

What the relay says to it is all that can be known here; whether a notice and a page came
of it, whoever reads the practice's mail sees.
"""

from __future__ import annotations

from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail import headers, mime
from desktop.mail.policy import ADDRESS_SUFFIX
from desktop.mail.sealing import HEADER, SUBJECT_TAG
from desktop.models.ids import new_id
from desktop.models.protection import Portal
from desktop.models.records import Relay
from desktop.sync.letters import Letter, address_fits
from desktop.sync.outcomes import Reply
from desktop.sync.relay import Answer, Timeouts
from desktop.sync.relay_check import IMPATIENT
from desktop.sync.relay_open import open_relay

TRIGGERS = (HEADER, SUBJECT_TAG, ADDRESS_SUFFIX)


class _Marks:
    """Nothing of a test is kept."""

    async def before_data(self, _letter: Letter) -> bool:
        return True

    def dot_written(self, _letter: Letter) -> None:
        """Nothing to note."""

    def reply(self, _letter: Letter, _answer: Answer) -> None:
        """It is what `send` answers."""


async def ask_portal(
    relay: Relay,
    password: str,
    portal: Portal,
    words: tuple[str, str],
    clock: Clock,
    timeouts: Timeouts = IMPATIENT,
) -> Reply:
    """Send `words` (subject and text) with the trigger to the relay's own sender; what was said to it.

    Raises RelayError, TransferError, InputError `portal-wrong` where the trigger makes no mail.
    """
    subject, text = words
    to = relay.sender + (portal.value if portal.trigger == ADDRESS_SUFFIX else "")
    if portal.trigger not in TRIGGERS or not address_fits(to):
        raise InputError("portal-wrong")
    if portal.trigger == SUBJECT_TAG:
        subject = f"{portal.value} {subject}"
    fields = [
        headers.date(clock.now()),
        headers.sender("", relay.sender),
        headers.recipient(to),
        ("Message-ID", f"<{new_id()}@{headers.domain_of(relay.sender)}>"),
        headers.unstructured("Subject", headers.one_line(subject)),
    ]
    if portal.trigger == HEADER:
        fields.append(headers.unstructured(portal.name, portal.value))
    wire = mime.outer(tuple(fields), mime.text_entity(text))
    connection = await open_relay(relay, password, timeouts)
    try:
        answer = await connection.send(Letter(relay.sender, to, wire), _Marks())
    finally:
        await connection.quit()
    return answer.reply
