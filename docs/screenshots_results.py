"""Reports, for `docs/screenshots.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.models.accounts import Session
from desktop.models.outcomes import Sort
from desktop.office.values_results import ResultsExport
from desktop.ui.results.export import ExportResultsDialog
from desktop.ui.results.page import ResultsPage

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera


def at_work(camera: Camera, workspace: Workspace, session: Session) -> None:
    workspace.open("results")
    camera.take("reports")
    page = workspace.pages["results"]
    if not isinstance(page, ResultsPage):
        raise TypeError("Reports is another page")
    for place in range(page.by.count()):
        page.by.setCurrentIndex(place)
        page.by.activated.emit(place)
        camera.take(f"reports-{page.by.currentData()}")
    page.sort.setCurrentIndex(page.sort.findData(Sort.CAMPAIGNS.value))
    page.sort.activated.emit(page.sort.currentIndex())
    camera.take("reports-campaigns")
    camera.dialog("reports-save", ExportResultsDialog(camera.ui, session, ResultsExport("", ""), page))
