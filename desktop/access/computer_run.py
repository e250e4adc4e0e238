"""Asking a program of the operating system for one answer."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence

Run = Callable[[Sequence[str]], str | None]
"""What a program printed (both streams), None where it is missing, fails or takes too long."""

_PATIENCE = 5.0
"""Seconds; all of these programs answer at once or not at all."""


def run(command: Sequence[str]) -> str | None:
    """Start `command` without a shell and read its answer."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=_PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
