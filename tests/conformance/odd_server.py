"""`counterflow`, but for two things: the wall clock is ahead by what the file `ODD_CLOCK` says (milliseconds),
and the built-in function `abs` costs one step and never ends.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from counterflow.cli.app import app
from counterflow.feel.builtins import BUILTINS
from counterflow.partition import clock


def odd_wall_ms() -> int:
    """What the wall clock shows."""
    file = Path(os.environ["ODD_CLOCK"])
    return clock.wall_ms() + int(file.read_text() or 0)


def for_ever(*_: Any) -> None:
    """Holds everybody up."""
    while True:
        pass


def main() -> None:
    """Run it."""
    absolute = BUILTINS["abs"]
    absolute.overloads = [replace(overload, meaning=for_ever) for overload in absolute.overloads]
    clock.Clock.__init__.__defaults__ = (odd_wall_ms, clock.monotonic_ms)
    app()


if __name__ == "__main__":
    main()
