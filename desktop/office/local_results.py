"""The room of results in this process; as `local_people.py`."""

from __future__ import annotations

from desktop.office.results import Results


class ResultOffice:
    """Fulfils `api_results.ResultDoor`."""

    def __init__(self, room: Results) -> None:
        self.show_results = room.show_results
        self.show_campaign_results = room.show_campaign_results
        self.export_results = room.export_results
