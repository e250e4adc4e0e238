"""As `made_rows.py`, for text blocks and the answer outside the opening hours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop.models.accounts import Session
from desktop.models.correspondence import AfterHours, Notify
from desktop.office.values_messages import SnippetRequest
from tests.made_rows_campaigns import CAMPAIGNS
from tests.made_rows_consent import CONSENT
from tests.made_rows_facts import FACTS
from tests.made_rows_household import HOUSEHOLD
from tests.made_rows_results import RESULTS
from tests.made_rows_running import RUNNING
from tests.made_rows_schedule import SCHEDULE
from tests.made_rows_segments import SEGMENTS
from tests.made_rows_templates import TEMPLATES
from tests.made_rows_windows import WINDOWS

Call = Callable[[Any, Session], object]


def _keep(world: Any, session: Session) -> None:
    request = SnippetRequest("snippet", "Greeting", "Dear {{ first_name }},")
    world.kept["snippet"] = world.office.keep_snippet(session, request).snippets[0].id


AROUND: dict[str, Call] = {
    "keep_snippet": _keep,
    "list_snippets": lambda w, s: w.office.list_snippets(s),
    "fill_snippet": lambda w, s: w.office.fill_snippet(s, w.kept["snippet"], w.person),
    "retire_snippet": lambda w, s: w.office.retire_snippet(s, w.kept["snippet"]),
    "set_after_hours": lambda w, s: w.office.set_after_hours(s, AfterHours(enabled=True), Notify()),
    "show_after_hours": lambda w, s: w.office.show_after_hours(s),
    **FACTS,
    **SEGMENTS,
    **TEMPLATES,
    **CAMPAIGNS,
    **RUNNING,
    **RESULTS,
    **SCHEDULE,
    **WINDOWS,
    **HOUSEHOLD,
    **CONSENT,
}
