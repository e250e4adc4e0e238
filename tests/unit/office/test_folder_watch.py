"""Folders that are looked into: stable files only, each once, and a task where somebody is needed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from desktop.errors import DeliveryError, InputError
from desktop.models import people, tasks
from desktop.models.standing import MappingId
from desktop.office.folder_watch import FolderWatch
from desktop.office.task_kinds import FOLDER
from desktop.office.values_imports import PEOPLE, VISITS, FileLook, FolderRequest, MappingRequest
from tests.made_practice import PEOPLE as FILE
from tests.made_practice import Practice
from tests.made_staff import desk_of

ODD = b"Chart,Zzz,Yyy\n1,Ada,Stone\n"


class Watched:
    """A practice with one watched folder, and its watch in the test's own hand."""

    def __init__(
        self, practice: Practice, folder: Path, kind: str = PEOPLE, mapping: MappingId | None = None
    ) -> None:
        self.practice = practice
        self.folder = folder
        self.office, self.session = practice.signed_in()
        self.line = self.office.watch_folder(self.session, FolderRequest(str(folder), kind, mapping, 1))
        opened = desk_of(self.office).opened()
        self.gap = False
        intake = self.office.run_import.__self__._intake  # type: ignore[attr-defined]
        desk = desk_of(self.office)
        self.watch = FolderWatch(
            opened.database, desk.audit, practice.clock, intake, opened.outbox, lambda: self.gap
        )

    def put(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def look(self, minutes: float = 1.1) -> None:
        self.practice.clock.move(60 * minutes)
        self.watch.take_in_due()

    @property
    def people(self) -> int:
        return desk_of(self.office).opened().database.read(people.count)

    @property
    def tasks(self) -> list[str]:
        database = desk_of(self.office).opened().database
        return [str(one.details["code"]) for one in database.read(lambda tx: tasks.open_ones(tx, FOLDER))]


@pytest.fixture
def watched(practice: Practice, tmp_path: Path) -> Watched:
    folder = tmp_path / "lists"
    folder.mkdir()
    return Watched(practice, folder)


def test_a_file_is_taken_in_once_it_stands_still(watched: Watched) -> None:
    path = watched.put("people.csv", FILE[:60])
    watched.look()
    assert watched.people == 0, "it may still be written"
    path.write_bytes(FILE)
    watched.look()
    assert watched.people == 0, "it was being written"
    watched.look()
    assert watched.people == 3
    assert path.exists(), "it belongs to the other program"
    watched.look()
    watched.look()
    line = watched.office.list_imports(watched.session).imports
    assert [one.file_name for one in line] == ["people.csv"]
    assert watched.tasks == []


def test_the_same_content_is_not_taken_twice_by_another_process(watched: Watched) -> None:
    watched.put("people.csv", FILE)
    watched.look()
    watched.look()
    watched.put("copy.csv", FILE)
    watched.look()
    watched.look()
    assert len(watched.office.list_imports(watched.session).imports) == 1


@pytest.mark.parametrize("data", [ODD, b"%PDF-1.4"], ids=["unknown columns", "no list"])
def test_what_cannot_be_taken_in_is_a_task_and_not_tried_again(watched: Watched, data: bytes) -> None:
    watched.put("odd.csv", data)
    watched.look()
    watched.look()
    assert len(watched.tasks) == 1
    line = watched.office.list_folders(watched.session)[0]
    assert line.taken == 0
    watched.look()
    watched.look()
    assert len(watched.tasks) == 1
    assert watched.people == 0


AMBIGUOUS = b"MRN,First Name,Last Name,DOB\n1,Ada,Stone,03/04/1980\n2,Bo,Ng,05/06/1981\n"


def test_dates_that_can_be_read_both_ways_are_not_guessed(watched: Watched) -> None:
    watched.put("both.csv", AMBIGUOUS)
    watched.look()
    watched.look()
    assert (watched.people, watched.tasks) == (0, ["folder-needs-mapping"])


def test_a_folders_mapping_is_not_put_over_other_columns(practice: Practice, tmp_path: Path) -> None:
    office, session = practice.signed_in()
    folder = tmp_path / "lists"
    folder.mkdir()
    seen = office.look_at_file(session, FileLook("both.csv", AMBIGUOUS))
    columns = ("external_id", "first_name", "last_name", "birth_date")
    order = {"date-order": "month-first"}
    kept = office.keep_mapping(session, MappingRequest("Mine", PEOPLE, seen.signature, columns, order))
    watched = Watched(practice, folder, mapping=kept.id)
    watched.put("other.csv", AMBIGUOUS.replace(b"First Name,Last Name", b"Last Name,First Name"))
    watched.look()
    watched.look()
    assert (watched.people, len(watched.tasks)) == (0, 1)
    watched.put("both.csv", AMBIGUOUS)
    watched.look()
    watched.look()
    assert watched.people == 2


def test_a_file_is_tried_again_where_it_was_this_computer_that_could_not(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_worker(data: bytes, kind: str) -> None:
        raise DeliveryError("mail-worker-failed")

    watched.put("people.csv", FILE)
    watched.look()
    with monkeypatch.context() as broken:
        broken.setattr(watched.watch._intake, "read", no_worker)
        watched.look()
    assert (watched.people, watched.tasks) == (0, [])
    assert watched.office.list_folders(watched.session)[0].trouble is not None
    watched.look()
    assert watched.people == 3
    assert watched.office.list_folders(watched.session)[0].trouble is None


def test_a_folder_that_hangs_is_looked_into_by_one_look_alone(watched: Watched) -> None:
    watched.practice.clock.move(120)
    with watched.watch._looking:
        before = threading.active_count()
        for _ in range(3):
            watched.watch.look()
        assert threading.active_count() == before


def test_hidden_and_unfinished_files_and_links_are_left_alone(watched: Watched, tmp_path: Path) -> None:
    for name in (".people.csv", "people.csv.part", "~people.csv"):
        watched.put(name, FILE)
    elsewhere = tmp_path / "people.csv"
    elsewhere.write_bytes(FILE)
    (watched.folder / "link.csv").symlink_to(elsewhere)
    for _ in range(3):
        watched.look()
    assert watched.people == 0


def test_a_folder_that_is_gone_is_said_once(watched: Watched) -> None:
    watched.folder.rmdir()
    watched.look()
    watched.look()
    assert watched.tasks == ["folder-unreachable"]
    trouble = watched.office.list_folders(watched.session)[0].trouble
    assert trouble is not None
    assert trouble.code == "folder-unreachable"


def test_nothing_is_taken_in_while_the_log_does_not_agree(watched: Watched) -> None:
    watched.gap = True
    watched.put("people.csv", FILE)
    watched.look()
    watched.look()
    assert watched.people == 0


def test_a_locked_practice_takes_nothing_in(watched: Watched) -> None:
    watched.put("people.csv", FILE)
    watched.look()
    watched.office.close()
    watched.look()


def test_what_is_forgotten_is_not_looked_into(watched: Watched) -> None:
    watched.put("people.csv", FILE)
    watched.look()
    assert watched.office.forget_folder(watched.session, watched.line.id) == ()
    watched.look()
    assert watched.people == 0


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("none", "folder-missing"),
        ("practice", "folder-own"),
        (".", "folder-own"),
        ("lists", "folder-watched"),
    ],
)
def test_folders_that_cannot_be_watched(watched: Watched, tmp_path: Path, where: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        watched.office.watch_folder(watched.session, FolderRequest(str(tmp_path / where), VISITS))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (("letters", 15), "kind-unknown"),
        ((PEOPLE, 0), "minutes-unknown"),
        ((PEOPLE, 99999), "minutes-unknown"),
    ],
)
def test_requests_that_mean_nothing(
    watched: Watched, tmp_path: Path, request_: tuple[str, int], code: str
) -> None:
    kind, minutes = request_
    with pytest.raises(InputError) as caught:
        watched.office.watch_folder(watched.session, FolderRequest(str(tmp_path), kind, minutes=minutes))
    assert caught.value.code == code
