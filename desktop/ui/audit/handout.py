"""Handing out the log, or a report made from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desktop.office.values_audit import LogExport, LogExported, ReportMade
from desktop.texts import clean
from desktop.ui.bridge import Task
from desktop.ui.handout import HandoutDialog, others

ENDINGS = {"package": "zip", "jsonl": "jsonl", "csv": "csv", "pdf": "pdf", "fhir": "json", "syslog": "log"}


class LogHandoutDialog(HandoutDialog):
    """The log itself may wait for a second person; a report never does."""

    def write_log(self, request: LogExport) -> None:
        def work(task: Task) -> tuple[LogExported, tuple[str, ...]]:
            office = self.ui.office
            made = office.export_log(self._session, request, task.progress)
            asked = others(office, self._session) if made.pending and made.from_ is None else ()
            return made, asked

        self.write(work, self._log_written)

    def write_report(self, work: Callable[[Task], ReportMade]) -> None:
        self.write(work, self._report_written)

    def _log_written(self, answer: tuple[LogExported, tuple[str, ...]]) -> None:
        made, asked = answer
        if made.pending:
            self.wait(made.from_, asked)
            return
        name = clean(Path(made.file).name)
        words = self.ui.texts.count("ui.export.done", made.records, file=name)
        self.end(f"{words} {self.ui.texts.count('ui.export.people', made.people)}")

    def _report_written(self, made: ReportMade) -> None:
        name = clean(Path(made.file).name)
        self.end(self.ui.texts.count("ui.export.report-done", made.rows, file=name))
