"""The two stand-alone verifiers: the same verdict over the same files, and the right one."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from desktop.paths import resource
from tests.support.forge import KEY, World, export
from tests.support.outsiders import Job, by_node, by_python, is_signed
from tests.support.tampering import CLASSES, Case

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "audit"
GOLDEN = json.loads((VECTORS / "cases.json").read_text("utf-8"))
PYTHON = (sys.executable, str(resource("auditverify.py")))
NODE = ("node", str(resource("auditverify.mjs")))
BOTH = pytest.mark.parametrize("verifier", [PYTHON, NODE], ids=["python", "node"])


def job(folder: Path, name: str, data: bytes | Path, notes: Iterable[str], key: str, marks: Any) -> Job:
    path = data if isinstance(data, Path) else folder / f"{name}.jsonl"
    if isinstance(data, bytes):
        path.write_bytes(data)
    files = []
    for number, note in enumerate(notes):
        file = folder / f"{name}.{number}.note"
        file.write_text(note, "utf-8")
        files.append(str(file))
    return Job(str(path), key, tuple(files), tuple((first, mark) for first, mark in marks))


def judged(folder: Path, cases: list[Case]) -> list[str]:
    """Where a verdict is not the one that is due, or the two differ."""
    jobs = [
        job(folder, str(number), case.data, case.notes, case.key, case.marks)
        for number, case in enumerate(cases)
    ]
    return [
        f"{case.name}: {case.class_} at {case.first_bad} is due, {one} and {two} were given"
        for case, one, two in zip(cases, by_python(jobs), by_node(jobs), strict=True)
        if one != two or (one["class"], one["first_bad"]) != (case.class_, case.first_bad)
    ]


def test_both_give_the_verdict_that_is_due_over_the_golden_exports(tmp_path: Path) -> None:
    damaged = [case for case in GOLDEN if case["class"] not in ("ok", "unanswered")]
    assert len(damaged) >= 60
    assert {case["class"] for case in damaged} >= set(CLASSES)
    jobs = [
        job(
            tmp_path,
            case["name"],
            VECTORS / f"{case['name']}.jsonl",
            case["checkpoints"],
            case["key"],
            case["marks"],
        )
        for case in GOLDEN
    ]
    python, node = by_python(jobs), by_node(jobs)
    assert python == node
    assert [(case["name"], case["class"], case["first_bad"]) for case in GOLDEN] == [
        (case["name"], verdict["class"], verdict["first_bad"])
        for case, verdict in zip(GOLDEN, python, strict=True)
    ]


def tampered(count: int, seed: str) -> list[Case]:
    """`count` random logs for each of the twelve classes, one way of tampering each."""
    found = []
    for name, maker in CLASSES.items():
        for number in range(count):
            world = World(random.Random(f"{seed}/{name}/{number}"))
            found.append(world.rng.choice(list(maker(world))))
    return found


def test_twelve_classes_of_tampering_are_found_and_named(tmp_path: Path) -> None:
    cases = tampered(10, "short")
    assert len(cases) == 120
    assert judged(tmp_path, cases) == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_twelve_classes_in_five_hundred_random_logs_each(tmp_path: Path) -> None:
    assert judged(tmp_path, tampered(500, "long")) == []


def test_any_flipped_bit_is_found_and_both_say_the_same(tmp_path: Path) -> None:
    data = export(World(random.Random(1), 3, 5).log)
    rng = random.Random(2)
    jobs = []
    for spot in sorted(rng.sample(range(len(data)), 400)):
        changed = bytearray(data)
        changed[spot] ^= 1 << rng.randrange(8)
        jobs.append(job(tmp_path, str(spot), bytes(changed), (), KEY.vkey, ()))
    python, node = by_python(jobs), by_node(jobs)
    assert python == node
    assert [each for each in python if each["ok"]] == []


def test_random_rubbish_is_refused_alike_and_never_by_a_traceback(tmp_path: Path) -> None:
    rng = random.Random(3)
    lines = export(World(random.Random(1), 3, 5).log).split(b"\n")
    jobs = []
    for number in range(300):
        parts = [rng.choice(lines) for _ in range(rng.randrange(1, 8))]
        spot = rng.randrange(len(parts))
        parts[spot] = rng.choice(
            (b"{}", b"[]", b"null", b"1", rng.randbytes(20), b'{"gap":[]}', b'{"record":[]}')
        )
        parts = [lines[0], *parts] if rng.random() < 0.8 else parts
        jobs.append(job(tmp_path, str(number), b"\n".join(parts) + b"\n", (), "", ()))
    python, node = by_python(jobs), by_node(jobs)
    assert python == node
    assert [each for each in python if each["ok"]] == []


@BOTH
def test_the_command_answers_with_json_and_a_code(tmp_path: Path, verifier: tuple[str, ...]) -> None:
    world = World(random.Random(1), 3, 8)
    file = tmp_path / "log.jsonl"
    file.write_bytes(export(world.log))

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*verifier, *words], capture_output=True, text=True, check=False, cwd=tmp_path)

    good = run("log.jsonl", "--key", KEY.vkey, "--json")
    verdict = {"class": "ok", "first_bad": None, "key_checked": True, "ok": True, "records": 8}
    assert json.loads(good.stdout) == {**verdict, "say": "The export is whole.", "size": 8}
    assert (good.returncode, good.stderr) == (0, "")
    unchecked = run("log.jsonl")
    assert unchecked.returncode == 0
    assert "The key itself was not checked" in unchecked.stdout
    assert "not checked" not in run("log.jsonl", "--key", KEY.vkey).stdout
    file.write_bytes(file.read_bytes()[:-9])
    bad = run("log.jsonl")
    assert bad.returncode == 1
    assert bad.stdout.startswith("truncate: ")
    assert "First bad record: 9." in bad.stdout
    for words in (("gone.jsonl",), (".",), ("log.jsonl", "--checkpoint", "gone")):
        missing = run(*words, "--json")
        assert (missing.returncode, missing.stderr) == (1, "")
        assert json.loads(missing.stdout)["class"] == "unreadable"
    for wrongly in ("", "log.jsonl --key x", "log.jsonl --marks 1:ab", "log.jsonl --what", "a b"):
        wrong = run(*wrongly.split())
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert "Traceback" not in wrong.stderr


@BOTH
def test_a_verifier_works_alone_in_an_empty_folder(tmp_path: Path, verifier: tuple[str, ...]) -> None:
    program, script = verifier
    alone = Path(shutil.copy(script, tmp_path))
    (tmp_path / "log.jsonl").write_bytes(export(World(random.Random(1), 3, 8).log))
    flags = ["-I", "-S"] if alone.suffix == ".py" else []
    done = subprocess.run(
        [program, *flags, alone.name, "log.jsonl", "--key", KEY.vkey],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_python_verifier_is_one_short_file_of_the_standard_library() -> None:
    text = resource("auditverify.py").read_text("utf-8")
    assert len(text.splitlines()) <= 400
    imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names | {"__future__"}


def test_its_arithmetic_agrees_with_openssl_about_signatures() -> None:
    rng = random.Random(4)
    for _ in range(20):
        private = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        public, data = private.public_key().public_bytes_raw(), rng.randbytes(rng.randrange(100))
        mark = bytearray(private.sign(data))
        assert is_signed(public, bytes(mark), data)
        mark[rng.randrange(64)] ^= 1 << rng.randrange(8)
        assert not is_signed(public, bytes(mark), data)
        assert not is_signed(rng.randbytes(32), private.sign(data), data)


# RFC 8032, section 7.1, tests 1 to 3.
KNOWN = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("public", "data", "mark"), KNOWN)
def test_the_signatures_of_rfc_8032(public: str, data: str, mark: str) -> None:
    assert is_signed(bytes.fromhex(public), bytes.fromhex(mark), bytes.fromhex(data))


def test_a_signature_whose_number_is_too_large_is_refused() -> None:
    public, data, mark = (bytes.fromhex(part) for part in KNOWN[0])
    order = 2**252 + 27742317777372353535851937790883648493
    larger = mark[:32] + (int.from_bytes(mark[32:], "little") + order).to_bytes(32, "little")
    assert not is_signed(public, larger, data)
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public).verify(larger, data)
