"""What every year brings: an occasion, and the draft of a campaign that one press makes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.models import rules
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId, CampaignSchedule, CampaignState, TemplateId
from desktop.models.purposes import MailPurpose
from desktop.models.rules import Condition, Every
from desktop.models.standing import SegmentId
from desktop.office.values_calendar import Season
from desktop.office.values_campaigns import CampaignRequest
from desktop.office.values_segments import SegmentRequest
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.dates import day_words

_OVER = frozenset({CampaignState.DONE, CampaignState.STOPPED})
_NINE = time(9)


class Seasons(QWidget):
    """The occasions of a month, each with its button for whoever may plan a campaign."""

    def __init__(self, ui: Ui, on_plan: Callable[[Season], None]) -> None:
        super().__init__()
        self.ui, self._on_plan = ui, on_plan
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        self.words: list[str] = []

    def show_seasons(self, seasons: tuple[Season, ...], *, may_plan: bool) -> None:
        say, language = self.ui.say, self.ui.texts.language
        emptied(self.column)
        self.words = []
        for one in seasons:
            name = say(f"calendar.season.{one.code}")
            days = {"first": day_words(one.first, language), "last": day_words(one.last, language)}
            self._say(say("ui.calendar.season", name=name, **days))
            if may_plan:
                made = button(say("ui.calendar.plan"), partial(self._on_plan, one), "link")
                made.setAccessibleName(f"{made.text()}: {name}")
                self.column.addWidget(made)
        if not seasons:
            self._say(say("ui.calendar.no-season"))

    def _say(self, words: str) -> None:
        self.words.append(words)
        self.column.addWidget(plain_label(words, wrap=True))


def planned(ui: Ui, session: Session, season: Season) -> CampaignId:
    """The draft of this year's campaign: made once, with its group and its letter where there is one.

    Raises as the use cases that make them.
    """
    named = ui.say(f"calendar.season.{season.code}")
    name = ui.say("ui.calendar.campaign-name", name=named, year=season.first.year)
    before = ui.office.list_campaigns(session).campaigns
    found = next((one.id for one in before if one.name == name and one.state not in _OVER), None)
    if found is not None:
        return found
    template, version, purpose = _letter(ui, session, season.template)
    request = CampaignRequest(
        name,
        segment=_group(ui, session, season.recipe),
        template=template,
        template_version=version,
        purpose=purpose,
        schedule=CampaignSchedule(starts=_starts(ui, season)),
    )
    return ui.office.keep_campaign(session, request).line.id


def _group(ui: Ui, session: Session, recipe: str) -> SegmentId | None:
    """The one of that name, else made from the recipe."""
    name = ui.say(f"ui.groups.recipe.{recipe}")
    known = ui.office.list_segments(session).segments
    found = next((one.id for one in known if one.name == name), None)
    if found is not None:
        return found
    made = {one.code: one.rule for one in ui.office.rule_parts(session).recipes}
    if recipe not in made:
        return None
    return ui.office.keep_segment(session, SegmentRequest(name, _everywhere(made[recipe]))).line.id


def _everywhere(rule: str) -> str:
    """Without the ZIP code that a recipe leaves to be filled in: nobody has said which."""
    whole = rules.from_text(rule)
    if not isinstance(whole, Every):
        return rule
    kept = (one for one in whole.rules if not (isinstance(one, Condition) and one.field == "zip"))
    return rules.to_text(Every(tuple(kept)))


def _letter(ui: Ui, session: Session, code: str) -> tuple[TemplateId | None, int, MailPurpose | None]:
    """The practice's own letter of that kind, if it is approved; what such a letter is for in any case."""
    shown = ui.office.list_templates(session)
    purpose = next((one.purpose for one in shown.library if one.code == code), None)
    for one in shown.own:
        if one.code == code and one.approved and not one.retired:
            return one.id, one.approved, one.purpose
    return None, 0, purpose


def _starts(ui: Ui, season: Season) -> datetime | None:
    """On its first day, where that is still to come."""
    first = datetime.combine(season.first, _NINE).astimezone()
    return first if first > ui.clock.now() else None
