"""Operaton (Apache License 2.0), the living fork of Camunda 7, as the other side: a small Java program around
its engine.

A line of JSON each way. It is built by Maven on first use and kept in the cache of the tests; its engine is
in memory, its clock is moved by hand.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from counterflow.testing import EPOCH_MS
from tests.behaviours.script import Line, duration
from tests.conformance.oracle.diagrams import items_of, keys_of
from tests.conformance.oracle.juel import NoTwin
from tests.conformance.oracle.views import (
    ACTIVE,
    BODY,
    Element,
    Incident,
    Instance,
    Job,
    NotThere,
    Refused,
    View,
    canonical,
    pick,
)
from tests.conformance.toolchains import built, missing

VERSION = "1.0.3"
SOURCE = Path(__file__).parent / "java"
TOOLCHAIN = ("java", "mvn")
BUILD = (("mvn", "--quiet", "--batch-mode", "package"),)
RUN = (
    "java",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-cp",
    "target/classes:target/libraries/*",
    "counterflow.oracle.Program",
)
TRIES = 3
"""What an external task has before its first failure: Operaton leaves it open, we say 3."""
LOOP_BODY = "#multiInstanceBody"
INCIDENT_TYPES = MappingProxyType({"failedExternalTask": "JOB_NO_RETRIES"})


class Program:
    """The Java program; one script after another."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._read()

    def ask(self, operation: str, **fields: Any) -> Any:
        """One operation. Raises `Refused` with what the engine raised."""
        if self._process.stdin is None:
            raise AssertionError("the program has no standard input")
        self._process.stdin.write(json.dumps({"operation": operation, **fields}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise AssertionError("Operaton has ended without an answer: what it said is above")
        answer: dict[str, Any] = json.loads(line)
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer["ok"]


def why_not() -> str:
    """Why Operaton cannot be asked here, or nothing."""
    return missing(TOOLCHAIN)


@contextmanager
def program() -> Iterator[Program]:
    """The program, built if it is not yet, until it is done with."""
    with subprocess.Popen(
        RUN, cwd=built(SOURCE, BUILD), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Program(process)
        finally:
            process.kill()


class OperatonSide:
    """What a script needs of it. A script begins with nothing deployed."""

    name = "Operaton"

    def __init__(self, running: Program) -> None:
        self._ask = running.ask
        self._keys: dict[str, str] = {}
        self._items = {"loopCounter"}
        self._pausing: set[str] = set()
        """Jobs that have failed with a pause; a lock is all that Operaton shows of it."""
        self._process_id = ""
        self._view = View()
        self._ask("begin", milliseconds=EPOCH_MS)

    def deploy(self, files: Mapping[str, bytes]) -> None:
        """Files together. Raises `Refused`."""
        processes = self._ask("deploy", files={name: content.decode() for name, content in files.items()})
        first = next(iter(files.values()), b"").decode()
        drawn = [name for name in processes if f'process id="{name}"' in first]
        self._process_id = self._process_id or next(iter(drawn or processes), "")
        for content in (content for name, content in files.items() if name.endswith(".bpmn")):
            self._keys |= keys_of(content)
            self._items |= items_of(content)

    def play(self, line: Line) -> None:
        """One line that is not about files. Raises `Refused`, `NotThere`."""
        self._view = self.view()
        if line.verb not in VERBS:
            raise NoTwin(f"the command `{line.verb}`")
        VERBS[line.verb](self, line)

    def view(self) -> View:
        """What there is and what has ended."""
        found = self._ask("view")
        variables = self._variables(found)
        instances = [
            Instance(one["id"], one["process"], one["parent"] is not None, _instance_state(one["state"]))
            for one in found["instances"]
        ]
        roots = {instance.key for instance in instances}
        elements = [_element(one, variables) for one in found["elements"] if one["id"] not in roots]
        elements.sort(key=lambda element: str(element.key).rpartition(":")[2])
        jobs = [_job(one, is_pausing=one["waits"] and one["id"] in self._pausing) for one in found["jobs"]]
        incidents = [
            Incident(one["element"], INCIDENT_TYPES.get(one["type"], one["type"]))
            for one in found["incidents"]
        ]
        return View(instances, elements, jobs, incidents, variables)

    def _variables(self, found: dict[str, Any]) -> dict[str, dict[str, str]]:
        """By scope.

        What an instance of a loop has of its own Operaton keeps further out: it is told by the execution.
        """
        variables: dict[str, dict[str, str]] = {}
        for variable in found["variables"]:
            scopes = variable["at"][-1:] if variable["name"] in self._items else [variable["scope"]]
            for scope in scopes:
                variables.setdefault(scope, {})[variable["name"]] = canonical(variable["value"])
        return variables

    # -- the verbs of scripts --------------------------------------------------------------------------------

    def start(self, line: Line) -> None:
        """An instance, of the first process that was deployed unless the line names another."""
        how, *names = line.words or [""]
        process_id = names[0] if how == "in" else self._process_id
        self._ask("start", name=process_id, variables=line.document, at=names if how == "at" else [])

    def activate(self, line: Line) -> None:
        """All jobs of a type."""
        self._ask("activate", name=line.words[0])

    def complete(self, line: Line) -> None:
        """A job."""
        self._ask("complete", name=self._job(line), variables=line.document)

    def task(self, line: Line) -> None:
        """What people do to a task but completing it: whose it is cannot be seen from here."""
        raise NoTwin(f"`{line.verb}` of a user task")

    def fail(self, line: Line) -> None:
        """A job, with tries left and perhaps a pause."""
        _, retries, *rest = line.words
        pause_ms = _milliseconds(rest[1]) if rest[:1] == ["after"] else 0
        job, message = self._job(line), f"{line.words[0]} failed"  # as our side says it
        self._pausing |= {job} if pause_ms else set()
        self._ask(
            "fail",
            name=job,
            key=message,
            retries=int(retries),
            milliseconds=pause_ms,
            variables=line.document,
        )

    def error(self, line: Line) -> None:
        """A job ends with a BPMN error."""
        code = line.words[1] if line.words[1:] else ""
        self._ask("error", name=self._job(line), key=code, variables=line.document)

    def retries(self, line: Line) -> None:
        """Give a job tries."""
        self._ask("retries", name=self._job(line), retries=int(line.words[1]))

    def set_variables(self, line: Line) -> None:
        """Seen from an element, or of the instance."""
        self._ask("set", name=self._scope(line), variables=line.document, local=line.verb == "set-local")

    def resolve(self, line: Line) -> None:
        """An incident, if there is one: Operaton takes it away by itself when tries are given."""
        pick(
            [found for found in self._view.incidents if found.element_id == line.words[0]],
            line.words[0],
            "incident",
        )

    def advance(self, line: Line) -> None:
        """Time passes."""
        self._ask("advance", milliseconds=_milliseconds(line.words[0]))

    def down(self, line: Line) -> None:
        """Time passes meanwhile."""
        self._ask("jump", milliseconds=_milliseconds(line.words[0]))

    def cancel(self, line: Line) -> None:
        """The newest instance, or the newest called one."""
        is_called = line.words == ["child"]
        found = [instance.key for instance in self._view.instances if instance.is_called == is_called]
        if not found:
            raise NotThere("instance")
        self._ask("cancel", name=found[-1])

    def publish(self, line: Line) -> None:
        """To the one that waits with that key; time to live and ids are not Operaton's."""
        key = "" if line.words[1] == "-" else line.words[1]
        self._ask("publish", name=line.words[0], key=key, keys=self._keys, variables=line.document)

    def broadcast(self, line: Line) -> None:
        """To all that wait for it, and to what it starts."""
        self._ask("broadcast", name=line.words[0], variables=line.document)

    def evaluate(self, line: Line) -> None:
        """What begins by a condition."""
        self._ask("evaluate", variables=line.document)

    def restart(self, line: Line) -> None:
        """What is kept in memory alone is another test's question."""

    def _job(self, line: Line) -> Any:
        name = line.words[0].partition("/")[0]
        return pick(
            [job.key for job in self._view.jobs if name in (job.type, job.element_id)], line.words[0], "job"
        )

    def _scope(self, line: Line) -> Any:
        name = line.words[0].partition("/")[0]
        found = [
            one.scope_key
            for one in self._view.elements
            if one.state == ACTIVE and one.element_id.removesuffix(BODY) == name
        ]
        found += [one.key for one in self._view.instances if one.state == ACTIVE and one.process_id == name]
        return pick(found, line.words[0], "element")


VERBS: Mapping[str, Callable[[OperatonSide, Line], None]] = {
    "start": OperatonSide.start,
    "activate": OperatonSide.activate,
    "complete": OperatonSide.complete,
    "do": OperatonSide.complete,
    **dict.fromkeys(("claim", "assign", "unassign", "update", "task-error"), OperatonSide.task),
    "fail": OperatonSide.fail,
    "error": OperatonSide.error,
    "retries": OperatonSide.retries,
    "set": OperatonSide.set_variables,
    "set-local": OperatonSide.set_variables,
    "resolve": OperatonSide.resolve,
    "advance": OperatonSide.advance,
    "down": OperatonSide.down,
    "cancel": OperatonSide.cancel,
    "publish": OperatonSide.publish,
    "broadcast": OperatonSide.broadcast,
    "evaluate": OperatonSide.evaluate,
    "restart": OperatonSide.restart,
}


def _element(found: dict[str, Any], variables: dict[str, dict[str, str]]) -> Element:
    scope = found["executions"][0] if found["executions"] else None
    element_id = found["element"].replace(LOOP_BODY, BODY)
    return Element(
        found["id"], element_id, found["instance"], found["state"], scope, variables.get(found["id"], {})
    )


def _job(found: dict[str, Any], *, is_pausing: bool) -> Job:
    retries = TRIES if found["retries"] is None else found["retries"]
    state = "failed" if retries == 0 else "backing off" if is_pausing else "open"
    variables = {name: canonical(value) for name, value in found["variables"].items()}
    return Job(found["id"], found["element"], found["type"], retries, state, variables)


def _instance_state(state: str) -> str:
    return re.sub(r"^.*TERMINATED$", "TERMINATED", state).lower()


def _milliseconds(text: str) -> int:
    return duration(text) // timedelta(milliseconds=1)
