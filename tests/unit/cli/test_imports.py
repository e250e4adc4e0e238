"""`people import --remove`, `imports`, `mappings`, `folders`, `people export`: forms, errors, wrong use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.made_practice import VISITS
from tests.support.shell import Shell

ROWS = b"first_name,last_name,birth_date,email\nEva,Gold,1980-02-29,eva@example.com\nBad,Row,1980-13-40,\n"
LINE = {
    *("id", "kind", "file", "format", "at", "by", "created", "updated", "unchanged", "rejected"),
    *("undone", "source_file"),
}
NOBODY = "0" * 32


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(ROWS)
    return path


def test_the_clear_text_file_is_removed_when_asked_and_that_is_written_down(desk: Shell, file: Path) -> None:
    done = desk("people", "import", str(file), "--remove")
    assert (desk.code, done["created"], done["source_file"]) == (0, 1, "removed")
    assert not file.exists()
    assert desk("imports", "show", done["import"])["source_file"] == "removed"


def test_a_schedule_is_removed_too_and_its_whole_file_behind_a_link(desk: Shell, tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_bytes(VISITS)
    link.symlink_to(real)
    done = desk("appointments", "import", str(link), "--whole", "--confirm", "--remove")
    assert (desk.code, done["source_file"]) == (0, "removed")
    assert not real.exists()
    assert not link.is_symlink()


def test_without_being_asked_the_file_stays_and_a_sentence_says_so(desk: Shell, file: Path) -> None:
    done = desk("people", "import", str(file))
    assert "source_file" not in done
    assert done["import"] in desk.err
    assert file.exists()
    assert desk("imports", "show", done["import"])["source_file"] is None
    assert desk("imports", "file", done["import"], "kept")["source_file"] == "kept"
    assert desk("imports", "file", NOBODY, "kept")["error"]["code"] == "import-unknown"
    desk("imports", "file", done["import"], "burnt")
    assert desk.code == 2


def test_a_trial_or_a_refused_file_removes_nothing(desk: Shell, file: Path) -> None:
    desk("people", "import", str(file), "--remove", "--dry-run")
    assert desk.code == 2
    refused = desk("people", "import", str(file), "--remove", "--strict")
    assert refused["error"]["code"] == "rows-rejected"
    desk("people", "import", str(file), "--dry-run")
    assert not desk.err
    assert file.exists()


def test_a_file_that_cannot_be_removed_is_said_and_is_not_written_down(
    desk: Shell, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def held(path: Path, missing_ok: bool = False) -> None:
        if path.name == file.name:
            raise PermissionError
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", held)
    done = desk("people", "import", str(file), "--remove")
    assert (desk.code, done["created"], done["source_file"]) == (1, 1, None)
    assert done["why"]["code"] == "file-not-removed"
    assert desk("imports", "show", done["import"])["source_file"] is None


def test_an_import_is_listed_shown_handed_out_and_undone(desk: Shell, file: Path, tmp_path: Path) -> None:
    id_ = desk("people", "import", str(file))["import"]
    listed = desk("imports", "list")
    assert (set(listed), listed["total"]) == ({"imports", "total"}, 2)
    assert all(set(one) == LINE for one in listed["imports"])
    assert len(desk("imports", "list", "--limit", "1", "--skip", "1")["imports"]) == 1
    shown = desk("imports", "show", id_)
    assert set(shown) == LINE | {"mapping", "problems"}
    assert [(one["reason"]["code"], one["count"], one["lines"]) for one in shown["problems"]] == [
        ("date-impossible", 1, [3])
    ]
    target = tmp_path / "left-out.csv"
    assert desk("imports", "rejected", id_, "--to", str(target)) == {"file": str(target), "rows": 1}
    assert b"Bad,Row,1980-13-40" in target.read_bytes()
    again = desk("imports", "rejected", id_, "--to", str(target))
    assert again["error"]["code"] == "file-exists"
    undone = desk("imports", "undo", id_)
    assert undone == {
        "import": id_,
        "restored": 0,
        "removed": 1,
        "withdrawn": 0,
        "refusals_kept": 0,
        "changed_since": 0,
    }
    assert desk("imports", "undo", id_)["error"]["code"] == "import-undone-before"
    assert desk("people", "search", "Gold")["people"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("imports", "show", "'; DROP TABLE person"),
        ("imports", "undo", NOBODY),
        ("imports", "rejected", NOBODY, "--to", "x.csv"),
        ("mappings", "forget", NOBODY),
        ("folders", "forget", NOBODY),
        ("folders", "add", "/nowhere-at-all", "--kind", "people"),
    ],
)
def test_what_is_not_there_is_a_known_error(desk: Shell, words: tuple[str, ...]) -> None:
    answer = desk(*words)
    assert (desk.code, set(answer["error"])) == (1, {"code", "message", "hint"})


@pytest.mark.parametrize(
    "words",
    [
        ("imports",),
        ("imports", "list", "--limit", "many"),
        ("imports", "rejected", NOBODY),
        ("folders", "add", "/", "--kind", "letters"),
        ("folders", "add", "/"),
        ("people", "export", "--format", "pdf", "--to", "x", "--reason", "y"),
        ("people", "export", "--format", "csv", "--to", "x"),
    ],
)
def test_other_words_are_wrong_use(desk: Shell, words: tuple[str, ...]) -> None:
    assert (desk(*words), desk.code) == (None, 2)
    assert desk.err


def test_folders_are_watched_once_and_never_the_practice_itself(desk: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    made = desk("folders", "add", str(folder), "--kind", "people", "--minutes", "5")
    assert {**made, "id": ""} == {
        "id": "",
        "path": str(folder),
        "kind": "people",
        "mapping": None,
        "minutes": 5,
        "taken": 0,
        "looked": None,
        "trouble": None,
    }
    twice = desk("folders", "add", str(folder), "--kind", "people")
    assert twice["error"]["code"] == "folder-watched"
    own = desk("folders", "add", str(desk.folder), "--kind", "people")
    assert own["error"]["code"] == "folder-own"
    assert desk("folders", "list") == {"folders": [made]}
    assert desk("folders", "forget", made["id"]) == {"folders": []}
    assert desk("mappings", "list") == {"mappings": []}
    unknown = desk("people", "import", str(tmp_path / "people.csv"), "--mapping", "nothing")
    assert unknown["error"]["code"] == "mapping-unknown"


def test_the_list_of_people_is_handed_out_once_and_with_a_reason(desk: Shell, tmp_path: Path) -> None:
    target = tmp_path / "all.csv"
    words = ("people", "export", "--format", "csv", "--to", str(target), "--reason")
    assert desk(*words, "")["error"]["code"] == "reason-missing"
    assert not target.exists()
    assert desk(*words, "moving house") == {"file": str(target), "people": 3}
    assert b"Canaryfield" in target.read_bytes()
    assert desk(*words, "moving house")["error"]["code"] == "file-exists"


ODD = b"Chart,Given,Surname,Came into the world\n77,Ada,Stone,03/04/1975\n78,Ben,Brook,05/06/1975\n"


def test_which_of_two_numbers_is_the_day_can_be_said_with_the_file(desk: Shell, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_bytes(b"MRN,First Name,Last Name,DOB\n77,Ada,Stone,03/04/1975\n")
    asked = desk("people", "import", str(path))
    assert asked["error"]["code"] == "date-order-unknown"
    assert "--date-order" in asked["error"]["hint"]
    assert desk("people", "import", str(path), "--date-order", "day-first")["created"] == 1
    (ada,) = desk("people", "search", "Stone")["people"]
    assert desk("people", "show", ada["id"])["birth_date"] == "1975-04-03"
    desk("people", "import", str(path), "--date-order", "backwards")
    assert desk.code == 2


def test_what_the_columns_are_is_looked_at_and_kept_for_the_next_file(desk: Shell, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(ODD)
    words = (str(path), "--kind", "people")
    seen = desk("imports", "look", *words)
    assert [one["title"] for one in seen["columns"]] == ["Chart", "Given", "Surname", "Came into the world"]
    assert seen["columns"][1]["samples"] == ["Ada", "Ben"]
    assert (seen["ready"], seen["mapping"]) == (False, None)
    columns = ["external_id", "first_name", "last_name", "birth_date"]
    assert set(columns) <= set(seen["fields"])
    said = {"name": "Old program", "columns": columns, "options": {"date-order": "day-first"}}
    (kept,) = desk("mappings", "keep", *words, given=said)["mappings"]
    assert (kept["name"], kept["columns"], kept["options"]) == (said["name"], columns, said["options"])
    assert desk("imports", "look", *words)["ready"]
    assert desk("people", "import", str(path))["created"] == 2
    (ben,) = desk("people", "search", "Brook")["people"]
    assert desk("people", "show", ben["id"])["birth_date"] == "1975-06-05"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, 2),
        ({"name": "x", "columns": ["external_id"]}, 2),
        ({"name": "x", "columns": "external_id"}, 2),
        ({"name": "x", "options": ["day-first"]}, 2),
        ({"name": "x", "option": {}}, 2),
        ({"name": "", "columns": ["", "first_name", "last_name", ""]}, 1),
        ({"name": "x", "columns": ["", "first_name", "shoe_size", ""]}, 1),
        ({"name": "x", "options": {"date-order": "backwards"}}, 1),
    ],
)
def test_answers_of_another_form_are_not_kept(
    desk: Shell, tmp_path: Path, said: dict[str, object], code: int
) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(ODD)
    desk("mappings", "keep", str(path), "--kind", "people", given=said)
    assert desk.code == code
    assert desk("mappings", "list") == {"mappings": []}


def test_the_list_of_imports_says_what_its_numbers_are(desk: Shell, file: Path) -> None:
    desk("imports", "undo", desk("people", "import", str(file))["import"])
    said = desk.words("imports", "list")
    assert "list.csv  People: 1 new, 0 changed, 0 as they were  1 row left out  taken back" in said
