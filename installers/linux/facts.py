"""What every Linux package says of itself; each fact stands here once."""

from __future__ import annotations

import os
from pathlib import Path

from desktop import __version__
from installers.build import BUNDLE, DIST, ROOT, commit_time

__all__ = ("BUNDLE", "DIST", "ROOT")

FILES = Path(__file__).resolve().parent / "files"

NAME = "sealwell"
VERSION = __version__
PROGRAMS = ("sealwell", "sealwell-gui")
COMPONENT = "org.sealwell.Sealwell"
"""The AppStream id; the desktop file is `sealwell.desktop`, as the window tells Wayland."""
LICENCE = "Apache-2.0"
SUMMARY = "encrypted mail for small medical practices"
DESCRIPTION = """\
Sealwell keeps people, consent and an audit log in an encrypted database on
the practice's own computer, writes and encrypts each message there, and
sends it through the practice's own mail service.

Reminders of visits, letters and campaigns leave protected as each person
can read them, or not at all."""

MAINTAINER = os.environ.get("SEALWELL_MAINTAINER", "Sealwell maintainers <maintainers@sealwell.example>")
"""Who answers for the packages: whoever publishes them says so in the environment."""
HOMEPAGE = os.environ.get("SEALWELL_HOMEPAGE", "https://sealwell.example").rstrip("/")


def source_date() -> int:
    """Seconds since 1970 that stand in everything built: of the last commit, so that two builds are one."""
    return commit_time()
