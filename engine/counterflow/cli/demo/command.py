"""`counterflow demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FOLDER = Path(".counterflow-demo")
PACE_SECONDS = 0.9

Folder = Annotated[
    Path, typer.Option("--folder", metavar="FOLDER", help="What the demo leaves behind; made anew each time.")
]
Pace = Annotated[
    float, typer.Option("--pace", metavar="SECONDS", min=0, max=60, help="How long each booking takes.")
]


def demo(folder: Folder = FOLDER, pace: Pace = PACE_SECONDS) -> None:
    """Watch a server, three workers and a saga.

    Trips that succeed, fail and are undone, survive a SIGKILL, and follow a changed process.
    It needs nothing beside it, and ends by itself in under a minute.
    """
    from counterflow.cli.demo.story import main  # noqa: PLC0415 - gRPC and rich cost what --help does not pay

    raise typer.Exit(main(folder, pace_seconds=pace))
