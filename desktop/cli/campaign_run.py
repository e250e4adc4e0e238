"""`campaigns start|pause|resume|stop|progress|differences|opt-out`."""

from __future__ import annotations

from desktop.cli import shapes
from desktop.cli.campaigns import left_out
from desktop.cli.commands import Call
from desktop.cli.shapes import Doc
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.models.records import PersonId
from desktop.office.values_running import Difference, OptOutRequest, RunShown, StartRequest
from desktop.texts import clean


def campaigns_start(call: Call) -> None:
    """Starts what somebody saw (`--content`, `--audience`), else what stands at this moment."""
    session, args, id_ = call.session(), call.args, CampaignId(call.args.campaign)
    seen = call.office.show_campaign(session, id_)
    request = StartRequest(id_, args.content or seen.content, args.audience or seen.audience)
    _emit(call, session, call.office.start_campaign(session, request))


def campaigns_pause(call: Call) -> None:
    session = call.session()
    _emit(call, session, call.office.pause_campaign(session, CampaignId(call.args.campaign)))


def campaigns_resume(call: Call) -> None:
    session = call.session()
    _emit(call, session, call.office.resume_campaign(session, CampaignId(call.args.campaign)))


def campaigns_stop(call: Call) -> None:
    session = call.session()
    _emit(call, session, call.office.stop_campaign(session, CampaignId(call.args.campaign)))


def campaigns_progress(call: Call) -> None:
    """Numbers alone: it is asked again and again."""
    shown = call.office.campaign_progress(call.session(), CampaignId(call.args.campaign))
    call.console.emit(_run(call, shown))


def campaigns_differences(call: Call) -> None:
    args = call.args
    shown = call.office.list_differences(call.session(), CampaignId(args.campaign), args.limit, args.offset)
    call.console.emit({"total": shown.total, "people": [_difference(call, one) for one in shown.rows]})


def campaigns_opt_out(call: Call) -> None:
    args = call.args
    person = PersonId(args.person) if args.person else None
    taken = call.office.take_opt_out(call.session(), OptOutRequest(args.how, person, args.address or ""))
    call.console.emit({"people": list(taken.people), "pulled": taken.pulled})


def _emit(call: Call, session: Session, shown: RunShown) -> None:
    """The fixed form: with who is left out, as `campaigns show` has it."""
    seen = call.office.show_campaign(session, shown.campaign)
    call.console.emit({**_run(call, shown), "excluded": left_out(call, session, seen)})


def _run(call: Call, shown: RunShown) -> Doc:
    counts = shown.counts
    return {
        "id": shown.campaign,
        "name": clean(shown.name),
        "state": shown.state.value,
        "included": counts.included,
        "counts": {
            "ahead": counts.ahead,
            "waiting": counts.waiting,
            "under_way": counts.under_way,
            "left": counts.left,
            "back": counts.back,
            "unclear": counts.unclear,
            "dropped": counts.dropped,
        },
        "late": [{"code": one.reason.code, "count": one.count} for one in shown.late],
        "differences": shown.differences,
        "held": shapes.maybe_reason(call.console, shown.held),
        "begins": shapes.moment(shown.begins),
        "ends": shapes.moment(shown.ends),
        "started": shapes.moment(shown.started_at),
        "ended": shapes.moment(shown.ended_at),
        "may": list(shown.may),
        "comparison": _note(shown),
    }


def _note(shown: RunShown) -> Doc | None:
    """What two wordings can be compared for."""
    note = shown.note
    if note is None:
        return None
    return {"people": [note.first, note.second], "around": note.base, "least_difference": note.least}


def _difference(call: Call, one: Difference) -> Doc:
    return {
        "person": one.person,
        "name": clean(one.name),
        "reason": shapes.maybe_reason(call.console, one.why),
        "method": one.method.value if one.method else None,
    }
