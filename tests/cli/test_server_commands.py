"""Running servers and workers as processes of their own, and asking who is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from counterflow import __version__, settings
from tests.cli.commands import CommandLine
from tests.cli.conftest import PATIENCE_S, Process, address_in
from tests.queries.models import TRIP
from tests.wire.certificates import Certificates

FREE_PORTS = ("--grpc-port", "0", "--http-port", "0", "--management-port", "0")


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """`counterflow` in a process of its own."""
    command = [sys.executable, "-m", "counterflow", *map(str, arguments)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env={**os.environ, **environment},
        check=False,
    )


def test_what_was_answered_is_there_after_a_restart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "trip.bpmn").write_bytes(TRIP)
    server = Process("serve", "--database", f"sqlite:///{tmp_path / 'a.db'}", *FREE_PORTS, directory=tmp_path)
    address = address_in(server.line_with("ready "))
    assert run("deploy", tmp_path / "trip.bpmn", "--address", address).returncode == 0
    key = run("start", "trip", "--address", address).stdout.strip()
    assert server.stop() == 0
    again = Process("serve", "--database", f"sqlite:///{tmp_path / 'a.db'}", *FREE_PORTS, directory=tmp_path)
    address = address_in(again.line_with("ready "))
    found = json.loads(run("--address", address, "instances", "--json").stdout)
    assert [str(one["key"]) for one in found] == [key]
    assert again.stop() == 0


def test_dev_tells_what_happens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from counterflow.cli.app import main  # noqa: PLC0415 - only this test runs it beside a server of its own

    (tmp_path / "trip.bpmn").write_bytes(TRIP)
    server = Process("dev", "--database", "memory:", *FREE_PORTS, directory=tmp_path)
    counterflow = CommandLine(main, capsys, address_in(server.line_with("ready ")))
    server.line_with("Deploy with `counterflow deploy FILE.bpmn --address 127.0.0.1:")
    where = ("--address", counterflow.address)
    counterflow.good("deploy", tmp_path / "trip.bpmn", *where)
    assert server.line_with("deployed").split(maxsplit=1)[1] == "trip version 1 from trip.bpmn\n"
    key = int(counterflow.good("start", "trip", *where).data)
    assert str(key) in server.line_with("started")
    counterflow.complete(key, "book-hotel")
    counterflow.server.call(
        "FailJob", jobKey=counterflow.job_of(key, "book-car"), retries=0, errorMessage="no cars"
    )
    told = server.line_with("incident")
    assert f"JOB_NO_RETRIES at book-car of {key}: no cars (counterflow resolve " in told
    incident = told.rpartition(" ")[2].rstrip(")\n")
    counterflow.good("resolve", incident, *where)
    server.line_with("resolved")
    counterflow.complete(key, "book-car")
    assert "book-car" in server.line_with("undoing")
    counterflow.complete(key, "cancel-car", "cancel-hotel")
    assert str(key) in server.line_with("completed")
    assert server.stop() == 0


@pytest.mark.parametrize("is_trusted", [True, False])
def test_dev_tells_over_tls_what_happens_to_who_trusts_it(tmp_path: Path, is_trusted: bool) -> None:
    certificates = Certificates(tmp_path)
    files = zip(("COUNTERFLOW_TLS_CERTIFICATE", "COUNTERFLOW_TLS_KEY"), certificates.server, strict=True)
    variables = {name: str(file) for name, file in files}
    trusted = {"ZEEBE_CA_CERTIFICATE_PATH": str(certificates.ours.certificate)}
    (tmp_path / "trip.bpmn").write_bytes(TRIP)
    server = Process(
        *("dev", "--database", "memory:", *FREE_PORTS),
        directory=tmp_path,
        variables=variables | (trusted if is_trusted else {}),
    )
    address = address_in(server.line_with("ready "))
    server.line_with(f"Deploy with `counterflow deploy FILE.bpmn --address https://{address}`")
    if is_trusted:
        assert (
            run("deploy", tmp_path / "trip.bpmn", "--address", f"https://{address}", **trusted).returncode
            == 0
        )
        assert "trip version 1" in server.line_with("deployed")
    else:
        server.line_with("What happens is not told: 127.0.0.1:")
    assert server.stop() == 0


SETTINGS = [
    (
        ("serve", "--grpc-port", "many"),
        2,
        "--grpc-port: expected a whole number from 0 to 65535, found 'many'",
    ),
    (
        ("serve", "--compensation-order", "chaos"),
        2,
        "--compensation-order: expected one of mirror, parallel, sequential, found 'chaos'",
    ),
    (("serve", "--host", "0.0.0.0"), 2, "or say --insecure-public if the network is yours"),  # noqa: S104 - it is refused
    (("serve", "--database", "oracle://x", "--grpc-port", "0"), 1, "is not"),
    (
        (
            "serve",
            "--database",
            "memory:",
            "--grpc-port",
            "0",
            "--tls-certificate",
            __file__,
            "--tls-key",
            __file__,
        ),
        2,
        "expected a certificate in PEM, found no line like",
    ),
    (
        ("serve", "--cached-instances", "all"),
        2,
        "--cached-instances: expected a whole number from 0 to 10000000, found 'all'",
    ),
    (
        ("dev", "--log-level", "loud"),
        2,
        "--log-level: expected one of debug, info, warning, error, found 'loud'",
    ),
    (("dev", "--config", "nothing.toml"), 2, "nothing.toml: cannot be read"),
]


def test_every_setting_has_its_flag_with_its_words_and_its_default(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = {name: " ".join(run(name, "--help", COLUMNS="80").stdout.split()) for name in ("serve", "dev")}
    for setting in settings.SETTINGS:
        default = getattr(settings.Settings(), setting.name)
        words = f"{setting.flag} {setting.value} {setting.meaning[0].upper()}{setting.meaning[1:]}."
        line = " ".join(words.split()) + (f" [{default}]" if setting.value and default is not None else "")
        assert line in shown["serve"]
        assert (line in shown["dev"]) == (setting.section == settings.EVERYDAY)


@pytest.mark.parametrize("arguments,code,words", SETTINGS, ids=[" ".join(case[0]) for case in SETTINGS])
def test_settings_that_cannot_be_used(
    counterflow: CommandLine, arguments: tuple[str, ...], code: int, words: str
) -> None:
    ended = counterflow(*arguments)
    assert (ended.code, ended.data) == (code, "")
    assert words in ended.words


def test_a_port_that_is_taken(counterflow: CommandLine, tmp_path: Path) -> None:
    port = counterflow.address.rpartition(":")[2]
    ended = run("serve", "--database", "memory:", "--grpc-port", port)
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_topology(counterflow: CommandLine) -> None:
    shown = counterflow.good("topology")
    assert counterflow.address in shown.data
    assert "leader" in shown.data
    found = counterflow.good("topology", "--json").json
    assert (found["clusterSize"], found["partitionsCount"]) == (1, 1)
    assert found["brokers"][0]["partitions"] == [{"partitionId": 1, "role": "leader", "health": "healthy"}]


def test_a_worker_is_run_in_the_place_of_the_command(counterflow: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "none.py").write_text("nothing = 1\n", encoding="utf-8")
    ended = run("worker", tmp_path / "none.py", ZEEBE_ADDRESS=counterflow.address)
    assert ended.returncode == 2
    assert "holds no worker" in ended.stderr


def test_a_worker_is_told_which_tasks_to_do(counterflow: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(
        "from counterflow_worker import Worker\nworker = Worker()\nworker.task('a')(lambda: None)\n",
        encoding="utf-8",
    )
    ended = run(
        "worker", tmp_path / "one.py", "--task", "a", "--task", "b", ZEEBE_ADDRESS=counterflow.address
    )
    assert (ended.returncode, ended.stderr) == (2, "this worker has no handler for b; it has a\n")


def test_a_worker_that_is_not_there(counterflow: CommandLine, tmp_path: Path) -> None:
    ended = counterflow("worker", tmp_path / "nothing.py")
    assert (ended.code, ended.words) == (
        3,
        f"{tmp_path / 'nothing.py'}: expected a Python file, found nothing\n",
    )


def test_a_worker_does_the_work(counterflow: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "solo.bpmn").write_bytes(
        TRIP.replace(b'"trip"', b'"solo"').replace(b'type="', b'type="solo-')
    )
    counterflow.good("deploy", tmp_path / "solo.bpmn")
    jobs = ("book-hotel", "book-car", "cancel-hotel", "cancel-car")
    handlers = "".join(
        f"@worker.task('solo-{job}')\nasync def {job.replace('-', '_')}() -> None: ...\n" for job in jobs
    )
    (tmp_path / "workers.py").write_text(
        f"from counterflow_worker import Worker\nworker = Worker()\n{handlers}", encoding="utf-8"
    )
    working = Process(
        "worker", str(tmp_path / "workers.py"), "--address", counterflow.address, directory=tmp_path
    )
    try:
        assert counterflow.good("start", "solo", "--await", "--timeout", "20").json == {}
    finally:
        assert working.stop() == 0


def test_version_and_help_say_who_it_is() -> None:
    assert run("--version").stdout == f"counterflow {__version__}\n"
    shown = run("--help").stdout
    assert "undoes" in shown
    for command in (
        "serve",
        "dev",
        "worker",
        "deploy",
        "lint",
        "start",
        "show",
        "incidents",
        "resolve",
        "quarantine",
    ):
        assert f"\n  {command} " in shown


def test_an_unknown_command_is_a_mistake_of_usage() -> None:
    ended = run("depoly")
    assert ended.returncode == 2
    assert "depoly" in ended.stderr


def test_help_loads_neither_grpc_nor_the_kernel() -> None:
    code = "import sys; from counterflow.cli.app import main; main(['--help']); print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=True
    ).stdout.split()
    heavy = {
        "grpc",
        "google.protobuf",
        "rich",
        "lxml",
        "sqlalchemy",
        "msgspec",
        "counterflow.kernel",
        "counterflow_wire",
    }
    assert heavy & set(loaded) == set()
