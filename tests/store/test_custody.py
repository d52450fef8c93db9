"""A database in one server's hands: nobody else's to read or write, and looked at while it is open."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from counterflow.kernel.rows import Job, Message
from counterflow.store.errors import DatabaseInUseError, DatabaseLostError
from counterflow.store.open import open_store
from counterflow.store.port import Store
from counterflow.store.sql import custody
from counterflow.store.sql.store import SqlStore
from tests.conformance.store_samples import counted, sample

OPENS = """
import sys
from counterflow.store.open import open_store
open_store(sys.argv[1])
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "a.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """A store with one job in it."""
    opened = open_store(f"sqlite:///{path}")
    opened.commit(counted(1, sample(Job, 1)))
    yield opened
    opened.close()


def refusal_elsewhere(path: Path) -> str:
    """What another process is told that opens the database."""
    command = [sys.executable, "-c", OPENS, f"sqlite:///{path}"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stderr.strip().splitlines()[-1] if found.returncode else ""


def modes(path: Path) -> dict[str, str]:
    """The permissions of all files in a database's folder."""
    return {each.name: oct(each.stat().st_mode & 0o777) for each in path.parent.iterdir()}


@pytest.mark.usefixtures("store")
def test_only_its_owner_may_read_what_belongs_to_it(path: Path) -> None:
    names = ("a.db", "a.db-wal", "a.db-shm", "a.db-commit", "a.db.lock")
    assert modes(path) == dict.fromkeys(names, "0o600")


def test_what_others_could_read_they_cannot_any_more(
    path: Path, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.close()
    for each in path.parent.iterdir():
        each.chmod(0o644)
    open_store(f"sqlite:///{path}").close()
    assert set(modes(path).values()) == {"0o600"}
    assert "a.db could be read by others (644); only its owner may now" in caplog.text


def test_a_second_server_is_refused_though_the_lock_file_was_deleted(path: Path, store: Store) -> None:
    path.with_name("a.db.lock").unlink()
    assert "by another name, or whose lock file was deleted" in refusal_elsewhere(path)
    with pytest.raises(DatabaseInUseError, match="this process, by another name"):
        open_store(f"sqlite:///{path}")
    store.commit(counted(2, sample(Job, 2)))


def test_a_second_server_is_refused_by_a_hard_link(path: Path, store: Store) -> None:
    link = path.with_name("link.db")
    link.hardlink_to(path)
    assert "by another name, or whose lock file was deleted" in refusal_elsewhere(link)
    store.commit(counted(2, sample(Job, 2)))


def test_who_takes_over_fences_the_one_before(path: Path, store: Store) -> None:
    second = open_store(f"sqlite:///{path}", takes_over=True)
    with pytest.raises(DatabaseLostError, match=r"taken it over: expected epoch 1, .* found epoch 2"):
        store.commit(counted(2, sample(Job, 2)))
    with pytest.raises(DatabaseLostError):
        store.look()
    second.look()
    second.commit(counted(2, sample(Job, 3)))
    assert [job.key for job in second.scan(Job, {})] == [1, 3]
    second.close()


def test_who_is_idle_hears_that_it_was_taken_over(path: Path, store: Store) -> None:
    store.look()
    second = open_store(f"sqlite:///{path}", takes_over=True)
    with pytest.raises(DatabaseLostError, match="another server has taken it over"):
        store.look()
    with pytest.raises(DatabaseLostError):
        store.get(Job, (1,))
    second.close()


def unlinked(path: Path) -> None:
    """Gone."""
    path.unlink()


def moved(path: Path) -> None:
    """Under another name."""
    path.rename(path.with_name("elsewhere"))


def replaced(path: Path) -> None:
    """Another file under its name, with the same in it."""
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    copy.rename(path)


def with_its_folder(path: Path) -> None:
    """The whole folder under another name."""
    path.parent.rename(path.parent.with_name(f"{path.parent.name} elsewhere"))


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
@pytest.mark.parametrize(
    "attack, words",
    [
        (unlinked, "was deleted or moved"),
        (moved, "was deleted or moved"),
        (replaced, "was replaced"),
        (with_its_folder, "was deleted or moved"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_files_that_go_away_are_missed_before_the_next_acknowledgement(
    path: Path, store: Store, ending: str, attack: Callable[[Path], None], words: str
) -> None:
    attack(path.with_name(path.name + ending))
    with pytest.raises(DatabaseLostError, match=words):
        store.commit(counted(2, sample(Job, 2)))
    asked: list[Callable[[], object]] = [store.look, lambda: store.get(Job, (1,)), store.read_log]
    for ask in asked:
        with pytest.raises(DatabaseLostError, match=words):
            ask()


def test_files_that_go_away_are_missed_by_who_looks(path: Path, store: Store) -> None:
    path.unlink()
    with pytest.raises(DatabaseLostError, match=r"a\.db was deleted or moved while this server ran"):
        store.look()


def copied_over(path: Path, content: bytes) -> None:
    """As `cp` does it: the file is the same, what is in it is not."""
    with path.open("r+b") as file:
        file.truncate(0)
        file.write(content)


def ask_as_operator(path: Path, *statements: str) -> None:
    """By a tool of their own."""
    with closing(sqlite3.connect(path, isolation_level=None)) as tool:
        for statement in statements:
            tool.execute(statement).fetchall()


def looked_at(store: Store) -> None:
    """Once a second somebody looks; here more often."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        store.look()


def another(path: Path) -> bytes:
    """A database of somebody else."""
    other = path.with_name("other.db")
    open_store(f"sqlite:///{other}").close()
    return other.read_bytes()


@pytest.mark.parametrize(
    "content, words",
    [
        (another, "another database"),
        (lambda _: b"", "no such table"),
        (lambda _: b"x" * 40_960, "not a database"),
    ],
    ids=["another", "nothing", "nonsense"],
)
@pytest.mark.parametrize("is_asked", [False, True], ids=["before it acknowledges", "when it looks"])
def test_what_is_copied_over_it_is_missed(
    path: Path,
    store: Store,
    content: Callable[[Path], bytes],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_asked: bool,
) -> None:
    monkeypatch.setattr(custody, "AT_REST_S", 0.1)
    copied_over(path, content(path))
    with pytest.raises(DatabaseLostError, match=f"written over while this server ran: .*{words}"):
        looked_at(store) if is_asked else store.commit(counted(2, sample(Job, 2)))
    with pytest.raises(DatabaseLostError):
        store.get(Job, (1,))


@pytest.mark.parametrize("is_asked", [False, True], ids=["before it acknowledges", "when it looks"])
def test_an_old_copy_of_its_own_is_missed(path: Path, store: Store, *, is_asked: bool) -> None:
    ask_as_operator(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    old = path.read_bytes()
    store.commit(counted(2, sample(Job, 2)))
    ask_as_operator(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    store.look()
    copied_over(path, old)
    with pytest.raises(DatabaseLostError, match=r"it is an older copy|another program has written to it"):
        store.look() if is_asked else store.commit(counted(3, sample(Job, 3)))


def test_a_copy_of_its_own_state_that_lies_elsewhere_is_missed(path: Path, store: Store) -> None:
    """However new it is: the pages in the log have other places in it."""
    store.commit(counted(2, sample(Job, 2)))
    copy = path.with_name("copy.db")
    ask_as_operator(path, f"VACUUM INTO '{copy}'")
    copied_over(path, copy.read_bytes())
    with pytest.raises(DatabaseLostError, match="a copy whose pages lie elsewhere"):
        store.commit(counted(3, sample(Job, 3)))


@pytest.mark.parametrize(
    "asked", ["VACUUM", "PRAGMA wal_checkpoint(FULL)", "PRAGMA wal_checkpoint(TRUNCATE)"]
)
def test_what_an_operators_tool_does_to_the_file_is_none_of_that(
    path: Path, store: Store, asked: str
) -> None:
    before = path.stat().st_mtime_ns
    ask_as_operator(path, asked, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert path.stat().st_mtime_ns != before
    store.look()
    store.commit(counted(2, sample(Job, 2)))
    assert len(store.scan(Job, {})) == 2


def test_what_is_half_written_by_this_server_itself_is_none_of_that(path: Path, store: Store) -> None:
    """Somebody looks in a thread of their own, also while a commit brings the log into the file; and who is
    killed then leaves it so: it is whole together with the log.
    """
    ask_as_operator(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    assert isinstance(store, SqlStore)
    copied_over(path, whole[: len(whole) // 2])
    assert store._custody.look(is_still=False)
    assert store._custody.look(is_still=True)
    copied_over(path, whole)
    store.look()
    store.commit(counted(2, sample(Job, 2)))


def test_what_a_tool_has_half_written_is_waited_for(path: Path, store: Store) -> None:
    ask_as_operator(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    copied_over(path, b"")
    store.look()
    copied_over(path, whole)
    store.look()
    store.commit(counted(2, sample(Job, 2)))


def look_until(is_over: threading.Event, store: Store) -> None:
    while not is_over.is_set():
        store.look()


def test_large_commits_while_somebody_looks(store: Store) -> None:
    """Each brings SQLite's log into the file."""
    large = replace(sample(Message, 1), variables=b'"' + b"x" * 6_000_000 + b'"')
    with ThreadPoolExecutor(1) as looks:
        for number in range(2, 8):
            is_committed = threading.Event()
            looking = looks.submit(look_until, is_committed, store)
            store.commit(counted(number, replace(large, key=number)))
            is_committed.set()
            looking.result()
    assert store.scan(Message, {}, limit=1)
