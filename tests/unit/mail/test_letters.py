"""One letter: what is refused before sealing, and what is asked again at the claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from desktop.errors import InputError, Refused
from desktop.mail.letters import Draft, NotSendable
from desktop.mail.mime import Attachment
from desktop.mail.outbox import Cancel, Keep, Verdict
from desktop.models import cards, messages, pickups
from desktop.models.ids import new_id
from desktop.models.protection import Storage, StorageId
from desktop.models.records import (
    Baa,
    Consent,
    Label,
    Level,
    Message,
    Method,
    PasswordCard,
    Person,
    PersonId,
    Reason,
    Status,
)
from tests.practice.office import Practice


@pytest.fixture
def maria(office: Practice) -> Person:
    return office.person(consent=Consent.GIVEN)


def draft(person: Person, **changes: object) -> Draft:
    return replace(Draft(person.id, "Hello", "A text.", label=Label.ROUTINE), **changes)  # type: ignore[arg-type]


def send(office: Practice, one: Draft) -> Message:
    prepared = office.db.read(lambda tx: office.letters.prepare(tx, one))
    frozen = office.letters.seal(prepared, office.sealer)
    return office.db.write(lambda tx: office.outbox.enqueue(tx, frozen, office.session))


def recheck(office: Practice, message: Message) -> Verdict:
    return office.db.read(lambda tx: office.letters.recheck(tx, [message]))[0]


def give_card(office: Practice, person: Person, salt: bytes = b"s" * 16) -> None:
    card = PasswordCard(person.id, salt, 100_000, b"k" * 32, "Rita", "in-person", office.clock.now())
    office.db.write(lambda tx: cards.put(tx, card))


def test_what_is_explained_is_what_is_queued(office: Practice, maria: Person) -> None:
    decision = office.db.read(lambda tx: office.letters.explain(tx, draft(maria)))
    message = send(office, draft(maria, expect=decision.hash()))
    assert (message.method, message.reasons) == (decision.method, decision.reasons)
    assert message.decision_hash == decision.hash()
    assert office.db.read(lambda tx: messages.trace(tx, message.id)) == decision.trace()


def test_two_letters_to_one_person_never_share_a_message_id(office: Practice, maria: Person) -> None:
    one, two = send(office, draft(maria)), send(office, draft(maria))
    assert one.message_id != two.message_id
    assert one.message_id.endswith("@harbor.example>")


def test_a_letter_that_people_saw_otherwise_is_not_sent(office: Practice, maria: Person) -> None:
    seen = office.db.read(lambda tx: office.letters.explain(tx, draft(maria))).hash()
    give_card(office, maria)
    with pytest.raises(Refused, match="decision-changed"):
        send(office, draft(maria, expect=seen))


def test_without_a_way_the_refusal_carries_the_decision(office: Practice, maria: Person) -> None:
    with pytest.raises(NotSendable) as caught:
        send(office, draft(maria, label=Label.SENSITIVE))
    assert caught.value.code == "not-sendable"
    assert {item.method for item in caught.value.decision.rejected} >= {Method.TLS, Method.ENVELOPE}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": " \n"}, "letter-empty"),
        ({"subject": "\u200b "}, "letter-empty"),
        ({"text": "You come on [[date]]."}, "letter-unfilled"),
        ({"subject": "With [[custom.insurer]]"}, "letter-unfilled"),
        ({"text": "x" * 200_001}, "letter-too-long"),
        (
            {"attachments": (Attachment("a", bytes(11 << 20)), Attachment("b", bytes(10 << 20)))},
            "attachments-too-large",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_code(
    office: Practice, maria: Person, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(InputError) as caught:
        send(office, draft(maria, **changes))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("/home/rita/López.pdf", "López.pdf"),
        ("C:\\Users\\rita\\scan.pdf", "scan.pdf"),
        ("..", "file"),
        ("a\r\nBcc: x@y.example.txt", "a Bcc: x@y.example.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("x" * 300 + ".pdf", "x" * 119 + "…"),
    ],
)
def test_file_names_lose_their_folders_and_their_tricks(
    office: Practice, maria: Person, name: str, kept: str
) -> None:
    one = draft(maria, attachments=(Attachment(name, b"x"),))
    prepared = office.db.read(lambda tx: office.letters.prepare(tx, one))
    assert [file.name for file in prepared.letter.attachments] == [kept]


def test_a_subject_is_made_one_line(office: Practice, maria: Person) -> None:
    one = draft(maria, subject="Hello\r\nBcc: evil@example.org")
    prepared = office.db.read(lambda tx: office.letters.prepare(tx, one))
    assert prepared.letter.subject == "Hello Bcc: evil@example.org"


def test_an_unchanged_letter_is_kept_at_its_claim(office: Practice, maria: Person) -> None:
    assert recheck(office, send(office, draft(maria))) == Keep()


def test_consent_refused_after_queuing_stops_the_letter(office: Practice, maria: Person) -> None:
    message = send(office, draft(maria))
    office.consent(maria, Consent.REFUSED)
    verdict = recheck(office, message)
    assert isinstance(verdict, Cancel)
    assert verdict.reason.code == "consent-refused"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": Status.DECEASED}, "person-deceased"),
        ({"email": "maria@new.example"}, "way-changed"),
        ({"email": ""}, "no-address"),
        ({"preferred_method": Method.ENVELOPE}, None),
    ],
)
def test_a_person_changed_after_queuing(
    office: Practice, maria: Person, changes: dict[str, object], code: str | None
) -> None:
    message = send(office, draft(maria))
    office.change(maria, **changes)
    verdict = recheck(office, message)
    assert (verdict.reason.code if isinstance(verdict, Cancel) else None) == code


def test_a_new_password_card_makes_the_old_locked_file_stay_home(office: Practice, maria: Person) -> None:
    give_card(office, maria)
    message = send(office, draft(maria, label=Label.SENSITIVE))
    assert recheck(office, message) == Keep()
    give_card(office, maria, b"t" * 16)
    assert recheck(office, message) == Cancel(Reason("way-changed"))


def test_a_letter_locked_with_a_wrong_birth_date_stays_home_once_it_is_put_right(
    office: Practice, maria: Person
) -> None:
    give_card(office, maria)
    very, other = (
        send(office, draft(maria, label=label)) for label in (Label.VERY_SENSITIVE, Label.SENSITIVE)
    )
    assert recheck(office, very) == Keep()
    office.change(maria, birth_date=date(1961, 4, 5))
    assert recheck(office, very) == Cancel(Reason("way-changed"))
    assert recheck(office, other) == Keep()


def test_a_letter_does_not_leave_with_a_link_that_has_ended(office: Practice, maria: Person) -> None:
    agreement, now = Baa("Files Inc.", date(2026, 1, 1), None, "storage"), office.clock.now()
    url = "https://files.example/locked"
    storage = Storage(StorageId(new_id()), "Files", "webdav", url, "us", url, 1, agreement, now)
    office.db.write(lambda tx: pickups.add_storage(tx, storage, "secret"))
    give_card(office, maria)
    message = send(office, draft(maria, label=Label.SENSITIVE))
    assert recheck(office, message) == Keep()
    office.clock.pass_(hours=25)
    assert recheck(office, message) == Cancel(Reason("link-expired"))


def test_a_wanted_way_is_wanted_again_at_the_claim(office: Practice, maria: Person) -> None:
    give_card(office, maria)
    message = send(office, draft(maria, wanted=Method.ENVELOPE, raise_to=Level.END_TO_END))
    assert message.method is Method.ENVELOPE
    assert recheck(office, message) == Keep()


def test_evidence_that_grew_stale_stops_a_letter_that_rests_on_it(office: Practice, maria: Person) -> None:
    message = send(office, draft(maria))
    office.change_relay(required_tls_at=office.clock.now() - timedelta(days=400))
    verdict = recheck(office, message)
    assert isinstance(verdict, Cancel)
    assert verdict.reason.code == "no-safe-way"


def test_an_agreement_that_ended_stops_everything(office: Practice, maria: Person) -> None:
    message = send(office, draft(maria))
    office.change_relay(baa=None)
    assert recheck(office, message) == Cancel(Reason("no-baa", {"relay": "main"}))


def test_a_letter_to_nobody_is_refused(office: Practice, maria: Person) -> None:
    nobody = draft(replace(maria, id=PersonId(new_id())))
    for ask in (office.letters.explain, office.letters.prepare):
        with pytest.raises(InputError, match="person-unknown"):
            office.db.read(partial(ask, draft=nobody))
