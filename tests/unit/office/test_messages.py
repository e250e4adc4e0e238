"""Conversations at the door: listed, shown, taken, changed, answered; hidden from who may not read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.errors import InputError, Refused, SealwellError
from desktop.models import conversations, received
from desktop.models.accounts import Role, Session, UserId
from desktop.models.correspondence import ConversationId, ConversationState, Direction, Retention, Urgency
from desktop.models.records import Label
from desktop.office.api import Office
from desktop.office.values_access import DraftKept
from desktop.office.values_messages import ConversationChange, ConversationQuery, ConversationShown
from desktop.office.wire import from_json, to_json
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of
from tests.support.mailroom import Mailroom

AT_WORK = tuple[Office, Session]
OPEN, DONE = ConversationState.OPEN, ConversationState.DONE


@pytest.fixture
def room(at_work: AT_WORK) -> Mailroom:
    return Mailroom(at_work[0])


@pytest.fixture
def asked(room: Mailroom, at_work: AT_WORK) -> ConversationId:
    """Zoraida asks something."""
    person = person_named(*at_work, "Zoraida")
    return room.comes(
        "Can I move it\nto Thursday?\u202e",
        person,
        ask="ask-move",
        urgency=Urgency.ASKS,
        text="Can I move it\nto Thursday?\n> Your visit is on Tuesday.",
    ).conversation


def code_of(caught: pytest.ExceptionInfo[SealwellError]) -> str:
    return caught.value.code


def acts(work: AT_WORK) -> list[str]:
    return [line.act for line in work[0].query_log(work[1]).lines]


def test_the_inbox_says_who_asks_what_and_how_many_there_are(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId
) -> None:
    office, session = at_work
    room.comes("Who are you?", sender="stranger@example.net")
    shown = office.list_conversations(session, ConversationQuery())
    (line,) = shown.lines
    assert (line.id, line.name, line.subject) == (asked, "Zoraida Canaryfield", "A question")
    assert (line.snippet, line.unseen, line.hidden) == ("Can I move it to Thursday?", True, False)
    assert line.ask is not None
    assert line.ask.params["name"] == "Zoraida Canaryfield"
    assert (shown.counts["inbox"], shown.counts["unknown"], shown.counts["unseen"]) == (1, 1, 2)
    (strange,) = office.list_conversations(session, ConversationQuery("unknown")).lines
    assert (strange.person, "stranger@example.net" in strange.name) == (None, True)
    whole = office.show_conversation(session, asked)
    assert from_json(ConversationShown, to_json(whole)) == whole


def test_what_somebody_has_read_waits_in_the_mailbox_no_more(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId
) -> None:
    office, session = at_work
    unread = room.comes("And who are you?", sender="stranger@example.net").conversation
    assert office.list_received(session).new == 2
    office.show_conversation(session, asked)
    assert office.list_received(session).new == 1
    office.show_conversation(session, unread)
    assert office.list_received(session).new == 0


def test_what_is_unchanged_is_neither_read_nor_recorded(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId
) -> None:
    office, session = at_work
    mark = office.list_conversations(session, ConversationQuery()).mark
    again = office.list_conversations(session, ConversationQuery(known=mark))
    assert (again.unchanged, again.lines, acts(at_work).count("conversations.listed")) == (True, (), 1)
    assert not office.list_conversations(session, ConversationQuery(known=f"{mark}9x")).unchanged
    room.comes("And one more.", sender="stranger@example.net")
    assert not office.list_conversations(session, ConversationQuery(known=mark)).unchanged
    assert acts(at_work).count("conversations.listed") == 3


def test_a_place_that_is_none_is_refused(at_work: AT_WORK) -> None:
    with pytest.raises(InputError) as caught:
        at_work[0].list_conversations(at_work[1], ConversationQuery("attic"))
    assert code_of(caught) == "value-not-allowed"


def test_a_conversation_shows_what_was_said_and_counts_as_seen(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId
) -> None:
    office, session = at_work
    shown = office.show_conversation(session, asked)
    (entry,) = shown.entries
    assert (entry.own, entry.rest) == ("Can I move it\nto Thursday?", "> Your visit is on Tuesday.")
    assert (entry.direction, entry.kind, entry.name) == (Direction.IN, "received", "Zoraida Canaryfield")
    assert (shown.turn, shown.earlier, shown.reply_to) == (1, 0, shown.line.person)
    assert (shown.external_id, str(shown.birth_date)) == ("1001", "1961-04-02")
    assert not room.conversation(asked).unseen
    assert "conversation.shown" in acts(at_work)


def test_of_many_entries_the_newest_are_shown(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    person = person_named(office, session, "Zoraida")
    first = room.comes("Number 0", person, message_id="<0@z.example>").conversation
    for number in range(1, 3):
        room.comes(f"Number {number}", person, references=("<0@z.example>",))
    shown = office.show_conversation(session, first, 2)
    assert ([one.own for one in shown.entries], shown.earlier) == (["Number 1", "Number 2"], 1)
    assert len(office.show_conversation(session, first, 0).entries) == 1


def test_one_that_does_not_exist_is_unknown(at_work: AT_WORK) -> None:
    office, session = at_work
    for call in (office.show_conversation, office.take_conversation, office.begin_answer, office.end_answer):
        with pytest.raises(InputError) as caught:
            call(session, ConversationId("nonsense"))
        assert code_of(caught) == "conversation-unknown"


def test_what_is_locked_is_locked(practice: Practice, at_work: AT_WORK, asked: ConversationId) -> None:
    office, session = at_work
    office.lock()
    with pytest.raises(Refused) as caught:
        office.list_conversations(session, ConversationQuery())
    assert code_of(caught) in ("locked", "signed-out", "session-ended")


def test_very_sensitive_words_are_hidden_from_the_front_desk(room: Mailroom, at_work: AT_WORK) -> None:
    office, _ = at_work
    cy = room.colleague("cy")
    secret = room.comes(
        "About the test result",
        person_named(*at_work, "Zoraida"),
        label=Label.VERY_SENSITIVE,
        ask="ask-question",
    )
    (line,) = office.list_conversations(cy, ConversationQuery()).lines
    assert (line.hidden, line.subject, line.snippet, line.ask) == (True, "", "", None)
    assert line.name == "Zoraida Canaryfield"
    for call in (office.show_conversation, office.take_conversation, office.begin_answer):
        with pytest.raises(Refused) as caught:
            call(cy, secret.conversation)
        assert code_of(caught) == "conversation-hidden"
    assert room.conversation(secret.conversation).unseen
    refused = [line for line in office.query_log(at_work[1]).lines if line.act == "conversation.shown"]
    assert [(line.outcome, line.why) for line in refused] == [("refused", "conversation-hidden")]


def test_billing_reads_only_what_was_given_to_them(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId
) -> None:
    office, session = at_work
    di = room.colleague("di", Role.BILLING)
    with pytest.raises(Refused) as caught:
        office.take_conversation(di, asked)
    assert code_of(caught) == "conversation-hidden"
    office.change_conversation(session, ConversationChange(asked, owner=di.user))
    assert office.show_conversation(di, asked).entries[0].own.startswith("Can I move")


def test_who_takes_it_has_it_and_nobody_else_does(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId
) -> None:
    office, session = at_work
    cy = room.colleague("cy")
    assert office.take_conversation(cy, asked).line.owner_name == "cy"
    assert [line.id for line in office.list_conversations(cy, ConversationQuery("mine")).lines] == [asked]
    with pytest.raises(Refused) as caught:
        office.take_conversation(session, asked)
    assert (code_of(caught), caught.value.params["who"]) == ("taken", "cy")
    office.take_conversation(cy, asked)  # again: still theirs
    office.change_conversation(cy, ConversationChange(asked, give_back=True))
    assert office.take_conversation(session, asked).line.owner == session.user


def test_what_is_done_is_open_again_when_taken(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId
) -> None:
    office, session = at_work
    done = office.change_conversation(session, ConversationChange(asked, state=DONE))
    assert (done.line.state, done.line.urgency, done.line.ask) == (DONE, Urgency.PLAIN, None)
    assert room.conversation(asked).done_at is not None
    taken = office.take_conversation(session, asked)
    assert (taken.line.state, room.conversation(asked).done_at) == (OPEN, None)
    assert taken.line.ask is not None


def test_what_came_in_after_the_look_is_not_settled_unread(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    person = person_named(*at_work, "Zoraida")
    asked = room.comes("May I come?", person, message_id="<one@there.example>").conversation
    seen = office.show_conversation(session, asked)
    then = room.comes("I have chest pain", person, urgency=Urgency.URGENT, in_reply_to="<one@there.example>")
    assert then.conversation == asked
    for state in (DONE, ConversationState.WAITING):
        with pytest.raises(Refused) as caught:
            office.change_conversation(session, ConversationChange(asked, state=state, turn=seen.turn))
        assert code_of(caught) == "conversation-moved-on"
    kept = room.conversation(asked)
    assert (kept.state, kept.unseen, kept.urgency) == (OPEN, True, Urgency.URGENT)


def test_state_and_retention_are_changed_by_themselves(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId
) -> None:
    office, session = at_work
    change = ConversationChange(asked, state=ConversationState.WAITING, retention=Retention.CHART)
    shown = office.change_conversation(session, change)
    assert (shown.line.state, shown.retention, shown.line.owner) == (
        ConversationState.WAITING,
        Retention.CHART,
        None,
    )


def test_it_is_given_only_to_who_may_read_it(room: Mailroom, at_work: AT_WORK, asked: ConversationId) -> None:
    office, session = at_work
    room.put(replace(room.conversation(asked), label=Label.VERY_SENSITIVE))
    cy = room.colleague("cy")
    with pytest.raises(Refused) as caught:
        office.change_conversation(session, ConversationChange(asked, owner=cy.user))
    assert code_of(caught) == "owner-cannot-read"
    with pytest.raises(InputError) as unknown:
        office.change_conversation(session, ConversationChange(asked, owner=UserId("nobody")))
    assert code_of(unknown) == "user-unknown"


def test_a_strangers_conversation_is_linked_with_all_that_was_said(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    entry = room.comes("It is me, Zoraida", sender="z.new@example.net", ask="ask-question")
    person = person_named(*at_work, "Zoraida")
    shown = office.change_conversation(session, ConversationChange(entry.conversation, person=person))
    assert (shown.line.person, shown.entries[0].name) == (person, "Zoraida Canaryfield")
    assert shown.entries[0].elsewhere, "it is said where it came from"
    assert shown.line.ask is not None
    assert shown.line.ask.params["name"] == "Zoraida Canaryfield"
    mail = entry.received
    assert mail is not None
    row = desk_of(office).opened().database.read(lambda tx: received.get(tx, mail))
    assert row is not None
    assert row.person == person
    assert "conversation.linked" in acts(at_work)
    other = ConversationChange(entry.conversation, person=person_named(*at_work, "Bo"))
    with pytest.raises(Refused) as caught:
        office.change_conversation(session, other)
    assert code_of(caught) == "conversation-other-person"


def test_a_stranger_with_a_known_address_may_be_either(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    entry = room.comes("Hello", sender="zoraida@example.org")
    shown = office.show_conversation(session, entry.conversation)
    assert (shown.writers, shown.reply_to) == ((person_named(*at_work, "Zoraida"),), None)


def test_who_answers_is_seen_for_ten_minutes_and_keeps_nobody_out(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId, practice: Practice
) -> None:
    office, session = at_work
    cy = room.colleague("cy")
    first = office.begin_answer(session, asked)
    assert (first.turn, first.other) == (1, "")
    assert office.begin_answer(cy, asked).other == "ana"
    (line,) = office.list_conversations(cy, ConversationQuery()).lines
    assert line.answering == "ana"
    assert office.list_conversations(session, ConversationQuery()).lines[0].answering == ""

    def later(minutes: int) -> None:
        practice.clock.move(minutes * 60)
        office.touch(session)
        office.touch(cy)

    later(5)
    office.keep_draft(session, DraftKept("", None, "Re", "Dear", conversation=asked, turn=1))
    later(6)
    assert office.begin_answer(cy, asked).other == "ana"  # the draft made it longer
    office.end_answer(cy, asked)
    assert office.begin_answer(cy, asked).other == "ana"  # not theirs to end
    mark = office.list_conversations(cy, ConversationQuery()).mark
    assert office.list_conversations(cy, ConversationQuery(known=mark)).unchanged
    later(5)
    (line,) = office.list_conversations(cy, ConversationQuery(known=mark)).lines
    assert line.answering == ""
    assert office.begin_answer(cy, asked).other == ""
    office.end_answer(cy, asked)
    assert room.conversation(asked).answering is None


def test_keeping_a_draft_often_changes_no_list(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId
) -> None:
    office, session = at_work
    office.begin_answer(session, asked)
    mark = office.list_conversations(session, ConversationQuery()).mark
    kept = office.keep_draft(session, DraftKept("", None, "Re", "Dear", conversation=asked, turn=1))
    assert (kept.conversation, kept.turn) == (asked, 1)
    assert office.list_conversations(session, ConversationQuery(known=mark)).unchanged
    (shown,) = office.list_drafts(session).drafts
    assert (shown.conversation, shown.turn, shown.about) == (asked, 1, None)
    with pytest.raises(InputError) as caught:
        office.keep_draft(session, replace(kept, conversation=ConversationId("nonsense")))
    assert code_of(caught) == "conversation-unknown"


def test_a_draft_that_is_left_names_nobody_as_answering(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId
) -> None:
    office, session = at_work
    office.begin_answer(session, asked)
    draft = DraftKept("", None, "Re", "Dear", conversation=asked, turn=1)
    kept = office.keep_draft(session, draft)
    assert room.conversation(asked).answering == session.user
    office.keep_draft(session, replace(kept, left=True))
    assert room.conversation(asked).answering is None


def test_what_somebody_had_taken_is_everybodys_when_they_leave(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId
) -> None:
    office, _ = at_work
    cy = room.colleague("cy")
    office.take_conversation(cy, asked)
    office.begin_answer(cy, asked)
    desk_of(office).opened().database.write(lambda tx: conversations.give_back(tx, cy.user))
    row = room.conversation(asked)
    assert (row.owner, row.answering, row.state) == (None, None, OPEN)


def test_what_somebody_answered_before_they_left_is_nobodys_when_it_opens_again(
    room: Mailroom, at_work: AT_WORK, asked: ConversationId
) -> None:
    office, session = at_work
    cy = room.colleague("cy")
    room.put(replace(room.conversation(asked), state=DONE, owner=cy.user))
    desk_of(office).opened().database.write(lambda tx: conversations.give_back(tx, cy.user))
    assert room.conversation(asked).owner is None
    office.take_conversation(session, asked)
