"""How to call the use cases of results."""

from __future__ import annotations

from typing import Any

from desktop.models.accounts import Session
from desktop.office.values_results import ResultsExport, ResultsQuery


def _export(world: Any, session: Session) -> None:
    world.office.export_results(session, ResultsExport("csv", str(world.folder / "report.csv")))


RESULTS = {
    "show_results": lambda w, s: w.office.show_results(s, ResultsQuery()),
    "show_campaign_results": lambda w, s: w.office.show_campaign_results(s, w.kept["campaign"]),
    "export_results": _export,
}
