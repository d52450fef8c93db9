"""A real server in which something costs far more than it says, and one whose wall clock is set: nobody else
is held up for long, not after a restart either, and what is due comes when it is.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import grpc
import pytest

from counterflow.partition.underway import HELD
from counterflow_wire import counterflow_v1, gateway
from tests.bpmn.diagram import catch, element, end, extensions, model, path, service, start, timer
from tests.bpmn.loops import loop
from tests.conformance.server_process import ServerProcess, free_port

PATIENCE_S = 20
ACTIVE, COMPLETED = (
    counterflow_v1.PROCESS_INSTANCE_STATE_ACTIVE,
    counterflow_v1.PROCESS_INSTANCE_STATE_COMPLETED,
)
QUIET_S = 2.0
"""A loaded machine may take so long for what takes milliseconds."""
NEVER_ENDS = element("zeebe:ioMapping", element("zeebe:input", source="=abs(n)", target="m"))
POISON = model(
    start(),
    catch("wait", timer(text="PT0.2S")),
    service("costly", NEVER_ENDS),
    end(),
    path("start", "wait", "costly", "end"),
    process_id="poison",
)


POISONED_PAGE = model(
    start(),
    element(
        "serviceTask",
        extensions(
            element("zeebe:taskDefinition", type="work"),
            element(
                "zeebe:ioMapping",
                element("zeebe:input", source="=if item = 250 then abs(n) else item", target="m"),
            ),
        ),
        loop(),
        id="costly",
    ),
    end(),
    path("start", "costly", "end"),
    process_id="poisoned-page",
)


def waits(process_id: str, duration: str) -> bytes:
    return model(
        start(),
        catch("wait", timer(text=duration)),
        end(),
        path("start", "wait", "end"),
        process_id=process_id,
    )


class OddServer(ServerProcess):
    """A server with an odd clock and an odd function."""

    program = "tests.conformance.odd_server"


class World:
    """A database, the clock of its machine, and whoever serves it by now."""

    def __init__(self, folder: Path) -> None:
        self.database, self._clock = folder / "odd.db", folder / "clock"
        self.set_clock(0)
        os.environ["ODD_CLOCK"] = str(self._clock)
        self.server: Any = None

    def set_clock(self, ahead_ms: int) -> None:
        """In one piece: the server reads it at any moment."""
        new = self._clock.with_suffix(".new")
        new.write_text(str(ahead_ms))
        new.replace(self._clock)

    def begin(self, *options: str, limit_ms: int = 2_000) -> None:
        server = OddServer(self.database, free_port(), *options, command_limit_ms=str(limit_ms))
        self.server = server.wait_until_ready()

    def call(self, name: str, **fields: Any) -> Any:
        """Ask the server for something, each time anew."""
        methods = gateway.METHODS if name in gateway.METHODS else counterflow_v1.METHODS
        method = methods[name]
        with grpc.insecure_channel(self.server.address) as channel:
            ask = channel.unary_unary(
                method.path, method.request.SerializeToString, method.response.FromString
            )
            return ask(method.request(**fields), timeout=PATIENCE_S)

    def deploy(self, *models: bytes) -> None:
        self.call(
            "DeployResource",
            resources=[
                gateway.Resource(name=f"{number}.bpmn", content=content)
                for number, content in enumerate(models)
            ],
        )

    def create(self, process_id: str, **variables: object) -> int:
        given = json.dumps({"n": -1, **variables})
        answer = self.call("CreateProcessInstance", bpmnProcessId=process_id, version=-1, variables=given)
        return int(answer.processInstanceKey)

    def states(self) -> dict[int, int]:
        return {one.key: one.state for one in self.call("ListProcessInstances").process_instances}

    def quarantined(self) -> dict[int, str]:
        found = self.call("GetQuarantine").quarantined_instances
        return {one.process_instance_key: one.reason for one in found}

    def marker(self) -> int:
        """What the first slot beside the database says."""
        return self.database.with_name(self.database.name + "-underway").read_bytes()[0]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path)
    try:
        yield found
    finally:
        if found.server is not None:
            found.server.kill()


def until(condition: Callable[[], bool], within_s: float = PATIENCE_S) -> float:
    """Ask again and again; answers how long it took until it was so."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within_s, "it never came to that"
    return time.monotonic() - began


def test_what_never_ends_is_broken_off(world: World) -> None:
    world.begin(limit_ms=500)
    world.deploy(POISON, waits("sound", "PT0.1S"))
    poison, sound = world.create("poison"), world.create("sound")
    until(lambda: poison in world.quarantined())
    assert "command_limit_ms" in world.quarantined()[poison]
    until(lambda: world.states()[sound] == COMPLETED)
    assert world.server.stop(15) == 0


def test_what_has_held_the_server_when_it_was_killed_is_not_repeated(world: World) -> None:
    world.begin(limit_ms=600_000)
    world.deploy(POISON, waits("sound", "PT0.1S"))
    poison = world.create("poison")
    until(lambda: world.marker() == HELD)
    world.server.kill()
    world.begin(limit_ms=600_000)
    sound = world.create("sound")
    assert world.quarantined()[poison].startswith("The server ended while timer")
    until(lambda: world.states()[sound] == COMPLETED)


def test_a_page_that_has_held_the_server_when_it_was_killed_is_not_turned_again(world: World) -> None:
    world.begin(limit_ms=600_000)
    world.deploy(POISONED_PAGE, waits("sound", "PT0.1S"))
    poison = world.create("poisoned-page", items=list(range(300)))
    until(lambda: world.marker() == HELD)
    world.server.kill()
    world.begin(limit_ms=600_000)
    sound = world.create("sound")
    assert world.quarantined()[poison].startswith("The server ended while work of this instance went on")
    until(lambda: world.states()[sound] == COMPLETED)


def test_what_is_due_is_held_for_an_operator(world: World) -> None:
    world.begin("--hold-due", limit_ms=500)
    world.deploy(POISON, waits("sound", "PT0.1S"))
    poison, sound = world.create("poison"), world.create("sound")
    world.call("CancelProcessInstance", processInstanceKey=poison)
    due_since = time.monotonic() + 0.1
    until(lambda: world.states()[sound] == ACTIVE and time.monotonic() > due_since + 0.4)
    assert world.call("ReleaseDue").was_held
    until(lambda: world.states()[sound] == COMPLETED)
    assert not world.call("ReleaseDue").was_held
    assert world.quarantined() == {}


@pytest.mark.parametrize("step_ms", [3 * 3_600_000, -3 * 3_600_000, -30 * 86_400_000])
def test_the_wall_clock_is_set(world: World, step_ms: int) -> None:
    """What had waited before it, and what begins to wait after it; each comes once."""
    world.begin()
    world.deploy(waits("second", "PT1S"), waits("hour", "PT1H"))
    hour, before = world.create("hour"), world.create("second")
    began = time.monotonic()
    world.set_clock(step_ms)
    after = world.create("second")
    until(lambda: {world.states()[before], world.states()[after]} == {COMPLETED})
    assert time.monotonic() - began < 1 + 1 + QUIET_S
    if step_ms > 0:
        until(lambda: world.states()[hour] == COMPLETED, 1 + QUIET_S)
    with closing(grpc.insecure_channel(world.server.address)) as channel:
        method = counterflow_v1.METHODS["GetHistory"]
        ask = channel.unary_stream(method.path, method.request.SerializeToString, method.response.FromString)
        records: list[Any] = list(ask(method.request(), timeout=PATIENCE_S))
    times = [record.timestamp_ms for record in records]
    assert times == sorted(times)
    fired = [record for record in records if record.event == "TimerTriggered"]
    assert len(fired) == (3 if step_ms > 0 else 2)
