"""Campaigns in words: where one stands, when it goes, by which way, and what its counts say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import time

from PySide6.QtCore import QLocale, QTime

from desktop.models.campaigning import CampaignSchedule, CampaignState
from desktop.models.records import Method, Reason
from desktop.office.values_campaigns import CampaignLine, MethodCount, ReasonCount
from desktop.office.values_running import LateCount, RunCounts, SampleNote
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.dates import locale_of, moment_words
from desktop.ui.decision.words import reason_words
from desktop.ui.reminders.drill import GROUPS, LOCKED, NEED, ON_THE_WAY, PLAIN, SEALED

LIVE = frozenset({CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.PAUSED})
OVER = frozenset({CampaignState.DONE, CampaignState.STOPPED})
SIGNED = frozenset({CampaignState.ASKED, CampaignState.APPROVED, CampaignState.SCHEDULED})
"""A change or another check undoes what somebody was asked for, gave or started: a question first."""
WAYS = {
    SEALED: "ui.how.sealed",
    ON_THE_WAY: "ui.how.on-the-way",
    LOCKED: "ui.how.locked-file",
    PLAIN: "ui.how.plain",
    NEED: "ui.review.need-you",
}
"""As beside Send, in this order."""
_WEEK = (0, 1, 2, 3, 4)
_NOBODYS = frozenset({"nothing", "wait"})
"""What mends it that somebody is left out, where no person can do anything about it."""


def state_words(ui: Ui, state: CampaignState) -> str:
    return ui.say(f"ui.campaigns.state-{state.value}")


def begun(line: CampaignLine) -> bool:
    """Whether somebody pressed Start: from then on it has a progress."""
    return line.started_at is not None or line.state is CampaignState.SCHEDULED


def undo_code(state: CampaignState) -> str:
    """Of the question before something is undone; '' where nothing is."""
    if state not in SIGNED:
        return ""
    return "ui.campaigns.undo-start" if state is CampaignState.SCHEDULED else "ui.campaigns.undo"


def tone(ui: Ui, state: CampaignState) -> str:
    """The colour of a state's words; the words say it too."""
    tokens = ui.theme.tokens
    if state in (CampaignState.RUNNING, CampaignState.APPROVED, CampaignState.SCHEDULED):
        return tokens.ok
    return tokens.warn if state in (CampaignState.PAUSED, CampaignState.ASKED) else ""


def reach_words(ui: Ui, line: CampaignLine) -> str:
    """Of one line of the list: how far it is."""
    if line.started_at is not None:
        return ui.say("ui.campaigns.left-of", left=f"{line.left:,}", of=f"{line.included:,}")
    if line.included or line.excluded:
        return ui.texts.count("ui.campaigns.get-it", line.included)
    return ui.say("ui.campaigns.not-checked")


def ways(methods: Iterable[MethodCount], reasons: Iterable[ReasonCount] = ()) -> Counter[str]:
    """How many go by each way that people tell apart, and of how many somebody has to see to something."""
    counts: Counter[str] = Counter()
    for one in methods:
        counts[GROUPS[one.method]] += one.count
    counts[NEED] += sum(one.count for one in reasons if one.fix not in _NOBODYS)
    return counts


def way_line(ui: Ui, methods: Iterable[MethodCount], reasons: Iterable[ReasonCount] = ()) -> str:
    """Such as "54 encrypted on the way, 3 locked files, 3 need you"."""
    counts = ways(methods, reasons)
    return ", ".join(ui.texts.count(code, counts[way]) for way, code in WAYS.items() if counts[way])


def method_words(ui: Ui, method: Method | None) -> str:
    return ui.say(f"ui.method.{method.value}") if method is not None else ""


def schedule_words(ui: Ui, schedule: CampaignSchedule) -> str:
    """When it leaves, as one reads a sentence."""
    language, say = ui.texts.language, ui.say
    parts = [
        say("ui.campaigns.when-at", when=moment_words(schedule.starts, language))
        if schedule.starts is not None
        else say("ui.campaigns.when-now")
    ]
    if schedule.first is not None and schedule.last is not None:
        first, last = hour_words(ui, schedule.first), hour_words(ui, schedule.last)
        parts.append(say("ui.campaigns.when-hours", first=first, last=last))
    if schedule.days:
        code = "week" if schedule.days == _WEEK else ""
        names = ", ".join(day_name(ui, day) for day in schedule.days)
        parts.append(say(f"ui.campaigns.when-{code}") if code else say("ui.campaigns.when-days", days=names))
    if schedule.per_hour:
        parts.append(say("ui.campaigns.when-pace", n=f"{schedule.per_hour:,}"))
    if schedule.per_domain_hour:
        parts.append(say("ui.campaigns.when-domain", n=f"{schedule.per_domain_hour:,}"))
    if schedule.by_slots:
        parts.append(say("ui.campaigns.when-slots"))
    if schedule.resend_uncertain:
        parts.append(say("ui.campaigns.when-again"))
    return " ".join(parts)


def hour_words(ui: Ui, hour: time) -> str:
    return locale_of(ui.texts.language).toString(
        QTime(hour.hour, hour.minute), QLocale.FormatType.ShortFormat
    )


def day_name(ui: Ui, day: int) -> str:
    """Such as "Mon", which is 0."""
    return ui.say(f"words.weekday.{day + 1}")


def count_words(ui: Ui, counts: RunCounts) -> str:
    """Such as "126 sent, 1 we can't tell, 244 waiting"."""
    waiting = counts.ahead + counts.waiting + counts.under_way
    said = [ui.texts.count("ui.campaigns.run-left", counts.left, n=f"{counts.left:,}")]
    for code, number in (
        ("unclear", counts.unclear),
        ("waiting", waiting),
        ("back", counts.back),
        ("dropped", counts.dropped),
    ):
        if number:
            said.append(ui.texts.count(f"ui.campaigns.run-{code}", number, n=f"{number:,}"))
    return ", ".join(said)


def about(ui: Ui, reason: Reason, name: str) -> str:
    """A reason about one person, by name; what is kept of a later one has none in it."""
    return reason_words(ui, Reason(reason.code, {"name": clean(name, 60), **reason.params}))


def held_words(ui: Ui, reason: Reason) -> str:
    """Why nothing leaves at the moment: a reason, or an error that sending came to."""
    if ui.texts.has(f"reason.{reason.code}"):
        return reason_words(ui, reason)
    return " ".join(ui.texts.error(reason.code, reason.params))


def note_words(ui: Ui, note: SampleNote) -> str:
    """What a comparison of two wordings can show."""
    first, second = f"{note.first:,}", f"{note.second:,}"
    return ui.say("ui.campaigns.note", first=first, second=second, base=note.base, least=note.least)


def left_words(ui: Ui, one: ReasonCount | LateCount) -> str:
    """Why some are left out, of all of them: the sentence about one person would name nobody."""
    code = f"campaign.left.{one.reason.code}"
    return ui.say(code) if ui.texts.has(code) else reason_words(ui, one.reason)
