"""Campaigns in words: where one stands, when it goes, by which way, and what its counts say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import time

from PySide6.QtCore import QLocale, QTime

from desktop.models.campaigning import CampaignSchedule, CampaignState
from desktop.models.records import Method
from desktop.office.values_campaigns import CampaignLine, MethodCount, ReasonCount
from desktop.office.values_running import RunCounts, RunShown
from desktop.ui.base import Ui
from desktop.ui.dates import moment_words
from desktop.ui.decision.words import reason_words
from desktop.ui.reminders.drill import GROUPS, LOCKED, NEED, ON_THE_WAY, PLAIN, SEALED

STARTED = frozenset(
    {
        CampaignState.SCHEDULED,
        CampaignState.RUNNING,
        CampaignState.PAUSED,
        CampaignState.DONE,
        CampaignState.STOPPED,
    }
)
"""From here on it has a progress."""
LIVE = frozenset({CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.PAUSED})
OVER = frozenset({CampaignState.DONE, CampaignState.STOPPED})
WAYS = {
    SEALED: "ui.how.sealed",
    ON_THE_WAY: "ui.how.on-the-way",
    LOCKED: "ui.how.locked-file",
    PLAIN: "ui.how.plain",
    NEED: "ui.review.need-you",
}
"""As beside Send, in this order."""
_WEEK = (0, 1, 2, 3, 4)


def state_words(ui: Ui, state: CampaignState) -> str:
    return ui.say(f"ui.campaigns.state-{state.value}")


def tone(ui: Ui, state: CampaignState) -> str:
    """The colour of a state's words; the words say it too."""
    tokens = ui.theme.tokens
    if state in (CampaignState.RUNNING, CampaignState.APPROVED, CampaignState.SCHEDULED):
        return tokens.ok
    return tokens.warn if state in (CampaignState.PAUSED, CampaignState.ASKED) else ""


def reach_words(ui: Ui, line: CampaignLine, run: RunShown | None) -> str:
    """Of one line of the list: how far it is."""
    if run is not None:
        return ui.say("ui.campaigns.left-of", left=run.counts.left, of=run.counts.included)
    if line.included or line.excluded:
        return ui.texts.count("ui.campaigns.get-it", line.included)
    return ui.say("ui.campaigns.not-checked")


def ways(methods: Iterable[MethodCount]) -> Counter[str]:
    """How many go by each way that people tell apart."""
    counts: Counter[str] = Counter()
    for one in methods:
        counts[GROUPS[one.method]] += one.count
    return counts


def way_line(ui: Ui, methods: Iterable[MethodCount]) -> str:
    """Such as "54 encrypted on the way, 3 locked files"."""
    counts = ways(methods)
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
    locale = QLocale("es_US" if ui.texts.language == "es" else "en_US")
    return locale.toString(QTime(hour.hour, hour.minute), QLocale.FormatType.ShortFormat)


def day_name(ui: Ui, day: int) -> str:
    """Such as "Mon", which is 0."""
    return ui.say(f"words.weekday.{day + 1}")


def count_words(ui: Ui, counts: RunCounts) -> str:
    """Such as "126 sent, 1 we can't tell, 244 waiting"."""
    waiting = counts.ahead + counts.waiting + counts.under_way
    said = [ui.say("ui.campaigns.run-left", n=f"{counts.left:,}")]
    for code, number in (
        ("unclear", counts.unclear),
        ("waiting", waiting),
        ("back", counts.back),
        ("dropped", counts.dropped),
    ):
        if number:
            said.append(ui.say(f"ui.campaigns.run-{code}", n=f"{number:,}"))
    return ", ".join(said)


def left_words(ui: Ui, one: ReasonCount) -> str:
    """Why some are left out, of all of them: the sentence about one person would name nobody."""
    code = f"campaign.left.{one.reason.code}"
    return ui.say(code) if ui.texts.has(code) else reason_words(ui, one.reason)
