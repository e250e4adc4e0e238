"""The part of the one door that is about taking files in and handing lists of people out.

As `api.py`: protocols only, nothing heavy is imported.
"""

from __future__ import annotations

from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.documents import Progress
from desktop.models.records import ImportId
from desktop.models.standing import FolderId, MappingId
from desktop.office.values_imports import (
    FileLook,
    FileSeen,
    FolderLine,
    FolderRequest,
    ImportLine,
    ImportOrder,
    ImportReport,
    ImportShown,
    ImportsShown,
    ImportUndone,
    MappingLine,
    MappingRequest,
    PeopleExport,
    PeopleExported,
    RowsFile,
)


class ImportDoor(Protocol):
    """One file at a time: look, try, run; afterwards its report, its undo, its source file."""

    def look_at_file(self, session: Session, look: FileLook) -> FileSeen:
        """Format, columns with guesses and samples, and what has to be asked. Nothing is stored."""
        ...

    def try_import(
        self, session: Session, order: ImportOrder, progress: Progress | None = None
    ) -> ImportReport:
        """The same work as `run_import`, undone."""
        ...

    def run_import(
        self, session: Session, order: ImportOrder, progress: Progress | None = None
    ) -> ImportReport:
        """Every row that passes, or none. Raises InputError, `confirm-needed` among them;
        Refused("cancelled")."""
        ...

    def list_imports(self, session: Session, limit: int = 100, offset: int = 0) -> ImportsShown: ...
    def show_import(self, session: Session, import_id: ImportId) -> ImportShown: ...
    def rejected_rows(self, session: Session, import_id: ImportId) -> RowsFile: ...
    def undo_import(self, session: Session, import_id: ImportId) -> ImportUndone:
        """What it brought goes, what it changed comes back; refusals stay. Raises Refused "undone-before"."""
        ...

    def settle_source_file(self, session: Session, import_id: ImportId, what: str) -> ImportLine:
        """Record what became of the clear-text file: `removed`, `kept` or `gone`."""
        ...


class MappingDoor(Protocol):
    def keep_mapping(self, session: Session, request: MappingRequest) -> MappingLine: ...
    def list_mappings(self, session: Session) -> tuple[MappingLine, ...]: ...
    def forget_mapping(self, session: Session, mapping: MappingId) -> tuple[MappingLine, ...]: ...


class FolderDoor(Protocol):
    """Folders of the main computer that other programs write their lists into."""

    def watch_folder(self, session: Session, request: FolderRequest) -> FolderLine: ...
    def list_folders(self, session: Session) -> tuple[FolderLine, ...]: ...
    def forget_folder(self, session: Session, folder: FolderId) -> tuple[FolderLine, ...]: ...


class ExportDoor(Protocol):
    def export_people(
        self, session: Session, request: PeopleExport, progress: Progress | None = None
    ) -> PeopleExported:
        """Write the file, or, above the limit of people, ask a second person and answer `pending`."""
        ...
