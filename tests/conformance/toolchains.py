"""Programs in other languages: built once for each state of their sources, in a folder outside the
repository, and kept there.

`COUNTERFLOW_TEST_CACHE` names another folder than `~/.cache/counterflow-tests`. Two test processes may ask at
once: one builds, one waits.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

BUILT = ".built"
"""What a finished build leaves behind."""
PATIENCE_SECONDS = 900
MADE = ("node_modules", "target", "__pycache__")
"""Folders that a build by hand leaves among the sources."""


def cache_folder() -> Path:
    """Where builds are kept."""
    return Path(os.environ.get("COUNTERFLOW_TEST_CACHE") or Path.home() / ".cache" / "counterflow-tests")


def missing(toolchain: Sequence[str]) -> str:
    """Why programs of this toolchain cannot be built here, or nothing."""
    absent = [program for program in toolchain if shutil.which(program) is None]
    return f"needs {' and '.join(absent)} on the PATH" if absent else ""


def built(source: Path, commands: Sequence[Sequence[str]]) -> Path:
    """The folder with the sources of `source` and all that `commands`, run inside it, have made of them.

    `{cache}` in a command is the cache itself, for what is worth keeping between builds. Raises
    `AssertionError` with what a command printed.
    """
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"{source.parent.name}-{source.name}-{fingerprint(source, commands)}"
    with (cache / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / BUILT).exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(source, folder, ignore=shutil.ignore_patterns(*MADE))
            for command in commands:
                run(command, folder, cache)
            (folder / BUILT).touch()
    return folder


def fingerprint(source: Path, commands: Sequence[Sequence[str]]) -> str:
    """A name for this state of the sources and of the way they are built."""
    state = hashlib.sha256(repr(commands).encode())
    for file in sorted(
        path for path in source.rglob("*") if path.is_file() and not set(MADE).intersection(path.parts)
    ):
        state.update(str(file.relative_to(source)).encode() + b"\0" + file.read_bytes())
    return state.hexdigest()[:12]


def run(command: Sequence[str], folder: Path, cache: Path) -> None:
    """One step of a build."""
    words = [word.replace("{cache}", str(cache)) for word in command]
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert done.returncode == 0, (
        f"{folder}: {' '.join(words)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    )
