"""Runs first in the installed program: one that is open while an update is installed goes on.

The modules lie in an archive inside the program's file, which PyInstaller's reader opens anew for
each of them, by name and at a place that it remembers. Once another file has that name, it would
read anything. Here the name becomes that of the file that was opened, which stays until it is closed.
"""

from __future__ import annotations

import os
import sys

from pyimod02_importers import pyz_archive  # type: ignore[import-not-found] # PyInstaller's own

if sys.platform == "linux":
    _opened = os.open(pyz_archive._filename, os.O_RDONLY | os.O_CLOEXEC)
    pyz_archive._filename = f"/proc/self/fd/{_opened}"
