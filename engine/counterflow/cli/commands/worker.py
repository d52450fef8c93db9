"""The command that runs a worker."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from counterflow.cli.exits import NOT_FOUND, Failure
from counterflow.cli.options import AddressOption


def worker(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.py", help="A Python file with a worker at its top level.")
    ],
    task: Annotated[
        list[str] | None,
        typer.Option("--task", metavar="TYPE", help="Do only this task; may be said several times."),
    ] = None,
    reload: Annotated[
        bool, typer.Option("--reload", help="Start it anew when a Python file in its folder changes.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log every attempt.")] = False,
    address: AddressOption = "",
) -> None:
    """Run the worker that a Python file defines."""
    if not file.is_file():
        raise Failure(
            NOT_FOUND, f"{file}: expected a Python file, found {'a folder' if file.is_dir() else 'nothing'}"
        )
    arguments = [sys.executable, "-m", "counterflow_worker", str(file)]
    arguments += [
        *(["--address", address] if address else []),
        *(["--verbose"] if verbose else []),
        *(["--reload"] if reload else []),
    ]
    arguments += [word for job_type in task or () for word in ("--task", job_type)]
    sys.stdout.flush()
    os.execv(sys.executable, arguments)  # noqa: S606 - this interpreter, with a list of arguments and no shell
