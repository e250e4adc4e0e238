"""A queued reminder when its words, its form, its storage or the open subject change before it leaves."""

from __future__ import annotations

from datetime import timedelta
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.policy import default

import pytest

from desktop.crypto.envelope import open_with_key
from desktop.crypto.passphrase import wordlist
from desktop.errors import InputError
from desktop.mail.cardwords import KEY, keep_card
from desktop.mail.outbox import Claimed
from desktop.models import cards, messages, pickups, vaultkeys
from desktop.models import cardwords as kept_words
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.protection import Form, Storage, StorageId
from desktop.models.records import Baa, Consent, Detail, Message, Method, PasswordCard, Person, State
from tests.practice.office import HOLDER, MONDAY, Practice

OLD, NEW = b"o" * 16, b"n" * 16
WORDS = " ".join(wordlist()[100:700:100])
URL = "https://files.example/locked"


def card(office: Practice, person: Person, salt: bytes = OLD) -> PasswordCard:
    made = PasswordCard(person.id, salt, 100_000, salt * 2, "Rita", "in-person", office.clock.now())

    def keep(tx: Tx) -> None:
        if vaultkeys.get(tx, KEY) is None:
            vaultkeys.put(tx, KEY, b"w" * 32)
        keep_card(tx, made, WORDS)

    office.db.write(keep)
    return made


@pytest.fixture
def maria(office: Practice) -> Person:
    """Her reminders are locked files by her own choice."""
    made = office.person(preferred_method=Method.ENVELOPE)
    office.visit(made)
    return made


def storage(office: Practice) -> Storage:
    baa = Baa("Files Inc.", MONDAY.date(), None, "files")
    made = Storage(StorageId(new_id()), "Files", "webdav", URL, "u", URL, 30, baa, office.clock.now())
    office.db.write(lambda tx: pickups.add_storage(tx, made, "secret"))
    return made


def wish(office: Practice, person: Person, form: Form | None) -> None:
    office.db.write(lambda tx: kept_words.wish(tx, person.id, form))


def queued(office: Practice) -> Message:
    frozen = office.reminders.seal(office.db.read(office.reminders.plan))
    (message,) = office.db.write(lambda tx: office.reminders.enqueue(tx, frozen, office.session)).messages
    return message


def claim(office: Practice) -> list[Claimed]:
    office.clock.pass_(seconds=11)
    office.take_lease()
    return office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, office.rechecks, 5))


def now(office: Practice, message: Message) -> Message:
    found = office.db.read(lambda tx: messages.get(tx, message.id))
    assert found is not None
    return found


def files(wire: bytes) -> dict[str, bytes]:
    parts = BytesParser(policy=default).parsebytes(wire).walk()
    found = {part.get_content_type(): part.get_payload(decode=True) for part in parts}
    return {kind: data for kind, data in found.items() if isinstance(data, bytes)}


def put(office: Practice) -> list[bytes]:
    """What waits is put: its contents, in their order."""

    def work(tx: Tx) -> list[bytes]:
        waiting = pickups.to_put(tx, office.clock.now() + timedelta(hours=1))
        contents = [pickups.content(tx, one.id) for one in waiting]
        for one in waiting:
            pickups.put(tx, one.id, office.clock.now())
        return contents

    return office.db.write(work)


def test_after_new_words_a_waiting_reminder_leaves_under_them_alone(office: Practice, maria: Person) -> None:
    old = card(office, maria)
    wish(office, maria, Form.HTML)
    first = queued(office)
    new = card(office, maria, NEW)
    (found,) = claim(office)
    assert found.message.id != first.id
    page = files(found.wire)["text/html"]
    assert "visit" in open_with_key(page, new.key).text
    with pytest.raises(InputError):
        open_with_key(page, old.key)
    assert now(office, first).state is State.CANCELLED


def test_after_new_words_a_reminder_behind_a_link_gets_a_new_file_and_waits_for_it(
    office: Practice, maria: Person
) -> None:
    card(office, maria)
    storage(office)
    first = queued(office)
    assert len(put(office)) == 1
    new = card(office, maria, NEW)
    assert claim(office) == []
    (page,) = put(office)
    assert "visit" in open_with_key(page, new.key).text
    (found,) = office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, office.rechecks, 5))
    assert found.message.id != first.id
    mine = office.db.read(lambda tx: pickups.of_messages(tx, [found.message.id, first.id]))
    assert mine[found.message.id].name.encode() in found.wire.replace(b"=\r\n", b"").replace(b"=2E", b".")
    over = office.db.read(lambda tx: pickups.to_delete(tx, office.clock.now()))
    assert [one.message for one in over] == [first.id]


def test_without_a_card_any_more_a_waiting_locked_file_is_replaced_by_another_way(
    office: Practice, maria: Person
) -> None:
    card(office, maria)
    first = queued(office)
    office.db.write(lambda tx: tx.connection.exec_driver_sql("DELETE FROM password_card"))
    assert office.db.read(lambda tx: cards.get(tx, maria.id)) is None
    (found,) = claim(office)
    assert (found.message.method, found.message.id != first.id) == (Method.TLS, True)


@pytest.mark.parametrize(
    ("before", "after"), [(Form.HTML, Form.PDF), (Form.PDF, Form.HTML), (None, Form.HTML)]
)
def test_another_wish_for_the_form_lets_what_waits_leave_as_it_is(
    office: Practice, maria: Person, before: Form | None, after: Form
) -> None:
    card(office, maria)
    wish(office, maria, before)
    first = queued(office)
    wish(office, maria, after)
    (found,) = claim(office)
    assert found.message.id == first.id


def test_a_storage_that_was_added_meanwhile_changes_nothing_for_what_waits(
    office: Practice, maria: Person
) -> None:
    card(office, maria)
    first = queued(office)
    storage(office)
    (found,) = claim(office)
    assert found.message.id == first.id
    assert "application/pdf" in files(found.wire)


def test_a_storage_that_was_given_up_makes_what_waits_behind_a_link_anew(
    office: Practice, maria: Person
) -> None:
    card(office, maria)
    one = storage(office)
    first = queued(office)
    put(office)
    office.db.write(lambda tx: pickups.retire(tx, one.id, office.clock.now()))
    (found,) = claim(office)
    assert found.message.id != first.id
    assert "application/pdf" in files(found.wire)
    assert URL.encode() not in found.wire


@pytest.mark.parametrize(
    ("detail", "language", "subject"),
    [
        (Detail.MINIMAL, "en", "Message from Harbor Clinic"),
        (Detail.STANDARD, "en", "Your visit on Tuesday"),
        (Detail.FULL, "en", "Your visit on Tuesday"),
        (Detail.STANDARD, "es", "Su cita del martes"),
    ],
)
def test_where_the_way_is_proven_the_detail_that_was_wished_decides_the_open_subject(
    office: Practice, detail: Detail, language: str, subject: str
) -> None:
    office.visit(office.person(detail=detail, language=language))
    queued(office)
    (found,) = claim(office)
    assert found.message.method is Method.TLS
    assert outer(found) == subject


def test_the_subject_of_a_locked_file_says_nothing(office: Practice, maria: Person) -> None:
    card(office, maria)
    queued(office)
    (found,) = claim(office)
    assert (found.message.method, outer(found)) == (Method.ENVELOPE, "Message from Harbor Clinic")


def test_the_subject_of_plain_mail_by_the_persons_wish_says_nothing(office: Practice) -> None:
    office.change_relay(required_tls="", required_tls_at=None)
    office.visit(office.person(plain_wish=MONDAY - timedelta(days=9), consent=Consent.GIVEN))
    queued(office)
    (found,) = claim(office)
    assert (found.message.method, outer(found)) == (Method.PLAIN, "Message from Harbor Clinic")


def outer(found: Claimed) -> str:
    return str(make_header(decode_header(BytesParser().parsebytes(found.wire, headersonly=True)["Subject"])))
