"""Published workers of Camunda 7, each in its own process, against a real server (`external_tasks/`)."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, NamedTuple

import pytest

from counterflow_wire import gateway
from tests.conformance.looking import ask, job_of, state_of
from tests.conformance.server_process import ServerProcess, free_port
from tests.conformance.toolchains import built, missing

FOLDER = Path(__file__).parent / "external_tasks"
PATIENCE_SECONDS = 60
RESULTS = {"text": "ä€😀", "whole": 7, "real": 1.5, "yes": True, "nothing": None, "order": {"lines": [1, 2]}}
DAY = {"day": "2026-01-23T13:42:42.000"}


class Worker(NamedTuple):
    """A published library, as its file declares it."""

    folder: Path
    told: Mapping[str, Any]


def workers() -> list[Any]:
    """Each of them, skipped with the reason where its toolchain is missing."""
    found = []
    for file in sorted(FOLDER.glob("*/*.worker.json")):
        told = json.loads(file.read_text())
        reason = missing(told["toolchain"])
        marks = [pytest.mark.skip(reason=reason)] if reason else []
        found.append(pytest.param(Worker(file.parent, told), id=file.parent.name, marks=marks))
    return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """One that has the model."""
    running = ServerProcess(tmp_path / "engine.db", free_port()).wait_until_ready()
    try:
        mark = uuid.uuid4().hex
        form = (
            f'--{mark}\r\nContent-Disposition: form-data; name="data"; filename="topics.bpmn"\r\n\r\n'
            f"{(FOLDER / 'topics.bpmn').read_text()}\r\n--{mark}--\r\n"
        )
        post(running, "/deployment/create", form, f"multipart/form-data; boundary={mark}")
        yield running
    finally:
        running.kill()


def post(server: ServerProcess, path: str, body: str, media_type: str = "application/json") -> Any:
    """What `/engine-rest` answers."""
    connection = HTTPConnection(server.doors["http"], timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", f"/engine-rest{path}", body.encode(), {"content-type": media_type})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return json.loads(answer.read())
    finally:
        connection.close()


@contextmanager
def working(worker: Worker, server: ServerProcess) -> Iterator[Queue[Any]]:
    """The worker at work on the topic `reserve`; the queue has what it says of each task."""
    folder = built(worker.folder, worker.told["build"])
    command = [*worker.told["run"], f"http://{server.doors['http']}/engine-rest", "reserve"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    said: Queue[Any] = Queue()
    assert process.stdout is not None
    reading = Thread(target=_read, args=(process.stdout, said), daemon=True)
    reading.start()
    try:
        yield said
    finally:
        process.kill()
        process.wait()
        reading.join(PATIENCE_SECONDS)
        process.stdout.close()


def _read(lines: Iterator[str], said: Queue[Any]) -> None:
    for line in lines:
        if line.startswith("{"):
            said.put(json.loads(line))


@pytest.mark.parametrize("worker", workers())
def test_the_whole_story_of_a_worker(server: ServerProcess, worker: Worker) -> None:
    with working(worker, server) as said:
        for does, retries, topic, result in (
            ("complete", [None], "charge", RESULTS),
            ("fail", [None, 1], "charge", RESULTS),
            ("error", [None], "excuse", {"left": 0}),
            ("extend", [None], "charge", RESULTS),
        ):
            given = {"do": {"value": does, "type": "String"}, "n": {"value": 2**40, "type": "Long"}}
            body = json.dumps({"businessKey": f"B-{does}", "variables": given})
            instance = int(post(server, "/process-definition/key/topics/start", body)["id"])
            for left in retries:
                told = said.get(timeout=PATIENCE_SECONDS)
                assert (told["businessKey"], told["retries"]) == (f"B-{does}", left), told
                assert (told["variables"]["do"], told["variables"]["n"]) == (does, 2**40)
            job = job_of(server.address, topic)
            expected = result | (DAY if topic == "charge" and worker.told["dates"] else {})
            found = json.loads(job.variables)
            if "day" in found:
                found["day"] = found["day"][:23]
            assert {name: found.get(name) for name in expected} == expected
            request = gateway.CompleteJobRequest(jobKey=job.key)
            ask(server.address, gateway.METHODS["CompleteJob"], request)
            assert state_of(server.address, instance) == "COMPLETED"
