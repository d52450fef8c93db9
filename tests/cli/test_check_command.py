"""`counterflow check`: a database read through, and what in it is damaged."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from counterflow.cli.app import main
from counterflow.store.open import open_store
from tests.compatibility.told import copied_to, run, told_in


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of a real run."""
    return told_in(tmp_path_factory.mktemp("written"))


@pytest.fixture
def path(written: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return copied_to(tmp_path, written)


@pytest.mark.parametrize("options", [(), ("--deep",)])
def test_what_is_whole_is_read_through(
    path: Path, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    before = path.read_bytes()
    assert main(["check", "--database", f"sqlite:///{path}", *options]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "8 instances folded from their log" in told.err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement, words",
    [
        ("UPDATE variable SET value = '9' WHERE name = 'room'", "variable .*'room' is not as it was written"),
        ("DELETE FROM job", "it has .* rows, and .* were written"),
        (
            "UPDATE event_log SET command = 'X' WHERE position = 1",
            "entry 1 of the log is not as it was written",
        ),
        ("DELETE FROM event_log WHERE position = 1", "events of the log are missing"),
        ("UPDATE partition SET last_key = 1", "the counters of the partition are damaged"),
        ("UPDATE resource SET content = 'x'", "resource .* is not as it was written"),
    ],
)
def test_what_is_damaged_is_said(
    path: Path, statement: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(path, statement)
    assert main(["check", "--database", f"sqlite:///{path}"]) == 1
    assert re.search(words, capsys.readouterr().out)


def test_a_commit_that_is_missing_is_said(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    older = path.read_bytes()
    open_store(f"sqlite:///{path}").close()
    path.write_bytes(older)
    assert main(["check", "--database", f"sqlite:///{path}"]) == 1
    assert "1 commits with 0 events are missing" in capsys.readouterr().out


def test_a_running_server_is_no_hindrance(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store(f"sqlite:///{path}")
    assert main(["check", "--database", f"sqlite:///{path}", "--json"]) == 0
    assert '"damage": []' in capsys.readouterr().out
    store.close()


@pytest.mark.parametrize("name", ["a.db", "with space?&#.db"])
def test_a_file_is_named_as_people_type_it(
    path: Path, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in list(path.parent.iterdir()):
        each.rename(each.with_name(each.name.replace("a.db", name)))
    monkeypatch.chdir(path.parent)
    for named in (name, f"./{name}", str(path.with_name(name))):
        assert main(["check", named]) == 0
        assert "8 instances folded from their log" in capsys.readouterr().err


def test_a_database_is_named_once(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"sqlite:///{path}"]) == 0
    assert main(["check", str(path), "--database", f"sqlite:///{path}"]) == 2
    assert "name it once" in capsys.readouterr().err
    assert main(["check", "postgresql://me:s3cret@host/x"]) == 2
    told = capsys.readouterr().err
    assert "Expected a file, or sqlite:///FILE" in told
    assert "s3cret" not in told


def test_what_cannot_be_checked_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--database", f"sqlite:///{tmp_path}/none.db"]) == 1
    assert main(["check", str(tmp_path / "none.db")]) == 1
    assert main(["check", "--database", "memory:"]) == 2
    assert not (tmp_path / "none.db").exists()
    assert "there is no such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content, told",
    [
        (b"Dear reader, " * 100, "is not a SQLite database; nothing in it was touched. Name another file."),
        (b"", "is empty: expected a database that Counterflow made"),
        ("CREATE TABLE notes (text)", "holds tables that are not Counterflow's: notes."),
        ("UPDATE alembic_version SET version_num = '0003'", "has the schema of an older version"),
        ("UPDATE alembic_version SET version_num = '9999'", "has schema 9999; Counterflow"),
    ],
)
def test_what_is_no_database_of_ours_is_told_as_serve_tells_it(
    content: bytes | str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.db"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        if content.startswith("UPDATE"):
            open_store(f"sqlite:///{file}").close()
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(content)
    assert main(["check", str(file)]) == 1
    assert told in capsys.readouterr().err


def test_a_folder_is_called_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == 1
    assert "it is a folder; name the file of a database in it" in capsys.readouterr().err


def test_a_verdict_is_given_where_all_is_well(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(path)]) == 0
    assert "Nothing is damaged." in capsys.readouterr().err
    open_store(f"sqlite:///{tmp_path}/new.db").close()
    assert main(["check", str(tmp_path / "new.db")]) == 0
    assert "The database is empty: nothing was ever written to it." in capsys.readouterr().err
