"""What a database lacks of what was acknowledged is told when it is opened, and not gone on without unless
somebody says so.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from counterflow.kernel.rows import Job, Partition
from counterflow.store.errors import CommitsMissingError
from counterflow.store.open import open_store
from counterflow.store.sql.commit_mark import read_mark
from tests.conformance.store_samples import counted, sample

COMMITS = 12
KILLED = f"""
import os, signal, sys
from counterflow.kernel.rows import Job
from counterflow.store.open import open_store
from tests.conformance.store_samples import counted, sample
store = open_store(sys.argv[1])
for number in range(1, {COMMITS} + 1):
    store.commit(counted(number, sample(Job, number)))
os.kill(os.getpid(), signal.SIGKILL)
"""
WAL_HEADER, FRAME_HEADER = 32, 24


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database whose server was killed, with all of its commits in SQLite's log."""
    path = tmp_path_factory.mktemp("killed") / "a.db"
    subprocess.run([sys.executable, "-c", KILLED, f"sqlite:///{path}"], check=False)
    assert path.with_name("a.db-wal").stat().st_size > WAL_HEADER
    return path


@pytest.fixture
def path(killed: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    for each in killed.parent.glob("a.db*"):
        if not each.name.endswith("-shm"):
            (tmp_path / each.name).write_bytes(each.read_bytes())
    return tmp_path / "a.db"


def wal(path: Path) -> Path:
    """SQLite's log."""
    return path.with_name(path.name + "-wal")


def refusal(path: Path) -> str:
    """Why it is not opened."""
    with pytest.raises(CommitsMissingError) as refused:
        open_store(f"sqlite:///{path}")
    return str(refused.value)


def run(path: Path, statement: str) -> None:
    """Change something behind everybody's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_what_is_whole_is_opened(path: Path) -> None:
    store = open_store(f"sqlite:///{path}")
    assert store.get(Partition, (1,)) == Partition(1, COMMITS, COMMITS)
    store.close()


def cut(log: bytes, chance: random.Random) -> bytes:
    """A log without its end."""
    return log[: chance.randrange(len(log) // 2, len(log) - FRAME_HEADER)]


def flipped(log: bytes, chance: random.Random) -> bytes:
    """A log with one bit of its second half turned over."""
    place = chance.randrange(len(log) // 2, len(log))
    return log[:place] + bytes([log[place] ^ (1 << chance.randrange(8))]) + log[place + 1 :]


def zeroed(log: bytes, chance: random.Random) -> bytes:
    """A log whose end was never written."""
    place = chance.randrange(len(log) // 2, len(log) - FRAME_HEADER)
    return log[:place] + bytes(len(log) - place)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("attack", [cut, flipped, zeroed])
def test_a_damaged_end_of_its_log_is_told_and_kept(path: Path, attack: object, seed: int) -> None:
    assert callable(attack)
    damaged = attack(wal(path).read_bytes(), random.Random(seed))
    wal(path).write_bytes(damaged)
    said = refusal(path)
    assert (
        f"commit {COMMITS + 1} was acknowledged, to position {COMMITS} of the log, and it ends with" in said
    )
    assert "--accept-loss" in said
    assert wal(path).read_bytes() == damaged, "whoever mends it needs it"
    assert refusal(path) == said


def test_a_log_that_was_left_behind_is_told(path: Path) -> None:
    wal(path).unlink()
    assert "commits with 12 events are missing" in refusal(path)


def test_who_accepts_the_loss_goes_on_with_keys_and_positions_that_nobody_has_had(path: Path) -> None:
    size = wal(path).stat().st_size
    wal(path).write_bytes(wal(path).read_bytes()[: size * 2 // 3])
    store = open_store(f"sqlite:///{path}", accepts_loss=True)
    assert store.get(Partition, (1,)) == Partition(1, COMMITS, COMMITS)
    assert 0 < len(store.scan(Job, {})) < COMMITS
    store.commit(counted(COMMITS + 1, sample(Job, COMMITS + 1)))
    store.close()
    open_store(f"sqlite:///{path}").close()


@pytest.mark.parametrize(
    "statement, words",
    [
        (
            "DELETE FROM event_log WHERE position > 9",
            "its log ends at position 9, and its last commit says 12: 3",
        ),
        ("UPDATE partition SET last_key = 3", "the counters of the partition are damaged or missing"),
        ("DELETE FROM partition", "the counters of the partition are damaged or missing"),
        ("UPDATE tenure SET last_position = 11", "the row that says how far it had come is damaged"),
        ("DELETE FROM tenure", "the row that says how far it had come is damaged"),
    ],
)
def test_what_does_not_agree_is_told(path: Path, statement: str, words: str) -> None:
    run(path, statement)
    assert words in refusal(path)
    store = open_store(f"sqlite:///{path}", accepts_loss=True)
    assert store.get(Partition, (1,)) == Partition(1, COMMITS, COMMITS)
    store.close()
    open_store(f"sqlite:///{path}").close()


def test_an_older_copy_in_its_place_is_told(path: Path, tmp_path: Path) -> None:
    open_store(f"sqlite:///{path}").close()
    older = path.read_bytes()
    store = open_store(f"sqlite:///{path}")
    store.commit(counted(COMMITS + 1, sample(Job, COMMITS + 1)))
    store.close()
    path.write_bytes(older)
    assert "2 commits with 1 events are missing" in refusal(path)


def test_another_database_in_its_place_is_told(path: Path, tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/b.db").close()
    wal(path).unlink()
    path.write_bytes((tmp_path / "b.db").read_bytes())
    assert "it is another database than the one to which 13 commits were made" in refusal(path)


def test_a_database_that_is_gone_is_told_by_the_commit_beside_it(path: Path) -> None:
    wal(path).unlink()
    path.unlink()
    assert "it is another database than the one to which 13 commits were made" in refusal(path)
    store = open_store(f"sqlite:///{path}", accepts_loss=True)
    assert store.get(Partition, (1,)) == Partition(1, COMMITS, COMMITS)
    store.close()


@pytest.mark.parametrize("text", [None, b"", b"nonsense", b"\xff" * 256])
def test_without_a_readable_commit_beside_it_a_copy_is_opened(path: Path, text: bytes | None) -> None:
    beside = path.with_name("a.db-commit")
    beside.unlink()
    if text is not None:
        beside.write_bytes(text)
    open_store(f"sqlite:///{path}").close()
    mark = read_mark(path)
    assert mark is not None
    assert (mark.epoch, mark.last_position) == (2, COMMITS)
