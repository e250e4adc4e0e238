"""The rooms know whom they may know, and a breach would be seen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import ROOT

PROGRAM = """
import sys
from importlinter.cli import lint_imports
sys.exit(lint_imports(no_logo=True, no_cache=True))
"""
BREACHES = {
    "desktop/people/breach.py": "import desktop.mail",
    "desktop/sync/breach.py": "import desktop.campaigns\nimport sqlalchemy",
    "desktop/cli/breach.py": "import desktop.models.people\nimport PySide6",
    "desktop/crypto/breach.py": "import desktop.config\nimport sqlite3",
    "desktop/mail/breach.py": "import gnupg\nimport aiosmtplib\nimport pickle",
    "desktop/mail/breach_two.py": "import imapclient\nimport holidays\nimport fido2\nimport pypdfium2",
    "desktop/sync/breach_two.py": "import paramiko",
    "desktop/mail/breach_three.py": "import pikepdf\nimport obstore\nimport flufl.bounce\nimport nh3",
    "desktop/mail/breach_four.py": "import mjml",
    "desktop/audit/one.py": "import desktop.audit.two",
    "desktop/audit/two.py": "import desktop.audit.one",
    "desktop/ui/breach.py": "import keyring",
    "desktop/office/__init__.py": "import cryptography",
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "PYTHONPATH": str(root)}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=root,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_every_contract_is_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_every_contract_sees_its_breach(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "desktop", tmp_path / "desktop", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, source in BREACHES.items():
        (tmp_path / name).write_text(source, "utf-8")
    done = lint(tmp_path)
    assert done.returncode == 1
    assert " KEPT" not in done.stdout
    assert done.stdout.count(" BROKEN") == (tmp_path / "pyproject.toml").read_text("utf-8").count(
        "importlinter.contracts]]"
    )


def test_a_room_that_no_contract_names_is_seen(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "desktop", tmp_path / "desktop", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "desktop" / "helpers.py").write_text("", "utf-8")
    assert "desktop.helpers" in lint(tmp_path).stdout


@pytest.mark.parametrize(
    "name", ["desktop", "desktop.office.api", "desktop.models.records", "desktop.office"]
)
def test_the_door_loads_nothing_heavy(name: str) -> None:
    """Not only by contract: what Python really loads, in a fresh process."""
    heavy = [
        "sqlalchemy",
        "alembic",
        "cryptography",
        "keyring",
        "PySide6",
        "aiosmtplib",
        "gnupg",
        "sqlcipher3",
    ]
    program = f"import sys, {name}; print(*sorted(set(sys.modules) & set({heavy!r})))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
