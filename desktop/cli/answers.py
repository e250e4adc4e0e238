"""`answers list|entered|file` and `calendar show|slots`: back to the schedule, and what there is room for."""

from __future__ import annotations

from desktop.cli import shapes
from desktop.cli.commands import Call, day_of, free_file, write_file
from desktop.errors import InputError
from desktop.models.records import AppointmentId
from desktop.office.values_answers import AnswerLine, AnswerMark, AnswersShown
from desktop.office.values_calendar import CalendarDay, CalendarShown, SlotsRequest
from desktop.texts import clean


def answers_list(call: Call) -> None:
    shown = call.office.list_answers(call.session(), day_of(call.console, call.args.date))
    _emit_answers(call, shown)


def answers_entered(call: Call) -> None:
    """Of the visit's present time, as the day's list has it."""
    session = call.session()
    day = day_of(call.console, call.args.date)
    shown = call.office.list_answers(session, day)
    wanted = AppointmentId(call.args.visit)
    line = next((one for one in shown.lines if one.appointment == wanted), None)
    if line is None:
        raise InputError("visit-unknown")
    mark = AnswerMark(wanted, line.occurrence, not call.args.undo, line.answer)
    _emit_answers(call, call.office.mark_answer(session, mark))


def answers_file(call: Call) -> None:
    """The record stands before the file does; nothing that is there is written over."""
    target = free_file(call.args.to)
    day = day_of(call.console, call.args.date)
    made = call.office.answers_file(call.session(), day, call.args.form)
    file = write_file(target, made.data)
    call.console.emit({"file": file, "form": made.form, "rows": made.rows, "source": made.source})


def calendar_show(call: Call) -> None:
    _emit_calendar(call, call.office.show_calendar(call.session(), day_of(call.console, call.args.date)))


def calendar_slots(call: Call) -> None:
    day = day_of(call.console, call.args.day)
    request = SlotsRequest((day,) if day else (), call.args.free, call.args.type)
    _emit_calendar(call, call.office.set_slots(call.session(), request))


def _emit_answers(call: Call, shown: AnswersShown) -> None:
    say = call.console.texts.say
    human = [
        "  ".join(
            (
                one.appointment,
                f"{one.start:%H:%M}",
                clean(one.name),
                say(f"ui.answers.said-{one.answer.value if one.answer else 'none'}"),
                say("ui.answers.to-enter") if one.answer and not one.entered_at else "",
            )
        ).rstrip()
        for one in shown.lines
    ]
    call.console.emit(
        {
            "day": shown.day.isoformat(),
            "confirmed": shown.confirmed,
            "declined": shown.declined,
            "silent": shown.silent,
            "left": shown.left,
            "visits": [_line(one) for one in shown.lines],
        },
        human or [say("ui.answers.empty")],
    )


def _line(one: AnswerLine) -> shapes.Doc:
    return {
        "id": one.appointment,
        "person": one.person,
        "name": one.name,
        "start": one.start.isoformat(timespec="minutes"),
        "answer": one.answer.value if one.answer else None,
        "at": shapes.moment(one.at),
        "entered_at": shapes.moment(one.entered_at),
        "entered_by": one.entered_by,
    }


def _emit_calendar(call: Call, shown: CalendarShown) -> None:
    call.console.emit(
        {
            "first": shown.first.isoformat(),
            "days": [_day(one) for one in shown.days],
            "seasons": [
                {
                    "season": one.code,
                    "first": one.first.isoformat(),
                    "last": one.last.isoformat(),
                    "recipe": one.recipe,
                    "template": one.template,
                }
                for one in shown.seasons
            ],
        }
    )


def _day(one: CalendarDay) -> shapes.Doc:
    return {
        "day": one.day.isoformat(),
        "visits": one.visits,
        "free": one.free,
        "slots": [{"type": line.visit_type, "free": line.free} for line in one.slots],
        "closed": one.closed,
        "letters": [
            {"campaign": line.campaign, "name": line.name, "planned": line.planned, "gone": line.gone}
            for line in one.letters
        ],
    }
