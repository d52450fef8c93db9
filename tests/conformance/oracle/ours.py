"""Counterflow as one of the two sides: its kernel in memory, as the behaviours' own tests play it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from counterflow import kernel
from counterflow.engine.lookups import NothingThere
from counterflow.kernel import rows
from counterflow.kernel.course import moves
from counterflow.kernel.vocabulary import Event, Rejection
from counterflow.model.events import CompensationOrder
from counterflow.testing import Engine
from tests.behaviours.script import Line, play
from tests.conformance.oracle.views import (
    ACTIVE,
    BODY,
    COMPLETED,
    TERMINATED,
    USER_TASK,
    Element,
    Incident,
    Instance,
    Job,
    NotThere,
    Refused,
    View,
    canonical,
)

STATES: dict[type[Event], str] = {
    moves.ElementCompleted: COMPLETED,
    moves.ElementTerminated: TERMINATED,
}
NO_FOLDER = Path()


class Ours:
    """A fresh engine for every script."""

    name = "Counterflow"

    def __init__(self, order: CompensationOrder) -> None:
        self._engine = Engine(order=order)

    def deploy(self, files: Mapping[str, bytes]) -> None:
        """Files together. Raises `Refused`."""
        try:
            self._engine.deploy_contents(files)
        except Rejection as refusal:
            raise Refused(str(refusal)) from refusal

    def play(self, line: Line) -> None:
        """One line that is not about files. Raises `Refused`, `NotThere`."""
        told = Line(line.text, self._verb(line), line.words, line.document, is_refused=False)
        try:
            play(self._engine, told, NO_FOLDER)
            self._engine.advance()  # what is due at once
        except Rejection as refusal:
            raise Refused(f"{refusal.type}: {refusal.reason}") from refusal
        except (NothingThere, IndexError, ValueError) as missing:
            raise NotThere(str(missing)) from missing

    def _verb(self, line: Line) -> str:
        """What is a job in a script is a task for people where its diagram was translated."""
        if line.verb != "complete":
            return line.verb
        element_id = line.words[0].partition("/")[0]
        is_for_people = bool(self._engine.store.scan(rows.UserTask, {"element_id": element_id}, limit=1))
        return "do" if is_for_people else "complete"

    def view(self) -> View:
        """From the rows of the store; what has ended from the log."""
        scan = self._engine.store.scan
        running = {row.key: row for row in scan(rows.ElementInstance, {})}
        variables: dict[int, dict[str, str]] = {}
        for row in scan(rows.Variable, {}):
            variables.setdefault(row.scope_key, {})[row.name] = canonical(msgspec.json.decode(row.value))
        instances = [
            Instance(row.key, row.bpmn_process_id, bool(row.parent_instance_key), row.state)
            for row in scan(rows.ProcessInstance, {})
        ]
        jobs = [
            Job(
                row.key,
                row.element_id,
                row.type,
                row.retries,
                _job_state(row),
                _visible(row.element_instance_key, running, variables),
            )
            for row in scan(rows.Job, {})
        ]
        jobs += [
            Job(
                row.key,
                row.element_id,
                USER_TASK,
                1,
                "open",
                _visible(row.element_instance_key, running, variables),
            )
            for row in scan(rows.UserTask, {})
        ]
        jobs.sort(key=lambda job: job.key)
        incidents = [Incident(row.element_id, row.error_type) for row in scan(rows.Incident, {})]
        return View(instances, self._elements(running, variables), jobs, incidents, variables)

    def _elements(
        self, running: Mapping[int, rows.ElementInstance], variables: Mapping[int, dict[str, str]]
    ) -> list[Element]:
        began: dict[int, tuple[int, moves.ElementActivating]] = {}
        ended: dict[int, str] = {}
        for instance_key, event in (
            (entry.process_instance_key, event)
            for entry in self._engine.log
            for event in kernel.events_of(entry)
        ):
            if isinstance(event, moves.ElementActivating) and event.scope_key:
                began[event.key] = (instance_key, event)
            elif type(event) in STATES:
                ended[event.key] = STATES[type(event)]  # type: ignore[attr-defined]  # both have a key
        return [
            Element(key, _place(event), instance_key, ended.get(key, ACTIVE), key, variables.get(key, {}))
            for key, (instance_key, event) in began.items()
            if key in running or key in ended
        ]


def _place(event: moves.ElementActivating) -> str:
    return event.element_id + (BODY if event.loop_counter < 0 else "")


def _job_state(job: rows.Job) -> str:
    if job.state == "backing_off":
        return "backing off"
    return "failed" if job.state == "failed" else "open"


def _visible(
    key: int, running: Mapping[int, rows.ElementInstance], variables: Mapping[int, dict[str, str]]
) -> dict[str, str]:
    found: dict[str, str] = {}
    while key:
        found = variables.get(key, {}) | found
        key = running[key].scope_key
    return found
