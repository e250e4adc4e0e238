"""A letter in a locked file at its claim: the form it was made in must still be possible, no more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.crypto.passphrase import wordlist
from desktop.mail.cardwords import keep_card
from desktop.mail.letters import Draft, NotSendable
from desktop.mail.outbox import Cancel, Keep, Verdict
from desktop.models import cardwords, pickups
from desktop.models.ids import new_id
from desktop.models.protection import Form, Storage, StorageId
from desktop.models.records import Baa, Label, Message, PasswordCard, Person
from tests.practice.office import MONDAY, Practice

URL = "https://files.example/locked"


@pytest.fixture
def maria(office: Practice) -> Person:
    made = office.person()
    card = PasswordCard(made.id, b"s" * 16, 100_000, b"k" * 32, "Rita", "in-person", office.clock.now())
    office.db.write(lambda tx: keep_card(tx, card, " ".join(wordlist()[100:700:100])))
    return made


@pytest.fixture
def storage(office: Practice) -> Storage:
    baa = Baa("Files Inc.", MONDAY.date(), None, "files")
    made = Storage(StorageId(new_id()), "Files", "webdav", URL, "u", URL, 30, baa, office.clock.now())
    office.db.write(lambda tx: pickups.add_storage(tx, made, "secret"))
    return made


def send(office: Practice, person: Person, **changes: object) -> Message:
    draft = replace(Draft(person.id, "Hello", "A text."), **changes)  # type: ignore[arg-type]
    prepared = office.db.read(lambda tx: office.letters.prepare(tx, draft))
    frozen = office.letters.seal(prepared, office.sealer)
    return office.db.write(lambda tx: office.outbox.enqueue(tx, frozen, office.session))


def recheck(office: Practice, message: Message) -> Verdict:
    return office.db.read(lambda tx: office.letters.recheck(tx, [message]))[0]


@pytest.mark.parametrize("before", list(Form))
@pytest.mark.parametrize("after", [None, *Form])
def test_another_wish_lets_a_waiting_letter_leave_as_it_is(
    office: Practice, maria: Person, storage: Storage, before: Form, after: Form | None
) -> None:
    message = send(office, maria, form=before)
    office.db.write(lambda tx: cardwords.wish(tx, maria.id, after))
    assert recheck(office, message) == Keep()


def test_a_letter_behind_a_link_stays_when_its_storage_is_given_up(
    office: Practice, maria: Person, storage: Storage
) -> None:
    message = send(office, maria)
    assert recheck(office, message) == Keep()
    office.db.write(lambda tx: pickups.retire(tx, storage.id, office.clock.now()))
    assert isinstance(recheck(office, message), Cancel)


def test_a_very_sensitive_page_stays_when_the_birth_date_is_gone(office: Practice, maria: Person) -> None:
    message = send(office, maria, label=Label.VERY_SENSITIVE)
    assert recheck(office, message) == Keep()
    office.change(maria, birth_date=None)
    assert isinstance(recheck(office, message), Cancel)


def test_a_form_that_cannot_be_made_is_refused_before_anything_is_sealed(
    office: Practice, maria: Person
) -> None:
    for form, label in ((Form.LINK, Label.SENSITIVE), (Form.PDF, Label.VERY_SENSITIVE)):
        with pytest.raises(NotSendable):
            send(office, maria, form=form, label=label)
