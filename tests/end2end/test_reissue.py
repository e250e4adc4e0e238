"""New words while a reminder and a letter wait: nothing leaves that the old ones open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.crypto.envelope import open_envelope
from desktop.crypto.envelope_pdf import open_pdf, pdf_password
from desktop.errors import InputError
from desktop.models.protection import Form
from desktop.models.records import Method, State
from tests.made_practice import import_visits
from tests.support.working import Work, at_work


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    with at_work(tmp_path) as made:
        made.add_relay()
        yield made


def opened(work: Work, number: int, kind: str, words: str) -> str:
    _, message = work.arrived(number)
    (data,) = (part.get_payload(decode=True) for part in message.walk() if part.get_content_type() == kind)
    assert isinstance(data, bytes)
    if kind == "application/pdf":
        return open_pdf(data, pdf_password(words)).text
    return open_envelope(data, words).text


@pytest.mark.parametrize(("form", "kind"), [(Form.HTML, "text/html"), (Form.PDF, "application/pdf")])
def test_a_reminder_and_a_letter_that_wait_leave_under_the_new_words_alone(
    work: Work, form: Form, kind: str
) -> None:
    office, session, maria = work.office, work.session, work.person()
    import_visits(office, session, work.practice.clock)
    office.set_person(session, maria, {"preferred_method": Method.ENVELOPE.value})
    old = work.card(maria)
    office.set_form(session, maria, form)
    office.send_reminders(session)
    letter = work.write(maria)
    made = work.reissue(maria)
    assert len(made.messages) == 1
    assert work.line(letter.id).state is State.CANCELLED
    work.run()
    mine = [
        number
        for number, one in enumerate(work.server.received)
        if one.recipients == ("zoraida@example.org",)
    ]
    said = [opened(work, number, kind, made.passphrase) for number in mine]
    assert sorted("All is well." in text for text in said) == [False, True]
    assert sum("visit" in text for text in said) == 1
    for number in mine:
        with pytest.raises(InputError):
            opened(work, number, kind, old)
