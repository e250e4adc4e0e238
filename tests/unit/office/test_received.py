"""What came into the mailbox, listed: the words of patients only for who may read the conversation.

Very sensitive ones are for those who see clinical fields; who sees no visits reads only what they began.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from desktop.mail.incoming import Arrived, file_all
from desktop.mail.returned_reading import understand
from desktop.models import messages, people
from desktop.models.accounts import Role, Session
from desktop.models.database import Tx
from desktop.models.delivery import ReceivedState
from desktop.models.records import Label, Message, MessageId, State
from desktop.office.api import Office
from desktop.office.values import LetterRequest, PassphraseRequest
from tests.made_practice import Practice, person_named
from tests.made_rows_mailbox import a_mailbox
from tests.made_staff import desk_of
from tests.support.colleagues import let_in
from tests.support.mailbox import reply
from tests.support.queued import queued

AT_WORK = tuple[Office, Session]
RELAY = Callable[..., object]


@pytest.fixture
def answered(at_work: AT_WORK, relay_request: RELAY) -> AT_WORK:
    """A letter of each label, each with a question in answer, and a question out of the blue."""
    office, session = at_work
    office.add_relay(session, relay_request())  # type: ignore[arg-type]
    box = office.add_mailbox(session, a_mailbox("Office")).id
    desk = desk_of(office)
    person = person_named(office, session, "Zoraida")
    office.make_passphrase(session, PassphraseRequest(person, "Rita", "in-person"))
    raws = []
    for label in (Label.ROUTINE, Label.SENSITIVE, Label.VERY_SENSITIVE):
        sent = queued(office.send_letter(session, LetterRequest(person, "Hello", "A text.", label=label)))
        row = desk.opened().database.write(partial(_accepted, sent.id))
        raws.append(reply(row, f"About the {label.value} one?"))
    hers = desk.opened().database.read(lambda tx: people.get(tx, person))
    assert hers is not None
    raws.append(f"From: {hers.email}\r\nSubject: A question\r\n\r\nMy chest hurts?\r\n".encode())
    now = desk.clock.now()
    mails = [
        Arrived(uid, now + timedelta(minutes=1), len(raw), understand(raw), raw)
        for uid, raw in enumerate(raws, start=1)
    ]
    desk.opened().database.write(lambda tx: file_all(tx, desk.audit, box, 1, mails, now))
    return office, session


def _accepted(id_: MessageId, tx: Tx) -> Message:
    messages.move(tx, id_, State.QUEUED, State.ACCEPTED)
    row = messages.get(tx, id_)
    assert row is not None
    return row


def words(office: Office, session: Session) -> list[str]:
    shown = office.list_received(session)
    assert [line.state for line in shown.lines] == [ReceivedState.NEW] * 4
    return sorted(line.words for line in shown.lines)


def test_clinical_words_are_not_listed_for_who_may_not_read_them(
    answered: AT_WORK, practice: Practice
) -> None:
    office, session = answered
    plain = ["About the routine one?", "About the sensitive one?"]
    assert words(office, session) == [*plain, "About the very-sensitive one?", "My chest hurts?"]
    bo = let_in(practice, office, session, "bo", Role.FRONT_DESK)
    _, bos = bo.signed_in(practice, office)
    assert words(office, bos) == ["", *plain, "My chest hurts?"]
    cleo = let_in(practice, office, session, "cleo", Role.BILLING)
    _, cleos = cleo.signed_in(practice, office)
    assert words(office, cleos) == [""] * 4
