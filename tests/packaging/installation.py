"""The package as a person gets it: a wheel, installed into an environment far from the sources."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 300
OURS = ("COUNTERFLOW_", "ZEEBE_", "PYTHON", "VIRTUAL_ENV")
"""Beginnings of variables that an installed program must not inherit from the tests."""


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this tree into `folder`. Raises `AssertionError` with what the build printed."""
    checked(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)], ROOT
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


class Installation:
    """An environment whose programs are run in a folder in which nothing of the sources lies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = folder / "environment" / ("Scripts" if sys.platform == "win32" else "bin")
        venv.create(folder / "environment", with_pip=True)

    def install(self, *requirements: str) -> None:
        """`pip install` of these. Raises `AssertionError` with what pip printed."""
        self.run("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements)

    def run(self, program: str, *arguments: str, **variables: str) -> str:
        """What a program of the environment prints.

        Raises `AssertionError` with all it printed if it ends with another code than 0.
        """
        return checked([str(self.programs / program), *arguments], self.folder, variables)

    @contextmanager
    def running(self, program: str, *arguments: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
        """A program of the environment in the background, with its output to read; told to end, it must end
        well.
        """
        command = [str(self.programs / program), *arguments]
        process = subprocess.Popen(
            command, cwd=self.folder, env=environment(variables), stdout=subprocess.PIPE, text=True
        )
        with process:
            try:
                yield process
            finally:
                process.terminate()


def checked(command: Sequence[str], folder: Path, variables: dict[str, str] | None = None) -> str:
    """Run to the end; the standard output.

    Raises `AssertionError` with all output if the exit code is not 0.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(variables or {}),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, (
        f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    )
    return done.stdout


def environment(variables: dict[str, str]) -> dict[str, str]:
    """The variables of this process without those that lead back to the sources, and these."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | variables
