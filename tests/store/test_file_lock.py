"""The lock beside a database file: one holder, named, and gone with its process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from counterflow.store.errors import DatabaseInUseError
from counterflow.store.port import StoreError
from counterflow.store.sql.file_lock import FileLock

HOLDER = """
import sys
from pathlib import Path
from counterflow.store.sql.file_lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_holder_is_named_and_a_kill_frees_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(
            DatabaseInUseError, match=rf"a\.db is in use by process {holder.pid}: .* Stop that one"
        ):
            FileLock(path)
        holder.kill()
    FileLock(path).release()


def test_a_refusal_does_not_change_who_is_named(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "a.db")
    before = (tmp_path / "a.db.lock").read_text()
    for _ in range(2):
        with pytest.raises(DatabaseInUseError):
            FileLock(tmp_path / "a.db")
    assert (tmp_path / "a.db.lock").read_text() == before
    lock.release()


def test_what_a_dead_process_left_behind_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "a.db.lock").write_text("123456789012345678901234567890\n")
    lock = FileLock(tmp_path / "a.db")
    assert len((tmp_path / "a.db.lock").read_text()) < 12
    lock.release()


def test_a_lock_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.db.lock").mkdir()
    with pytest.raises(
        StoreError, match=r"cannot make .*a\.db\.lock, which keeps a second server out: Is a directory"
    ):
        FileLock(tmp_path / "a.db")
