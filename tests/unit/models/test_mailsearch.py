"""Search over what was said and over tasks: by beginnings, newest first, filtered, and never raising."""

from __future__ import annotations

import random
import sys
from datetime import timedelta
from typing import Any

import pytest

from desktop.models import conversations, entries, mailsearch, tasks, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.correspondence import Conversation, ConversationState, Entry, FileIn, MailQuery
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.mailsearch import Found, Readable
from desktop.models.records import Label
from desktop.models.search import WORD
from desktop.models.tasks import Task, TaskState
from tests.support.correspondence import a_conversation, an_entry
from tests.support.kept import NOW, a_person, keep

MARIA = a_person(first_name="María", last_name="Muñoz")
LEO = a_person(first_name="Leo", last_name="Grün")
ANA = User(UserId(new_id()), "ana", Role.BILLING)


@pytest.fixture
def kept(db: Database) -> Database:
    keep(db, MARIA, LEO)
    db.write(lambda tx: users.add(tx, ANA, "SECRET"))
    return db


def start(db: Database, **fields: Any) -> Conversation:
    one = a_conversation(**fields)
    db.write(lambda tx: conversations.add(tx, one))
    return one


def say(db: Database, one: Conversation, own: str, **fields: Any) -> Entry:
    given = an_entry(one.id, **{"own": own, "person": one.person, **fields})
    return db.write(lambda tx: entries.add(tx, given))


def find(db: Database, text: str = "", readable: Readable | None = None, **query: Any) -> Found:
    asked = MailQuery(text=text, **query)
    return db.read(lambda tx: mailsearch.find(tx, asked, readable or Readable()))


def texts(found: Found) -> list[str]:
    return [hit.entry.own for hit in found.hits]


# --- words -----------------------------------------------------------------------------------


def test_every_word_is_looked_for_by_its_beginning_newest_first(kept: Database) -> None:
    one = start(kept, person=MARIA.id)
    say(kept, one, "Pregnant since Tuesday", subject="Blood results")
    say(kept, one, "Pregunta sobre la canción", sender_name="Oma Grete", sender="oma@example.org")
    say(kept, one, "Old", files=(FileIn("Überweisung.pdf", "application/pdf", 3, 1),), text="Old\n> prequel")
    for text, found in (
        ("preg", ["Pregunta sobre la canción", "Pregnant since Tuesday"]),
        ("PREG tues", ["Pregnant since Tuesday"]),
        ("cancion", ["Pregunta sobre la canción"]),
        ("grete oma@example.org", ["Pregunta sobre la canción"]),
        ("blood", ["Pregnant since Tuesday"]),
        ("uberweisung pdf", ["Old"]),
        ("prequel", ["Old"]),
        ("munoz maria", ["Old", "Pregunta sobre la canción", "Pregnant since Tuesday"]),
        ("egnant", []),
        ("preg zzz", []),
    ):
        assert texts(find(kept, text)) == found, text


def test_what_was_opened_or_changed_is_found_by_what_it_says_now(kept: Database) -> None:
    one = start(kept)
    entry = say(kept, one, "")
    assert texts(find(kept, "secret")) == []
    opened = an_entry(one.id, id=entry.id, seq=entry.seq, own="A secret")
    kept.write(lambda tx: entries.update(tx, opened))
    assert texts(find(kept, "secr")) == ["A secret"]
    kept.write(lambda tx: entries.update(tx, an_entry(one.id, id=entry.id, seq=entry.seq, own="Nothing")))
    assert texts(find(kept, "secr")) == []


HOSTILE = [
    *('"', "'", '"preg', "preg*", "preg AND", "NOT", "a NEAR/2 b", "own:preg", "{a b}:c", "^preg", "-preg"),
    *("(", "((((", "preg)", "--", ";", "%", "_", "\\", "\x00", "preg\x00\x01", "\u202e", "\ud800"),
    *("*", "?1", ":words", "{where}", "!!!???...", "\u19b0", "a\u19b0b", "\u1cf2x", "\U0001f600", "ﬁ", "ß"),
    *("preg " * 2_500, "x" * 10_000, '" OR 1=1 --', "e\u0301", "\u0301" * 20, "क\u093f", "日本語", "\u2028"),
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_is_no_error(kept: Database, text: str) -> None:
    say(kept, start(kept, person=MARIA.id), "preg")
    for query in (MailQuery(text=text), MailQuery(text=text, person=MARIA.id)):
        kept.read(lambda tx, query=query: mailsearch.find(tx, query))  # type: ignore[misc]
        kept.read(lambda tx, query=query: mailsearch.find_tasks(tx, query))  # type: ignore[misc]


def test_every_letter_there_is_can_be_looked_for(kept: Database) -> None:
    """The index takes words apart by an older Unicode than Python: no letter may be two words to it."""
    letters = [chr(number) for number in range(sys.maxunicode + 1) if WORD.fullmatch(chr(number))]
    assert len(letters) > 100_000

    def look(tx: Tx) -> None:
        for at in range(0, len(letters), 30):
            joined = "a".join(letters[at : at + 30])
            mailsearch.find(tx, MailQuery(text=joined))

    kept.read(look)


def test_random_noise_is_no_error(kept: Database) -> None:
    pick = random.Random(7)
    signs = "\"'*()^:-+{}[],.\\\x00\t\n aA0éßñ%_ANDORNEAR"
    say(kept, start(kept), "and or near")

    def look(tx: Tx) -> None:
        for _ in range(400):
            mailsearch.find(tx, MailQuery(text="".join(pick.choices(signs, k=pick.randrange(1, 30)))))

    kept.read(look)


def test_no_text_finds_everything_and_a_text_without_words_nothing(kept: Database) -> None:
    say(kept, start(kept), "hello")
    assert texts(find(kept)) == texts(find(kept, "  \n ")) == ["hello"]
    assert texts(find(kept, "...")) == []


def test_the_words_around_the_first_hit_are_shown() -> None:
    far = an_entry(start_id(), own=f"{'lorem ipsum ' * 50}The  MRI\nwas on Tuesday {'dolor ' * 90}")
    shown = mailsearch.around(far, ["mri"])
    assert "The MRI was on Tuesday" in shown
    assert len(shown) <= 160
    assert mailsearch.around(far, ["nowhere"]).startswith("lorem ipsum")
    assert mailsearch.around(an_entry(start_id()), ["x"]) == ""


def start_id() -> Any:
    return a_conversation().id


# --- filters ---------------------------------------------------------------------------------


@pytest.fixture(params=[1, 5_000], ids=["each hit looked at", "few first"])
def many(kept: Database, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Sixty conversations of every kind; both ways of looking come to the same."""
    monkeypatch.setattr(mailsearch, "_FEW", request.param)
    labels, states = list(Label), list(ConversationState)
    for number in range(60):
        one = start(
            kept,
            person=(MARIA.id, LEO.id, None)[number % 3],
            label=labels[number % 4],
            state=states[number % 5 % 3],
            owner=ANA.id if number % 7 == 0 else None,
            started_by=ANA.id if number % 11 == 0 else None,
        )
        say(kept, one, f"common {number}", at=NOW + timedelta(hours=number))
    return kept


def expected(db: Database, keeps: Any) -> list[str]:
    """By looking at every row."""

    def rows(tx: Tx) -> list[str]:
        found: list[Conversation] = []
        for place in ("inbox", "unknown", "waiting", "done"):
            found += conversations.listing(tx, place, ANA.id, limit=99)
        said = [(entries.of_conversation(tx, one.id, limit=9)[0], one) for one in found]
        said.sort(key=lambda pair: -pair[0].seq)
        return [entry.own for entry, one in said if keeps(entry, one)]

    return db.read(rows)


@pytest.mark.parametrize("text", ["", "common", "comm 1"])
def test_everything_given_must_hold(many: Database, text: str) -> None:
    since, until = NOW + timedelta(hours=10), NOW + timedelta(hours=40)
    filters: list[dict[str, Any]] = [
        {},
        {"person": MARIA.id},
        {"label": Label.VERY_SENSITIVE},
        {"state": ConversationState.WAITING},
        {"since": since},
        {"until": until},
        {"person": LEO.id, "label": Label.SENSITIVE, "since": since, "until": until},
        {"person": MARIA.id, "state": ConversationState.DONE},
        {"since": until, "until": since},
        {"since": NOW + timedelta(days=99)},
    ]
    for given in filters:

        def keeps(entry: Entry, one: Conversation, given: dict[str, Any] = given) -> bool:
            return (
                (text != "comm 1" or entry.own.split()[1].startswith("1"))
                and ("person" not in given or one.person == given["person"])
                and ("label" not in given or one.label is given["label"])
                and ("state" not in given or one.state is given["state"])
                and ("since" not in given or entry.at >= given["since"])
                and ("until" not in given or entry.at < given["until"])
            )

        wanted = expected(many, keeps)
        assert texts(find(many, text, **given, limit=99)) == wanted, given
        pages = [find(many, text, **given, limit=7, offset=offset) for offset in range(0, 60, 7)]
        assert [own for page in pages for own in texts(page)] == wanted, given
        assert [page.more for page in pages] == [len(wanted) > offset + 7 for offset in range(0, 60, 7)]


@pytest.mark.parametrize("text", ["", "common"])
@pytest.mark.parametrize("labels", [frozenset(), frozenset({Label.ROUTINE, Label.SENSITIVE})])
def test_a_page_is_never_short_of_what_may_be_read(
    many: Database, text: str, labels: frozenset[Label]
) -> None:
    mine = frozenset(Label) - {Label.VERY_SENSITIVE}
    role = Readable(labels, mine, ANA.id)

    def may(_: Entry, one: Conversation) -> bool:
        own = ANA.id in (one.owner, one.started_by)
        return one.label in labels or (own and one.label in mine)

    wanted = expected(many, may)
    assert 5 < len(wanted) < 60
    page = find(many, text, role, limit=5)
    assert texts(page) == wanted[:5]
    newest = expected(many, lambda entry, one: True)[:5]
    assert page.hidden == sum(own not in wanted for own in newest)
    assert texts(find(many, text, role, limit=5, offset=5)) == wanted[5:10]
    assert find(many, text, Readable(frozenset()), limit=5) == Found(hidden=5)


# --- tasks -----------------------------------------------------------------------------------


def test_tasks_are_found_by_name_and_note(kept: Database) -> None:
    def task(number: int, **fields: Any) -> Task:
        one = Task(new_id(), "call-instead", NOW + timedelta(hours=number), **fields)
        kept.write(lambda tx: tasks.add(tx, one))
        return one

    call = task(1, person=MARIA.id, note="ask for the insurance card")
    done = task(2, person=LEO.id, note="insurance", state=TaskState.DONE)
    other = task(3)

    def found(kinds: list[str] | None = None, **query: Any) -> list[Task]:
        return kept.read(lambda tx: mailsearch.find_tasks(tx, MailQuery(**query), kinds))

    assert found(text="insur") == [done, call]
    assert found(text="munoz card") == [call]
    assert found() == [other, done, call]
    assert found(limit=1, offset=1) == [done]
    assert found(person=LEO.id) == found(state=ConversationState.DONE) == [done]
    assert found(text="insur", state=ConversationState.OPEN) == [call]
    assert found(since=NOW + timedelta(hours=2), until=NOW + timedelta(hours=3)) == [done]
    assert found(["call-instead"]) == [other, done, call]
    assert found([]) == found(["own"]) == []
    assert found(label=Label.ROUTINE) == found(state=ConversationState.WAITING) == found(text="!") == []
