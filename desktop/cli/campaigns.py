"""`campaigns …` until one is approved: made, checked, looked through, asked for and signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Any

from desktop.cli import shapes
from desktop.cli.cards import put_paper
from desktop.cli.commands import Call, free_file
from desktop.cli.facts import wrong
from desktop.cli.relays import chosen, maybe_word, number, only, word, words
from desktop.cli.reports import results
from desktop.cli.sending import DAYS, clock_time, flag
from desktop.cli.shapes import Doc
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId, CampaignSchedule, TemplateId, Variant
from desktop.models.purposes import MailPurpose
from desktop.models.records import Method, PersonId
from desktop.models.standing import SegmentId
from desktop.office.values_campaigns import (
    AudienceQuery,
    CampaignLine,
    CampaignRequest,
    CampaignRow,
    CampaignShown,
    CampaignVerdict,
    PreviewRequest,
)
from desktop.texts import clean

_PAGE = 500
_FIELDS = ("name", "purpose", "answers", "payer", "segment", "without", "template")
_MORE = ("template_version", "variants", "schedule")
_SCHEDULE = ("starts", "first", "last", "days", "per_hour", "per_domain_hour", "by_slots", "resend_uncertain")


def campaigns_list(call: Call) -> None:
    shown = call.office.list_campaigns(call.session())
    call.console.emit({"campaigns": [_line(one) for one in shown.campaigns]})


def campaigns_purpose(call: Call) -> None:
    """Needs no practice: answers in, the next question or the class out."""
    step = call.office.ask_purpose(_answers(call, call.console.document()))
    if step.purpose is None:
        call.console.emit({"question": step.question, "choices": list(step.choices)})
        return
    rests = {"citation": step.citation, "permission": step.authorized, "commercial": step.commercial}
    call.console.emit({"purpose": step.purpose.value, **rests})


def campaigns_create(call: Call) -> None:
    session, given = call.session(), call.console.document()
    id_ = CampaignId(call.args.id) if call.args.id else None
    version = call.office.show_campaign(session, id_).version if id_ is not None else 0
    try:
        only(given, *_FIELDS, *_MORE)
        segment, template = maybe_word(given, "segment"), maybe_word(given, "template")
        request = CampaignRequest(
            name=word(given, "name"),
            id=id_,
            version=version,
            answers=_answers(call, {} if given.get("answers") is None else given["answers"]),
            purpose=chosen(MailPurpose, given, "purpose") if maybe_word(given, "purpose") else None,
            payer=maybe_word(given, "payer"),
            segment=SegmentId(segment) if segment else None,
            without=tuple(CampaignId(one) for one in words(given, "without")),
            template=TemplateId(template) if template else None,
            template_version=number(given, "template_version") if "template_version" in given else 0,
            variants=_variants(given),
            schedule=_schedule(given.get("schedule") or {}),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(call, error) from error
    _emit(call, session, call.office.keep_campaign(session, request))


def campaigns_show(call: Call) -> None:
    session = call.session()
    _emit(call, session, call.office.show_campaign(session, CampaignId(call.args.campaign)))


def campaigns_check(call: Call) -> None:
    session, id_ = call.session(), CampaignId(call.args.campaign)
    _emit(call, session, call.office.check_campaign(session, id_, call.console.progress()))


def campaigns_ask(call: Call) -> None:
    session = call.session()
    _emit(call, session, call.office.ask_campaign(session, CampaignId(call.args.campaign)))


def campaigns_approve(call: Call) -> None:
    """Signs what somebody saw (`--content`, `--audience`), else what stands at this moment."""
    session, args = call.session(), call.args
    seen = call.office.show_campaign(session, CampaignId(args.campaign))
    content, audience = args.content or seen.content, args.audience or seen.audience
    verdict = CampaignVerdict(seen.line.id, not args.refuse, content, audience)
    _emit(call, session, call.office.approve_campaign(session, verdict))


def campaigns_report(call: Call) -> None:
    session, id_ = call.session(), CampaignId(call.args.campaign)
    found = call.office.show_campaign_results(session, id_)
    _emit(call, session, call.office.show_campaign(session, id_), results(call, found.results))


def campaigns_audience(call: Call) -> None:
    args = call.args
    query = AudienceQuery(
        CampaignId(args.campaign),
        True if args.included else False if args.excluded else None,
        args.reason,
        Method(args.method) if args.method else None,
        args.text,
        args.limit,
        args.offset,
    )
    shown = call.office.list_audience(call.session(), query)
    call.console.emit({"total": shown.total, "people": [_row(call, one) for one in shown.rows]})


def campaigns_preview(call: Call) -> None:
    args = call.args
    person = PersonId(args.person) if args.person else None
    shown = call.office.preview_campaign(call.session(), PreviewRequest(CampaignId(args.campaign), person))
    call.console.emit(
        {
            "person": shown.person,
            "place": shown.place,
            "total": shown.total,
            "method": shown.method.value,
            "reasons": shapes.reasons(call.console, shown.reasons),
            "subject": shown.subject,
            "text": shown.text,
            "html": shown.html,
            "missing": list(shown.missing),
            "reason": shapes.maybe_reason(call.console, shown.reason),
            "worst": [{"person": one.person, "name": clean(one.name), "why": one.why} for one in shown.worst],
        }
    )


def campaigns_excluded(call: Call) -> None:
    args, target = call.args, free_file(call.args.to)
    paper = call.office.print_excluded(call.session(), CampaignId(args.campaign), args.form, args.reason)
    put_paper(call, target, paper)


def campaigns_rules(call: Call) -> None:
    call.console.emit(asdict(call.office.campaign_rules(call.session())))


def campaigns_set_rules(call: Call) -> None:
    """What is left out stays as it is."""
    session, given = call.session(), call.console.document()
    before = call.office.campaign_rules(session)
    try:
        only(given, *asdict(before))
        wanted = replace(before, **{name: number(given, name) for name in given})
    except (KeyError, TypeError) as error:
        raise wrong(call, error) from error
    call.console.emit(asdict(call.office.set_campaign_rules(session, wanted)))


# --- shapes ------------------------------------------------------------------------------


def _emit(call: Call, session: Session, shown: CampaignShown, more: Doc | None = None) -> None:
    asked = shown.approval
    approval = None
    if asked is not None:
        decided = {"decided_by": asked.decided_by, "decided_at": shapes.moment(asked.decided_at)}
        waits = {"from": shapes.moment(asked.not_before), "asked_by": asked.asked_by}
        approval = {"id": asked.id, "state": asked.state, **waits, **decided}
    call.console.emit(
        {
            **_line(shown.line),
            "version": shown.version,
            "citation": shown.citation,
            "answers": dict(shown.answers),
            "payer": shown.payer,
            "segment": shown.segment,
            "without": list(shown.without),
            "template": shown.template,
            "template_version": shown.template_version,
            "variants": [asdict(one) for one in shown.variants],
            "schedule": _plan(shown.schedule),
            "missing": list(shown.missing),
            "differs": list(shown.differs),
            "content": shown.content,
            "audience": shown.audience,
            "approval": approval,
            "needs_approval": shapes.maybe_reason(call.console, shown.needs_why),
            "counts": {
                "methods": {one.method.value: one.count for one in shown.methods},
                "reasons": {one.reason.code: one.count for one in shown.reasons},
            },
            "excluded": left_out(call, session, shown),
            **(more or {}),
        }
    )


def left_out(call: Call, session: Session, shown: CampaignShown) -> list[Doc]:
    """Everybody who does not get it, so that nobody has to ask again."""
    found, line = list[CampaignRow](), shown.line
    while len(found) < line.excluded and "list" in shown.may:
        query = AudienceQuery(line.id, included=False, limit=_PAGE, offset=len(found))
        page = call.office.list_audience(session, query).rows
        if not page:
            break
        found += page
    reason = partial(shapes.maybe_reason, call.console)
    return [{"person": one.person, "reason": reason(one.reason), "fix": one.fix} for one in found]


def _plan(one: CampaignSchedule) -> Doc:
    """As `campaigns create` reads it."""
    first, last = (at.isoformat("minutes") if at is not None else None for at in (one.first, one.last))
    days = [DAYS[day] for day in one.days]
    return {**asdict(one), "starts": shapes.moment(one.starts), "first": first, "last": last, "days": days}


def _line(one: CampaignLine) -> Doc:
    return {
        "id": one.id,
        "name": clean(one.name),
        "state": one.state.value,
        "purpose": one.purpose.value,
        "included": one.included,
        "left_out": one.excluded,
        "changed_at": shapes.moment(one.changed_at),
    }


def _row(call: Call, one: CampaignRow) -> Doc:
    return {
        "person": one.person,
        "name": clean(one.name),
        "included": one.included,
        "method": one.method.value if one.method is not None else None,
        "reason": shapes.maybe_reason(call.console, one.reason),
        "fix": one.fix,
        "variant": one.variant,
        "late": shapes.maybe_reason(call.console, one.late),
    }


def _answers(call: Call, given: Any) -> Mapping[str, str]:
    if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
        raise wrong(call, TypeError("answers"))
    return {str(name): answer for name, answer in given.items()}


def _variants(given: dict[str, Any]) -> tuple[Variant, ...]:
    listed = given.get("variants") or []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise TypeError("variants")
    found = []
    for one in listed:
        only(one, "name", "template", "version", "share")
        template = TemplateId(word(one, "template"))
        found.append(Variant(word(one, "name"), template, number(one, "version"), number(one, "share")))
    return tuple(found)


def _schedule(given: Any) -> CampaignSchedule:
    if not isinstance(given, dict):
        raise TypeError("schedule")
    only(given, *_SCHEDULE)
    there = {name for name, value in given.items() if value is not None}
    days = words(given, "days")
    if not set(days) <= set(DAYS):
        raise ValueError("days")
    return CampaignSchedule(
        starts=_moment(given, "starts") if "starts" in there else None,
        first=clock_time(given, "first") if "first" in there else None,
        last=clock_time(given, "last") if "last" in there else None,
        days=tuple(map(DAYS.index, days)),
        per_hour=number(given, "per_hour") if "per_hour" in there else 0,
        per_domain_hour=number(given, "per_domain_hour") if "per_domain_hour" in there else 0,
        by_slots="by_slots" in there and flag(given, "by_slots"),
        resend_uncertain="resend_uncertain" in there and flag(given, "resend_uncertain"),
    )


def _moment(given: dict[str, Any], name: str) -> datetime:
    """A moment with its offset; the office refuses one without."""
    try:
        return datetime.fromisoformat(word(given, name))
    except ValueError:
        raise ValueError(name) from None
