"""What a server says while it runs, read from a process of its own: begin, trouble, end; and nothing that is
not for logs.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from counterflow import __version__
from counterflow.server import what_stands_open
from counterflow.settings import Settings
from tests.cli.commands import CommandLine
from tests.cli.conftest import Process, address_in
from tests.cli.test_hostile_text import HOSTILE, IN_XML, SEIZING, seizes
from tests.cli.test_server_commands import FREE_PORTS, run

SECRET = "s3cret"


def connected(server: Process, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    from counterflow.cli.app import main  # noqa: PLC0415 - only these tests run it beside servers of their own

    return CommandLine(main, capsys, address_in(server.line_with("ready ")))


def raise_incident(counterflow: CommandLine, folder: Path) -> int:
    """An instance whose every text is hostile, and whose variables are secret, meets an incident; its key."""
    (folder / "hostile.bpmn").write_bytes(HOSTILE)
    where = ("--address", counterflow.address)
    counterflow.good("deploy", folder / "hostile.bpmn", *where)
    key = int(
        counterflow.good(
            "start", "hostile", "--variables", json.dumps({"text": SEIZING, "card": SECRET}), *where
        ).data
    )
    job = counterflow.job_of(key, f"type {IN_XML}")
    counterflow.server.call(
        "FailJob",
        jobKey=job,
        retries=0,
        errorMessage=f"{SECRET} {SEIZING}",
        variables=json.dumps({"pin": SECRET}),
    )
    return key


def rest_of(server: Process) -> list[str]:
    """All that it has said, once it has ended in good order."""
    assert server.stop() == 0
    while not server._lines.empty():
        server.seen.append(server._lines.get() or "")
    return server.seen


def test_from_beginning_to_end_in_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    variables = {
        "COUNTERFLOW_GRPC_PROT": SECRET,
        "COUNTERFLOW_LONG_POLL_MS": "200",
        "COUNTERFLOW_TOKEN": SECRET,
    }
    server = Process("serve", "--database", "memory:", *FREE_PORTS, directory=tmp_path, variables=variables)
    counterflow = connected(server, capsys)
    assert "the nearest one is COUNTERFLOW_GRPC_PORT" in server.line_with(
        "There is no variable COUNTERFLOW_GRPC_PROT"
    )
    begin = server.line_with(f"Counterflow {__version__} begins")
    assert begin.endswith(
        "settings that differ from the defaults: database=memory:, grpc_port=0, http_port=0, management_port=0, long_poll_ms=200\n"
    )
    key = raise_incident(counterflow, tmp_path)
    trouble = server.line_with("Incident ")
    assert "WARNING counterflow.troubles: Incident " in trouble
    assert (
        f": JOB_NO_RETRIES at 'work' of 'hostile', process instance {key}; `counterflow show {key}` says why"
        in trouble
    )
    said = rest_of(server)
    assert any("Stopping, told by SIGTERM; calls under way may go on for 10000 ms" in line for line in said)
    assert any("Stopped; its data was in memory alone, and is gone" in line for line in said)
    assert [line for line in said if SECRET in line or seizes(line)] == []


def test_from_beginning_to_end_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = Process(
        "serve",
        "--database",
        "memory:",
        *FREE_PORTS,
        directory=tmp_path,
        variables={"COUNTERFLOW_LOG_FORMAT": "json"},
    )
    counterflow = connected(server, capsys)
    key = raise_incident(counterflow, tmp_path)
    server.line_with("JOB_NO_RETRIES")
    said = rest_of(server)
    assert [line for line in said if SECRET in line or seizes(line)] == []
    records: list[dict[str, Any]] = [json.loads(line) for line in said if line.startswith("{")]
    begin, trouble, stopping, stopped = (
        record for record in records if record["logger"] in {"counterflow.server", "counterflow.troubles"}
    )
    assert begin["version"] == __version__
    assert begin["settings"] == {
        "database": "memory:",
        "grpc_port": "0",
        "http_port": "0",
        "management_port": "0",
        "log_format": "json",
    }
    assert (trouble["level"], trouble["error_type"], trouble["element_id"]) == (
        "warning",
        "JOB_NO_RETRIES",
        "work",
    )
    assert (trouble["bpmn_process_id"], trouble["process_instance_key"]) == ("hostile", key)
    assert stopping["message"].startswith("Stopping")
    assert stopped["message"].startswith("Stopped")


def test_a_server_told_to_say_little(tmp_path: Path) -> None:
    server = Process(
        "serve", "--database", "memory:", "--log-level", "error", *FREE_PORTS, directory=tmp_path
    )
    server.line_with("ready ")
    assert [line for line in rest_of(server) if line.strip()] == [
        next(line for line in server.seen if line.startswith("ready "))
    ]


def test_dev_tells_an_incident_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = Process("dev", "--database", "memory:", *FREE_PORTS, directory=tmp_path)
    counterflow = connected(server, capsys)
    server.line_with("Deploy with")
    raise_incident(counterflow, tmp_path)
    server.line_with("incident")
    assert sum("JOB_NO_RETRIES" in line for line in rest_of(server)) == 1


def damaged(folder: Path) -> str:
    """A database of ours, all but its first page overwritten."""
    file = folder / "damaged.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE event_log (position INTEGER PRIMARY KEY, events BLOB)")
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.execute("INSERT INTO alembic_version VALUES ('0001')")
        database.commit()
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\x5a" * (len(content) - 4096))
    return f"sqlite:///{file}"


def foreign(folder: Path) -> str:
    (folder / "foreign.db").write_bytes(b"not a database " * 1_000)
    return f"sqlite:///{folder / 'foreign.db'}"


CANNOT_BEGIN = {
    "damaged": (damaged, "SQLITE_CORRUPT"),
    "foreign": (foreign, "is not a SQLite database; nothing in it was touched"),
    "a password": (lambda _: f"postgresql://me:{SECRET}@host/x", "PostgreSQL comes in a later version"),
    "a password, written wrongly": (
        lambda _: f"postgres:me:{SECRET}@host/x",
        "'postgres:***@host/x' is not the URL of a database",
    ),
}


@pytest.mark.parametrize("case", CANNOT_BEGIN)
def test_a_server_that_cannot_begin_says_why_in_a_sentence(case: str, tmp_path: Path) -> None:
    make, words = CANNOT_BEGIN[case]
    arguments = ("serve", "--database", make(tmp_path), *FREE_PORTS)
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert words in ended.stderr.splitlines()[-1]
    ended_in_json = run(*arguments, COUNTERFLOW_LOG_FORMAT="json")
    assert ended_in_json.returncode == 1
    records = [json.loads(line) for line in ended_in_json.stderr.splitlines()]
    assert (records[-1]["level"], words in records[-1]["message"]) == ("critical", True)
    for told in (ended.stderr, ended_in_json.stderr):
        assert SECRET not in told
        assert "Traceback" not in told


def test_a_database_in_use_names_who_has_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'one.db'}"
    first = Process("serve", "--database", url, *FREE_PORTS, directory=tmp_path)
    first.line_with("ready ")
    ended = run("serve", "--database", url, *FREE_PORTS)
    assert ended.returncode == 1
    assert (
        f"is in use by process {first.process.pid}: one server writes to a database"
        in ended.stderr.splitlines()[-1]
    )
    assert first.stop() == 0


def test_what_stands_open_is_said_in_one_line() -> None:
    bare = what_stands_open(Settings(host="0.0.0.0", insecure_public=True))  # noqa: S104 - no socket is opened for it
    assert "Whoever reaches 0.0.0.0 may deploy models" in bare
    assert "nobody is asked who they are, and nothing is encrypted" in bare
    assert "\n" not in bare
    covered = Settings(host="0.0.0.0", insecure_public=True, tls_certificate=Path("c"), tls_key=Path("k"))  # noqa: S104 - no socket is opened for it
    assert "is encrypted" in what_stands_open(covered)
    assert what_stands_open(replace(covered, tls_client_authority=Path("a"))) == ""
    assert what_stands_open(Settings()) == ""
