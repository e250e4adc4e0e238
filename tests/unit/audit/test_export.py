from __future__ import annotations

import base64
import csv
import dataclasses
import hashlib
import io
import json
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.audit.chain import canonical, leaf_hash
from desktop.audit.export import Format, export_log, signature_file
from desktop.audit.lines import Proofs, Scope, one_a_day
from desktop.audit.logkey import LogKey
from desktop.audit.merkle import root
from desktop.audit.note import Checkpoint, origin_of, read_checkpoint, sign_checkpoint
from desktop.audit.sheet import verify_sheet
from desktop.errors import InputError
from desktop.models.records import AuditRecord
from tests.support.outsiders import Job, by_python

LogOf = Callable[[int], list[AuditRecord]]
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KEY = LogKey(b"v" * 16, bytes(range(32)))


def exported(records: list[AuditRecord], folder: Path, format_: Format) -> tuple[bytes, bytes | None]:
    to = folder / f"log.{format_.value}"
    export_log(records, to, format_, KEY, NOW)
    side = signature_file(to)
    return to.read_bytes(), side.read_bytes() if side.exists() else None


def table(records: list[AuditRecord], folder: Path) -> tuple[bytes, bytes]:
    data, side = exported(records, folder, Format.CSV)
    assert side is not None
    return data, side


def refusal(data: bytes, signature: bytes, public: bytes = KEY.public) -> str:
    try:
        verify_sheet(data, signature, public)
    except InputError as error:
        return error.code
    return "ok"


def verdict(folder: Path) -> tuple[str, int | None, int]:
    """What outsiders find in the exported lines: class, first bad record, records shown."""
    found = by_python([Job(str(folder / "log.jsonl"), KEY.vkey)])[0]
    return found["class"], found["first_bad"], found["records"]


def test_every_line_gives_back_the_record_and_its_hash(log_of: LogOf, tmp_path: Path) -> None:
    log = log_of(4)
    data, _ = exported(log, tmp_path, Format.JSONL)
    header, *lines, closing = data.splitlines()
    for line, record in zip(lines, log, strict=True):
        tree = json.loads(line)
        assert canonical(tree) == line, "the line is canonical as a whole"
        assert canonical(tree["record"]).decode() == record.body
        assert leaf_hash(canonical(tree["record"])) == tree["hash"] == record.hash
    told = json.loads(header)["header"]
    assert (told["v"], told["vault"], told["vkey"], told["filter"]) == (2, (b"v" * 16).hex(), KEY.vkey, {})
    statement = json.loads(closing)["closing"]
    before = b"".join(line + b"\n" for line in (header, *lines))
    assert statement["sha256"] == hashlib.sha256(before).hexdigest()
    assert statement["records"] == 4
    point = read_checkpoint(statement["checkpoint"], KEY.vkey)
    assert (point.size, point.root) == (4, root([bytes.fromhex(record.hash) for record in log]))
    assert verdict(tmp_path) == ("ok", None, 4)


def test_openssl_agrees_with_the_signature_of_the_closing_line(log_of: LogOf, tmp_path: Path) -> None:
    data, _ = exported(log_of(2), tmp_path, Format.JSONL)
    statement = json.loads(data.splitlines()[-1])["closing"]
    (tmp_path / "sig").write_bytes(base64.b64decode(statement.pop("signature")))
    (tmp_path / "msg").write_bytes(b"sealwell/audit-export/2\n" + canonical(statement))
    # SubjectPublicKeyInfo of an Ed25519 key, RFC 8410: a fixed prefix and the 32 bytes.
    (tmp_path / "key").write_bytes(bytes.fromhex("302a300506032b6570032100") + KEY.public)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin"]
    result = subprocess.run(
        [*command, "-in", "msg", "-sigfile", "sig"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Verified Successfully" in result.stdout


def test_a_filter_shows_its_records_and_proves_them(log_of: LogOf, tmp_path: Path) -> None:
    scope = Scope({"seq": 7}, lambda record: record.seq in (1, 7, 8))
    told = export_log(log_of(40), tmp_path / "log.jsonl", Format.JSONL, KEY, NOW, scope)
    assert (told.records, told.first, told.last) == (3, 1, 8)
    assert read_checkpoint(told.checkpoint, KEY.vkey).size == 40
    assert verdict(tmp_path) == ("ok", None, 3)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_bytes().splitlines()]
    gaps = [line["gap"] for line in lines if "gap" in line]
    assert [(gap["first"], gap["last"]) for gap in gaps] == [(2, 6), (9, 40)]
    assert all(len(gap["nodes"]) <= 6 for gap in gaps), "roots of subtrees, not every leaf"


def test_a_range_begins_and_ends_where_asked(log_of: LogOf, tmp_path: Path) -> None:
    told = export_log(log_of(9), tmp_path / "log.jsonl", Format.JSONL, KEY, NOW, Scope(first=3, last=5))
    assert (told.records, told.first, told.last) == (3, 3, 5)
    assert verdict(tmp_path) == ("ok", None, 3)
    sheet = export_log(log_of(9), tmp_path / "log.csv", Format.CSV, KEY, NOW, Scope(first=3, last=5))
    assert (sheet.records, sheet.first, sheet.last) == (3, 3, 5)


def test_a_filter_without_a_name_is_a_bug() -> None:
    with pytest.raises(ValueError, match="named"):
        Scope(wanted=lambda _: True)
    with pytest.raises(ValueError, match="named"):
        Scope({"act": "people.shown"})


def test_kept_checkpoints_and_marks_stand_at_their_records(log_of: LogOf, tmp_path: Path) -> None:
    log = log_of(6)
    note = sign_checkpoint(KEY, Checkpoint(origin_of(b"v" * 16), 4, root_of(log[:4])))
    proofs = Proofs([(4, note)], iter([(3, b"m" * 32), (4, b"n" * 32), (6, b"o" * 32)]))
    export_log(log, tmp_path / "log.jsonl", Format.JSONL, KEY, NOW, Scope(), proofs)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_bytes().splitlines()]
    assert lines[5] == {"checkpoint": note}
    macs = [line.get("mac", "")[:2] for line in lines if "record" in line]
    assert macs == ["", "", "6d", "6e", "", "6f"]
    assert verdict(tmp_path) == ("ok", None, 6)


def root_of(log: list[AuditRecord]) -> bytes:
    return root([bytes.fromhex(record.hash) for record in log])


def test_one_checkpoint_a_day_is_the_last_of_it() -> None:
    def at(day: int, hour: int) -> datetime:
        return datetime(2026, 11, day, hour, tzinfo=UTC)

    kept = [(5, "a", at(1, 8)), (9, "b", at(1, 17)), (12, "c", at(3, 9))]
    assert one_a_day(kept) == [(9, "b"), (12, "c")]


def test_a_table_is_accepted_from_its_own_key_only(log_of: LogOf, tmp_path: Path) -> None:
    data, side = table(log_of(3), tmp_path)
    closing = verify_sheet(data, side, KEY.public)
    assert (closing.records, closing.last, closing.vkey) == (3, 3, KEY.vkey)
    assert refusal(data, side, LogKey(b"v" * 16, b"z" * 32).public) == "export-altered"


def test_any_flipped_bit_of_any_byte_of_a_table_breaks_it(log_of: LogOf, tmp_path: Path) -> None:
    data, side = table(log_of(2), tmp_path)
    for spot in range(len(data)):
        changed = bytearray(data)
        changed[spot] ^= 1 << (spot % 8)
        assert refusal(bytes(changed), side) != "ok", spot
    for spot in range(len(side)):
        changed = bytearray(side)
        changed[spot] ^= 1 << (spot % 8)
        assert refusal(data, bytes(changed)) != "ok", spot


def test_a_second_spelling_of_the_same_signature_is_refused(log_of: LogOf, tmp_path: Path) -> None:
    # 64 bytes end in a base64 digit of which four bits are ignored by Python's decoder.
    data, side = table(log_of(2), tmp_path)
    signature = json.loads(side)["closing"]["signature"]
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = signature[:-3] + digits[digits.index(signature[-3]) ^ 1] + "=="
    assert base64.b64decode(other) == base64.b64decode(signature)
    assert refusal(data, side.replace(signature.encode(), other.encode())) == "export-altered"


@pytest.mark.parametrize("name", ["vkey", "sha256", "records", "format", "signature"])
@pytest.mark.parametrize("value", [None, 5, [], {"a": 1}, "x"])
def test_a_closing_line_of_any_shape_is_refused(
    log_of: LogOf, tmp_path: Path, name: str, value: object
) -> None:
    data, side = table(log_of(1), tmp_path)
    statement = {**json.loads(side)["closing"], name: value}
    assert refusal(data, canonical({"closing": statement}) + b"\n") == "export-altered"


@pytest.mark.parametrize("side", [b"", b"{}", b"[]", b"null", b"\xff", b'{"closing":1}', b"[" * 9999])
def test_what_is_no_closing_line_is_said_to_be_none(log_of: LogOf, tmp_path: Path, side: bytes) -> None:
    data, _ = table(log_of(1), tmp_path)
    assert refusal(data, side) == "export-unsigned"


def test_an_empty_log_exports_and_verifies(tmp_path: Path) -> None:
    exported([], tmp_path, Format.JSONL)
    assert verdict(tmp_path) == ("ok", None, 0)


def test_csv_holds_what_a_reader_needs_no_more_and_reads_back(log_of: LogOf, tmp_path: Path) -> None:
    log = log_of(3)
    data, _ = exported(log, tmp_path, Format.CSV)
    assert data.count(b"\r\n") == 4
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))
    for row, record in zip(rows, log, strict=True):
        body = json.loads(record.body)
        assert row["hash"] == record.hash
        assert json.loads(row["det"]) == body["det"]
        assert row["time"] == datetime.fromtimestamp(body["ts"] / 1000, UTC).isoformat(
            timespec="milliseconds"
        )
        needed = ("seq", "act", "outcome", "why", "actor", "role", "obj")
        assert list(row) == ["seq", "time", *needed[1:], "det", "hash", "text"]
        assert all(row[name] == str(body[name]) for name in needed)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1", "＋1", "－1", "＠x", "'=1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_csv_begins_as_a_formula_and_one_apostrophe_restores_it(
    log_of: LogOf, tmp_path: Path, formula: str
) -> None:
    record = log_of(1)[0]
    body = canonical({**json.loads(record.body), "obj": formula, "why": 'a,"b"\r\nc'}).decode("utf-8")
    data, _ = exported([dataclasses.replace(record, body=body)], tmp_path, Format.CSV)
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""))
    assert row["obj"] == f"'{formula}"
    assert row["why"] == 'a,"b"\r\nc'


def test_a_record_that_was_made_unreadable_comes_out_too(log_of: LogOf, tmp_path: Path) -> None:
    log = log_of(3)
    log[1] = dataclasses.replace(log[1], body='=HYPERLINK("x")\n\ud800')
    data, _ = exported(log, tmp_path, Format.JSONL)
    assert json.loads(data.splitlines()[2]) == {"hash": log[1].hash, "text": log[1].body}
    assert verdict(tmp_path) == ("edit", 2, 1)
    sheet, _ = exported(log, tmp_path, Format.CSV)
    rows = list(csv.DictReader(io.StringIO(sheet.decode("utf-8"), newline="")))
    assert rows[1]["text"].startswith("'=HYPERLINK")


def test_a_hash_that_was_made_unreadable_comes_out_too(log_of: LogOf, tmp_path: Path) -> None:
    log = log_of(3)
    log[1] = dataclasses.replace(log[1], hash='"nothing')
    exported(log, tmp_path, Format.JSONL)
    assert verdict(tmp_path) == ("edit", 2, 1)
    scope = Scope({"seq": 3}, lambda record: record.seq == 3)
    (tmp_path / "log.jsonl").unlink()
    export_log(log, tmp_path / "log.jsonl", Format.JSONL, KEY, NOW, scope)
    assert verdict(tmp_path) == ("ok", None, 1), "the bytes of the one left out were not touched"


def test_a_time_beyond_the_calendar_does_not_stop_the_export(log_of: LogOf, tmp_path: Path) -> None:
    record = log_of(1)[0]
    body = canonical({**json.loads(record.body), "ts": 2**53 - 1}).decode("utf-8")
    data, _ = exported([dataclasses.replace(record, body=body)], tmp_path, Format.CSV)
    assert next(csv.DictReader(io.StringIO(data.decode("utf-8"))))["time"] == ""


@pytest.mark.parametrize("format_", list(Format))
def test_a_file_with_content_is_never_replaced(log_of: LogOf, tmp_path: Path, format_: Format) -> None:
    to = tmp_path / f"log.{format_.value}"
    to.write_bytes(b"the practice's database")
    with pytest.raises(InputError, match="file-exists"):
        export_log(log_of(2), to, format_, KEY, NOW)
    assert to.read_bytes() == b"the practice's database"
    to.write_bytes(b"")
    assert export_log(log_of(2), to, format_, KEY, NOW).records == 2


def test_a_csv_does_not_replace_another_signature(log_of: LogOf, tmp_path: Path) -> None:
    to = tmp_path / "log.csv"
    signature_file(to).write_bytes(b"of another export")
    with pytest.raises(InputError, match="file-exists"):
        export_log(log_of(2), to, Format.CSV, KEY, NOW)
    assert not to.exists()


def test_a_missing_folder_is_a_known_situation(log_of: LogOf, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="file-not-written"):
        export_log(log_of(2), tmp_path / "gone" / "log.jsonl", Format.JSONL, KEY, NOW)


def test_an_export_that_breaks_off_leaves_nothing(log_of: LogOf, tmp_path: Path) -> None:
    def stream() -> Iterator[AuditRecord]:
        yield from log_of(3)
        raise RuntimeError("the reading lane broke")

    with pytest.raises(RuntimeError):
        export_log(stream(), tmp_path / "log.jsonl", Format.JSONL, KEY, NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_the_file_belongs_to_its_owner_alone(log_of: LogOf, tmp_path: Path) -> None:
    exported(log_of(2), tmp_path, Format.CSV)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
