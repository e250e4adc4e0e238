"""What a role may not read does not reach it by another way: a search, a task, a draft, a guessed id."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.audit.touched import LISTS
from desktop.errors import Refused
from desktop.models.accounts import Role, Session
from desktop.models.correspondence import ConversationId, ConversationState, EntryId, MailQuery
from desktop.models.records import Label, Reason
from desktop.office.api import Office
from desktop.office.values_access import DraftKept
from desktop.office.values_messages import (
    ConversationChange,
    TaskChange,
    TaskEnd,
    TaskLine,
    TaskQuery,
    TaskRequest,
)
from tests.made_practice import person_named
from tests.support.mailroom import Mailroom

AT_WORK = tuple[Office, Session]


@pytest.fixture
def room(at_work: AT_WORK) -> Mailroom:
    return Mailroom(at_work[0])


@pytest.fixture
def secret(room: Mailroom, at_work: AT_WORK) -> ConversationId:
    """Very sensitive: not for the front desk."""
    person = person_named(*at_work, "Zoraida")
    return room.comes("About the biopsy", person, label=Label.VERY_SENSITIVE).conversation


def own_of(office: Office, session: Session) -> list[TaskLine]:
    return [one for one in office.list_tasks(session, TaskQuery()).tasks if one.kind == "own"]


def test_how_many_hidden_messages_have_a_word_is_not_told(
    room: Mailroom, at_work: AT_WORK, secret: ConversationId
) -> None:
    """Else `biopsy` of one person, asked of the search, would be answered by the number."""
    office, _ = at_work
    person = person_named(*at_work, "Zoraida")
    for session in (room.colleague("cy"), room.colleague("di", Role.BILLING)):
        there, nowhere = (
            office.search_mail(session, MailQuery(word, person)) for word in ("biopsy", "nosuchword")
        )
        assert there == nowhere
        assert there.hits == ()
        assert there.hidden == 1


def test_a_note_on_a_hidden_conversation_is_not_shown_and_not_found(
    room: Mailroom, at_work: AT_WORK, secret: ConversationId
) -> None:
    office, session = at_work
    person, cy = person_named(*at_work, "Zoraida"), room.colleague("cy")
    made = office.add_task(session, TaskRequest("Call about the biopsy", conversation=secret))
    (seen,) = own_of(office, cy)
    assert (seen.note, seen.title) == ("", Reason("task-own-hidden", {"name": "Zoraida Canaryfield"}))
    assert office.search_mail(cy, MailQuery("biopsy")).tasks == ()
    assert len(office.search_mail(session, MailQuery("biopsy")).tasks) == 1
    assert [one.note for one in office.search_mail(cy, MailQuery("", person)).tasks] == [""]
    for change in (TaskChange(made.id, owner=cy.user), TaskChange(made.id, note="x")):
        with pytest.raises(Refused) as caught:
            office.change_task(cy, change)
        assert caught.value.code == "conversation-hidden"
    given = office.change_task(session, TaskChange(made.id, owner=cy.user))
    assert given.owner == cy.user
    assert own_of(office, cy)[0].note == "Call about the biopsy"
    assert office.end_task(cy, TaskEnd(made.id)).result == "done"


def test_nobody_adds_a_task_to_what_they_may_not_read(
    room: Mailroom, at_work: AT_WORK, secret: ConversationId
) -> None:
    office, session = at_work
    office.change_conversation(session, ConversationChange(secret, state=ConversationState.DONE))
    person, cy = person_named(*at_work, "Zoraida"), room.colleague("cy")
    for request in (TaskRequest("x", conversation=secret), TaskRequest("x", person, conversation=secret)):
        with pytest.raises(Refused) as caught:
            office.add_task(cy, request)
        assert caught.value.code == "conversation-hidden"
    assert room.conversation(secret).state is ConversationState.DONE


def test_a_draft_of_what_became_hidden_is_kept_and_answers_for_nobody(
    room: Mailroom, at_work: AT_WORK, secret: ConversationId
) -> None:
    office, session = at_work
    person, cy = person_named(*at_work, "Zoraida"), room.colleague("cy")
    kept = office.keep_draft(cy, DraftKept("", person, "", "Dear", conversation=secret, turn=1))
    assert kept.id
    assert room.conversation(secret).answering is None
    assert office.list_drafts(session).drafts == ()


def test_every_refused_look_is_on_record(room: Mailroom, at_work: AT_WORK, secret: ConversationId) -> None:
    office, session = at_work
    (entry,) = office.show_conversation(session, secret).entries
    cy = room.colleague("cy")
    tries: list[tuple[str, Callable[[], object]]] = [
        ("messages.handle", lambda: office.take_conversation(cy, secret)),
        ("messages.handle", lambda: office.begin_answer(cy, secret)),
        ("messages.handle", lambda: office.change_conversation(cy, ConversationChange(secret))),
        ("messages.handle", lambda: office.wrong_person(cy, EntryId(entry.id))),
    ]
    for action, look in tries:
        with pytest.raises(Refused) as caught:
            look()
        assert caught.value.code == "conversation-hidden"
        refused = next(one for one in office.query_log(session).lines if one.outcome == "refused")
        assert (refused.obj, refused.why) == (action, "conversation-hidden")


def test_a_hit_of_somebody_not_on_record_names_their_address(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    room.comes("Send me the records", sender="evil@stranger.example", sender_name="Dr. Ana Garcia")
    (hit,) = office.search_mail(session, MailQuery("records")).hits
    assert hit.name == "Dr. Ana Garcia <evil@stranger.example>"


def test_whose_names_the_list_of_received_mail_showed_is_on_record(
    room: Mailroom, at_work: AT_WORK, secret: ConversationId
) -> None:
    office, cy = at_work[0], room.colleague("cy")
    (line,) = office.list_received(cy).lines
    assert (line.name, line.words) == ("Zoraida Canaryfield", "")
    assert "received.listed" in LISTS
