"""A worker whose file is edited while it works."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from counterflow_worker.reload import differing, snapshot
from tests.worker.fake_gateway import PATIENCE_SECONDS, FakeGateway, activated

WORKER = """
from pathlib import Path
from counterflow_worker import Worker

worker = Worker(name="edited")

@worker.task("greet", stream=False, max_jobs=1)
def greet() -> dict[str, int]:
    WAIT
    return {"version": VERSION}
"""


def write(folder: Path, version: int, wait: str = "") -> Path:
    """The worker's file, whose size differs by version: two writes may come within one tick."""
    file = folder / "edited.py"
    file.write_text(WORKER.replace("WAIT", wait or "pass").replace("VERSION", str(version)) + "\n" * version)
    return file


@asynccontextmanager
async def reloading(file: Path, gateway: FakeGateway) -> AsyncIterator[Process]:
    command = [
        sys.executable,
        "-m",
        "counterflow_worker",
        str(file),
        "--address",
        gateway.address,
        "--reload",
    ]
    process = await asyncio.create_subprocess_exec(*command, stderr=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.communicate()


async def told(process: Process, words: str) -> None:
    """Read what the process logs until it says this."""
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        while words not in (line := (await process.stderr.readline()).decode()):
            assert line, f"the process ended without saying {words!r}"


async def test_a_changed_file_is_taken_up_and_no_job_is_lost(gateway: FakeGateway, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    file = write(tmp_path, 1, f"Path({str(gate)!r}).read_text()")
    async with reloading(file, gateway) as process:
        await gateway.add_jobs(activated(1, "greet"))
        # Opening the other end of the pipe waits for the handler, which is then at work.
        opened = await asyncio.to_thread(gate.open, "w")
        write(tmp_path, 2)
        await told(process, "takes no more jobs and finishes those it has")
        await gateway.add_jobs(activated(2, "greet"))
        opened.close()
        await gateway.called("CompleteJob", times=2)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    assert [(call.jobKey, call.variables) for call in gateway.calls["CompleteJob"]] == [
        (1, '{"version":1}'),
        (2, '{"version":2}'),
    ]


async def test_a_file_that_is_broken_is_waited_for(gateway: FakeGateway, tmp_path: Path) -> None:
    file = tmp_path / "edited.py"
    file.write_text("no python\n")
    async with reloading(file, gateway) as process:
        await told(process, "the worker has ended with exit code 1; it is started again when a file changes")
        await gateway.add_jobs(activated(1, "greet"))
        write(tmp_path, 3)
        completed = await gateway.called("CompleteJob")
        assert completed.variables == '{"version":3}'


async def test_a_second_stop_leaves_at_once_while_a_handler_blocks(
    gateway: FakeGateway, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    file = write(tmp_path, 1, f"Path({str(gate)!r}).read_text()")
    async with reloading(file, gateway) as process:
        await gateway.add_jobs(activated(1, "greet"))
        with await asyncio.to_thread(gate.open, "w"):
            process.send_signal(signal.SIGINT)
            await told(process, "takes no more jobs and finishes those it has")
            process.send_signal(signal.SIGINT)
            assert await process.wait() == 128 + signal.SIGTERM
    assert gateway.calls["CompleteJob"] == []


def test_only_sources_are_looked_at(tmp_path: Path) -> None:
    for name in (
        "a.py", "inner/b.py", "notes.txt", ".git/c.py", "__pycache__/d.py", "venv/pyvenv.cfg", "venv/e.py", "node_modules/f.py"
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert set(snapshot(tmp_path)) == {tmp_path / "a.py", tmp_path / "inner" / "b.py"}


@pytest.mark.parametrize("change,changed", [("write", "a.py"), ("remove", "a.py"), ("add", "b.py")])
def test_what_is_written_taken_away_or_added_is_a_change(tmp_path: Path, change: str, changed: str) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    before = snapshot(tmp_path)
    assert differing(before, snapshot(tmp_path)) == set()
    if change == "write":
        file.write_text("x = 10\n")
    elif change == "remove":
        file.unlink()
    else:
        (tmp_path / "b.py").touch()
    assert differing(before, snapshot(tmp_path)) == {tmp_path / changed}
