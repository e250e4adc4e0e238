"""How to call the use cases of imports, saved mappings, watched folders, and the list handed out."""

from __future__ import annotations

from typing import Any

from desktop.models.accounts import Session
from desktop.office.values_imports import (
    KEPT,
    PEOPLE,
    FileLook,
    FolderRequest,
    ImportOrder,
    MappingRequest,
    PeopleExport,
)

FILE = b"MRN,First Name,Last Name,E-mail\n7001,Lena,Listed,lena@example.org\n7002,=1,Bad,\n"
LOOK = FileLook("more.csv", FILE)


def _run(world: Any, session: Session) -> None:
    world.kept["import"] = world.office.run_import(session, ImportOrder(LOOK)).id


def _keep(world: Any, session: Session) -> None:
    request = MappingRequest("Old program", PEOPLE, "0" * 64, ("external_id", "first_name", "last_name"))
    world.kept["mapping"] = world.office.keep_mapping(session, request).id


def _watch(world: Any, session: Session) -> None:
    folder = world.folder.parent / "lists"
    folder.mkdir(exist_ok=True)
    world.kept["folder"] = world.office.watch_folder(session, FolderRequest(str(folder), PEOPLE)).id


IMPORTS = {
    "look_at_file": lambda w, s: w.office.look_at_file(s, LOOK),
    "try_import": lambda w, s: w.office.try_import(s, ImportOrder(LOOK)),
    "run_import": _run,
    "list_imports": lambda w, s: w.office.list_imports(s),
    "show_import": lambda w, s: w.office.show_import(s, w.kept["import"]),
    "rejected_rows": lambda w, s: w.office.rejected_rows(s, w.kept["import"]),
    "settle_source_file": lambda w, s: w.office.settle_source_file(s, w.kept["import"], KEPT),
    "undo_import": lambda w, s: w.office.undo_import(s, w.kept["import"]),
    "keep_mapping": _keep,
    "list_mappings": lambda w, s: w.office.list_mappings(s),
    "forget_mapping": lambda w, s: w.office.forget_mapping(s, w.kept["mapping"]),
    "watch_folder": _watch,
    "list_folders": lambda w, s: w.office.list_folders(s),
    "forget_folder": lambda w, s: w.office.forget_folder(s, w.kept["folder"]),
    "export_people": lambda w, s: w.office.export_people(
        s, PeopleExport("csv", str(w.folder.parent / "people.csv"), "change of program")
    ),
}
