"""The rooms of the office in this process that take files in and hand lists out; a part of `local.py`."""

from __future__ import annotations

from typing import NamedTuple

from desktop.office.folders import Folders
from desktop.office.imports import Imports
from desktop.office.mapping_desk import MappingDesk
from desktop.office.people_export import PeopleExports


class ImportRooms(NamedTuple):
    """In the order in which `assembly.py` builds them."""

    imports: Imports
    mappings: MappingDesk
    folders: Folders
    exports: PeopleExports


class ImportOffice:
    """Fulfils the doors of `api_imports.py`, and the two imports of `api.PeopleDoor`."""

    def __init__(self, rooms: ImportRooms) -> None:
        self.import_people = rooms.imports.import_people
        self.import_appointments = rooms.imports.import_appointments
        self.look_at_file = rooms.imports.look_at_file
        self.try_import = rooms.imports.try_import
        self.run_import = rooms.imports.run_import
        self.list_imports = rooms.imports.list_imports
        self.show_import = rooms.imports.show_import
        self.rejected_rows = rooms.imports.rejected_rows
        self.undo_import = rooms.imports.undo_import
        self.settle_source_file = rooms.imports.settle_source_file
        self.keep_mapping = rooms.mappings.keep_mapping
        self.list_mappings = rooms.mappings.list_mappings
        self.forget_mapping = rooms.mappings.forget_mapping
        self.watch_folder = rooms.folders.watch_folder
        self.list_folders = rooms.folders.list_folders
        self.forget_folder = rooms.folders.forget_folder
        self.export_people = rooms.exports.export_people
