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
from desktop.audit.export import Format, export_log, signature_file, verify_export
from desktop.audit.logkey import LogKey, read_vkey, write_vkey
from desktop.errors import InputError
from desktop.models.records import AuditRecord

LogOf = Callable[[int], list[AuditRecord]]
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KEY = LogKey(b"v" * 16, bytes(range(32)))


def exported(records: list[AuditRecord], folder: Path, format_: Format) -> tuple[bytes, bytes | None]:
    to = folder / f"log.{format_.value}"
    export_log(records, to, format_, KEY, NOW)
    side = signature_file(to)
    return to.read_bytes(), side.read_bytes() if side.exists() else None


def refusal(data: bytes, signature: bytes | None = None, public: bytes = KEY.public) -> str:
    try:
        verify_export(data, public, signature)
    except InputError as error:
        return error.code
    return "ok"


def test_every_line_gives_back_the_record_and_its_hash(log_of: LogOf, tmp_path: Path) -> None:
    log = log_of(4)
    data, _ = exported(log, tmp_path, Format.JSONL)
    *lines, closing = data.splitlines()
    for line, record in zip(lines, log, strict=True):
        tree = json.loads(line)
        assert canonical(tree) == line, "the line is canonical as a whole"
        assert canonical(tree["record"]).decode() == record.body
        assert leaf_hash(canonical(tree["record"])) == tree["hash"] == record.hash
    statement = json.loads(closing)["closing"]
    assert (statement["first"], statement["last"], statement["records"]) == (1, 4, 4)
    assert statement["last_hash"] == log[-1].hash
    assert statement["sha256"] == hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()


@pytest.mark.parametrize("format_", list(Format))
def test_an_export_is_accepted_from_its_own_key_only(log_of: LogOf, tmp_path: Path, format_: Format) -> None:
    data, side = exported(log_of(3), tmp_path, format_)
    closing = verify_export(data, KEY.public, side)
    assert (closing.records, closing.last, closing.vkey) == (3, 3, KEY.vkey)
    assert refusal(data, side, LogKey(b"v" * 16, b"z" * 32).public) == "export-altered"


def test_openssl_agrees_with_the_signature(log_of: LogOf, tmp_path: Path) -> None:
    data, _ = exported(log_of(2), tmp_path, Format.JSONL)
    statement = json.loads(data.splitlines()[-1])["closing"]
    (tmp_path / "sig").write_bytes(base64.b64decode(statement.pop("signature")))
    (tmp_path / "msg").write_bytes(b"sealwell/audit-export/1\n" + canonical(statement))
    # SubjectPublicKeyInfo of an Ed25519 key, RFC 8410: a fixed prefix and the 32 bytes.
    (tmp_path / "key").write_bytes(bytes.fromhex("302a300506032b6570032100") + KEY.public)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin"]
    result = subprocess.run(
        [*command, "-in", "msg", "-sigfile", "sig"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Verified Successfully" in result.stdout


@pytest.mark.parametrize("format_", list(Format))
def test_any_flipped_bit_of_any_byte_breaks_it(log_of: LogOf, tmp_path: Path, format_: Format) -> None:
    data, side = exported(log_of(2), tmp_path, format_)
    for spot in range(len(data)):
        changed = bytearray(data)
        changed[spot] ^= 1 << (spot % 8)
        assert refusal(bytes(changed), side) != "ok", spot
    for spot in range(len(side or b"")):
        assert side is not None
        changed = bytearray(side)
        changed[spot] ^= 1 << (spot % 8)
        assert refusal(data, bytes(changed)) != "ok", spot


def test_a_second_spelling_of_the_same_signature_is_refused(log_of: LogOf, tmp_path: Path) -> None:
    # 64 bytes end in a base64 digit of which four bits are ignored by Python's decoder.
    data, _ = exported(log_of(2), tmp_path, Format.JSONL)
    signature = json.loads(data.splitlines()[-1])["closing"]["signature"]
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = signature[:-3] + digits[digits.index(signature[-3]) ^ 1] + "=="
    assert base64.b64decode(other) == base64.b64decode(signature)
    assert refusal(data.replace(signature.encode(), other.encode())) == "export-altered"


def test_a_cut_or_grown_export_is_refused(log_of: LogOf, tmp_path: Path) -> None:
    data, _ = exported(log_of(3), tmp_path, Format.JSONL)
    lines = data.splitlines(keepends=True)
    assert refusal(b"".join(lines[:-1])) == "export-unsigned"
    assert refusal(b"") == "export-unsigned"
    assert refusal(b"".join(lines[1:])) == "export-altered"
    assert refusal(b"".join([lines[0], *lines])) == "export-altered"
    assert refusal(data.rstrip(b"\n")) == "export-altered"
    assert refusal(data + b"\n") != "ok"


@pytest.mark.parametrize("name", ["vkey", "sha256", "records", "format", "signature"])
@pytest.mark.parametrize("value", [None, 5, [], {"a": 1}, "x"])
def test_a_closing_line_of_any_shape_is_refused(
    log_of: LogOf, tmp_path: Path, name: str, value: object
) -> None:
    data, _ = exported(log_of(1), tmp_path, Format.JSONL)
    line, closing = data.splitlines(keepends=True)
    statement = {**json.loads(closing)["closing"], name: value}
    assert refusal(line + canonical({"closing": statement}) + b"\n") == "export-altered"


def test_a_csv_signature_does_not_pass_for_a_jsonl_one(log_of: LogOf, tmp_path: Path) -> None:
    data, side = exported(log_of(2), tmp_path, Format.CSV)
    assert side is not None
    assert refusal(data + side) == "export-altered"


def test_an_empty_log_exports_and_verifies(tmp_path: Path) -> None:
    data, _ = exported([], tmp_path, Format.JSONL)
    assert verify_export(data, KEY.public).records == 0


def test_csv_holds_every_field_and_reads_back(log_of: LogOf, tmp_path: Path) -> None:
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
        assert all(row[name] == str(body[name]) for name in body if name != "det")


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1", "＋1", "－1", "＠x", "'=1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_csv_begins_as_a_formula_and_one_apostrophe_restores_it(
    log_of: LogOf, tmp_path: Path, formula: str
) -> None:
    record = log_of(1)[0]
    body = canonical({**json.loads(record.body), "boot": formula, "why": 'a,"b"\r\nc'}).decode("utf-8")
    data, _ = exported([dataclasses.replace(record, body=body)], tmp_path, Format.CSV)
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""))
    assert row["boot"] == f"'{formula}"
    assert row["why"] == 'a,"b"\r\nc'


def test_a_record_that_was_made_unreadable_comes_out_too(log_of: LogOf, tmp_path: Path) -> None:
    log = log_of(2)
    log[1] = dataclasses.replace(log[1], body='=HYPERLINK("x")\n\ud800')
    data, _ = exported(log, tmp_path, Format.JSONL)
    assert json.loads(data.splitlines()[1]) == {"hash": log[1].hash, "text": log[1].body}
    assert refusal(data) == "ok"
    sheet, _ = exported(log, tmp_path, Format.CSV)
    rows = list(csv.DictReader(io.StringIO(sheet.decode("utf-8"), newline="")))
    assert rows[1]["text"].startswith("'=HYPERLINK")


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


def test_verifier_keys_are_those_of_signed_notes() -> None:
    # golang.org/x/mod/sumdb/note: the key of its documentation.
    vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    name, public = read_vkey(vkey)
    assert name == "PeterNeumann"
    assert write_vkey(name, public) == vkey
    for wrong in (vkey[:-1], vkey.replace("c74f20a3", "c74f20a4"), "PeterNeumann", "", vkey + "="):
        with pytest.raises(InputError, match="verifier-key-unreadable"):
            read_vkey(wrong)
