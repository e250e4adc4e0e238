"""The two verifiers that outsiders run, over many files in one process each."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from desktop.paths import resource

_SPEC = importlib.util.spec_from_file_location("auditverify", resource("auditverify.py"))
if _SPEC is None or _SPEC.loader is None:
    raise ImportError("auditverify.py")
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)

_RUNNER = """
import { readFileSync } from "node:fs";
const { check } = await import(process.argv[2]);
for (const line of readFileSync(0, "utf8").split("\\n").filter(Boolean)) {
  const job = JSON.parse(line);
  const marks = new Map(job.marks.map(([first, key]) => [first, Buffer.from(key, "hex")]));
  console.log(JSON.stringify(check(job.file, job.key, job.notes, marks)));
}
"""


@dataclass(frozen=True)
class Job:
    """One export and what an outsider holds beside it: paths of notes, first keys of marks in hex."""

    file: str
    key: str = ""
    notes: tuple[str, ...] = ()
    marks: tuple[tuple[int, str], ...] = ()


def by_python(jobs: Iterable[Job]) -> list[dict[str, Any]]:
    return [
        _MODULE.check(
            job.file, job.key, list(job.notes), {first: bytes.fromhex(key) for first, key in job.marks}
        )
        for job in jobs
    ]


def by_node(jobs: Iterable[Job]) -> list[dict[str, Any]]:
    script = resource("auditverify.mjs").resolve().as_uri()
    feed = "\n".join(json.dumps(asdict(job)) for job in jobs)
    done = subprocess.run(
        ["node", "--input-type=module", "-e", _RUNNER, "run", script],
        input=feed,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def is_signed(public: bytes, mark: bytes, data: bytes) -> bool:
    """Ed25519 by the Python verifier's own arithmetic."""
    return bool(_MODULE.is_signed(public, mark, data))
