"""Where the two installed programs begin; which of them this is, its own name says."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

from desktop.__main__ import main, window

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(window() if Path(sys.executable).stem == "sealwell-gui" else main())
