"""The server is killed with SIGKILL under load, again and again, on one database file; afterwards nothing may be missing."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import grpc

from counterflow_wire import gateway
from tests.conformance.kill_check import check
from tests.conformance.server_process import ServerProcess, free_port

KILLS = int(os.environ.get("COUNTERFLOW_KILLS", "20"))
SEED = int(os.environ.get("COUNTERFLOW_KILL_SEED", "20261121"))
KILLED_WHILE_STARTING = 5
"""Every so manieth server is killed before it is ready."""

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"


def model() -> bytes:
    """Hotel, car, flight in sequence, each with its undo, and an event sub-process that undoes them."""

    def task(name: str, extra: str = "") -> str:
        definition = f'<b:extensionElements><z:taskDefinition type="{name}"/></b:extensionElements>'
        return f'<b:serviceTask id="{name}"{extra}>{definition}</b:serviceTask>'

    def booking(name: str) -> str:
        boundary = f'<b:boundaryEvent id="on-{name}" attachedToRef="{name}"><b:compensateEventDefinition/></b:boundaryEvent>'
        association = f'<b:association id="by-{name}" sourceRef="on-{name}" targetRef="cancel-{name}"/>'
        return task(name) + boundary + task(f"cancel-{name}", ' isForCompensation="true"') + association

    def flows(*ids: str) -> str:
        pairs = itertools.pairwise(ids)
        return "".join(f'<b:sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)

    give_up = (
        '<b:subProcess id="give-up" triggeredByEvent="true"><b:startEvent id="failed"><b:errorEventDefinition/></b:startEvent>'
        '<b:intermediateThrowEvent id="undo"><b:compensateEventDefinition/></b:intermediateThrowEvent><b:endEvent id="cancelled"/>'
        f"{flows('failed', 'undo', 'cancelled')}</b:subProcess>"
    )
    inside = "".join(booking(name) for name in ("hotel", "car", "flight")) + flows("start", "hotel", "car", "flight", "end") + give_up
    process = f'<b:process id="kill-trip" isExecutable="true"><b:startEvent id="start"/>{inside}<b:endEvent id="end"/></b:process>'
    return f'<b:definitions xmlns:b="{BPMN}" xmlns:z="{ZEEBE}" targetNamespace="kill">{process}</b:definitions>'.encode()


def deploy(address: str) -> None:
    """Deploy the trip."""
    with grpc.insecure_channel(address) as channel:
        method = gateway.METHODS["DeployResource"]
        call = channel.unary_unary(method.path, method.request.SerializeToString, method.response.FromString)
        call(gateway.DeployResourceRequest(resources=[gateway.Resource(name="kill-trip.bpmn", content=model())]), timeout=10)


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """Kill, start again, kill; then let everything come to its end and compare."""
    chance = random.Random(SEED)
    database, journal, port = tmp_path / "kill.db", tmp_path / "journal.jsonl", free_port()
    server = ServerProcess(database, port).wait_until_ready()
    deploy(server.address)
    command = [sys.executable, "-m", "tests.conformance.kill_load", server.address, str(journal)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as load:
        assert load.stdin is not None
        assert load.stdout is not None
        for kill in range(KILLS):
            for _ in range(chance.randint(1, 120)):
                assert load.stdout.readline(), "the load has ended by itself: see its errors above"
            server.kill()
            if kill % KILLED_WHILE_STARTING == 0:
                ServerProcess(database, port).kill()
            server = ServerProcess(database, port).wait_until_ready()
        load.stdin.write("drain\n")
        load.stdin.flush()
        load.communicate(timeout=120)
        assert load.returncode == 0, f"the load failed; repeat with COUNTERFLOW_KILL_SEED={SEED} COUNTERFLOW_KILLS={KILLS}"
    assert server.stop(signal.SIGTERM) == 0
    happened = check(database, journal)
    assert happened["create"] > KILLS, happened
    assert happened["throw"], happened
