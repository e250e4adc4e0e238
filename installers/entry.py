"""Where the two installed programs begin; which of them this is, the name says that it was called by."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_GUI = "sealwell-gui"


def leave_environment_as_it_was() -> None:
    """Undo what the starter set to find our own libraries.

    gpg, the browser and the folder window would be given our libraries for theirs, and our own
    parts start anew as if by hand. Whatever this process loads later is found all the same: the
    system's loader has read the path.
    """
    if sys.platform == "linux":
        os.environ.pop("LD_LIBRARY_PATH", None)
        before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
        if before is not None:
            os.environ["LD_LIBRARY_PATH"] = before
    for name in [name for name in os.environ if name.startswith("_PYI_")]:
        del os.environ[name]


def open_streams() -> None:
    """A window's program has none on Windows; what is written to them goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as the process


def is_window() -> bool:
    """By the name that was called: on Linux both are one file."""
    return _GUI in (Path(sys.argv[0]).stem.lower(), Path(sys.executable).stem.lower())


if __name__ == "__main__":
    leave_environment_as_it_was()
    open_streams()
    from desktop.__main__ import main, window

    sys.exit(window() if is_window() else main())
