"""What few processes use is not loaded by all: docs/adr/0025-what-is-loaded-late.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import ROOT

HEAVY = frozenset(
    {
        *("PIL", "PySide6", "alembic", "email_validator", "fido2", "flufl", "fontTools"),
        *("fsspec", "holidays", "httpx", "icalendar", "lxml", "mako", "markdown_it", "nacl"),
        *("obstore", "paramiko", "pikepdf", "pygments", "pypdfium2", "python_calamine", "rich", "vobject"),
        *("webdav4", "xlsxwriter", "zxcvbn"),
    }
)
"""Each belongs to a few use cases."""
OFFICE = frozenset({"cryptography", "dns", "jinja2", "keyring", "sqlalchemy"})
"""What an office needs at once, and nothing else."""
OPEN = """
import sys
from pathlib import Path
from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.kdf import FLOOR
from desktop.office.values_entry import Credentials, NewPractice
from desktop.paths import PracticeFolder
import pyotp
folder = PracticeFolder(Path(sys.argv[1]))
office = build_office(folder, SystemClock(), params=lambda: FLOOR, device_store=lambda: None)
password = "quiet harbour seven lanterns"
made = office.create_practice(NewPractice("Practice", "UTC", "ana", password=password))
code = pyotp.TOTP(pyotp.parse_uri(made.totp_uri).secret).now()
session = office.sign_in(Credentials("ana", password=password, code=code)).session
office.search_people(session, "")
office.close()
"""
EXPLAIN = "import sys; sys.argv = ['sealwell', '--help']; from desktop.__main__ import main; main()"


def loaded(program: str, *arguments: str) -> set[str]:
    """The outermost names of what a fresh process has loaded once `program` is through."""
    end = "\nprint('\\nloaded:', *sorted({name.partition('.')[0] for name in sys.modules}))"
    if program is EXPLAIN:
        program = program.replace("main()", "\ntry:\n    main()\nexcept SystemExit:\n    pass")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{program}{end}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("loaded:")[2].split())


def test_the_list_names_what_there_is() -> None:
    """A name that nobody imports would hold nothing."""
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "desktop").rglob("*.py"))
    with_others = {"lxml", "mako", "nacl", "pygments", "rich"}  # what libraries bring along
    unknown = {name for name in HEAVY - with_others if not re.search(rf"(import|from) {name}\b", sources)}
    assert not unknown


def test_an_office_is_built_without_what_few_use_cases_need() -> None:
    assert not loaded("import desktop.assembly") & HEAVY


def test_a_practice_is_made_and_opened_without_it_too(tmp_path: Path) -> None:
    """A new password is looked at by its own library, once in a practice's life."""
    assert not loaded(OPEN, str(tmp_path / "practice")) & (HEAVY - {"zxcvbn"})


@pytest.mark.parametrize("module", ["desktop.mail.parsing_worker", "desktop.mail.reading_worker"])
def test_who_reads_strangers_files_loads_no_office(module: str) -> None:
    assert not loaded(f"import {module}") & ((HEAVY | OFFICE) - {"cryptography"})


def test_a_backups_process_loads_no_room() -> None:
    assert not loaded("import desktop.sync.backup_worker") & HEAVY


def test_a_command_that_explains_itself_loads_no_office() -> None:
    assert not loaded(EXPLAIN) & (HEAVY | OFFICE)


def test_what_cannot_change_gets_its_methods_late() -> None:
    """A module whose every dataclass is frozen takes `desktop.frozen`; where some may change, both are."""
    early = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "desktop").rglob("*.py")
        if path.name != "frozen.py"
        and re.search(
            r"^from dataclasses import .*\bdataclass\b", text := path.read_text("utf-8"), re.MULTILINE
        )
        and set(re.findall(r"^ *(@dataclass\b.*)$", text, re.MULTILINE)) == {"@dataclass(frozen=True)"}
    ]
    assert not early
