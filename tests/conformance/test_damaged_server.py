"""What a real server has written is damaged, bit by bit and page by page: whoever begins on it says so, or
nothing is lost; no worker is ever given a value that nobody has set.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from signal import SIGTERM
from typing import Any, NamedTuple

import pytest

from counterflow.engine.engine import Engine
from counterflow.kernel.rows import Quarantine
from counterflow.kernel.vocabulary import Rejection
from counterflow.partition.refusals import Unavailable
from counterflow.store.errors import CommitsMissingError
from counterflow.store.open import open_store
from counterflow.store.port import StoreError
from counterflow_wire import gateway
from tests.compatibility.told import copied_to
from tests.conformance.server_process import ServerProcess, free_port
from tests.conformance.test_lost_database import ORDER, call

PAGE, INSTANCES = 4096, 24
FRAME, WAL_HEADER = PAGE + 24, 32
"""Of SQLite's log: a page with what stands before it, and what stands before all of them."""

Attack = Callable[[bytearray, random.Random], None]


class Written(NamedTuple):
    """A database, and what it was told: by instance, its variables."""

    path: Path
    variables: dict[int, dict[str, Any]]


def written_in(folder: Path, *, is_killed: bool) -> Written:
    """Have a server at work in a process of its own, and end it."""
    database = folder / "a.db"
    server = ServerProcess(database, free_port()).wait_until_ready()
    try:
        files = [gateway.Resource(name="a.bpmn", content=ORDER)]
        call(server.address, "DeployResource", gateway.DeployResourceRequest(resources=files))
        told = {}
        for number in range(INSTANCES):
            variables = {"number": number, "text": f"{number} " * 200, "flag": bool(number % 2)}
            request = gateway.CreateProcessInstanceRequest(
                bpmnProcessId="order", version=-1, variables=json.dumps(variables)
            )
            told[call(server.address, "CreateProcessInstance", request).processInstanceKey] = variables
    finally:
        if is_killed:
            server.kill()
        else:
            server.stop(SIGTERM)
    return Written(database, told)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """All of it is in the database."""
    return written_in(tmp_path_factory.mktemp("stopped"), is_killed=False)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The last of it is in SQLite's log alone."""
    return written_in(tmp_path_factory.mktemp("killed"), is_killed=True)


class Begun(NamedTuple):
    """What an engine on a damaged database has to give; `refusal` where it does not begin, or gives nothing."""

    given: dict[int, Any]
    set_aside: dict[int, str]
    refusal: str = ""
    kind: type[BaseException] | None = None


async def begun_on(database: Path) -> Begun:
    """Begin, and take every job there is."""
    given: dict[int, Any] = {}
    url = f"sqlite:///{database}"
    try:
        async with Engine(url) as engine:
            while jobs := await engine.activate("pack", maximum=8):
                given |= {job.process_instance_key: job.variables for job in jobs}
        store = open_store(url)
        try:
            aside = {row.process_instance_key: row.reason for row in store.scan(Quarantine, {})}
        finally:
            store.close()
    except (StoreError, Rejection, Unavailable) as refused:
        return Begun(given, {}, str(refused), type(refused))
    return Begun(given, aside)


def flip(content: bytearray, chance: random.Random) -> None:
    """Turn one bit over, where there is something."""
    place = chance.choice([place for place, byte in enumerate(content) if byte])
    content[place] ^= 1 << chance.randrange(8)


def empty_page(content: bytearray, chance: random.Random) -> None:
    """Nothing but zeros in a page, but for the first one."""
    page = chance.randrange(1, len(content) // PAGE)
    content[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)


def cut_off(content: bytearray, chance: random.Random) -> None:
    """The end is gone."""
    del content[_in_a_frame(content, chance) :]


def emptied(content: bytearray, chance: random.Random) -> None:
    """Nothing but zeros from somewhere on."""
    place = _in_a_frame(content, chance)
    content[place:] = bytes(len(content) - place)


def flip_in_log(content: bytearray, chance: random.Random) -> None:
    """Turn one bit of the log over."""
    content[_in_a_frame(content, chance)] ^= 1 << chance.randrange(8)


def gone(content: bytearray, _: random.Random) -> None:
    """Nothing is left."""
    content.clear()


def _in_a_frame(content: bytearray, chance: random.Random) -> int:
    frames = (len(content) - WAL_HEADER) // FRAME
    return WAL_HEADER + chance.randrange(frames * 3 // 4, frames) * FRAME + chance.randrange(24, FRAME)


@pytest.fixture
def folders(tmp_path: Path) -> Callable[[], Path]:
    """A new folder each time."""

    def make() -> Path:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        return folder

    return make


@pytest.mark.parametrize("attack, seeds", [(flip, 17), (empty_page, 12)])
async def test_nobody_is_given_what_was_not_written(
    stopped: Written,
    attack: Attack,
    seeds: int,
    folders: Callable[[], Path],
    caplog: pytest.LogCaptureFixture,
) -> None:
    noticed = 0
    for seed in range(seeds):
        database = copied_to(folders(), stopped.path)
        content = bytearray(database.read_bytes())
        attack(content, random.Random(seed))
        database.write_bytes(content)
        caplog.clear()
        begun = await begun_on(database)
        assert all(stopped.variables[key] == variables for key, variables in begun.given.items()), seed
        is_said = begun.refusal or begun.set_aside or "not as it was written" in caplog.text
        lacks = set(stopped.variables) - set(begun.given) - set(begun.set_aside)
        assert not lacks or is_said, (seed, lacks)
        noticed += bool(is_said)
    assert noticed > seeds // 4


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("attack", [cut_off, emptied, flip_in_log, gone])
async def test_a_damaged_end_of_the_log_is_no_beginning(
    killed: Written, attack: Attack, seed: int, tmp_path: Path
) -> None:
    database = copied_to(tmp_path, killed.path)
    database.with_name("a.db-shm").unlink()
    log = database.with_name("a.db-wal")
    content = bytearray(log.read_bytes())
    attack(content, random.Random(seed))
    log.write_bytes(content)
    begun = await begun_on(database)
    assert begun.given == {}
    assert begun.kind is CommitsMissingError, begun.refusal
    assert "--accept-loss" in begun.refusal


async def test_what_is_whole_gives_everything(
    stopped: Written, killed: Written, folders: Callable[[], Path]
) -> None:
    for written in (stopped, killed):
        begun = await begun_on(copied_to(folders(), written.path))
        assert begun.given == written.variables
