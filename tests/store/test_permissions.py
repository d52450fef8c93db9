"""A database that may not be written to, or not be read: each refusal names the file or folder, and what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from counterflow.store.open import open_store
from counterflow.store.sql.permissions import rests, why_not_read, why_not_written
from tests.tidy.sources import ROOT

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="root gives up its rights as Linux knows them"
)

Spoil = Callable[[Path], None]


def only_read(*endings: str) -> Spoil:
    """These of the files may not be written to; "/" is the folder."""

    def spoil(path: Path) -> None:
        for ending in endings:
            if ending == "/":
                path.parent.chmod(0o500)
            else:
                path.with_name(path.name + ending).chmod(0o400)

    return spoil


def unreadable(path: Path) -> None:
    path.chmod(0)


def without_shared(path: Path) -> None:
    path.with_name(path.name + "-shm").unlink()
    path.parent.chmod(0o500)


def nothing(_: Path) -> None:
    """It stays as it is."""


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database whose server was stopped."""
    path = tmp_path_factory.mktemp("stopped") / "a.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One whose server was killed, so that its log stands beside it."""
    work = tmp_path_factory.mktemp("work") / "a.db"
    store = open_store(f"sqlite:///{work}")
    copy = tmp_path_factory.mktemp("killed") / "a.db"
    for ending in ("", "-wal", "-shm", "-commit"):
        shutil.copy(work.with_name(work.name + ending), copy.with_name(copy.name + ending))
    store.close()
    return copy


def opened(way: str, path: Path, spoil: Spoil) -> str:
    """What somebody without the rights of root is told."""
    spoil(path)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.store.unprivileged", way, str(path)],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            cwd=ROOT,
        )
    finally:
        path.parent.chmod(0o700)
    return done.stdout.strip()


CASES = [
    ("read", "stopped", nothing, "opened"),
    ("read", "stopped", only_read("", "-commit", "/"), "opened"),
    ("read", "stopped", unreadable, "found {path}, which this user may not read; let it read the file"),
    ("read", "killed", only_read("", "-wal", "-shm", "/"), "opened"),
    (
        "read",
        "killed",
        without_shared,
        "found a log beside it (a.db-wal) in a folder that cannot be written to",
    ),
    ("write", "stopped", nothing, "opened"),
    (
        "write",
        "stopped",
        only_read(""),
        "found {path}, which this user may not write to; give it the right (chmod u+rw",
    ),
    ("write", "stopped", only_read("/"), "found the folder {folder}, which this user may not write to"),
    (
        "write",
        "stopped",
        only_read(".lock"),
        "cannot write to {path}.lock, which keeps a second server out: Permission",
    ),
    ("write", "stopped", unreadable, "found {path}, which this user may not read; give it the right"),
    ("write", "killed", only_read("-wal"), "found {path}-wal, which this user may not write to"),
    (
        "write",
        "killed",
        without_shared,
        "cannot make {path}.lock, which keeps a second server out: Permission",
    ),
]


@pytest.mark.parametrize("way, of, spoil, words", CASES)
def test_a_refusal_names_what_was_found_and_what_to_do(
    request: pytest.FixtureRequest, tmp_path: Path, way: str, of: str, spoil: Spoil, words: str
) -> None:
    path = shutil.copytree(request.getfixturevalue(of).parent, tmp_path / "kept") / "a.db"
    assert words.format(path=path, folder=path.parent) in opened(way, path, spoil)


def test_where_nothing_keeps_it_nothing_is_said(stopped: Path) -> None:
    assert (why_not_written(stopped), why_not_read(stopped), rests(stopped)) == ("", "", False)
