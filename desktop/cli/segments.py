"""`segments …`: groups of people, by rules as JSON; names of people only where they are asked for."""

from __future__ import annotations

import json
from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call
from desktop.cli.facts import wrong
from desktop.cli.relays import maybe_word, only, word
from desktop.models.records import PersonId
from desktop.models.standing import SegmentId
from desktop.office.values_segments import MemberLine, SegmentLine, SegmentRequest, SegmentShown


def segments_list(call: Call) -> None:
    shown = call.office.list_segments(call.session())
    call.console.emit({"segments": [_line(one) for one in shown.segments]})


def segments_recipes(call: Call) -> None:
    parts = call.office.rule_parts(call.session())
    recipes = [{"recipe": one.code, "rule": json.loads(one.rule)} for one in parts.recipes]
    call.console.emit({"recipes": recipes})


def segments_count(call: Call) -> None:
    """A rule from standard input, a recipe, or a kept group; `--sample` names the first of them."""
    session, args = call.session(), call.args
    if args.segment:
        rule = json.dumps({"field": "group", "is": "in", "values": [args.segment]})
    elif args.recipe:
        recipes = {one.code: one.rule for one in call.office.rule_parts(session).recipes}
        if args.recipe not in recipes:
            raise WrongUse(call.console.texts.say("cli.recipe-unknown"))
        rule = recipes[args.recipe]
    else:
        rule = _rule(call, call.console.document())
    counted = call.office.count_rule(session, rule, args.sample)
    answer: shapes.Doc = {"count": counted.count, "of": counted.everybody, "clinical": counted.clinical}
    if args.sample:
        answer["sample"] = [_member(one) for one in counted.sample]
    call.console.emit(answer)


def segments_show(call: Call) -> None:
    args = call.args
    call.console.emit(
        _shown(call.office.show_segment(call.session(), SegmentId(args.segment), args.limit, args.offset))
    )


def segments_keep(call: Call) -> None:
    """With an id the group is changed; without a rule it is a list kept by hand."""
    session, given = call.session(), call.console.document()
    try:
        only(given, "name", "id", "rule")
        name, id_ = word(given, "name"), maybe_word(given, "id")
    except (KeyError, TypeError) as error:
        raise wrong(call, error) from error
    rule = _rule(call, given) if "rule" in given else ""
    version = call.office.show_segment(session, SegmentId(id_), 0).line.version if id_ else 0
    request = SegmentRequest(name, rule, SegmentId(id_) if id_ else None, version)
    call.console.emit(_shown(call.office.keep_segment(session, request)))


def segments_retire(call: Call) -> None:
    shown = call.office.retire_segment(call.session(), SegmentId(call.args.segment))
    call.console.emit({"segments": [_line(one) for one in shown.segments]})


def segments_explain(call: Call) -> None:
    args = call.args
    why = call.office.explain_segment(call.session(), SegmentId(args.segment), PersonId(args.person))
    parts = [
        {
            "depth": one.depth,
            "holds": one.holds,
            **({"joint": one.joint} if one.joint else {"rule": json.loads(one.rule)}),
        }
        for one in why.parts
    ]
    call.console.emit({"inside": why.inside, "reason": why.reason, "parts": parts})


def segments_add(call: Call) -> None:
    who = (PersonId(call.args.person),)
    call.console.emit(_shown(call.office.add_to_segment(call.session(), SegmentId(call.args.segment), who)))


def segments_remove(call: Call) -> None:
    who = (PersonId(call.args.person),)
    shown = call.office.remove_from_segment(call.session(), SegmentId(call.args.segment), who)
    call.console.emit(_shown(shown))


def _rule(call: Call, given: dict[str, Any]) -> str:
    rule = given.get("rule")
    if not isinstance(rule, dict):
        raise wrong(call, TypeError("rule"))
    return json.dumps(rule)


def _line(one: SegmentLine) -> shapes.Doc:
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "count": one.count,
        "clinical": one.clinical,
        "hidden": one.hidden,
    }


def _member(one: MemberLine) -> shapes.Doc:
    return {"id": one.person, "name": one.name, "email": one.email}


def _shown(shown: SegmentShown) -> shapes.Doc:
    rule = json.loads(shown.rule) if shown.rule else None
    return {**_line(shown.line), "rule": rule, "people": [_member(one) for one in shown.members]}
