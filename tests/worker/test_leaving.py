"""The first Ctrl-C asks a worker to finish, the second one ends it, whatever its handlers do."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.worker.fake_gateway import PATIENCE_SECONDS, FakeGateway, activated
from tests.worker.program import running

BLOCKING = """
import signal, sys, threading
from counterflow_worker import Worker

worker = Worker(name="stubborn")

@worker.task("greet", stream=False)
{word} greet() -> None:
    print("begun", flush=True)
    while signal.getsignal(signal.{number}) is not signal.SIG_DFL:
        pass  # the first signal has not come yet
    print("asked", flush=True)
    threading.Event().wait()
"""

ENDS = {"async def": "blocks the event loop", "def": "blocks a thread"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("word", ENDS, ids=ENDS.values())
async def test_a_second_signal_leaves_at_once_from_a_handler_that_blocks(
    gateway: FakeGateway, tmp_path: Path, word: str, number: signal.Signals
) -> None:
    file = tmp_path / "stubborn.py"
    file.write_text(BLOCKING.format(word=word, number=number.name))
    await gateway.add_jobs(activated(1, "greet"))
    command = ("-m", "counterflow_worker", str(file), "--address", gateway.address)
    async with asyncio.timeout(PATIENCE_SECONDS), running(*command) as process:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"begun\n"
        process.send_signal(number)
        assert await process.stdout.readline() == b"asked\n"
        process.send_signal(number)
        _, words = await process.communicate()
    assert process.returncode == -number
    assert b"Traceback" not in words
    assert not gateway.calls["CompleteJob"]


async def test_a_signal_while_the_file_is_loaded_is_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "slow.py"
    file.write_text("import threading\nprint('loading', flush=True)\nthreading.Event().wait()\n")
    async with asyncio.timeout(PATIENCE_SECONDS), running("-m", "counterflow_worker", str(file)) as process:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"loading\n"
        process.send_signal(signal.SIGINT)
        _, words = await process.communicate()
    assert (process.returncode, words) == (130, b"")
