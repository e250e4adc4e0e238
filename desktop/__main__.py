"""The two ways in: `sealwell` (commands) and `sealwell-gui` (the window)."""

from __future__ import annotations

import sys

from desktop import bootstrap


def main() -> int:
    """The command line; without a command it explains itself."""
    bootstrap.harden()
    bootstrap.find_programs()
    from desktop.app import run_command  # noqa: PLC0415 - nothing may load before `harden`

    return run_command(sys.argv[1:])


def window() -> int:
    """The window, for the practice named by `--practice` or the default one."""
    bootstrap.harden()
    bootstrap.find_programs()
    from desktop.app import run_window  # noqa: PLC0415 - nothing may load before `harden`

    return run_window(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
