"""A stock client of another language in its own process, driven by lines of JSON (`clients/README.md`)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, Queue
from threading import Lock, Thread
from types import TracebackType
from typing import Any, NamedTuple, Self

import pytest

from tests.conformance.toolchains import built, missing

CLIENTS = Path(__file__).with_name("clients")
PATIENCE_SECONDS = 30.0
PLENTY_MS = 60_000

Answer = dict[str, Any]


class Language(NamedTuple):
    """A client library, and what its `NAME.client.json` declares."""

    name: str
    folder: Path
    library: str
    version: str
    toolchain: tuple[str, ...]
    build: tuple[tuple[str, ...], ...]
    run: tuple[str, ...]
    operations: frozenset[str]
    door: str = "grpc"
    """By which door of the server it comes in."""


def languages() -> list[Language]:
    """Every language there is a client for."""
    return [read_language(file) for file in sorted(CLIENTS.glob("*/*.client.json"))]


def read_language(file: Path) -> Language:
    """What such a file declares."""
    told = json.loads(file.read_text())
    return Language(
        name=file.name.removesuffix(".client.json"),
        folder=file.parent,
        library=told["library"],
        version=told["version"],
        toolchain=tuple(told["toolchain"]),
        build=tuple(tuple(command) for command in told["build"]),
        run=tuple(word.replace("{python}", sys.executable) for word in told["run"]),
        operations=frozenset(told["operations"]),
        door=told.get("door", "grpc"),
    )


def speaking(*operations: str) -> pytest.MarkDecorator:
    """Run a test for every language whose library has these operations.

    A toolchain that is missing is a skip, with its reason.
    """
    cases = [
        pytest.param(language, id=language.name, marks=absent(language)) for language in able(operations)
    ]
    return pytest.mark.parametrize("language", cases, scope="module")


def working(*operations: str, stream: Sequence[str] = ("work.stream",)) -> pytest.MarkDecorator:
    """As `speaking`, for job workers: once where they poll, and once where they take a stream, which needs
    the operations `stream`.
    """
    ways = [(False, "poll", ("work", *operations)), (True, "stream", ("work", *stream, *operations))]
    cases = [
        pytest.param(language, streams, id=f"{language.name}-{way}", marks=absent(language))
        for streams, way, needed in ways
        for language in able(needed)
    ]
    return pytest.mark.parametrize("language, stream", cases, scope="module")


def able(operations: Sequence[str]) -> list[Language]:
    """The languages whose library has these operations.

    Raises `AssertionError` if there is none: such a test would never run.
    """
    found = [language for language in languages() if language.operations.issuperset(operations)]
    assert found, f"no client has {', '.join(operations)}"
    return found


def absent(language: Language) -> Sequence[pytest.MarkDecorator]:
    """The mark of a test that cannot run here."""
    reason = missing(language.toolchain)
    return [pytest.mark.skip(reason=f"the {language.name} client {reason}")] if reason else []


class Refused(Exception):
    """A call ended with an error; `code` names its gRPC status, or is LOCAL if it never left the client."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class StockClient:
    """One process of a language's client, connected to an address."""

    def __init__(
        self, language: Language, address: str, *, door: str | None = None, **environment: str
    ) -> None:
        """The server is looked at by gRPC, at `address`; `door` is where the client calls, if not there."""
        self.address = address
        folder = built(language.folder, language.build)
        self._log = (folder / f"errors-{os.getpid()}-{id(self)}.txt").open("w+")
        self._process = subprocess.Popen(
            [*language.run, door or address],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=os.environ | environment,
        )
        self._writing = Lock()
        self._waiting: dict[int, Future[Answer]] = {}
        self._events: dict[str, Queue[Answer]] = {}
        self._ready: Future[Answer] = Future()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.told: Answer = self._result_of(self._ready)
            """What the client says of itself: library, version, operations."""
        except AssertionError:
            self.end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Kill it, and let go of its pipes."""
        self._process.kill()
        self._process.wait()
        self._reader.join(PATIENCE_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._log.close()
        Path(self._log.name).unlink()

    def begin(self, do: str, **request: object) -> Future[Answer]:
        """Send a request; its answer comes in time."""
        answer: Future[Answer] = Future()
        with self._writing:
            number = len(self._waiting) + 1
            self._waiting[number] = answer
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"id": number, "do": do, **request}) + "\n")
            self._process.stdin.flush()
        return answer

    def ask(self, do: str, **request: object) -> Answer:
        """Send a request and wait for its answer. Raises `Refused`."""
        return self._result_of(self.begin(do, **request))

    def finish(self, answer: Future[Answer]) -> Answer:
        """Wait for the answer of a request that was begun. Raises `Refused`."""
        return self._result_of(answer)

    def refusal(self, do: str, **request: object) -> str:
        """The code that a request ends with, `OK` if it goes well."""
        try:
            self.ask(do, **request)
        except Refused as refused:
            return refused.code
        return "OK"

    def activate(self, job_type: str, **options: object) -> Answer:
        """Take the one job of a type by hand, waiting for it."""
        asked = {"worker": "by-hand", "timeout": PLENTY_MS, "maxJobs": 5, "requestTimeout": 10_000} | options
        (job,) = self.ask("activate", type=job_type, **asked)["jobs"]
        return dict(job)

    def open_worker(
        self,
        job_type: str,
        *answers: Answer,
        stream: bool = False,
        places: int = 32,
        timeout_ms: int = PLENTY_MS,
    ) -> str:
        """Open a job worker of the library that answers in this way; its name, which is the job type."""
        asked = {
            "worker": job_type,
            "type": job_type,
            "timeout": timeout_ms,
            "maxJobs": places,
            "stream": stream,
            "answers": answers,
        }
        self.ask("work", **asked)
        return job_type

    def event(self, worker: str) -> Answer:
        """The next thing that a worker tells: a job that it was given, or how its answer was taken."""
        try:
            return self._queue(worker).get(timeout=PATIENCE_SECONDS)
        except Empty:
            raise AssertionError(
                f"worker {worker!r} has told nothing for {PATIENCE_SECONDS} s\n{self._errors()}"
            ) from None

    def job(self, worker: str) -> Answer:
        """The next job that a worker is given, whatever it tells before."""
        while (event := self.event(worker))["event"] != "job":
            pass
        job: Answer = event["job"]
        return job

    def answered(self, worker: str) -> Answer:
        """How the server takes a worker's next answer."""
        while (event := self.event(worker))["event"] != "answered":
            pass
        return event

    def completed_instances(self, worker: str, wanted: set[int]) -> list[int]:
        """Listen to a worker until it has completed a job of each of these instances; the instance of each
        job it completed.
        """
        instances: dict[str, int] = {}
        completed: list[int] = []
        while not wanted.issubset(completed):
            event = self.event(worker)
            if event["event"] == "job":
                instances[event["job"]["key"]] = int(event["job"]["processInstanceKey"])
            elif "error" not in event and event["jobKey"] in instances:
                completed.append(instances[event["jobKey"]])
        return completed

    def _queue(self, worker: str) -> Queue[Answer]:
        return self._events.setdefault(worker, Queue())

    def _result_of(self, answer: Future[Answer]) -> Answer:
        try:
            return answer.result(timeout=PATIENCE_SECONDS)
        except TimeoutError:
            raise AssertionError(f"no answer for {PATIENCE_SECONDS} s\n{self._errors()}") from None

    def _errors(self) -> str:
        self._log.seek(0)
        return self._log.read()[-4_000:]

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._take(json.loads(line))
        ended = AssertionError(f"the client has ended\n{self._errors()}")
        for answer in (self._ready, *self._waiting.values()):
            if not answer.done():
                answer.set_exception(ended)

    def _take(self, line: Mapping[str, Any]) -> None:
        if "ready" in line:
            self._ready.set_result(line["ready"])
        elif "event" in line:
            self._queue(line["worker"]).put(dict(line))
        elif "error" in line:
            self._waiting[line["id"]].set_exception(Refused(line["error"]["code"], line["error"]["message"]))
        else:
            self._waiting[line["id"]].set_result(line["ok"])


class Order:
    """The model of a test, under a process id and job types of its own, which no other test sees."""

    def __init__(self, name: str, address: str) -> None:
        self.id = re.sub(r"\W+", "-", name).strip("-")
        self.address = address
        self.pay, self.ship, self.apologise = (f"{self.id}-{task}" for task in ("pay", "ship", "apologise"))
        self.deployment: Answer = {}

    @classmethod
    def deployed(cls, client: StockClient, name: str) -> Self:
        """An order whose model is deployed already."""
        order = cls(name, client.address)
        order.deployment = order.deploy(client)
        return order

    def deploy(self, client: StockClient, model: str = "order.bpmn", *, do: str = "deploy") -> Answer:
        """Deploy a model of `clients` under the name."""
        text = CLIENTS.joinpath(model).read_text().replace("SCENARIO", self.id)
        return client.ask(do, name=self.id + Path(model).suffix, content=text)
