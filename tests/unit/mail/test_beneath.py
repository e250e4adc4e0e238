"""Words that stand elsewhere in a mail than above its quote: who is in need there is seen, too."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import update

from desktop.mail import threads
from desktop.mail.returned_parts import open_incoming
from desktop.models import conversations, messages, received
from desktop.models.correspondence import Conversation, Urgency
from desktop.models.delivery import AccountId, ReceivedState
from desktop.models.records import Message, Person
from desktop.models.tables_mail import message
from tests.practice.office import Practice
from tests.support.mailbox import a_box, arrives, letter, reminder, reply

OUTLOOK = """
________________________________
From: Harbor Clinic <office@harbor.example>
Sent: Monday, November 23, 2026 9:00 AM
To: Maria <maria@mail.example>
Subject: {subject}

{quote}
"""


@pytest.fixture
def box(office: Practice) -> AccountId:
    return a_box(office)


@pytest.fixture
def maria(office: Practice) -> Person:
    return office.person()


def ours(office: Practice, row: Message) -> str:
    """What our message said, as its reader's program quotes it without a mark."""
    mail = open_incoming(office.db.read(lambda tx: messages.wire(tx, row.id)))
    return OUTLOOK.format(subject=mail.one("subject"), quote=mail.first("text/plain").replace("\r\n", "\n"))


def answer(
    row: Message, text: str, subject: str = "Re: A message from the practice", head: str = ""
) -> bytes:
    """With no quote but what `text` holds."""
    whole = reply(row, text, head=head).partition(b"\r\n\r\nOn Mon, Nov 23")[0] + b"\r\n"
    return whole.replace(b"Re: A message from the practice", subject.encode())


def open_ones(office: Practice) -> list[Conversation]:
    user = office.session.user
    return office.db.read(lambda tx: conversations.listing(tx, "inbox", user, limit=9))


def only(office: Practice) -> Conversation:
    (one,) = open_ones(office)
    return one


def is_settled(office: Practice) -> bool:
    (row,) = office.db.read(received.listing)
    return row.state is ReceivedState.DONE and not open_ones(office)


def test_a_yes_above_an_unmarked_quote_of_ours_is_a_plain_yes(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    arrives(office, box, answer(row, "YES\n" + ours(office, row) + "\n\nSent from my iPhone"))
    assert is_settled(office)


@pytest.mark.parametrize(
    "typed", ["I have chest pain", "NO PUEDO RESPIRAR 😭", "me siento mal\nquiero morir", "call 911"]
)
@pytest.mark.parametrize("above", ["YES", "No", "Thank you"])
def test_urgent_words_typed_under_an_unmarked_quote_rise(
    office: Practice, box: AccountId, maria: Person, above: str, typed: str
) -> None:
    row = reminder(office, maria)
    arrives(office, box, answer(row, f"{above}\n{ours(office, row)}\n{typed}"))
    assert only(office).urgency is Urgency.URGENT
    assert only(office).ask is not None
    assert only(office).ask.code == "ask-urgent"  # type: ignore[union-attr]


@pytest.mark.parametrize("typed", ["but can we move it to 3 pm instead?", "I am not Maria, wrong person"])
def test_a_yes_is_not_plain_where_something_is_asked_under_the_quote(
    office: Practice, box: AccountId, maria: Person, typed: str
) -> None:
    row = reminder(office, maria)
    arrives(office, box, answer(row, f"YES\n{ours(office, row)}\n{typed}"))
    assert not is_settled(office)
    assert only(office).unseen


def wrote(office: Practice, maria: Person, text: str, conversation: Conversation | None = None) -> Message:
    """A letter of ours with these words, in its conversation."""
    row = letter(office, maria)
    home = conversation.id if conversation is not None else None
    office.db.write(
        lambda tx: threads.sent(
            *(tx, office.audit, row),
            subject="Your question",
            text=text,
            author=office.session.user,
            conversation=home,
            about=None,
            now=office.clock.now(),
        )
    )
    return row


def test_urgent_words_of_ours_alone_do_not_rise(office: Practice, box: AccountId, maria: Person) -> None:
    told = "Please take it twice a day. If you get chest pain or cannot breathe, go to the hospital at once."
    row = wrote(office, maria, told)
    quoted = OUTLOOK.format(subject="Your question", quote=told)
    arrives(office, box, answer(row, f"Thank you, I will.\n{quoted}", "RE: Your question"))
    assert only(office).urgency is Urgency.PLAIN
    arrives(office, box, answer(row, f"Thank you, I will.\n{quoted}\nI get chest pain", "RE: Your question"))
    assert only(office).urgency is Urgency.URGENT


def test_what_she_wrote_before_and_quotes_with_marks_does_not_rise_anew(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = wrote(office, maria, "How are you?")
    arrives(office, box, answer(row, "I have chest pain since this morning."))
    assert only(office).urgency is Urgency.URGENT
    more = wrote(office, maria, "Please come in now.", only(office))
    assert open_ones(office) == []
    quoted = "> Please come in now.\n>> I have chest pain since this morning.\n>> How are you?"
    arrives(office, box, answer(more, f"Thank you, all is well now.\n\n{quoted}"))
    assert only(office).urgency is Urgency.PLAIN


@pytest.mark.parametrize(
    "text",
    [
        "Yes\n\n-- \nMaria\nPS: I can't breathe",
        "Thank you\n> my husband wrote: I want to die",
        "My garden is fine. " * 300 + "But I have chest pain.",
        "My garden is fine. " * 900 + "But I have chest pain.",
        "My garden is fine. " * 4000 + "But I have chest pain.",
    ],
)
def test_urgent_words_count_wherever_they_stand(
    office: Practice, box: AccountId, maria: Person, text: str
) -> None:
    arrives(office, box, answer(reminder(office, maria), text))
    assert only(office).urgency is Urgency.URGENT


def test_a_subject_that_she_changed_in_her_answer_counts(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    arrives(office, box, answer(row, "Yes", "Re: my baby is not breathing"))
    assert only(office).urgency is Urgency.URGENT


PARTS = """\
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Here is a picture of it
--b
Content-Type: image/png; name=a.png
Content-Disposition: inline; filename=a.png

x
--b
Content-Type: {}; charset=utf-8{}

and my face is swollen, I am short of breath
--b--
""".replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("kind", "more", "urgency"),
    [
        ("text/plain", "", Urgency.URGENT),
        ("text/html", "", Urgency.URGENT),
        ("text/plain", "; name=old.txt", Urgency.PLAIN),
    ],
)
def test_words_between_pictures_count_and_files_do_not(
    office: Practice, box: AccountId, maria: Person, kind: str, more: str, urgency: Urgency
) -> None:
    fields = f"From: <{maria.email}>\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n"
    arrives(office, box, (fields + PARTS.format(kind, more)).encode())
    assert only(office).urgency is urgency


def test_a_group_of_long_mails_is_on_file_within_seconds(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    old = "> I was at the doctor and my arm is not so bad, can we talk about it\n" * 1500
    began = time.process_time()
    arrives(office, box, *(answer(row, f"Thank you\n\n{old}") for _ in range(20)))
    assert time.process_time() - began < 20


def test_who_leaves_a_list_and_is_in_need_is_heard(office: Practice, box: AccountId, maria: Person) -> None:
    row = letter(office, maria)
    office.db.write(lambda tx: tx.connection.execute(update(message).values(kind="campaign")))
    arrives(office, box, answer(row, f"Stop\n{ours(office, row)}"))
    assert is_settled(office)
    arrives(office, box, answer(row, f"Stop\n{ours(office, row)}\nI can't breathe"))
    assert only(office).urgency is Urgency.URGENT
