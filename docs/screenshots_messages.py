"""Messages, an answer and tasks, for `docs/screenshots.py`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from desktop.models.accounts import Session, UserId
from desktop.models.correspondence import (
    ConversationId,
    ConversationState,
    Direction,
    EntryId,
    FileIn,
    Retention,
    TaskId,
    Urgency,
)
from desktop.models.records import Label, PersonId, Reason
from desktop.office.values_messages import (
    INBOX,
    ConversationLine,
    ConversationShown,
    ConversationsShown,
    EntryShown,
    TaskLine,
    TasksShown,
)
from desktop.ui.compose.page import ComposePage
from desktop.ui.messages.page import MessagesPage
from desktop.ui.people.page import PeoplePage
from desktop.ui.reminders.page import TodayPage

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera

_NOW = datetime(2026, 11, 23, 15, 52, tzinfo=UTC)
_PERSON = PersonId("10000000-0000-4000-8000-000000000001")
_NAME = "Montgomery Sandoval"
_WORDS = {
    "en": {
        "visit": "Your visit on Tuesday",
        "when": "Tue 24 Nov, 2:30 PM",
        "sent": "Dear Montgomery,\n\nyour visit is on Tuesday at 2:30. Bring your insurance card.\nAna",
        "asked": "Could I move it to Thursday? My daughter has a school event.\n\nThank you,\nMontgomery",
        "answer": "Dear Montgomery,\n\nThursday at two is yours.\n\nElm Street Family Practice",
        "medicine": "My new medicine",
        "pain": "Since this morning I have chest pain when I climb stairs.",
        "forms": "Re: New patient forms",
        "attached": "Please find the forms attached.",
        "lab": "Lab hours",
        "saturday": "Is the lab open on Saturday?",
        "file": "insurance card.pdf",
        "own": "Order more referral forms",
    },
    "es": {
        "visit": "Su cita del martes",
        "when": "mar 24 nov, 2:30 p.m.",
        "sent": "Estimado Montgomery:\n\nsu cita es el martes a las 2:30. Traiga su tarjeta.\nAna",
        "asked": "¿Puedo cambiarla al jueves? Mi hija tiene un acto en la escuela.\n\nGracias,\nMontgomery",
        "answer": "Estimado Montgomery:\n\nel jueves a las dos es suyo.\n\nElm Street Family Practice",
        "medicine": "Mi nueva medicina",
        "pain": "Desde esta mañana me duele el pecho al subir escaleras.",
        "forms": "Re: Formularios",
        "attached": "Le mando los formularios.",
        "lab": "Horario del laboratorio",
        "saturday": "¿Abre el laboratorio el sábado?",
        "file": "tarjeta del seguro.pdf",
        "own": "Pedir más formularios de referencia",
    },
}


def at_work(camera: Camera, workspace: Workspace, session: Session) -> None:
    words = _WORDS[camera.ui.texts.language]
    lines = _lines(words, session)
    shown = _conversation(lines[1], words)
    _messages(camera, workspace, lines, shown)
    _answer(camera, workspace, shown, words["answer"])
    _tasks(camera, workspace, session, words)


def _messages(
    camera: Camera, workspace: Workspace, lines: tuple[ConversationLine, ...], shown: ConversationShown
) -> None:
    workspace.open("messages")
    camera.settle()
    page = workspace.pages["messages"]
    if not isinstance(page, MessagesPage):
        raise TypeError("Messages is another page")
    page._timer.stop()
    page._show(INBOX, 0, 50, ConversationsShown(lines, {"inbox": len(lines), "mine": 1, "unknown": 1}))
    page.pane._wanted = shown.line.id
    page.pane._show(shown)
    page.list.choose(shown.line.id)
    camera.take("messages")
    page.pane.show_nothing()
    page.list.choose(None)


def _answer(camera: Camera, workspace: Workspace, shown: ConversationShown, text: str) -> None:
    workspace.open("people")
    camera.settle()
    people, page = workspace.pages["people"], workspace.pages.get("compose")
    if not isinstance(people, PeoplePage):
        raise TypeError("People is another page")
    people.search.setText("Sandoval")
    people.look_up()
    camera.settle()
    workspace.compose(people.rows.rows[0].id)
    camera.settle()
    page = workspace.pages["compose"]
    if not isinstance(page, ComposePage):
        raise TypeError("the letter is another page")
    page.title.setText(camera.ui.say("ui.answer.title"))
    page.answer._show(shown, shown.entries[-1], moved=False)
    page.recipient.fix(True)
    page.subject.setText(f"Re: {shown.line.subject}")
    page.text.setPlainText(text)
    camera.settle()
    page.deciding.open_card(False)
    camera.take("compose-answer")
    page.answer.banner.clear()
    page.clear()
    people.search.clear()
    people.look_up()
    camera.settle()


def _tasks(camera: Camera, workspace: Workspace, session: Session, words: dict[str, str]) -> None:
    workspace.tasks("")
    camera.settle()
    page = workspace.pages["today"]
    if not isinstance(page, TodayPage):
        raise TypeError("Today is another page")
    lines = _task_lines(words, session)
    counts = {line.group: 1 for line in lines}
    page.tasks._show(TasksShown(lines, counts, len(lines)), ended=False)
    page.tasks.view.selectRow(1)
    camera.take("tasks")
    workspace.open("today")
    camera.settle()


def _lines(words: dict[str, str], session: Session) -> tuple[ConversationLine, ...]:
    def line(number: int, name: str, subject: str, snippet: str, **more: object) -> ConversationLine:
        usual: dict[str, object] = {
            "state": ConversationState.OPEN,
            "label": Label.SENSITIVE,
            "urgency": Urgency.PLAIN,
            "changed_at": _NOW - timedelta(hours=number),
            "last": Direction.IN,
            "unseen": False,
        }
        id_ = ConversationId(f"20000000-0000-4000-8000-00000000000{number}")
        return ConversationLine(id_, _PERSON, name, subject, snippet, **usual | more)  # type: ignore[arg-type]

    urgent, move = Reason("ask-urgent", {"name": "Ida Vance"}), {"name": _NAME, "when": words["when"]}
    mine = {"owner": session.user, "owner_name": session.user_name}
    return (
        line(
            0, "Ida Vance", words["medicine"], words["pain"], urgency=Urgency.URGENT, unseen=True, ask=urgent
        ),
        line(
            1,
            _NAME,
            words["visit"],
            words["asked"].partition("\n")[0],
            urgency=Urgency.ASKS,
            ask=Reason("ask-move", dict(move)),
        ),
        line(2, "Linh Nguyen", words["forms"], words["attached"], **mine),
        line(3, "Robert Hale", words["lab"], words["saturday"]),
    )


def _conversation(line: ConversationLine, words: dict[str, str]) -> ConversationShown:
    ours = EntryShown(
        EntryId("30000000-0000-4000-8000-000000000001"),
        _NOW - timedelta(days=1),
        Direction.OUT,
        "ana",
        "",
        line.subject,
        words["sent"],
    )
    theirs = EntryShown(
        EntryId("30000000-0000-4000-8000-000000000002"),
        line.changed_at,
        Direction.IN,
        _NAME,
        "",
        line.subject,
        words["asked"],
        files=(FileIn(words["file"], "application/pdf", 412_000, 2),),
        kind="received",
    )
    return ConversationShown(
        line,
        (ours, theirs),
        2,
        Retention.STANDARD,
        birth_date=date(2002, 5, 1),
        external_id="2001",
        reply_to=_PERSON,
    )


def _task_lines(words: dict[str, str], session: Session) -> tuple[TaskLine, ...]:
    def line(number: int, kind: str, group: str, **more: object) -> TaskLine:
        reason = Reason(f"task-{kind}", more.pop("params", {}))  # type: ignore[arg-type]
        id_ = TaskId(f"40000000-0000-4000-8000-00000000000{number}")
        return TaskLine(id_, kind, group, reason, _NOW - timedelta(hours=number), **more)  # type: ignore[arg-type]

    who = {"person": _PERSON, "name": _NAME, "external_id": "2001"}
    move = {"name": _NAME, "when": words["when"]}
    conversation = ConversationId("20000000-0000-4000-8000-000000000001")
    return (
        line(1, "call", "calls", params={"name": _NAME}, step="call", **who),
        line(
            2,
            "move",
            "moves",
            params=move,
            step="conversation",
            conversation=conversation,
            ends_itself=True,
            owner=UserId(session.user),
            owner_name=session.user_name,
            **who,
        ),
        line(3, "own", "own", params={"words": words["own"]}, note=words["own"], due_at=_NOW),
    )
